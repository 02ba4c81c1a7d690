"""The operator's options. Only what was ever set is stored; defaults and checks are in ``domain.options``.

Secrets among them are sealed like channels' keys: whoever reads the table, or a backup of it, learns none.
"""

from collections.abc import Mapping

from gateway import log
from gateway.domain.options import DEFAULTS, SECRETS
from gateway.records import dataclass
from gateway.security.credentials import SealBroken
from gateway.store.client.expressions import Change, change, update
from gateway.store.context import Store
from gateway.store.schema.items import OptionItem

MOST = 100  # options of one transaction

_SCOPE = "option"
_SEALED = "v1."  # how a sealed text begins; what was stored before secrets were sealed does not


def stored(store: Store) -> dict[str, str]:
    """What was set."""
    items = OptionItem.query(_SCOPE, consistent_read=True)
    return {item.key: _opened(store, item.key, item.value or "") for item in items}


def current(store: Store) -> dict[str, str]:
    """Every option with its value now: what was set over the defaults."""
    return {**DEFAULTS, **store.defaults, **stored(store)}


@dataclass(frozen=True, slots=True)
class Changed:
    """Who set an option last, and when, in unix seconds; nothing of those that were set before this was noted."""

    at: int = 0
    by: str = ""


def changes(store: Store) -> dict[str, Changed]:
    """By key, when each option that was ever set was set last."""
    items = OptionItem.query(_SCOPE, consistent_read=True)
    return {item.key: Changed(int(item.changed_at or 0), item.changed_by or "") for item in items}


def put(store: Store, key: str, value: str, by: str = "") -> None:
    """Store a value that ``domain.options.parse`` answered."""
    store.transactor.update(update(store.tables.options, {"scope": _SCOPE, "key": key}, _set(store, key, value, by)))


def put_all(store: Store, values: Mapping[str, str], by: str) -> None:
    """Store such values, all or none of them; ``MOST`` at most."""
    table = store.tables.options
    actions = [
        change(table, {"scope": _SCOPE, "key": key}, _set(store, key, value, by)) for key, value in values.items()
    ]
    store.transactor.transact({"TransactItems": actions})


def _set(store: Store, key: str, value: str, by: str) -> Change:
    kept = store.vault.seal(value, _context(key)) if key in SECRETS and value else value
    return Change(sets={"value": kept, "changed_at": store.clock.now(), "changed_by": by})


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
