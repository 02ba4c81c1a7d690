"""What a dashboard shows, in one answer: the account, its sums, its latest requests; for administrators everybody's."""

from typing import Annotated

from fastapi import APIRouter, Query

from admin.openapi.examples import example
from admin.resources.logs import Log, shown_log
from admin.resources.shown_todo import ToDo, to_do
from admin.resources.shown_usage import (
    Counts,
    PricedCounts,
    PricedSum,
    Sum,
    period,
    priced_counts,
    priced_sums,
    shown_counts,
    shown_sums,
)
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from admin.web.limits import limit_questions
from admin.web.session import CallerOf
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.domain.money import EntryType
from gateway.store.accounts import balances
from gateway.store.channels import channels
from gateway.store.client.pages import Part
from gateway.store.money import logs, sums
from gateway.store.money.ledger_walk import Budget
from gateway.store.money.logs import LogFilter
from gateway.store.money.usage_keys import By, partition
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.tables import log_owner
from gateway.store.schema.users import UserRow
from gateway.store.settings import options

routes = APIRouter(prefix="/api/summary", tags=["dashboard"], route_class=GatedRoute)

MOST_DAYS = 31
TOP, LATEST = 5, 5
MOST_SHOWN = 24  # models, day by day; the others are one row
_READS = 4  # pages of sums for each question; of one account's entries

Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many days (UTC), today included.")]


class Account(Shown, json_schema_extra=example(id=2, username="alice", quota=500_000, used_quota=159, lasts_days=21)):
    """Amounts as ``GET /api/user/self`` has them. ``lasts_days``: how long the balance lasts at the pace of these days;
    absent where nothing was used."""

    id: int
    username: str
    display_name: str
    group: str
    role: int
    quota: int
    held: int
    debt: int
    used_quota: int
    request_count: int
    lasts_days: int | None


class Consumed(Shown):
    """``days`` by day and model, models that consumed least together as one without a name; ``tokens`` the keys that
    consumed most. ``complete`` is false where there was more than one answer may read."""

    totals: Counts
    days: list[Sum]
    tokens: list[Sum]
    complete: bool


class ChannelStates(Shown, json_schema_extra=example(enabled=3, auto_disabled=1)):
    """How many channels are in service, switched off, and taken out of service by the gateway."""

    enabled: int
    disabled: int
    auto_disabled: int


class Everybody(Shown):
    """``hours`` are those of today and yesterday (UTC)."""

    totals: PricedCounts
    days: list[PricedSum]
    hours: list[PricedSum]
    users: list[PricedSum]
    channels: list[PricedSum]
    channel_states: ChannelStates
    to_do: list[ToDo]
    complete: bool


class Summary(Shown):
    """``everybody`` is there for administrators."""

    account: Account
    usage: Consumed
    latest: list[Log]
    everybody: Everybody | None = None


class SummaryAnswer(Answer[Summary]):
    """Requests that began before ``counted_until`` (unix seconds; 0: none yet) are in the sums."""

    counted_until: int = 0


@routes.get(
    "", summary="A dashboard: account, sums, keys, latest requests; for administrators everybody's, and what is to do"
)
@needs(Role.COMMON)
def show_summary(caller: CallerOf, deps: DepsOf, days: Days = 7) -> SummaryAnswer:
    limit_questions(deps, caller.user)
    user = balances.whole(deps.store, caller.user)
    usage = _consumed(deps, user, days)
    own = {"account": _account(user, usage.totals.quota, days), "usage": usage, "latest": _latest(deps, user)}
    beyond = {"everybody": _everybody(deps, days)} if user.role >= Role.ADMIN else {}
    data = Summary.model_validate(own | beyond)
    return SummaryAnswer(success=True, message="", data=data, counted_until=sums.counted_until())


def _account(user: UserRow, used: int, days: int) -> Account:
    shown = balances.of_account(user)
    return Account(
        id=user.id,
        username=user.username,
        display_name=user.display_name,
        group=user.group,
        role=user.role,
        quota=shown.quota,
        held=shown.held,
        debt=shown.debt,
        used_quota=user.used_quota,
        request_count=user.request_count,
        lasts_days=shown.quota * days // used if used else None,
    )


def _consumed(deps: Deps, user: UserRow, days: int) -> Consumed:
    owner, reach = log_owner(user.id), period(deps, days)
    by_model = _by_day(owner, reach, "model")
    tokens = sums.summed(partition(owner, "token"), *reach, Budget(_READS))
    return Consumed(
        totals=shown_counts(by_model.total),
        days=shown_sums(by_model.by_day(MOST_SHOWN), "model"),
        tokens=shown_sums(tokens.top()[:TOP], "token"),
        complete=by_model.complete and tokens.complete,
    )


def _latest(deps: Deps, user: UserRow) -> list[Log]:
    wanted = LogFilter(user_id=user.id, type=int(EntryType.CONSUME))
    found = logs.page(deps.store, wanted, Part(count=LATEST), Budget(_READS), whole=True)
    return [shown_log(row, details) for row, details in zip(found.rows, found.details, strict=True)]


def _everybody(deps: Deps, days: int) -> Everybody:
    reach = period(deps, days)
    by_model = _by_day(sums.EVERYBODY, reach, "model")
    hours = _by_day(sums.EVERYBODY, period(deps, 2), "hour")
    by_user, by_channel = (
        sums.summed(partition(sums.EVERYBODY, by), *reach, Budget(_READS)) for by in ("user", "channel")
    )
    known = channels.every(deps.store)
    return Everybody(
        totals=priced_counts(by_model.total),
        days=priced_sums(deps, by_model.by_day(MOST_SHOWN), "model"),
        hours=priced_sums(deps, hours.by_day(MOST_SHOWN), "hour"),
        users=priced_sums(deps, by_user.top()[:TOP], "user"),
        channels=priced_sums(deps, by_channel.top()[:TOP], "channel"),
        channel_states=_states(known),
        to_do=to_do(deps, known, options.current(deps.store)),
        complete=by_model.complete and by_user.complete and by_channel.complete,
    )


def _by_day(owner: str, reach: tuple[str, str], by: By) -> sums.Summed:
    """Sums that can be told day by day."""
    return sums.summed(partition(owner, by), *reach, Budget(_READS), keeps=True)


def _states(rows: list[ChannelRow]) -> ChannelStates:
    found = [row.status for row in rows]
    return ChannelStates(
        enabled=found.count(ChannelStatus.ENABLED),
        disabled=found.count(ChannelStatus.DISABLED),
        auto_disabled=found.count(ChannelStatus.AUTO_DISABLED),
    )
