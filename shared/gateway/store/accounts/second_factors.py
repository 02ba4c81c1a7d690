"""Second factors of accounts: ``factor#<user id>`` in the users table, in no index.

The secret is sealed, backup codes are hashes. A code works once: the step it belongs to must be later than the last
one used, and a backup code is taken off the list, both as conditions of the write.
"""

from typing import Any

from gateway.records import dataclass
from gateway.security import totp
from gateway.security.credentials import hash_key
from gateway.security.generated import alphanumeric
from gateway.store.client.expressions import Change, change, delete, put
from gateway.store.client.lookup import attributes_at
from gateway.store.context import Store
from gateway.store.schema.items import UserItem

BACKUP_CODES = 10
_LENGTH = 10  # characters of a backup code: 59 bits


@dataclass(frozen=True, slots=True)
class Factor:
    """``confirmed``: a code was given, so signing in asks for one."""

    user_id: int
    sealed_secret: str
    confirmed: bool
    last_step: int
    backup: tuple[str, ...]  # hashes


def get(store: Store, user_id: int) -> Factor | None:
    """The account's second factor, confirmed or not."""
    item = attributes_at(UserItem, _key(user_id))
    if item is None:
        return None
    return Factor(user_id, item["sealed_secret"], item["confirmed"], item["last_step"], tuple(item.get("backup") or ()))


def enrol(store: Store, user_id: int) -> str | None:
    """A fresh secret that is not confirmed yet; ``None`` if the account has a confirmed one."""
    secret = totp.new_secret()
    item = {
        "pk": _key(user_id),
        "user_id": user_id,
        "sealed_secret": store.vault.seal(secret, _key(user_id)),
        "confirmed": False,
        "last_step": 0,
    }
    known = get(store, user_id)
    if known is not None and known.confirmed:
        return None
    expected = {"pk": None} if known is None else {"confirmed": False}
    return secret if store.attempt([put(store.tables.users, item, expected=expected)]) else None


def confirm(store: Store, factor: Factor, code: str) -> list[str] | None:
    """Switch the factor on with a first code; answers the backup codes, this once, or ``None`` if it is wrong."""
    step = _step(store, factor, code)
    if factor.confirmed or step is None:
        return None
    codes = _fresh_codes()
    sets = {"confirmed": True, "last_step": step, "backup": [hash_key(code) for code in codes]}
    expected = {"confirmed": False, "sealed_secret": factor.sealed_secret}
    return codes if _change(store, factor, sets, expected) else None


def prove(store: Store, factor: Factor, code: str) -> bool:
    """Whether this is a code of the factor, or one of its backup codes; either is used up."""
    code = code.strip()
    step = _step(store, factor, code)
    if step is not None and step > factor.last_step:
        return _change(store, factor, {"last_step": step}, {"last_step": factor.last_step})
    hashed = hash_key(code.replace("-", ""))
    if hashed not in factor.backup:
        return False
    left = [kept for kept in factor.backup if kept != hashed]
    return _change(store, factor, {"backup": left}, {"backup": list(factor.backup)})


def renew_backup(store: Store, factor: Factor) -> list[str]:
    """New backup codes; the old ones are void."""
    codes = _fresh_codes()
    _change(store, factor, {"backup": [hash_key(code) for code in codes]}, {"confirmed": True})
    return codes


def remove(store: Store, user_id: int) -> None:
    """Switch it off."""
    store.transactor.transact({"TransactItems": [delete(store.tables.users, {"pk": _key(user_id)})]})


def _step(store: Store, factor: Factor, code: str) -> int | None:
    secret = store.vault.open(factor.sealed_secret, _key(factor.user_id))
    return totp.matching_step(secret, code.strip(), store.clock.now())


def _change(store: Store, factor: Factor, sets: dict[str, Any], expected: dict[str, Any]) -> bool:
    what = Change(sets=sets, expected=expected)
    return store.attempt([change(store.tables.users, {"pk": _key(factor.user_id)}, what)])


def _fresh_codes() -> list[str]:
    return [alphanumeric(_LENGTH) for _ in range(BACKUP_CODES)]


def _key(user_id: int) -> str:
    return f"factor#{user_id}"
