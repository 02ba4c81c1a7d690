"""Configuration as code: the whole of it out, and in again: looked at first, then all of it or nothing.

Everything is checked before anything is written. What is written then is undone if a later step fails, and a call
that was cut off is finished by sending it again: what is there already is no change.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from admin.openapi.examples import example
from admin.resources import configured
from admin.resources.announcements import NewAnnouncement
from admin.resources.channels import ChannelForm
from admin.resources.configured import Configuration
from admin.resources.option_schema import judged
from admin.resources.options import NOT_ACCEPTABLE
from admin.resources.planned_changes import (
    PlannedChange,
    WantedChannel,
    announcement_changes,
    channel_change,
    option_changes,
    paired,
    wanted_channels,
)
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Shown, Submitted
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway import log
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.domain.options import DEFAULTS, SECRETS
from gateway.errors import GatewayError
from gateway.providers.catalog import SECRET_SETTINGS
from gateway.store.channels import channels
from gateway.store.schema.channels import ChannelRow
from gateway.store.settings import announcements, options
from gateway.store.settings.announcements import MOST, Announcement, Board

routes = APIRouter(prefix="/api/configuration", tags=["configuration"], route_class=GatedRoute)

_MOST_CHANNELS = 2_000
_NO_KEY = "configured without a key"

Undo = Callable[[], object]


class WantedConfiguration(
    Submitted,
    json_schema_extra=example(
        name="gateway.yaml",
        options={"RetryTimes": "2"},
        channels=[{"type": 1, "name": "azure-eu", "models": "gpt-4o-mini"}],
    ),
):
    """``name`` is what the audit calls it. Options are texts, ``null`` the default again. Channels and announcements
    are whole: what one does not say has its default, but keys and secret settings that are blank stay as they are.
    ``prune`` removes what is not named; secret options stay. A ``revision`` that was shown is held to: nothing is done
    if anything changed meanwhile.
    """

    name: Annotated[str, Field(max_length=200)] = ""
    options: dict[str, str | None] = Field(default_factory=dict[str, str | None])
    channels: list[ChannelForm] = Field(default_factory=list[ChannelForm])
    announcements: list[NewAnnouncement] = Field(default_factory=list[NewAnnouncement])
    prune: bool = False
    revision: str = ""


class Planned(Shown, json_schema_extra=example(changes=[], revision="0123456789abcdef")):
    """Nothing in ``changes``: everything is as it is to be. ``revision`` is that of what was compared with."""

    changes: list[PlannedChange]
    revision: str


@dataclass(frozen=True, slots=True)
class Step:
    """Some of the changes. ``do`` answers what undoes it."""

    changes: Sequence[PlannedChange]
    do: Callable[[], Undo]


@dataclass(frozen=True, slots=True)
class Plan:
    revision: str
    steps: list[Step] = field(default_factory=list[Step])


_REFUSES = (
    messages.OPTIONS_REFUSED,
    messages.CHANNEL_OF,
    messages.CHANNEL_FIELD,
    messages.LIMITS,
    messages.ANNOUNCEMENTS_FULL,
    messages.CHANGED_MEANWHILE,
    *NOT_ACCEPTABLE,
)


@routes.get("", summary="The whole configuration, without credentials")
@needs(Role.ROOT)
def read_configuration(deps: DepsOf) -> Answer[Configuration]:
    return ok(configured.document(deps.store))


@routes.post("/plan", summary="What a configuration would change")
@needs(Role.ROOT, refuses=_REFUSES)
def plan_configuration(body: WantedConfiguration, request: Request, caller: CallerOf, deps: DepsOf) -> Answer[Planned]:
    """Checks all of it, and changes nothing."""
    return ok(_planned(_plan(body, request, caller.user.username, deps)))


@routes.put("", summary="Make the configuration so, all of it or nothing")
@needs(Role.ROOT, refuses=_REFUSES)
def apply_configuration(body: WantedConfiguration, request: Request, caller: CallerOf, deps: DepsOf) -> Answer[Planned]:
    """Answers what was changed, and the revision before it."""
    plan = _plan(body, request, caller.user.username, deps)
    undone_by: list[Undo] = []
    try:
        for step in plan.steps:
            undone_by.append(step.do())
    except Exception:
        _undo(undone_by)
        raise
    return ok(_planned(plan))


def _planned(plan: Plan) -> Planned:
    return Planned(changes=[change for step in plan.steps for change in step.changes], revision=plan.revision)


def _undo(undone_by: Sequence[Undo]) -> None:
    """The last first. What cannot be undone is logged: the same call again finishes what was begun."""
    for undo in reversed(undone_by):
        try:
            undo()
        except GatewayError as error:
            log.error("a step of a configuration was not undone", reason=str(error))


def _plan(body: WantedConfiguration, request: Request, by: str, deps: Deps) -> Plan:
    """Channels first, since requests for new names need them; what is removed comes last."""
    stored, rows, board = configured.read(deps.store)
    plan = Plan(configured.revision(stored, rows, board))
    if body.revision and body.revision != plan.revision:
        raise Refused(messages.CHANGED_MEANWHILE)
    if len(body.channels) > _MOST_CHANNELS:
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason(f"more than {_MOST_CHANNELS} channels")))
    wanted = wanted_channels(deps.store, body.channels, rows)
    plan.steps.extend(_channel_steps(deps, wanted))
    plan.steps.extend(_board_steps(body, board, deps))
    plan.steps.extend(_option_steps(body, request, stored, by, deps))
    if body.prune:
        meant = {one.row.id for one in wanted if one.row is not None}
        plan.steps.extend(_removal(deps, row) for row in rows if row.id not in meant)
    return plan


def _channel_steps(deps: Deps, wanted: Sequence[WantedChannel]) -> list[Step]:
    found = [(one, channel_change(deps.store, one)) for one in wanted]
    return [
        Step([change], partial(_make, deps, one) if one.row is None else partial(_change, deps, one, one.row, change))
        for one, change in found
        if change is not None
    ]


def _make(deps: Deps, wanted: WantedChannel) -> Undo:
    fields: dict[str, Any] = dict(wanted.fields)
    if not wanted.key:
        fields["status_reason"] = _NO_KEY
    (made,) = channels.create(deps.store, ChannelRow(id=0, **fields), [wanted.key], secrets=SECRET_SETTINGS)
    return partial(channels.remove, deps.store, made)


def _change(deps: Deps, wanted: WantedChannel, row: ChannelRow, change: PlannedChange) -> Undo:
    """A channel that the gateway took out of service stays so, unless it gets other keys."""
    fields: dict[str, Any] = dict(wanted.fields)
    key = wanted.key if any(one.field == "key" for one in change.differences) else ""
    if configured.status_of(row.status) == fields["status"] and not key:
        del fields["status"]
    elif fields["status"] == ChannelStatus.ENABLED:
        fields["status_reason"] = ""

    def unchanged(before: ChannelRow, _: ChannelRow) -> None:
        if before.revision != row.revision:
            raise Refused(messages.CHANGED_MEANWHILE)

    channels.change(deps.store, row.id, fields, key=key, secrets=SECRET_SETTINGS, check=unchanged)
    before = {name: getattr(row, name) for name in (*wanted.fields, "status_reason", "sealed_key", "key_faults")}
    return partial(channels.change, deps.store, row.id, before, secrets=SECRET_SETTINGS)


def _removal(deps: Deps, row: ChannelRow) -> Step:
    def remove() -> Undo:
        channels.remove(deps.store, row)
        return partial(channels.put_back, deps.store, row)

    return Step([PlannedChange(kind="channel", name=row.name, action="remove")], remove)


def _board_steps(body: WantedConfiguration, board: Board, deps: Deps) -> list[Step]:
    rows = _board(body, board, deps.clock.now())
    changes = announcement_changes(board.rows, rows)
    if not changes:
        return []
    if len(rows) > MOST:
        raise Refused(messages.ANNOUNCEMENTS_FULL.of(most=MOST))

    def replace_all() -> Undo:
        if not announcements.replace_all(deps.store, board, rows):
            raise Refused(messages.CHANGED_MEANWHILE)
        return lambda: announcements.replace_all(deps.store, announcements.read(deps.store), board.rows)

    return [Step(changes, replace_all)]


def _board(body: WantedConfiguration, board: Board, now: int) -> list[Announcement]:
    """In the order of the document; what it does not name stands behind, or goes."""
    rows: list[Announcement] = []
    number = board.next_id + len(body.announcements)  # the newest comes first, with the largest number
    for form, there in paired(body.announcements, board.rows, lambda one: one.title, lambda row: row.title):
        number -= 1
        new = Announcement(id=number, created_at=now, **form.model_dump())
        rows.append(new if there is None else replace(there, **form.model_dump()))
    meant = {row.id for row in rows}
    return rows + [row for row in board.rows if row.id not in meant and not body.prune]


def _option_steps(
    body: WantedConfiguration, request: Request, stored: dict[str, str], by: str, deps: Deps
) -> list[Step]:
    wanted = dict(body.options)
    if body.prune:
        wanted |= {key: None for key in stored if key in DEFAULTS and key not in SECRETS and key not in body.options}
    values = judged(request, deps.store, wanted)
    changes = option_changes(values, stored)
    keys = list(changes)
    parts = [keys[at : at + options.MOST] for at in range(0, len(keys), options.MOST)]

    def put(part: Sequence[str]) -> Undo:
        before = {key: stored.get(key, DEFAULTS[key]) for key in part}
        options.put_all(deps.store, {key: values[key] for key in part}, by)
        return partial(options.put_all, deps.store, before, by)

    return [Step([changes[key] for key in part], partial(put, part)) for part in parts]
