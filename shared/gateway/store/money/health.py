"""Reading what was counted of health (``health_keys.py``): by channel, or by group, with model and hour."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.records import dataclass
from gateway.store.client.attributes import Item, from_item
from gateway.store.money.health_keys import END, FAULTS, FIRST, channel_prefix, health_owner, served_owner
from gateway.store.money.ledger_walk import Budget, BudgetSpent
from gateway.store.schema.items import UsageItem
from gateway.store.schema.tables import SEPARATOR

_HOUR = 3600


@dataclass(slots=True)
class Health:
    """What happened in some hours. ``first`` and ``end`` are how many times belong to which step of a histogram."""

    requests: int = 0
    failures: int = 0
    quota: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    faults: dict[str, int] = field(default_factory=dict[str, int])
    first: dict[int, int] = field(default_factory=dict[int, int])
    end: dict[int, int] = field(default_factory=dict[int, int])
    failed_at: int = 0
    failed_kind: str = ""
    failed_text: str = ""

    def add(self, item: Mapping[str, Any]) -> None:
        """One item more."""
        self.requests += item.get("request_count") or 0
        self.failures += item.get("failures") or 0
        self.quota += item.get("quota") or 0
        self.prompt_tokens += item.get("prompt_tokens") or 0
        self.cached_tokens += item.get("cached_tokens") or 0
        for name, number in item.items():
            _count(self.faults, name, FAULTS, number, str)
            _count(self.first, name, FIRST, number, int)
            _count(self.end, name, END, number, int)
        if (item.get("failed_at") or 0) > self.failed_at:
            self.failed_at, self.failed_kind = item["failed_at"], item["failed_kind"]
            self.failed_text = item.get("failed_text") or ""


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One item: of whom (a channel's number, or a group), which model, in the hour that began then (unix seconds)."""

    whose: str
    model: str
    hour: int
    item: Item


@dataclass(slots=True)
class Read:
    """Rows, and whether they are all: reads are bounded."""

    rows: list[HealthRow] = field(default_factory=list[HealthRow])
    complete: bool = True


def of_channels(now: int, hours: int, budget: Budget, channel_id: int = 0) -> Read:
    """What happened at every channel, or at one, in so many hours, this one included."""
    prefix = channel_prefix(channel_id) if channel_id else ""
    return _read([health_owner(day) for day in _days(now, hours)], prefix, now // _HOUR * _HOUR, hours, budget)


def of_customers(now: int, hours: int, budget: Budget) -> Read:
    """What customers met, by group."""
    return _read([served_owner(day) for day in _days(now, hours)], "", now // _HOUR * _HOUR, hours, budget)


def _read(owners: Iterable[str], prefix: str, hour: int, hours: int, budget: Budget) -> Read:
    read, since = Read(), hour - (hours - 1) * _HOUR
    try:
        for owner in owners:
            found = (_row(item) for item in _items(owner, prefix, budget))
            read.rows += [row for row in found if since <= row.hour <= hour]
    except BudgetSpent:
        read.complete = False
    return read


def _items(owner: str, prefix: str, budget: Budget) -> Iterator[Item]:
    begins = UsageItem.day_model.startswith(prefix) if prefix else None
    budget.spend()
    for answer in UsageItem.query(owner, begins).page_iter:
        yield from (from_item(item) for item in answer.get("Items", []))
        if answer.get("LastEvaluatedKey"):
            budget.spend()


def _row(item: Item) -> HealthRow:
    day = datetime.strptime(item["owner"].partition("#")[2], "%Y-%m-%d").replace(tzinfo=UTC)
    whose, hour, model = item["day_model"].split(SEPARATOR, 2)
    return HealthRow(whose, model, int(day.timestamp()) + int(hour) * _HOUR, item)


def _days(now: int, hours: int) -> list[str]:
    """The days that these hours lie in, the newest first."""
    last, first = (datetime.fromtimestamp(at, UTC).date() for at in (now, now - (hours - 1) * _HOUR))
    return [(last - timedelta(days=ago)).isoformat() for ago in range((last - first).days + 1)]


def _count(counts: dict[Any, int], name: str, prefix: str, number: Any, key: type[Any]) -> None:
    rest = name.removeprefix(prefix)
    if rest != name and (key is str or rest.isdigit()):
        counts[key(rest)] = counts.get(key(rest), 0) + number
