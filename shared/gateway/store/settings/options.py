"""The operator's options. Only what was ever set is stored; defaults and checks are in ``domain.options``.

Secrets among them are sealed like channels' keys: whoever reads the table, or a backup of it, learns none.
"""

from gateway import log
from gateway.domain.options import DEFAULTS, SECRETS
from gateway.security.credentials import SealBroken
from gateway.store.client.expressions import Change, update
from gateway.store.context import Store
from gateway.store.schema.items import OptionItem

_SCOPE = "option"
_SEALED = "v1."  # how a sealed text begins; what was stored before secrets were sealed does not


def stored(store: Store) -> dict[str, str]:
    """What was set."""
    items = OptionItem.query(_SCOPE, consistent_read=True)
    return {item.key: _opened(store, item.key, item.value or "") for item in items}


def current(store: Store) -> dict[str, str]:
    """Every option with its value now: what was set over the defaults."""
    return {**DEFAULTS, **store.defaults, **stored(store)}


def put(store: Store, key: str, value: str) -> None:
    """Store a value that ``domain.options.parse`` answered."""
    kept = store.vault.seal(value, _context(key)) if key in SECRETS and value else value
    store.transactor.update(update(store.tables.options, {"scope": _SCOPE, "key": key}, Change(sets={"value": kept})))


def _opened(store: Store, key: str, value: str) -> str:
    """A secret as it was set. One that no key opens counts as unset: the rest must stay usable, to set it anew."""
    if key not in SECRETS or not value.startswith(_SEALED):
        return value
    try:
        return store.vault.open(value, _context(key))
    except SealBroken as broken:
        log.error("an option cannot be opened", key=key, reason=str(broken))
        return ""


def _context(key: str) -> str:
    return f"option#{key}"
