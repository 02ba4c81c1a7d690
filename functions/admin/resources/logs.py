"""Log entries: everybody's for administrators, one's own for users."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends

from admin.openapi.examples import (
    NAMED,
    ChannelId,
    EntryKind,
    From,
    LogKeyword,
    ModelName,
    TargetTime,
    TokenName,
    Until,
    Username,
    example,
)
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import MOST_FOUND, Shown
from admin.web.gate import GatedRoute, needs
from admin.web.limits import limit_questions
from admin.web.paging import Paging, paging
from admin.web.session import CallerOf
from gateway.domain.identity import Role
from gateway.domain.money import EntryType
from gateway.store.accounts import users
from gateway.store.client.pages import Part
from gateway.store.money import logs
from gateway.store.money.ledger_walk import Budget
from gateway.store.money.logs import LogFilter
from gateway.store.schema.logs import LogRow

routes = APIRouter(prefix="/api/log", tags=["logs"], route_class=GatedRoute)


class Log(
    Shown,
    json_schema_extra=example(
        id=7,
        user_id=2,
        created_at=1_767_225_600,
        type=2,
        username="alice",
        token_name=NAMED,
        model_name="gpt-4o-mini",
        quota=53,
        prompt_tokens=120,
        completion_tokens=80,
        channel=1,
        request_id="2026010112000000012345678901234",
        elapsed_time=813,
        is_stream=True,
    ),
):
    """``type`` 1 top-up, 2 consumption, 3 management, 4 system, 5 test; ``elapsed_time`` in ms."""

    id: int
    user_id: int
    created_at: int
    type: int
    content: str
    username: str
    token_name: str
    model_name: str
    quota: int
    prompt_tokens: int
    completion_tokens: int
    channel: int
    request_id: str
    elapsed_time: int
    is_stream: bool
    system_prompt_reset: bool


class Statistics(Shown, json_schema_extra=example(quota=53, complete=True)):
    """``complete`` is false when there were more entries than one answer may read; narrow the time then."""

    quota: int
    complete: bool


def _common_filter(
    type: EntryKind = 0,
    start_timestamp: From = 0,
    end_timestamp: Until = 0,
    model_name: ModelName = "",
    token_name: TokenName = "",
) -> LogFilter:
    return LogFilter(type=type, start=start_timestamp, end=end_timestamp, model_name=model_name, token_name=token_name)


LogPaging = Annotated[Paging, paging("created_at")]
CommonFilter = Annotated[LogFilter, Depends(_common_filter)]


@routes.get("", summary="Entries of everybody, newest first")
@needs(Role.ADMIN)
def list_logs(
    deps: DepsOf,
    wanted: CommonFilter,
    pages: LogPaging,
    username: Username = "",
    channel: ChannelId = 0,
) -> Answer[list[Log]]:
    return ok(_listed(deps, narrowed(deps, wanted, username, channel), pages))


@routes.get("/self", summary="The caller's entries, newest first")
@needs(Role.COMMON)
def list_own_logs(caller: CallerOf, deps: DepsOf, wanted: CommonFilter, pages: LogPaging) -> Answer[list[Log]]:
    limit_questions(deps, caller.user)
    return ok(_listed(deps, owned(wanted, caller.user.id), pages))


@routes.get("/search", summary="Entries by type, or by how their text begins; the newest hundred")
@needs(Role.ADMIN)
def search_logs(deps: DepsOf, keyword: LogKeyword = "") -> Answer[list[Log]]:
    found = logs.page(deps.store, LogFilter(keyword=keyword[:255]), Part(count=MOST_FOUND))
    return ok([shown_log(row) for row in found.rows])


@routes.get("/self/search", summary="The caller's entries by type, or by how their text begins")
@needs(Role.COMMON)
def search_own_logs(caller: CallerOf, deps: DepsOf, keyword: LogKeyword = "") -> Answer[list[Log]]:
    limit_questions(deps, caller.user)
    wanted = LogFilter(user_id=caller.user.id, keyword=keyword[:255])
    found = logs.page(deps.store, wanted, Part(count=MOST_FOUND))
    return ok([shown_log(row) for row in found.rows])


@routes.get("/stat", summary="What the matching requests were charged together")
@needs(Role.ADMIN)
def statistics(
    deps: DepsOf, wanted: CommonFilter, username: Username = "", channel: ChannelId = 0
) -> Answer[Statistics]:
    return ok(_sum(deps, narrowed(deps, wanted, username, channel)))


@routes.get("/self/stat", summary="What the caller's matching requests were charged together")
@needs(Role.COMMON)
def own_statistics(caller: CallerOf, deps: DepsOf, wanted: CommonFilter, channel: ChannelId = 0) -> Answer[Statistics]:
    limit_questions(deps, caller.user)
    own = owned(wanted, caller.user.id)
    return ok(_sum(deps, replace(own, channel=channel)))


@routes.delete("", summary="Delete entries older than a time; balances keep what they moved")
@needs(Role.ADMIN, refuses=(messages.NO_TARGET_TIME,), answers=1)
def delete_logs(deps: DepsOf, target_timestamp: TargetTime = 0) -> Answer[int]:
    """Answers how many entries are gone."""
    if target_timestamp <= 0:
        raise Refused(messages.NO_TARGET_TIME)
    return ok(logs.purge(deps.store, target_timestamp))


def shown_log(row: LogRow) -> Log:
    """An entry with one-api's sixteen keys."""
    fields = {name: getattr(row, name) for name in Log.model_fields if name != "channel"}
    return Log.model_validate(fields | {"channel": row.channel_id})


def narrowed(deps: Deps, wanted: LogFilter, username: str, channel: int) -> LogFilter:
    """An administrator's filter. Entries of a known name are read from that account's own partition."""
    user = users.find(deps.store, "username", username)
    owner = user.id if user is not None else 0
    return replace(wanted, username=username, channel=channel, user_id=owner)


def owned(wanted: LogFilter, user_id: int) -> LogFilter:
    """A user's filter: own entries, whatever else is asked."""
    return replace(wanted, user_id=user_id)


def _listed(deps: Deps, wanted: LogFilter, pages: Paging) -> list[Log]:
    budget = Budget()
    found = logs.page(deps.store, wanted, pages.part, budget)
    pages.goes_on(found.next)
    pages.total(lambda: _known(*logs.count(deps.store, wanted, budget)))
    return [shown_log(row) for row in found.rows]


def _known(number: int, complete: bool) -> int | None:
    return number if complete else None


def _sum(deps: Deps, wanted: LogFilter) -> Statistics:
    consumed = replace(wanted, type=int(EntryType.CONSUME))
    quota, complete = logs.total_quota(deps.store, consumed)
    return Statistics(quota=quota, complete=complete)
