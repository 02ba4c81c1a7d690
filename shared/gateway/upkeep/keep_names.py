"""Names of accounts from before there were markers against twins get theirs at the first start of this version.

A deployment whose start runs nothing gives an account its marker when it next signs in.
"""

from gateway.config import StoreSettings
from gateway.store.accounts import names
from gateway.store.context import open_store


def keep_names(settings: StoreSettings) -> None:
    """Put the markers, once."""
    names.keep_all(open_store(settings))
