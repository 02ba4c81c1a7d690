"""Log entries: reading the ledger in time order, and clearing out what is old.

Entries of one user lie together in order of request id, which is order of time. All entries are found through
``by_time``, a few partitions a month that are merged here. Reads are bounded: a filter that finds little
looks through so many pages and then answers what it has.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from gateway.domain.money import EntryType
from gateway.records import dataclass
from gateway.store.client.expressions import Change, Json, change, delete
from gateway.store.client.lookup import item_at
from gateway.store.client.pages import Part, Place
from gateway.store.context import Store
from gateway.store.money import sums
from gateway.store.money.ledger_sums import carried, carry
from gateway.store.money.ledger_walk import Budget, BudgetSpent, Shard, Walk, beyond
from gateway.store.money.usage_batch import rolled_up
from gateway.store.schema.items import LogItem, OptionItem, row_from
from gateway.store.schema.logs import LogRow
from gateway.store.schema.pynamodb_parts import Condition
from gateway.store.schema.tables import LOG_SHARDS, failure_owner, log_owner, past_owner

_PAGE, _MOST_PAGE = 100, 500  # entries a read asks for: every one, or behind a filter the first
_PURGE_BATCH = 80
_FAILURES_KEPT = 92 * 86_400  # seconds: the most that an operator may choose, and the time they take to go away
# how the buckets of entries begin, those of failed requests, and those of what another gateway noted
_LEDGER, _FAILED, _PAST = "", "failed#", "past#"
_OWNERS = {_LEDGER: log_owner, _FAILED: failure_owner, _PAST: past_owner}
_FIRST = {"scope": "meta", "key": "first_log_month"}
BROUGHT = {"scope": "meta", "key": "brought_months"}  # the first and the last month of that, with a hyphen


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
    after: str = ""  # a request id: only what came after it
    failures: bool = False  # failed requests, too, which are no part of the ledger

    @property
    def kinds(self) -> tuple[str, ...]:
        """Whose partitions are looked through: those of the ledger, of failed requests, or both."""
        if self.type == EntryType.FAILED:
            return (_FAILED,)
        return (_LEDGER, _FAILED) if self.failures and not self.type else (_LEDGER,)


@dataclass(slots=True)
class Found:
    """Rows that matched; ``complete`` is false when the reads ran out before the end. ``next`` is where to go on."""

    rows: list[LogRow] = field(default_factory=list[LogRow])
    details: list[Json] = field(default_factory=list[Json])
    complete: bool = True
    next: Place = ()


def page(store: Store, wanted: LogFilter, part: Part, budget: Budget | None = None, *, whole: bool = False) -> Found:
    """A part of the matching entries, in order of time, the newest first unless ``part`` is ascending.

    ``whole``: with their details, each at its row's place.
    """
    found = Found()
    walk = _walk(store, wanted, part, budget or Budget())
    skip = 0 if part.after else part.offset
    try:
        for place, item in enumerate(walk):
            if place >= skip:
                found.rows.append(_row(item))
                if whole:
                    found.details.append(item.get("details") or {})
            if len(found.rows) == part.count:
                found.next = walk.place()
                break
    except BudgetSpent:
        found.complete = False
        if found.rows or not skip:  # else it stands before the part that is wanted
            found.next = walk.place()
    return found


def total_quota(store: Store, wanted: LogFilter) -> tuple[int, bool]:
    """The sum of quota of the matching entries, and whether that is all: reads are bounded."""
    return _summed(store, wanted, Budget(), lambda entry: entry["quota"])


def count(store: Store, wanted: LogFilter, budget: Budget) -> tuple[int, bool]:
    """How many entries match, and whether that is all."""
    return _summed(store, wanted, budget, lambda _: 1)


def purge(store: Store, before: int, *, most: int = 20_000) -> int:
    """Delete entries older than a time, oldest month first; answers how many (at most ``most``).

    What they moved is added to the owner's carried entry, so a balance stays the sum of its entries, and what was
    used the sum of what was charged. What the roll-up has not added yet stays until it has.
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
    gone += _purge_batch(store, batch)
    return gone + _purge_brought(store, before, most - gone)


def first_month_action(store: Store) -> Json:
    """The action that notes the first month there can be entries of, so that no list looks before it."""
    return change(store.tables.options, _FIRST, Change(defaults={"value": _month(store.clock.now())}))


def _summed(store: Store, wanted: LogFilter, budget: Budget, worth: Callable[[Json], int]) -> tuple[int, bool]:
    total = 0
    try:
        for _, shards in _stretches(store, wanted, Part(), budget, {"attributes_to_get": ["quota", "request_id"]}):
            total += sum(worth(entry) for shard in shards for entry in shard.rest())
    except BudgetSpent:
        return total, False
    return total, True


def _walk(store: Store, wanted: LogFilter, part: Part, budget: Budget) -> Walk:
    size = {"page_size": min(max(part.count, _PAGE), _MOST_PAGE)}
    return Walk(_stretches(store, wanted, part, budget, size), ascending=part.ascending)


def _stretches(
    store: Store, wanted: LogFilter, part: Part, budget: Budget, how: Mapping[str, Any]
) -> Iterator[tuple[str, list[Shard]]]:
    """The partitions that can hold matching entries: the owner's, or month after month its shards."""
    among = _condition(wanted)
    if wanted.user_id:  # tombstones lie among an owner's entries, and in no index
        among &= LogItem.type != int(EntryType.RELEASED)
    begun, *bounds = part.after or ("",)
    begin, brought = _noted(store)

    def shard(query: Callable[..., Any], attribute: Any, bound: str) -> Shard:
        reach = attribute.between(*_reach(wanted, bound, ascending=part.ascending))
        found = query(reach, among, scan_index_forward=part.ascending, **how)
        sifted = _condition(wanted) is not None
        return Shard(found, budget, bound, ascending=part.ascending, sifted=sifted)

    if wanted.user_id:
        kinds = _kinds(wanted, brought)
        queries = [partial(LogItem.query, _OWNERS[kind](wanted.user_id)) for kind in kinds]
        where = bounds or [""] * len(queries)
        yield "", [shard(query, LogItem.request_id, bound) for query, bound in zip(queries, where, strict=True)]
        return
    for month in _ordered(_months(store, wanted, begin), begun, ascending=part.ascending):
        kinds = _kinds(wanted, brought, month)
        buckets = [f"{kind}{month}#{number}" for kind in kinds for number in range(LOG_SHARDS)]
        queries = [partial(LogItem.by_time.query, bucket) for bucket in buckets]
        where = bounds if month == begun else [""] * len(queries)
        yield month, [shard(query, LogItem.sort, bound) for query, bound in zip(queries, where, strict=True)]


def _reach(wanted: LogFilter, bound: str, *, ascending: bool) -> tuple[str, str]:
    """The first and the last request id that can match, beyond what was looked at already."""
    low = _stamp(wanted.start) if wanted.start > 0 else "1"
    low = max(low, wanted.after + " ") if wanted.after else low
    high = _stamp(wanted.end) + "~" if wanted.end > 0 else "~"
    if bound and ascending:
        low = max(low, beyond(bound, ascending=True))
    elif bound:
        high = min(high, beyond(bound, ascending=False))
    return low, max(low, high)


def _ordered(months: list[str], begun: str, *, ascending: bool) -> list[str]:
    """Months, newest first, in the wanted order and from where an earlier walk had come."""
    if ascending:
        return [month for month in reversed(months) if month >= begun]
    return [month for month in months if not begun or month <= begun]


def _condition(wanted: LogFilter) -> Condition | None:
    condition: Condition | None = None
    for attribute, value in (
        (LogItem.type, 0 if wanted.type == EntryType.FAILED else wanted.type),  # those have partitions of their own
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


def _kinds(wanted: LogFilter, brought: tuple[str, str], month: str = "") -> tuple[str, ...]:
    """Whose partitions are looked through; of a month, if one is named."""
    first, last = brought
    past = last and wanted.kinds != (_FAILED,) and first <= (month or first) <= last
    return (*wanted.kinds, _PAST) if past else wanted.kinds


def brought_months(store: Store) -> tuple[str, str]:
    """The first and the last month that another gateway noted something of; empty where nothing came along."""
    return _noted(store)[1]


def _noted(store: Store) -> tuple[str, tuple[str, str]]:
    """The first month that lists look in, and ``brought_months``, in one read."""
    items = OptionItem.query(BROUGHT["scope"], consistent_read=True)  # a handful; roles may not read several by key
    found: dict[str, str] = {item.key: item.value or "" for item in items}
    first, _, last = found.get(BROUGHT["key"], "").partition("-")
    begun = found.get(_FIRST["key"]) or _year_ago(store)
    return min(begun, first) if first else begun, (first, last)


def _months(store: Store, wanted: LogFilter, begin: str) -> list[str]:
    """The months a question covers that are not before one, newest first."""
    first = max(begin, _month(wanted.start) if wanted.start > 0 else "", wanted.after[:6])
    if wanted.kinds == (_FAILED,):
        first = max(first, _month(store.clock.now() - _FAILURES_KEPT))
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
    noted = item_at(OptionItem, *_FIRST.values())
    return _year_ago(store) if noted is None else noted.value


def _year_ago(store: Store) -> str:
    return _month(store.clock.now() - 366 * 86_400)


def _oldest_first(store: Store, before: int) -> Iterator[LogRow]:
    reach, cursors = LogItem.sort < _stamp(before), sums.cursors()
    for month in reversed(_months(store, LogFilter(end=before), first_month(store))):
        queries = (LogItem.by_time.query(f"{month}#{shard}", reach) for shard in range(LOG_SHARDS))
        shards = [Shard(query, Budget(1_000_000)) for query in queries]
        yield from (_row(item) for item in Walk([(month, shards)], ascending=True) if rolled_up(item, cursors))


def _purge_batch(store: Store, rows: list[LogRow]) -> int:
    return sum(
        _purge_owner(store, [row for row in rows if row.user_id == owner]) for owner in {r.user_id for r in rows}
    )


def _purge_brought(store: Store, before: int, most: int) -> int:
    """The same of what another gateway noted, which nothing is the sum of."""
    begin, (first, last) = _noted(store)
    gone = 0
    for month in reversed(_months(store, LogFilter(end=before), begin)):
        if not first or not first <= month <= last:
            continue
        for number in range(LOG_SHARDS):
            found = LogItem.by_time.query(
                f"{_PAST}{month}#{number}", LogItem.sort < _stamp(before), limit=max(0, most - gone)
            )
            keys = [{"owner": item.owner, "request_id": item.request_id} for item in found] if most > gone else []
            for start in range(0, len(keys), _PURGE_BATCH):
                some = [delete(store.tables.logs, key) for key in keys[start : start + _PURGE_BATCH]]
                store.transactor.transact({"TransactItems": some})
            gone += len(keys)
    return gone


def _purge_owner(store: Store, rows: list[LogRow]) -> int:
    owner = log_owner(rows[0].user_id)
    actions = [
        delete(store.tables.logs, {"owner": owner, "request_id": row.request_id}, expected={"id": row.id})
        for row in rows
    ]
    actions.append(carry(store.tables, rows[0].user_id, carried(rows), rows[-1].request_id))
    # Another purge may have taken some of them; what is left is taken by the next.
    return len(rows) if store.attempt(actions) else 0


def _row(item: Json) -> LogRow:
    return row_from(LogRow, item)


def _stamp(seconds: int) -> str:
    """How request ids of this second begin; times out of the calendar are its ends."""
    return datetime.fromtimestamp(max(0, min(seconds, 253_402_300_799)), UTC).strftime("%Y%m%d%H%M%S")


def _month(seconds: int) -> str:
    return _stamp(seconds)[:6]
