"""Health as the API shows it: how many, how many of them failed, and how long they took."""

from collections.abc import Callable, Iterable
from typing import Any

from admin.openapi.examples import example
from admin.web.fields import Shown
from gateway.domain.histogram import percentile
from gateway.store.money.health import Health, HealthRow


class Times(Shown, json_schema_extra=example(requests=120, success=0.975, ttft_p50=500, ttft_p95=1500)):
    """``success`` is the share of requests that did not fail, null where there were none; times in milliseconds, to the
    first piece of a stream (``ttft``) and to the end: the end of the step of a histogram that so many lie in, 0 where
    nothing was measured."""

    requests: int
    failures: int
    success: float | None
    ttft_p50: int
    ttft_p95: int
    p50: int
    p95: int


class Hour(Times, json_schema_extra=example(hour=1_767_225_600, requests=120, success=0.975)):
    """``hour``: when it began, in unix seconds."""

    hour: int


def times(health: Health) -> dict[str, Any]:
    """The fields of ``Times``."""
    good = health.requests - health.failures
    return {
        "requests": health.requests,
        "failures": health.failures,
        "success": round(good / health.requests, 4) if health.requests else None,
        "ttft_p50": percentile(health.first, 0.5),
        "ttft_p95": percentile(health.first, 0.95),
        "p50": percentile(health.end, 0.5),
        "p95": percentile(health.end, 0.95),
    }


def grouped(rows: Iterable[HealthRow], key: Callable[[HealthRow], str]) -> dict[str, list[HealthRow]]:
    """Rows that belong together, in order of their keys."""
    found: dict[str, list[HealthRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return dict(sorted(found.items()))


def added(rows: Iterable[HealthRow]) -> Health:
    """All of them together."""
    health = Health()
    for row in rows:
        health.add(row.item)
    return health


def by_hour(rows: Iterable[HealthRow]) -> list[Hour]:
    """Hour by hour, the oldest first; hours without a request are left out."""
    hours: dict[int, list[HealthRow]] = {}
    for row in rows:
        hours.setdefault(row.hour, []).append(row)
    return [Hour(hour=hour, **times(added(those))) for hour, those in sorted(hours.items())]
