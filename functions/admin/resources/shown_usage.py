"""Sums of consumption as the API shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from admin.openapi.examples import example
from admin.web.deps import Deps
from admin.web.fields import Shown
from gateway.store.channels import channels
from gateway.store.money.sums import UsageRow
from gateway.store.money.usage_batch import COUNTS
from gateway.store.money.usage_keys import By


class Counts(Shown, json_schema_extra=example(request_count=3, quota=159, prompt_tokens=360, completion_tokens=240)):
    """Of a whole time. Quota in quota units."""

    request_count: int
    quota: int
    prompt_tokens: int
    completion_tokens: int


class Cost(
    Shown,
    json_schema_extra=example(cost=120, margin=39, without_cost=0),
):
    """``cost`` is what the requests whose cost is known cost the operator, ``margin`` what those were charged beyond
    it; both absent where none is known. ``without_cost``: how many requests are left out, as nobody knows theirs.
    """

    cost: int | None
    margin: int | None
    without_cost: int


class PricedCounts(Counts, Cost):
    """With what it cost, for administrators."""


class Sum(
    Counts,
    json_schema_extra=example(
        day="2026-01-01",
        key="gpt-4o-mini",
        name="gpt-4o-mini",
        model_name="gpt-4o-mini",
        request_count=3,
        quota=159,
        prompt_tokens=360,
        completion_tokens=240,
    ),
):
    """What was consumed under one key, on one day (UTC); of a whole time ``day`` is empty.

    ``key`` is a model, a group, an hour (``00`` to ``23``, UTC), or the number of a token, channel or account, and
    ``name`` what that is called; ``model_name`` is set where sums are by model, ``user_id`` where they are by token.
    """

    day: str
    key: str
    name: str
    model_name: str
    user_id: int


class PricedSum(Sum, Cost):
    """With what it cost, for administrators."""


def period(deps: Deps, days: int) -> tuple[str, str]:
    """The first and the last of so many days, today included."""
    today = datetime.fromtimestamp(deps.clock.now(), UTC).date()
    return (today - timedelta(days=days - 1)).isoformat(), today.isoformat()


def shown_counts(counts: Mapping[str, int]) -> Counts:
    """Sums of everything."""
    return Counts(**_counts(counts))


def priced_counts(counts: Mapping[str, int]) -> PricedCounts:
    """The same with what it cost."""
    return PricedCounts(**_counts(counts), **_cost(counts))


def shown_sums(rows: Iterable[UsageRow], by: By) -> list[Sum]:
    """Rows of an account's own, with what their keys are called."""
    return [Sum.model_validate(_fields(row, by) | _counts(row.counts)) for row in rows]


def priced_sums(deps: Deps, rows: Sequence[UsageRow], by: By) -> list[PricedSum]:
    """Rows with what their keys are called, and what they cost."""
    names = _channel_names(deps, rows) if by == "channel" else {}
    named = [replace(row, name=names.get(row.key, row.name)) for row in rows]
    return [PricedSum.model_validate(_fields(row, by) | _counts(row.counts) | _cost(row.counts)) for row in named]


def _fields(row: UsageRow, by: By) -> dict[str, Any]:
    return {
        "day": row.day,
        "key": row.key,
        "name": row.name or row.key,
        "model_name": row.key if by == "model" else "",
        "user_id": row.user_id,
    }


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in COUNTS}


def _cost(counts: Mapping[str, int]) -> dict[str, Any]:
    known = counts["costed_count"] > 0
    return {
        "cost": counts["cost"] if known else None,
        "margin": counts["costed_quota"] - counts["cost"] if known else None,
        "without_cost": counts["request_count"] - counts["costed_count"],
    }


def _channel_names(deps: Deps, rows: Iterable[UsageRow]) -> dict[str, str]:
    numbers = sorted({int(row.key) for row in rows})
    return {str(row.id): row.name for row in channels.some(deps.store, numbers) if row.name}
