"""What was consumed by day and model, from the sums that the job ``roll_up`` keeps."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from admin.openapi.examples import OneUser, example
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from admin.web.paging import Paging, paging
from gateway.domain.identity import Role
from gateway.store.money import sums
from gateway.store.schema.tables import log_owner

routes = APIRouter(prefix="/api/usage", tags=["dashboard"], route_class=GatedRoute)

MOST_DAYS = 366
MOST_ROWS = 5_000  # of an answer to who names no number

UsagePaging = Annotated[Paging, paging("day", oldest_first=True, unless_asked=MOST_ROWS)]


class Sum(
    Shown,
    json_schema_extra=example(
        day="2026-01-01",
        model_name="gpt-4o-mini",
        request_count=3,
        quota=159,
        prompt_tokens=360,
        completion_tokens=240,
    ),
):
    """One model on one day (UTC). Quota in quota units."""

    day: str
    model_name: str
    request_count: int
    quota: int
    prompt_tokens: int
    completion_tokens: int


Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many days, today included.")]


@routes.get("", summary="Consumption by day and model, of everybody or one user; some minutes behind")
@needs(Role.ADMIN)
def show_usage(deps: DepsOf, pages: UsagePaging, days: Days = 30, user_id: OneUser = 0) -> Answer[list[Sum]]:
    today = datetime.fromtimestamp(deps.clock.now(), UTC).date()
    since: date = today - timedelta(days=days - 1)
    owner = log_owner(user_id) if user_id > 0 else sums.EVERYBODY
    reach = owner, since.isoformat(), today.isoformat()
    found = sums.page(*reach, pages.part)
    pages.goes_on(found.next)
    pages.total(lambda: sums.count(*reach))
    return ok([Sum(**row) for row in found.rows])
