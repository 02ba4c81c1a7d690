"""How models are doing, for those who ask them: by group, hour by hour, and nothing of who serves them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from admin.openapi.examples import example
from admin.resources.shown_health import added, grouped, times
from admin.texts import messages
from admin.texts.messages import Text
from admin.web.cacheable import cacheable
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from admin.web.session import identify
from gateway.domain.identity import Role
from gateway.store.money import health, sums
from gateway.store.money.health import HealthRow
from gateway.store.money.ledger_walk import Budget
from gateway.store.settings import options

routes = APIRouter(prefix="/api/health", tags=["status"], route_class=GatedRoute)

MOST_HOURS, MOST_READS = 72, 20
KEPT = 60  # seconds that an answer may be kept: the sums are no newer

NOT_PUBLIC = Text("管理员未公开运行状况", "the administrator does not show how models are doing", code="forbidden")

Hours = Annotated[int, Query(ge=1, le=MOST_HOURS, description="How many hours, this one included.")]


class PublicHour(Shown, json_schema_extra=example(hour=1_767_225_600, success=0.975, ttft_p50=500)):
    """``hour``: when it began, in unix seconds; ``success`` the share of requests that did not fail; ``ttft_p50`` in ms
    to the first piece of a stream, 0 where nothing was measured."""

    hour: int
    success: float | None
    ttft_p50: int


class PublicModel(
    PublicHour, json_schema_extra=example(model="gpt-4o-mini", group="default", success=0.975, ttft_p50=500)
):
    """One model as one group meets it; ``hour`` is the first of ``hours``, which leave out those without a request."""

    model: str
    group: str
    hours: list[PublicHour]


class PublicHealth(Answer[list[PublicModel]]):
    """Requests that began before ``counted_until`` (unix seconds; 0: none yet) are in the figures."""

    counted_until: int = 0
    complete: bool = True


@routes.get(
    "/public",
    summary="How models are doing, as the option PublicStatus lets one see it",
    response_model=PublicHealth,
)
@needs(
    Role.GUEST,
    refuses=(
        *(messages.NOT_SIGNED_IN, NOT_PUBLIC, messages.BAD_ACCESS_TOKEN, messages.BANNED),
        (messages.CROSS_SITE, 403),
    ),
)
def public_health(request: Request, deps: DepsOf, hours: Hours = 24) -> Response:
    """For everybody, for who is signed in, or for nobody. May be kept for a minute, and has an `ETag`."""
    shown_to = options.current(deps.store)["PublicStatus"]
    if shown_to == "off":
        raise Refused(NOT_PUBLIC)
    if shown_to == "users" and identify(request, deps) is None:
        raise Refused(messages.NOT_SIGNED_IN)
    read = health.of_customers(deps.clock.now(), hours, Budget(MOST_READS))
    rows = grouped(read.rows, lambda row: f"{row.whose}\n{row.model}").values()
    answer = PublicHealth(
        success=True,
        message="",
        data=[_model(those) for those in rows],
        counted_until=sums.counted_until(),
        complete=read.complete,
    )
    return cacheable(request, answer, seconds=KEPT, public=shown_to == "all")


def _model(rows: Sequence[HealthRow]) -> PublicModel:
    by_hour = grouped(rows, lambda row: f"{row.hour:012d}")
    hours = [_hour(int(hour), those) for hour, those in by_hour.items()]
    whole = _hour(hours[0].hour, rows)
    return PublicModel(
        model=rows[0].model,
        group=rows[0].whose,
        hour=whole.hour,
        success=whole.success,
        ttft_p50=whole.ttft_p50,
        hours=hours,
    )


def _hour(hour: int, rows: Sequence[HealthRow]) -> PublicHour:
    found = times(added(rows))
    return PublicHour(hour=hour, success=found["success"], ttft_p50=found["ttft_p50"])
