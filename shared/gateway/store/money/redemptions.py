"""Redemption codes: ``code#<id>`` is the code, ``key#<hash>`` the marker that finds it by what the user types."""

from dataclasses import replace
from functools import partial
from typing import Any

from gateway.domain.money import EntryType
from gateway.errors import StoreError
from gateway.security.credentials import hash_key
from gateway.security.generated import hex_token
from gateway.store.client.expressions import Change, Json, change_existing, delete, put_new
from gateway.store.client.lookup import item_at, numbers, row_at, rows_at
from gateway.store.client.pages import Page, Part, by_column, of_query, of_rows
from gateway.store.context import Store
from gateway.store.money.entries import Movement, movement_actions
from gateway.store.schema.items import RedemptionItem, values_of
from gateway.store.schema.redemptions import RedemptionRow
from gateway.store.schema.users import UserRow
from gateway.store.settings.sequence import next_ids

UNUSED, DISABLED, USED = 1, 2, 3  # one-api's status numbers
MOST_SORTED = 1_000  # newest codes that a list looks at which no index sorts
SORTED_HERE = ("quota", "status", "redeemed_time")

_KIND = "redemption"


def get(store: Store, code_id: int) -> RedemptionRow | None:
    """A code by number."""
    return row_at(RedemptionRow, RedemptionItem, f"code#{code_id}")


def find(store: Store, key: str) -> RedemptionRow | None:
    """A code by what its holder types."""
    marker = item_at(RedemptionItem, f"key#{hash_key(key)}")
    return None if marker is None else get(store, int(marker.code_id))


def opened(store: Store, row: RedemptionRow) -> str:
    """The code itself."""
    return store.vault.open(row.sealed_key, _context(row.id))


def count(store: Store) -> int:
    """How many codes there are."""
    return RedemptionItem.by_id.count("redemption")


def page(store: Store, part: Part) -> Page[RedemptionRow]:
    """A part of the codes: by number, by ``name``, or by a column of ``SORTED_HERE``."""
    if part.sort in SORTED_HERE:
        newest = RedemptionItem.by_id.query(_KIND, scan_index_forward=False, limit=MOST_SORTED)
        rows = rows_at(RedemptionRow, RedemptionItem, [item.pk for item in newest])
        return of_rows(rows, part, by_column(part.sort))
    index, column = (RedemptionItem.by_name, "name") if part.sort == "name" else (RedemptionItem.by_id, "id")
    found = of_query(partial(index.query, _KIND), part, ("kind", column, "pk"))
    return Page(rows_at(RedemptionRow, RedemptionItem, [item["pk"] for item in found.rows]), found.next)


def search(store: Store, keyword: str, *, limit: int) -> list[RedemptionRow]:
    """Codes whose name begins so or whose number it is; the oldest first."""
    if not keyword:
        return page(store, Part(count=limit)).rows
    keys = {f"code#{number}" for number in numbers(keyword)}
    named = RedemptionItem.by_name.query("redemption", RedemptionItem.name.startswith(keyword), limit=limit)
    keys |= {item.pk for item in named}
    return sorted(rows_at(RedemptionRow, RedemptionItem, list(keys)), key=lambda row: row.id)[:limit]


class Interrupted(StoreError):
    """Not all codes that were wanted could be written; ``keys`` are those that were."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(f"{len(keys)} codes were made")
        self.keys = keys


def create(store: Store, wanted: RedemptionRow, count: int) -> dict[int, str]:
    """Make ``count`` codes alike; answers them by number. Forty at most are written at once, whole.

    Raises ``Interrupted``.
    """
    rows: list[tuple[RedemptionRow, str]] = []
    for code_id in next_ids(store, "redemption", count):
        key = hex_token()
        rows.append((with_key(store, replace(wanted, id=code_id, created_time=store.clock.now()), key), key))
    for start in range(0, count, 40):
        actions = [action for row, _ in rows[start : start + 40] for action in create_actions(store, row)]
        try:
            store.transactor.transact({"TransactItems": actions})
        except StoreError as error:
            raise Interrupted([key for _, key in rows[:start]]) from error
    return {row.id: key for row, key in rows}


def with_key(store: Store, wanted: RedemptionRow, key: str) -> RedemptionRow:
    """A code as it is kept: found by its hash, sealed to be shown."""
    return replace(wanted, key_hash=hash_key(key), sealed_key=store.vault.seal(key, _context(wanted.id)))


def create_actions(store: Store, row: RedemptionRow) -> list[Json]:
    """The code and its marker, for a transaction."""
    table = store.tables.redemptions
    item = {"pk": f"code#{row.id}", "kind": _KIND} | values_of(row)
    marker = {"pk": f"key#{row.key_hash}", "code_id": row.id}
    return [put_new(table, item, "pk"), put_new(table, marker, "pk")]


def change(store: Store, row: RedemptionRow, changes: dict[str, Any]) -> RedemptionRow | None:
    """Set the named attributes of a code that nobody has used; ``None`` if somebody has, or it is gone."""
    what = Change(sets=changes, expected={"status": row.status})
    action = change_existing(store.tables.redemptions, {"pk": f"code#{row.id}"}, what)
    return get(store, row.id) if store.attempt([action]) else None


def remove(store: Store, row: RedemptionRow) -> bool:
    """Delete a code; ``False`` if it was gone."""
    actions = [
        delete(store.tables.redemptions, {"pk": f"code#{row.id}"}, expected={"key_hash": row.key_hash}),
        delete(store.tables.redemptions, {"pk": f"key#{row.key_hash}"}),
    ]
    return store.attempt(actions)


def redeem(store: Store, row: RedemptionRow, user: UserRow, content: str) -> bool:
    """Credit the code to a user, once; ``False`` if it was used, switched off or changed meanwhile."""
    used = Change(
        sets={"status": USED, "redeemed_time": store.clock.now(), "redeemed_by": user.id},
        expected={"status": UNUSED, "quota": row.quota},
    )
    movement = Movement(user_id=user.id, username=user.username, delta=row.quota, type=EntryType.TOPUP, content=content)
    actions = [change_existing(store.tables.redemptions, {"pk": f"code#{row.id}"}, used)]
    actions += movement_actions(store.tables, store.clock, movement)
    return store.attempt(actions)


def _context(code_id: int) -> str:
    return f"redemption#{code_id}"
