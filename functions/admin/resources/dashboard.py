"""The caller's last seven days, by day and model."""

from collections import defaultdict
from datetime import UTC, datetime

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from admin.web.limits import limit_questions
from admin.web.session import CallerOf
from gateway import log
from gateway.domain.identity import Role
from gateway.domain.money import EntryType
from gateway.store.client.pages import Part
from gateway.store.money import logs
from gateway.store.money.logs import LogFilter
from gateway.store.schema.items import ReadFailed
from gateway.store.schema.logs import LogRow

routes = APIRouter(prefix="/api/user", tags=["dashboard"], route_class=GatedRoute)

_DAY = 86_400
_DAYS = 7


class Day(
    Shown,
    json_schema_extra=example(
        Day="2026-01-01",
        ModelName="gpt-4o-mini",
        RequestCount=3,
        Quota=159,
        PromptTokens=360,
        CompletionTokens=240,
    ),
):
    """One model on one day (UTC), with one-api's capital letters."""

    Day: str  # YYYY-MM-DD
    ModelName: str
    RequestCount: int
    Quota: int
    PromptTokens: int
    CompletionTokens: int


@routes.get("/dashboard", summary="What the caller consumed in the last seven days")
@needs(Role.COMMON, refuses=(messages.NO_STATISTICS,))
def dashboard(caller: CallerOf, deps: DepsOf) -> Answer[list[Day] | None]:
    limit_questions(deps, caller.user)
    today = deps.clock.now() // _DAY * _DAY
    since, until = today - (_DAYS - 1) * _DAY, today + _DAY - 1
    wanted = LogFilter(user_id=caller.user.id, type=int(EntryType.CONSUME), start=since, end=until)
    try:
        rows = logs.page(deps.store, wanted, Part(count=MOST_ENTRIES)).rows
    except ReadFailed as failed:
        log.error("the dashboard was not read", reason=str(failed))
        raise Refused(messages.NO_STATISTICS, more={"data": None}) from failed
    return ok(by_day(rows) or None)


MOST_ENTRIES = 200_000


def by_day(rows: list[LogRow]) -> list[Day]:
    """Entries added up by day and model, ordered by both."""
    grouped: defaultdict[tuple[str, str], list[LogRow]] = defaultdict(list)
    for row in rows:
        day = datetime.fromtimestamp(row.created_at, UTC).strftime("%Y-%m-%d")
        grouped[day, row.model_name].append(row)
    return [_added(day, model, entries) for (day, model), entries in sorted(grouped.items())]


def _added(day: str, model: str, entries: list[LogRow]) -> Day:
    return Day(
        Day=day,
        ModelName=model,
        RequestCount=len(entries),
        Quota=sum(entry.quota for entry in entries),
        PromptTokens=sum(entry.prompt_tokens for entry in entries),
        CompletionTokens=sum(entry.completion_tokens for entry in entries),
    )
