"""What requests would have cost at another gateway's prices, beside what they did cost, by model and day."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.resources.shown_usage import period
from admin.resources.usage import Days
from admin.web.deps import DepsOf
from admin.web.envelope import Answer
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from gateway.domain.identity import Role
from gateway.store.money import sums
from gateway.store.money.ledger_walk import Budget

routes = APIRouter(prefix="/api/usage", tags=["dashboard"], route_class=GatedRoute)


class Compared(Shown, json_schema_extra=example(request_count=3, quota=159, shadow=170, difference=-11, unknown=0)):
    """``quota`` is what the compared requests cost here, ``shadow`` what they would have there, ``difference`` how much
    dearer they are here. ``unknown``: how many the other gateway has no price for; they are in none of the sums.
    """

    request_count: int
    quota: int
    shadow: int
    difference: int
    unknown: int


class ComparedModel(Compared, json_schema_extra=example(day="2026-01-01", model_name="gpt-4o-mini")):
    """Of one model on one day (UTC)."""

    day: str
    model_name: str


class Comparison(Shown):
    """``rows`` the newest day first. ``complete`` is false where there was more than one answer may read."""

    rows: list[ComparedModel]
    totals: Compared
    complete: bool


class ComparisonAnswer(Answer[Comparison]):
    """Requests that began before ``counted_until`` (unix seconds; 0: none yet) are in the sums."""

    counted_until: int = 0


@routes.get("/shadow", summary="What requests cost here, and would have at another gateway's prices; by model and day")
@needs(Role.ADMIN)
def compare(deps: DepsOf, days: Days = 30) -> ComparisonAnswer:
    """Of the share of requests that the options `ShadowPrices` and `ShadowShare` have compared."""
    found = sums.summed(sums.EVERYBODY, *period(deps, days), Budget(), keeps=True)
    rows = [
        ComparedModel(day=row.day, model_name=row.key, **_compared(row.counts))
        for row in found.rows
        if row.counts["shadowed_count"] or row.counts["shadow_unknown"]
    ]
    data = Comparison(rows=rows, totals=Compared(**_compared(found.total)), complete=found.complete)
    return ComparisonAnswer(success=True, message="", data=data, counted_until=sums.counted_until())


def _compared(counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "request_count": counts["shadowed_count"],
        "quota": counts["shadowed_quota"],
        "shadow": counts["shadow"],
        "difference": counts["shadowed_quota"] - counts["shadow"],
        "unknown": counts["shadow_unknown"],
    }
