"""Sums of consumption as the API shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

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


def period(deps: Deps, days: int) -> tuple[str, str]:
    """The first and the last of so many days, today included."""
    today = datetime.fromtimestamp(deps.clock.now(), UTC).date()
    return (today - timedelta(days=days - 1)).isoformat(), today.isoformat()


def shown_counts(counts: Mapping[str, int]) -> Counts:
    """Sums of everything."""
    return Counts(**{name: counts[name] for name in COUNTS})


def shown_sums(deps: Deps, rows: Sequence[UsageRow], by: By) -> list[Sum]:
    """Rows with what their keys are called."""
    names = _channel_names(deps, rows) if by == "channel" else {}
    return [_shown(row, by, names.get(row.key, row.name or row.key)) for row in rows]


def _shown(row: UsageRow, by: By, name: str) -> Sum:
    return Sum(
        day=row.day,
        key=row.key,
        name=name,
        model_name=row.key if by == "model" else "",
        user_id=row.user_id,
        **row.counts,
    )


def _channel_names(deps: Deps, rows: Iterable[UsageRow]) -> dict[str, str]:
    numbers = sorted({int(row.key) for row in rows})
    return {str(row.id): row.name for row in channels.some(deps.store, numbers) if row.name}
