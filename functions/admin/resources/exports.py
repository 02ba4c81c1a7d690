"""Entries, sums and accounts as files, part by part: a cursor goes on where an answer ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Request, Response

from admin.openapi.examples import ChannelId, OneUser, Username
from admin.resources.logs import CommonFilter, Log, Reading, narrowed, owned
from admin.resources.shown_usage import PricedSum, period, priced_sums
from admin.resources.usage import NOT_OF_ONE, ByAny, Days
from admin.web.deps import DepsOf
from admin.web.envelope import Refused
from admin.web.exported import RESPONSES, Columns, FormatAsked, dollars, exported, moment
from admin.web.gate import GatedRoute, needs
from admin.web.limits import limit_questions
from admin.web.paging import Paging, paging
from admin.web.session import CallerOf
from gateway.domain.identity import Role
from gateway.store.accounts import users
from gateway.store.accounts.balances import of_account
from gateway.store.money import logs, sums
from gateway.store.money.ledger_walk import Budget
from gateway.store.money.logs import LogFilter
from gateway.store.money.usage_keys import OF_ONE, partition
from gateway.store.schema.logs import LogRow
from gateway.store.schema.tables import log_owner
from gateway.store.schema.users import UserRow
from gateway.store.settings import options

routes = APIRouter(prefix="/api", route_class=GatedRoute)

MOST_ENTRIES, MOST_SUMS, MOST_ACCOUNTS = 2_000, 5_000, 1_000  # of an answer to who names no number

LogPaging = Annotated[Paging, paging("created_at", unless_asked=MOST_ENTRIES)]
SumPaging = Annotated[Paging, paging("day", oldest_first=True, unless_asked=MOST_SUMS)]
UserPaging = Annotated[Paging, paging("id", "username", unless_asked=MOST_ACCOUNTS)]

Options = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as it is kept, and as its reader sees it."""

    row: LogRow
    shown: Log


@routes.get(
    "/log/export",
    tags=["logs"],
    summary="Everybody's entries as a file, 2,000 a part",
    response_class=Response,
    responses=RESPONSES,
)
@needs(Role.ADMIN)
def export_logs(
    request: Request,
    deps: DepsOf,
    wanted: CommonFilter,
    pages: LogPaging,
    kind: FormatAsked = "csv",
    username: Username = "",
    channel: ChannelId = 0,
) -> Response:
    reading = Reading(request, deps, True)
    rows = _entries(reading, narrowed(deps, wanted, username, channel), pages)
    return exported("entries", kind, _columns_of_all(options.current(deps.store)), rows, pages)


@routes.get(
    "/log/self/export",
    tags=["logs"],
    summary="The caller's entries as a file, 2,000 a part",
    response_class=Response,
    responses=RESPONSES,
)
@needs(Role.COMMON)
def export_own_logs(
    request: Request,
    caller: CallerOf,
    deps: DepsOf,
    wanted: CommonFilter,
    pages: LogPaging,
    kind: FormatAsked = "csv",
) -> Response:
    limit_questions(deps, caller.user)
    rows = _entries(Reading(request, deps, False), owned(wanted, caller.user.id), pages)
    return exported("entries", kind, _columns_of_own(options.current(deps.store)), rows, pages)


@routes.get(
    "/usage/export",
    tags=["dashboard"],
    summary="Consumption by day, and what it cost, as a file, 5,000 rows a part",
    response_class=Response,
    responses=RESPONSES,
)
@needs(Role.ADMIN, refuses=(NOT_OF_ONE,))
def export_usage(
    deps: DepsOf,
    pages: SumPaging,
    kind: FormatAsked = "csv",
    days: Days = 30,
    user_id: OneUser = 0,
    by: ByAny = "model",
) -> Response:
    """Of everybody, or of one account by `model`, `token` or `hour`."""
    if user_id > 0 and by not in OF_ONE:
        raise Refused(NOT_OF_ONE)
    owner = log_owner(user_id) if user_id > 0 else sums.EVERYBODY
    found = sums.page(partition(owner, by), *period(deps, days), pages.part)
    pages.goes_on(found.next)
    columns = _columns_of_sums(options.current(deps.store))
    return exported(f"usage-by-{by}", kind, columns, priced_sums(deps, found.rows, by), pages)


@routes.get(
    "/user/export",
    tags=["users"],
    summary="Accounts as a file, 1,000 a part",
    response_class=Response,
    responses=RESPONSES,
)
@needs(Role.ADMIN)
def export_users(deps: DepsOf, pages: UserPaging, kind: FormatAsked = "csv") -> Response:
    found = users.page(deps.store, pages.part)
    pages.goes_on(found.next)
    return exported("accounts", kind, _columns_of_users(options.current(deps.store)), found.rows, pages)


def _entries(reading: Reading, wanted: LogFilter, pages: Paging) -> list[_Entry]:
    found = logs.page(reading.deps.store, wanted, pages.part, Budget(), whole=True)
    pages.goes_on(found.next)
    return [_Entry(row, shown) for row, shown in zip(found.rows, reading.shown(found), strict=True)]


def _columns_of_own(current: Options) -> Columns[_Entry]:
    return {
        "request_id": lambda entry: entry.shown.request_id,
        "time": lambda entry: moment(entry.shown.created_at),
        "type": lambda entry: entry.shown.type,
        "token_id": lambda entry: entry.row.token_id,
        "token_name": lambda entry: entry.shown.token_name,
        "model_name": lambda entry: entry.shown.model_name,
        "prompt_tokens": lambda entry: entry.shown.prompt_tokens,
        "completion_tokens": lambda entry: entry.shown.completion_tokens,
        "elapsed_ms": lambda entry: entry.shown.elapsed_time,
        "is_stream": lambda entry: entry.shown.is_stream,
        "quota": lambda entry: entry.shown.quota,
        "dollars": lambda entry: dollars(entry.shown.quota, current),
        "content": lambda entry: entry.shown.content,
    }


def _columns_of_all(current: Options) -> Columns[_Entry]:
    return {
        **_columns_of_own(current),
        "user_id": lambda entry: entry.shown.user_id,
        "username": lambda entry: entry.shown.username,
        "channel_id": lambda entry: entry.shown.channel,
        "channel_name": lambda entry: entry.shown.channel_name,
        "cost": lambda entry: entry.row.cost,
        "cost_dollars": lambda entry: dollars(entry.row.cost, current),
    }


def _columns_of_sums(current: Options) -> Columns[PricedSum]:
    return {
        "day": lambda row: row.day,
        "key": lambda row: row.key,
        "name": lambda row: row.name,
        "user_id": lambda row: row.user_id,
        "request_count": lambda row: row.request_count,
        "prompt_tokens": lambda row: row.prompt_tokens,
        "completion_tokens": lambda row: row.completion_tokens,
        "quota": lambda row: row.quota,
        "dollars": lambda row: dollars(row.quota, current),
        "cost": lambda row: row.cost,
        "cost_dollars": lambda row: dollars(row.cost, current),
        "margin": lambda row: row.margin,
        "margin_dollars": lambda row: dollars(row.margin, current),
        "without_cost": lambda row: row.without_cost,
    }


def _columns_of_users(current: Options) -> Columns[UserRow]:
    plain = ("id", "username", "display_name", "email", "role", "status", "group", "inviter_id", "request_count")
    return {
        **{name: attrgetter(name) for name in plain},
        "quota": lambda row: of_account(row).quota,
        "dollars": lambda row: dollars(of_account(row).quota, current),
        "held": lambda row: of_account(row).held,
        "debt": lambda row: of_account(row).debt,
        "used_quota": lambda row: row.used_quota,
        "used_dollars": lambda row: dollars(row.used_quota, current),
    }
