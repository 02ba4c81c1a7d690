"""What was consumed, from the sums that the job ``roll_up`` keeps: by day and model, token, channel, account ..."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from admin.openapi.examples import OneUser, example
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
from admin.texts.messages import Text
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from admin.web.limits import limit_questions
from admin.web.paging import Paging, paging
from admin.web.session import CallerOf
from gateway.domain.identity import Role
from gateway.store.money import sums
from gateway.store.money.ledger_walk import Budget
from gateway.store.money.sums import UsageRow
from gateway.store.money.usage_keys import OF_ONE, By, partition
from gateway.store.schema.tables import log_owner

routes = APIRouter(prefix="/api/usage", tags=["dashboard"], route_class=GatedRoute)

MOST_DAYS = 366
MOST_ROWS = 5_000  # of an answer to who names no number
MOST_TOP, TOP = 100, 10

NOT_OF_ONE = Text("单个用户只能按 model、token、hour 统计", "the sums of one account are by model, token or hour")

UsagePaging = Annotated[Paging, paging("day", oldest_first=True, unless_asked=MOST_ROWS)]
Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many days (UTC), today included.")]
ByAny = Annotated[By, Query(description="What is summed up beside the day.")]
ByOwn = Annotated[Literal["model", "token", "hour"], Query(description="What is summed up beside the day.")]
Most = Annotated[int, Query(ge=1, le=MOST_TOP, description=f"How many rows, at most {MOST_TOP}.")]


class OwnUsage(Answer[list[Sum]]):
    """Requests that began before ``counted_until`` (unix seconds; 0: none yet) are in the sums.

    ``totals`` are of all the days, however many rows this part has; a part that a cursor asked for has none. They are
    absent where there was more than one answer may read.
    """

    counted_until: int = 0
    totals: Counts | None = None


class Usage(Answer[list[PricedSum]]):
    """As ``OwnUsage``, with what it cost."""

    counted_until: int = 0
    totals: PricedCounts | None = None


_NOTHING = dict.fromkeys(("without_cost", "request_count", "quota", "prompt_tokens", "completion_tokens"), 0)


class Top(Shown, json_schema_extra=example(others={"cost": None, "margin": None, **_NOTHING}, complete=True)):
    """``rows`` are sums of all the days, the dearest first; ``totals`` those of every key, ``others`` of those that
    are not among the rows. ``complete`` is false where there was more than one answer may read: ask for fewer days.
    """

    rows: list[PricedSum]
    others: PricedCounts
    totals: PricedCounts
    complete: bool


class TopAnswer(Answer[Top]):
    """Requests that began before ``counted_until`` (unix seconds; 0: none yet) are in the sums."""

    counted_until: int = 0


@routes.get("", summary="Consumption by day and model, token, channel, account, group or hour; some minutes behind")
@needs(Role.ADMIN, refuses=(NOT_OF_ONE,))
def show_usage(deps: DepsOf, pages: UsagePaging, days: Days = 30, user_id: OneUser = 0, by: ByAny = "model") -> Usage:
    """Of everybody, or of one account by `model`, `token` or `hour`."""
    if user_id > 0 and by not in OF_ONE:
        raise Refused(NOT_OF_ONE)
    owner = log_owner(user_id) if user_id > 0 else sums.EVERYBODY
    asked = _Asked(owner, by, period(deps, days))
    rows, total = asked.page(pages), asked.total(pages)
    return Usage(
        success=True,
        message="",
        data=priced_sums(deps, rows, by),
        counted_until=sums.counted_until(),
        totals=None if total is None else priced_counts(total),
    )


@routes.get("/self", summary="The caller's consumption by day and model, token or hour; some minutes behind")
@needs(Role.COMMON)
def show_own_usage(
    caller: CallerOf, deps: DepsOf, pages: UsagePaging, days: Days = 30, by: ByOwn = "model"
) -> OwnUsage:
    limit_questions(deps, caller.user)
    asked = _Asked(log_owner(caller.user.id), by, period(deps, days))
    rows, total = asked.page(pages), asked.total(pages)
    return OwnUsage(
        success=True,
        message="",
        data=shown_sums(rows, by),
        counted_until=sums.counted_until(),
        totals=None if total is None else shown_counts(total),
    )


@routes.get("/top", summary="What consumed most: models, tokens, channels, accounts, groups or hours")
@needs(Role.ADMIN)
def show_top(deps: DepsOf, days: Days = 30, by: ByAny = "model", limit: Most = TOP) -> TopAnswer:
    """Hours are those of the day, over all the days."""
    found = sums.summed(partition(sums.EVERYBODY, by), *period(deps, days), Budget())
    ordered = found.top()
    shown, rest = ordered[:limit], ordered[limit:]
    top = Top(
        rows=priced_sums(deps, shown, by),
        others=priced_counts({name: sum(row.counts[name] for row in rest) for name in found.total}),
        totals=priced_counts(found.total),
        complete=found.complete,
    )
    return TopAnswer(success=True, message="", data=top, counted_until=sums.counted_until())


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose sums, divided by what, of which days."""

    owner: str
    by: By
    reach: tuple[str, str]

    def page(self, pages: Paging) -> list[UsageRow]:
        """The part that is wanted."""
        where = partition(self.owner, self.by)
        found = sums.page(where, *self.reach, pages.part)
        pages.goes_on(found.next)
        pages.total(lambda: sums.count(where, *self.reach))
        return found.rows

    def total(self, pages: Paging) -> dict[str, int] | None:
        """Of all the days, from the sums by model, which are the oldest there are; with the first part only."""
        if pages.part.after:
            return None
        found = sums.summed(self.owner, *self.reach, Budget())
        return found.total if found.complete else None
