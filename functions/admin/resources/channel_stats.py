"""How channels are doing, by their real traffic: hour by hour, from the sums that the job ``roll_up`` keeps."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from admin.openapi.examples import example
from admin.resources.shown_health import Hour, Times, added, by_hour, grouped, times
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused
from admin.web.fields import Id, Shown
from admin.web.gate import GatedRoute, needs
from gateway.domain.identity import Role
from gateway.store.channels import channels
from gateway.store.money import health, sums
from gateway.store.money.health import Health, HealthRow
from gateway.store.money.health_keys import KEPT_DAYS
from gateway.store.money.ledger_walk import Budget

routes = APIRouter(prefix="/api/channel", tags=["channels"], route_class=GatedRoute)

MOST_HOURS, MOST_OF_ALL = KEPT_DAYS * 24, 7 * 24
MOST_READS = 40  # pages of sums for one answer

HoursOfAll = Annotated[int, Query(ge=1, le=MOST_OF_ALL, description="How many hours, this one included.")]
HoursOfOne = Annotated[int, Query(ge=1, le=MOST_HOURS, description="How many hours, this one included.")]


class LastFailure(Shown, json_schema_extra=example(at=1_767_225_600, kind="limited", text="Rate limit reached")):
    """The newest of the time, with the provider's words."""

    at: int
    kind: str
    text: str


class Stats(Times, json_schema_extra=example(requests=120, success=0.975, quota=53_000, cached=0.4)):
    """Every attempt counts. ``faults`` by kind; ``quota`` is what was charged, ``cached`` the share of prompt tokens
    that the provider had in its cache; ``last_failure`` is absent where nothing failed."""

    quota: int
    prompt_tokens: int
    cached_tokens: int
    cached: float | None
    faults: dict[str, int]
    last_failure: LastFailure | None


class ModelStats(Stats, json_schema_extra=example(model="gpt-4o-mini", requests=120, success=0.975)):
    """One model, by the name that it was asked for with."""

    model: str
    hours: list[Hour]


class ChannelStats(Stats, json_schema_extra=example(channel=1, name="azure-eu", requests=120, success=0.975)):
    """One channel, and its models."""

    channel: int
    name: str
    hours: list[Hour]
    models: list[ModelStats]


class StatsOfAll(Answer[list[ChannelStats]]):
    """Requests that began before ``counted_until`` (unix seconds; 0: none yet) are in the figures. ``complete`` is
    false where there was more than one answer may read: ask for fewer hours."""

    counted_until: int = 0
    complete: bool = True


class StatsOfOne(Answer[ChannelStats]):
    """As of all channels."""

    counted_until: int = 0
    complete: bool = True


@routes.get("/stats", summary="How all channels are doing, hour by hour, by their traffic; some minutes behind")
@needs(Role.ADMIN)
def stats_of_all(deps: DepsOf, hours: HoursOfAll = 24) -> StatsOfAll:
    """Channels without a request in these hours are left out."""
    read = health.of_channels(deps.clock.now(), hours, Budget(MOST_READS))
    by_channel = grouped(read.rows, lambda row: row.whose)
    names = {row.id: row.name for row in channels.some(deps.store, [int(whose) for whose in by_channel])}
    data = [_channel(int(whose), names.get(int(whose), ""), rows) for whose, rows in by_channel.items()]
    return StatsOfAll(success=True, message="", data=data, counted_until=sums.counted_until(), complete=read.complete)


@routes.get("/{channel_id}/stats", summary="How one channel is doing, hour by hour, by its traffic")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND,))
def stats_of_one(channel_id: Id, deps: DepsOf, hours: HoursOfOne = 24) -> StatsOfOne:
    row = channels.get(deps.store, channel_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    read = health.of_channels(deps.clock.now(), hours, Budget(MOST_READS), channel_id)
    data = _channel(channel_id, row.name, read.rows)
    return StatsOfOne(success=True, message="", data=data, counted_until=sums.counted_until(), complete=read.complete)


def _channel(channel_id: int, name: str, rows: Sequence[HealthRow]) -> ChannelStats:
    models = [
        ModelStats(model=model, hours=by_hour(those), **_stats(added(those)))
        for model, those in grouped(rows, lambda row: row.model).items()
    ]
    return ChannelStats(channel=channel_id, name=name, hours=by_hour(rows), models=models, **_stats(added(rows)))


def _stats(found: Health) -> dict[str, Any]:
    last = LastFailure(at=found.failed_at, kind=found.failed_kind, text=found.failed_text) if found.failed_at else None
    return {
        **times(found),
        "quota": found.quota,
        "prompt_tokens": found.prompt_tokens,
        "cached_tokens": found.cached_tokens,
        "cached": round(found.cached_tokens / found.prompt_tokens, 4) if found.prompt_tokens else None,
        "faults": found.faults,
        "last_failure": last,
    }
