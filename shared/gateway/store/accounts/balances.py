"""Balances as people see them: what is free of an account over all its parts, and what requests under way hold of it.

What is shown as quota is both together, as one-api means it, and never less than zero; ``held`` and ``debt`` stand
beside it. ``quota - debt`` is what the entries of the account add up to, whatever is under way.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.errors import StoreError
from gateway.records import dataclass
from gateway.store.client.lookup import row_at
from gateway.store.context import Store
from gateway.store.money.wallet import HOLDS
from gateway.store.money.wallet_parts import Balance, gathering
from gateway.store.schema.items import UserItem, plain
from gateway.store.schema.tables import user_key, wallet_key
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow, held

_ATTEMPTS = 5
_SHARED = ("quota", "used_quota", "request_count")  # what parts have beside holds


class Held(StoreError):
    """A balance cannot be set as low as that: ``amount`` of it is held by requests under way."""

    def __init__(self, amount: int) -> None:
        super().__init__(f"{amount} is held by requests under way")
        self.amount = amount


@dataclass(frozen=True, slots=True)
class Shown:
    """A balance as it is shown."""

    quota: int
    held: int
    debt: int


def shown(free: int, holds: Mapping[str, Any]) -> Shown:
    """What is free and what is held, as it is shown."""
    kept = held({HOLDS: holds})
    return Shown(max(0, free + kept), kept, max(0, -free - kept))


def of_account(row: UserRow) -> Shown:
    """The balance of an account that is whole."""
    return shown(row.quota, row.holds)


def of_token(row: TokenRow) -> Shown:
    """What is left of a token; one without a limit shows the number it was given, which nobody decides by."""
    return Shown(row.remain_quota, 0, 0) if row.unlimited_quota else shown(row.remain_quota, row.holds)


def difference(free: int, holds: Mapping[str, Any], wanted: int) -> int:
    """What to add so that ``wanted`` is shown; 0 where it is shown already. Raises ``Held`` rather than owe.

    A form that is sent back as it was shown changes nothing, so it forgives no debt either.
    """
    known = shown(free, holds)
    if known.quota == wanted:
        return 0
    delta = wanted - (free + known.held)
    if delta < 0 and free + delta < 0:
        raise Held(known.held)
    return delta


def wholes(store: Store, rows: Sequence[UserRow]) -> list[UserRow]:
    """Accounts with what their parts have added to quota, holds and sums. Only those that have parts cost a read."""
    keys = [wallet_key(row.id, part) for row in rows for part in range(1, row.parts + 1)]
    parts: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in UserItem.batch_get(keys, consistent_read=True) if keys else ():
        parts[item.pk.split("#")[1]].append(plain(item))
    return [_added(row, parts[str(row.id)]) if row.parts else row for row in rows]


def whole(store: Store, row: UserRow) -> UserRow:
    """One account like ``wholes``, read again where its parts moved meanwhile: moving them writes the account too."""
    for _ in range(_ATTEMPTS):
        if not row.parts:
            return row
        (found,), before = wholes(store, [row]), row
        row = row_at(UserRow, UserItem, user_key(row.id)) or row
        if (row.quota, row.parts) == (before.quota, before.parts):
            return found
    return wholes(store, [row])[0]


def gather(store: Store, user_id: int) -> None:
    """Put what is free of an account's parts together in its own item, so that it can be taken from there."""
    for _ in range(_ATTEMPTS):
        row = row_at(UserRow, UserItem, user_key(user_id))
        if row is None or not row.parts:
            return
        keys = [wallet_key(user_id, part) for part in range(1, row.parts + 1)]
        items = [plain(item) for item in UserItem.batch_get(keys, consistent_read=True)]
        actions = gathering(store.tables, user_id, items, spread=False)
        if not actions or store.attempt(actions):
            return
    raise StoreError(f"the parts of account {user_id} keep moving")


def _added(row: UserRow, parts: Sequence[Mapping[str, Any]]) -> UserRow:
    own = {name: getattr(row, name) for name in (*_SHARED, HOLDS)}
    total = Balance.of([own, *parts])
    holds: dict[str, Any] = {}
    for item in (own, *parts):
        holds |= item.get(HOLDS) or {}
    return replace(row, quota=total.free, holds=holds, used_quota=total.used_quota, request_count=total.request_count)
