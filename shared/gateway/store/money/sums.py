"""Reading the sums of consumption that ``usage.py`` keeps.

Sums of a time are added up here, in so many reads and no more: ``complete`` says whether they were enough.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from gateway.records import dataclass
from gateway.store.client.attributes import Item, from_item
from gateway.store.client.pages import Page, Part, of_query
from gateway.store.money.ledger_walk import Budget, BudgetSpent
from gateway.store.money.usage import CURSOR
from gateway.store.money.usage_batch import COSTS, COUNTS, SHADOWS
from gateway.store.money.usage_keys import EVERYBODY
from gateway.store.schema.items import UsageItem
from gateway.store.schema.pynamodb_parts import Condition
from gateway.store.schema.tables import LOG_SHARDS

__all__ = ["EVERYBODY", "UsageRow", "between", "count", "counted_until", "cursors", "page", "summed"]


SUMS = (*COUNTS, *COSTS, *SHADOWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """What was consumed under one key: on a ``day``, or in a whole time, where that is empty.

    ``name`` is what the token or account was called last, ``user_id`` whose token it is.
    """

    key: str
    counts: dict[str, int]
    day: str = ""
    name: str = ""
    user_id: int = 0


@dataclass(slots=True)
class Summed:
    """Sums of a time by key, and all together; if ``keeps``, ``rows`` are those of its days, the newest first."""

    keeps: bool = False
    rows: list[UsageRow] = field(default_factory=list[UsageRow])
    by_key: dict[str, UsageRow] = field(default_factory=dict[str, UsageRow])
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SUMS, 0))
    complete: bool = True

    def add(self, row: UsageRow) -> None:
        """One day more; the newest comes first, and its names stay."""
        if self.keeps:
            self.rows.append(row)
        blank = UsageRow(key=row.key, counts=dict.fromkeys(SUMS, 0), name=row.name, user_id=row.user_id)
        _add(self.by_key.setdefault(row.key, blank).counts, row.counts)
        _add(self.total, row.counts)

    def top(self) -> list[UsageRow]:
        """By key, the dearest first."""
        return sorted(self.by_key.values(), key=lambda row: (-row.counts["quota"], row.key))

    def by_day(self, most: int) -> list[UsageRow]:
        """By day, the oldest first, and key; all but the ``most`` dearest keys are one row with an empty key."""
        shown = {row.key for row in self.top()[:most]}
        found: dict[tuple[str, str], UsageRow] = {}
        for row in reversed(self.rows):
            key, name = (row.key, row.name) if row.key in shown else ("", "")
            blank = UsageRow(day=row.day, key=key, counts=dict.fromkeys(SUMS, 0), name=name, user_id=row.user_id)
            _add(found.setdefault((row.day, key), blank).counts, row.counts)
        return list(found.values())


def page(partition: str, first_day: str, last_day: str, part: Part) -> Page[UsageRow]:
    """A part of the sums of a partition from one day to another (``YYYY-MM-DD``, both included), in order of days."""
    found = of_query(partial(UsageItem.query, partition, _reach(first_day, last_day)), part, ("owner", "day_model"))
    return Page([_row(item) for item in found.rows], found.next)


def count(partition: str, first_day: str, last_day: str) -> int:
    """How many sums there are in this time."""
    return UsageItem.count(partition, _reach(first_day, last_day))


def between(partition: str, first_day: str, last_day: str) -> list[UsageRow]:
    """The sums of a partition from one day to another (``YYYY-MM-DD``, both included), oldest first."""
    query: Any = UsageItem.query(partition, _reach(first_day, last_day))
    return [_row(item) for item in _items(query.page_iter)]


def summed(partition: str, first_day: str, last_day: str, budget: Budget, *, keeps: bool = False) -> Summed:
    """What the days come to, the newest read first; ``keeps`` the days themselves too."""
    found = Summed(keeps)
    query: Any = UsageItem.query(partition, _reach(first_day, last_day), scan_index_forward=False)
    try:
        for item in _items(_within(query.page_iter, budget)):
            found.add(_row(item))
    except BudgetSpent:
        found.complete = False
    return found


def cursors() -> dict[int, str]:
    """The request id up to which each shard of the ledger was added."""
    query: Any = UsageItem.query(CURSOR, consistent_read=True)
    return {int(item["day_model"]): item["request_id"] for item in _items(query.page_iter)}


def counted_until() -> int:
    """Every request that began before this time, in unix seconds, is in the sums; 0: none was counted yet."""
    reached = cursors()
    if len(reached) < LOG_SHARDS:
        return 0
    return _moment(min(reached.values())[:14])


def _moment(stamp: str) -> int:
    """The time an id begins with. Cursors end one below a whole second, which may be no time: then that second."""
    for digits in (stamp, str(int(stamp) + 1)):
        with suppress(ValueError):
            return int(datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
    raise ValueError(f"no time: {stamp}")


def _add(sums: dict[str, int], counts: Mapping[str, int]) -> None:
    for name in SUMS:
        sums[name] += counts[name]


def _within(pages: Iterator[Item], budget: Budget) -> Iterator[Item]:
    budget.spend()
    for answer in pages:
        yield answer
        if answer.get("LastEvaluatedKey"):
            budget.spend()


def _items(pages: Iterable[Item]) -> Iterator[Item]:
    return (from_item(item) for answer in pages for item in answer.get("Items", []))


def _reach(first_day: str, last_day: str) -> Condition:
    return UsageItem.day_model.between(first_day, last_day + "~")


def _row(item: Item) -> UsageRow:
    day, _, key = item["day_model"].partition("#")
    counts = {name: int(item.get(name) or 0) for name in SUMS}
    return UsageRow(day=day, key=key, counts=counts, name=item.get("name") or "", user_id=item.get("user_id") or 0)
