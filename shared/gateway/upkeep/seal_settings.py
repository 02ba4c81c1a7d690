"""Secret settings that versions before left open in the table are sealed at the first start of this one.

The management API does the same with every channel that it shows, so that a deployment whose start runs nothing is
sealed as soon as somebody looks at its channels.
"""

from gateway.config import StoreSettings
from gateway.providers.catalog import SECRET_SETTINGS
from gateway.store.channels import channels
from gateway.store.context import open_store


def seal_settings(settings: StoreSettings) -> int:
    """Seal what lies open; answers how many channels had something."""
    store = open_store(settings)
    rows = channels.every(store)
    return sum(channels.sealed(store, row, SECRET_SETTINGS) is not row for row in rows)
