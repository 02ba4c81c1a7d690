"""Accounts by what they are: among the newest thousand, since no index knows of groups, roles, states or use."""

from collections.abc import Callable

from gateway.records import dataclass
from gateway.store.accounts import balances
from gateway.store.accounts.users import MOST_SORTED
from gateway.store.client.lookup import rows_at
from gateway.store.client.pages import Page, Part, Place, by_column, of_rows
from gateway.store.context import Store
from gateway.store.schema.items import UserItem
from gateway.store.schema.users import UserRow


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFilter:
    """What is wanted; an empty group, 0 and no time mean any. Times in unix seconds."""

    group: str = ""
    role: int = 0
    status: int = 0
    seen_after: int = 0
    seen_before: int = 0

    def passes(self, row: UserRow) -> bool:
        """Whether an account is wanted."""
        return (
            self.group in ("", row.group)
            and self.role in (0, row.role)
            and self.status in (0, row.status)
            and row.seen_time >= self.seen_after
            and (not self.seen_before or row.seen_time < self.seen_before)
        )


def page(store: Store, part: Part, wanted: UserFilter) -> tuple[Page[UserRow], int]:
    """A part of the wanted accounts, whole, and how many those are."""
    newest = UserItem.by_id.query("user", scan_index_forward=False, limit=MOST_SORTED)
    found = [row for row in rows_at(UserRow, UserItem, [item.pk for item in newest]) if wanted.passes(row)]
    shown = of_rows(balances.wholes(store, found) if part.sort == "quota" else found, part, _key(part.sort))
    rows = shown.rows if part.sort == "quota" else balances.wholes(store, shown.rows)
    return Page(rows, shown.next), len(found)


def _key(sort: str) -> Callable[[UserRow], Place]:
    if sort == "quota":
        return lambda row: (balances.of_account(row).quota, row.id)
    return by_column(sort or "id")
