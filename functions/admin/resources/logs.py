"""Log entries: everybody's for administrators, one's own for users."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from admin.openapi.examples import (
    NAMED,
    AfterRequest,
    ChannelId,
    EntryKind,
    From,
    LogKeyword,
    ModelName,
    OneUser,
    TargetTime,
    TokenName,
    Until,
    Username,
    WithFailures,
    example,
)
from admin.resources.log_parts import Detail, detail, names_of, sentence
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, in_language, ok
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
from gateway.store.money.logs import Found, LogFilter
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
    """``type`` 1 top-up, 2 consumption, 3 management, 4 system, 5 test, 6 refund, 8 a request that failed;
    ``elapsed_time`` and ``ttft`` (to the first piece of a stream) in ms since the request came. ``channel_name`` is for
    administrators."""

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
    channel_name: str = ""
    ttft: int = 0
    detail: Detail = Detail()


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
    after: AfterRequest = "",
    failures: WithFailures = False,
) -> LogFilter:
    return LogFilter(
        type=type,
        start=start_timestamp,
        end=end_timestamp,
        model_name=model_name,
        token_name=token_name,
        after=after if after.isascii() and after.isdigit() and len(after) < 64 else "",
        failures=failures,
    )


LogPaging = Annotated[Paging, paging("created_at")]
CommonFilter = Annotated[LogFilter, Depends(_common_filter)]


@routes.get("", summary="Entries of everybody, newest first")
@needs(Role.ADMIN)
def list_logs(
    request: Request,
    deps: DepsOf,
    wanted: CommonFilter,
    pages: LogPaging,
    username: Username = "",
    channel: ChannelId = 0,
    user_id: OneUser = 0,
) -> Answer[list[Log]]:
    """Failed requests (`type` 8) are no part of the ledger: they come with `type=8` alone, or among the others with
    `failures=true`."""
    return ok(_listed(Reading(request, deps, True), narrowed(deps, wanted, username, channel, user_id), pages))


@routes.get("/self", summary="The caller's entries, newest first")
@needs(Role.COMMON)
def list_own_logs(
    request: Request, caller: CallerOf, deps: DepsOf, wanted: CommonFilter, pages: LogPaging
) -> Answer[list[Log]]:
    """Failed requests as everybody's list has them, with one sentence for each kind of failure."""
    limit_questions(deps, caller.user)
    return ok(_listed(Reading(request, deps, False), owned(wanted, caller.user.id), pages))


@routes.get("/search", summary="Entries by type, or by how their text begins; the newest hundred")
@needs(Role.ADMIN)
def search_logs(request: Request, deps: DepsOf, keyword: LogKeyword = "") -> Answer[list[Log]]:
    found = logs.page(deps.store, LogFilter(keyword=keyword[:255]), Part(count=MOST_FOUND), whole=True)
    return ok(Reading(request, deps, True).shown(found))


@routes.get("/self/search", summary="The caller's entries by type, or by how their text begins")
@needs(Role.COMMON)
def search_own_logs(request: Request, caller: CallerOf, deps: DepsOf, keyword: LogKeyword = "") -> Answer[list[Log]]:
    limit_questions(deps, caller.user)
    wanted = LogFilter(user_id=caller.user.id, keyword=keyword[:255])
    found = logs.page(deps.store, wanted, Part(count=MOST_FOUND), whole=True)
    return ok(Reading(request, deps, False).shown(found))


@routes.get("/stat", summary="What the matching requests were charged together")
@needs(Role.ADMIN)
def statistics(
    deps: DepsOf, wanted: CommonFilter, username: Username = "", channel: ChannelId = 0, user_id: OneUser = 0
) -> Answer[Statistics]:
    return ok(_sum(deps, narrowed(deps, wanted, username, channel, user_id)))


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


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads entries: an administrator, who may see whom a request went to, or whose they are."""

    request: Request
    deps: Deps
    operator: bool

    def shown(self, found: Found) -> list[Log]:
        """The entries as this reader sees them."""
        pairs = list(zip(found.rows, found.details, strict=True))
        names = names_of(self.deps.store, pairs) if self.operator else None
        return [shown_log(row, details, names, self._told(row, details)) for row, details in pairs]

    def _told(self, row: LogRow, details: Mapping[str, Any]) -> str | None:
        """What stands in place of the text of a failure."""
        text = sentence(row, details)
        if text is None:
            return None
        return str(details.get("text", "")) if self.operator else in_language(self.request, text)


def shown_log(
    row: LogRow, details: Mapping[str, Any], names: Mapping[int, str] | None = None, told: str | None = None
) -> Log:
    """An entry with one-api's sixteen keys, and ours behind them; ``names`` of channels where an operator reads it."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in Log.model_fields if hasattr(row, name)}
    fields |= {"channel": row.channel_id, "ttft": int(details.get("ttft", 0))}
    fields |= {"channel_name": (names or {}).get(row.channel_id, ""), "detail": detail(row, details, names)}
    if told is not None:
        fields |= {"content": told, "channel": 0 if names is None else row.channel_id}
    return Log.model_validate(fields)


def narrowed(deps: Deps, wanted: LogFilter, username: str, channel: int, user_id: int = 0) -> LogFilter:
    """An administrator's filter. Entries of a known name or number are read from that account's own partition."""
    user = users.find(deps.store, "username", username)
    owner = user_id if user_id > 0 else user.id if user is not None else 0
    return replace(wanted, username=username, channel=channel, user_id=owner)


def owned(wanted: LogFilter, user_id: int) -> LogFilter:
    """A user's filter: own entries, whatever else is asked."""
    return replace(wanted, user_id=user_id)


def _listed(reading: Reading, wanted: LogFilter, pages: Paging) -> list[Log]:
    budget, store = Budget(), reading.deps.store
    found = logs.page(store, wanted, pages.part, budget, whole=True)
    pages.goes_on(found.next)
    pages.total(lambda: _known(*logs.count(store, wanted, budget)))
    return reading.shown(found)


def _known(number: int, complete: bool) -> int | None:
    return number if complete else None


def _sum(deps: Deps, wanted: LogFilter) -> Statistics:
    consumed = replace(wanted, type=int(EntryType.CONSUME))
    quota, complete = logs.total_quota(deps.store, consumed)
    return Statistics(quota=quota, complete=complete)
