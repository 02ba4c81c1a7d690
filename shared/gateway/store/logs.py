"""Log entries: reading the ledger in time order, and clearing out what is old.

Entries of one user lie together in order of request id, which is order of time. All entries are found through
``by_time``, a few partitions a month that are merged here. Reads are bounded: a filter that finds little
looks through so many pages and then answers what it has.
"""

import heapq
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from gateway.domain.money import EntryType
from gateway.store.attributes import from_item
from gateway.store.books import CARRIED, carried
from gateway.store.context import Store
from gateway.store.lookup import item_at
from gateway.store.models import LogItem, OptionItem
from gateway.store.rows import LogRow, row_from
from gateway.store.tables import LOG_SHARDS, log_owner
from gateway.store.writes import Change, Json, change, delete

MOST_READS = 60  # pages of up to a megabyte that one question may read
_PAGE = 100  # entries a read asks for when nearly every one will be shown
_PURGE_BATCH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which entries: 0 or empty means any. Times in unix seconds, both ends included."""

    user_id: int = 0
    type: int = 0
    start: int = 0
    end: int = 0
    model_name: str = ""
    username: str = ""
    token_name: str = ""
    channel: int = 0
    keyword: str = ""  # a type's number, or how the content begins
    response_id: str = ""  # the provider's


@dataclass(slots=True)
class Budget:
    """How many pages may still be read."""

    reads: int = MOST_READS

    def spend(self) -> None:
        if self.reads <= 0:
            raise BudgetSpent
        self.reads -= 1


class BudgetSpent(Exception):
    """The answer would need more reads than one question may cost."""


@dataclass(slots=True)
class Found:
    """Rows that matched, newest first; ``complete`` is false when the reads ran out before the end."""

    rows: list[LogRow] = field(default_factory=list[LogRow])
    complete: bool = True


def page(store: Store, wanted: LogFilter, *, offset: int, count: int) -> Found:
    """A page of the matching entries, newest first."""
    found = Found()
    skip = offset
    try:
        for row in _matching(store, wanted, Budget()):
            if skip:
                skip -= 1
                continue
            found.rows.append(row)
            if len(found.rows) == count:
                break
    except BudgetSpent:
        found.complete = False
    return found


def total_quota(store: Store, wanted: LogFilter) -> tuple[int, bool]:
    """The sum of quota of the matching entries, and whether that is all: reads are bounded."""
    total, budget = 0, Budget()
    try:
        for query in _partitions(store, wanted, {"attributes_to_get": ["quota"]}):
            total += sum(item["quota"] for item in _entries(query, budget))
    except BudgetSpent:
        return total, False
    return total, True


def purge(store: Store, before: int, *, most: int = 20_000) -> int:
    """Delete entries older than a time, oldest month first; answers how many (at most ``most``).

    What they moved is added to the owner's carried entry, so a balance stays the sum of its entries, and what was
    used the sum of what was charged.
    """
    gone = 0
    batch: list[LogRow] = []
    rows = _oldest_first(store, before)
    for row in rows:
        batch.append(row)
        if len(batch) == _PURGE_BATCH:
            gone += _purge_batch(store, batch)
            batch = []
        if gone >= most:
            break
    return gone + _purge_batch(store, batch)


def first_month_action(store: Store) -> Json:
    """The action that notes the first month there can be entries of, so that no list looks before it."""
    key = {"scope": "meta", "key": "first_log_month"}
    return change(store.tables.options, key, Change(defaults={"value": _month(store.clock.now())}))


def _matching(store: Store, wanted: LogFilter, budget: Budget) -> Iterator[LogRow]:
    """The matching entries, newest first: merged from the shards of a month, month after month."""
    size = {} if _condition(wanted) is not None else {"page_size": _PAGE}
    queries = iter(_partitions(store, wanted, size))
    together = 1 if wanted.user_id else LOG_SHARDS
    while shards := list(itertools.islice(queries, together)):
        merged = heapq.merge(*(_entries(query, budget) for query in shards), key=_request_id, reverse=True)
        yield from map(_row, merged)


def _partitions(store: Store, wanted: LogFilter, how: Mapping[str, Any]) -> Iterator[Any]:
    """A query, newest first, for each partition that can hold matching entries: the owner's, or shards of months."""
    condition = _condition(wanted)
    low = _stamp(wanted.start) if wanted.start > 0 else "1"
    high = _stamp(wanted.end) + "~" if wanted.end > 0 else "~"
    if wanted.user_id:
        reach = LogItem.request_id.between(low, high)
        yield LogItem.query(log_owner(wanted.user_id), reach, condition, scan_index_forward=False, **how)
        return
    reach = LogItem.sort.between(low, high)
    for month, shard in itertools.product(_months(store, wanted), range(LOG_SHARDS)):
        yield LogItem.by_time.query(f"{month}#{shard}", reach, condition, scan_index_forward=False, **how)


def _entries(query: Any, budget: Budget) -> Iterator[Json]:
    """The items of a query, page by page, each page paid from the budget."""
    pages = iter(query.page_iter)
    while True:
        budget.spend()
        try:
            answer = next(pages)
        except StopIteration:
            return
        yield from (from_item(item) for item in answer.get("Items", []))
        if not answer.get("LastEvaluatedKey"):
            return


def _condition(wanted: LogFilter) -> Condition | None:
    condition: Condition | None = None
    for attribute, value in (
        (LogItem.type, wanted.type),
        (LogItem.model_name, wanted.model_name),
        (LogItem.username, wanted.username),
        (LogItem.token_name, wanted.token_name),
        (LogItem.channel_id, wanted.channel),
        (LogItem.details["response_id"], wanted.response_id),
    ):
        if value:
            condition &= attribute == value
    if wanted.keyword:
        begins = LogItem.content.startswith(wanted.keyword)
        of_type = wanted.keyword.isascii() and wanted.keyword.isdigit() and len(wanted.keyword) < 10
        condition &= (begins | (LogItem.type == int(wanted.keyword))) if of_type else begins
    return condition


def _months(store: Store, wanted: LogFilter) -> list[str]:
    """The months a question covers, newest first."""
    first = max(first_month(store), _month(wanted.start) if wanted.start > 0 else "")
    now = store.clock.now() + 86_400
    last = _month(min(wanted.end, now) if wanted.end > 0 else now)
    months: list[str] = []
    year, month = int(last[:4]), int(last[4:])
    while (name := f"{year:04d}{month:02d}") >= first:
        months.append(name)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return months


def first_month(store: Store) -> str:
    """The first month there can be entries of, as ``YYYYMM``."""
    noted = item_at(OptionItem, "meta", "first_log_month")
    return _month(store.clock.now() - 366 * 86_400) if noted is None else noted.value


def _oldest_first(store: Store, before: int) -> Iterator[LogRow]:
    reach = LogItem.sort < _stamp(before)
    for month in reversed(_months(store, LogFilter(end=before))):
        shards = (LogItem.by_time.query(f"{month}#{shard}", reach) for shard in range(LOG_SHARDS))
        merged = heapq.merge(*(_entries(query, Budget(1_000_000)) for query in shards), key=_request_id)
        yield from map(_row, merged)


def _purge_batch(store: Store, rows: list[LogRow]) -> int:
    return sum(
        _purge_owner(store, [row for row in rows if row.user_id == owner]) for owner in {r.user_id for r in rows}
    )


def _purge_owner(store: Store, rows: list[LogRow]) -> int:
    owner = log_owner(rows[0].user_id)
    blank = {"id": 0, "created_at": 0, "type": int(EntryType.SYSTEM), "user_id": rows[0].user_id, "username": ""}
    actions = [
        delete(store.tables.logs, {"owner": owner, "request_id": row.request_id}, expected={"id": row.id})
        for row in rows
    ]
    what = Change(adds=carried(rows), defaults=blank)
    actions.append(change(store.tables.logs, {"owner": owner, "request_id": CARRIED}, what))
    # Another purge may have taken some of them; what is left is taken by the next.
    return len(rows) if store.attempt(actions) else 0


def _request_id(item: Json) -> str:
    return item["request_id"]


def _row(item: Json) -> LogRow:
    return row_from(LogRow, item)


def _stamp(seconds: int) -> str:
    """How request ids of this second begin; times out of the calendar are its ends."""
    return datetime.fromtimestamp(max(0, min(seconds, 253_402_300_799)), UTC).strftime("%Y%m%d%H%M%S")


def _month(seconds: int) -> str:
    return _stamp(seconds)[:6]
