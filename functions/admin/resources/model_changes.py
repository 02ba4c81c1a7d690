"""What a channel's provider lists and the channel does not, and the reverse: looked at, then applied by a person."""

import asyncio

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.resources.channel_bulk import with_models
from admin.resources.channels import Channel, ChannelForm, checked, shown_channel
from admin.texts import messages
from admin.web.deps import Deps, DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Id, Shown, Submitted
from admin.web.gate import GatedRoute, needs
from gateway.domain.identity import Role
from gateway.store.channels import channels
from gateway.store.schema.channels import ChannelRow
from gateway.upkeep.model_changes import ModelChanges, look, note, noted
from gateway.upstream import Upstream
from gateway.upstream.protocol import Timeouts

routes = APIRouter(prefix="/api/channel", tags=["channels"], route_class=GatedRoute)

_TIMEOUTS = Timeouts(connect=5, first_byte=15, idle=15)


class ShownChanges(Shown, json_schema_extra=example(at=1_767_225_600, added=[], gone=[])):
    """``at`` is when it was compared, in unix seconds, 0 if never; ``problem`` is why the provider told no list."""

    at: int
    added: list[str]
    gone: list[str]
    problem: str


class Apply(Submitted, json_schema_extra=example(add=["gpt-4o"])):
    """What is taken over; absent is all of it, an empty list nothing."""

    add: list[str] | None = None
    remove: list[str] | None = None


@routes.get("/{channel_id}/model_changes", summary="What the last comparison of a channel's models found")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND,))
def show_changes(channel_id: Id, deps: DepsOf) -> Answer[ShownChanges]:
    """Names that are mapped are left alone. Channels with `watch_models` are compared as often as the operator set."""
    return ok(_shown(noted(_existing(deps, channel_id))))


@routes.post("/{channel_id}/model_changes", summary="Ask a channel's provider for its models now, and compare")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND,))
def compare_now(channel_id: Id, deps: DepsOf) -> Answer[ShownChanges]:
    changes = asyncio.run(_looked(deps, _existing(deps, channel_id)))
    note(deps.store, channel_id, changes)
    return ok(_shown(changes))


@routes.post(
    "/{channel_id}/model_changes/apply", summary="Take over what was found, or some of it; answers the channel"
)
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND, messages.CHANNEL_FIELD, messages.LIMITS))
def apply_changes(channel_id: Id, body: Apply, deps: DepsOf) -> Answer[Channel]:
    """Only what the last comparison found is added or removed. A channel is never left without a model."""
    found = noted(_existing(deps, channel_id))
    add = [name for name in found.added if body.add is None or name in body.add]
    remove = [name for name in found.gone if body.remove is None or name in body.remove]
    checked(ChannelForm(models=",".join(add)))
    row = channels.change(deps.store, channel_id, lambda row: _applied(row, add, remove))
    if row is None:
        raise Refused(messages.NOT_FOUND)
    return ok(shown_channel(deps.store, row))


def _applied(row: ChannelRow, add: list[str], remove: list[str]) -> dict[str, str]:
    return {"models": with_models(row.models, ",".join(add), ",".join(remove)) or row.models}


def _existing(deps: Deps, channel_id: int) -> ChannelRow:
    row = channels.get(deps.store, channel_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    return row


def _shown(changes: ModelChanges) -> ShownChanges:
    return ShownChanges(at=changes.at, added=list(changes.added), gone=list(changes.gone), problem=changes.problem)


async def _looked(deps: Deps, row: ChannelRow) -> ModelChanges:
    upstream = Upstream(timeouts=_TIMEOUTS, proxy=deps.settings.relay_proxy)
    try:
        return await look(deps.store, row, upstream)
    finally:
        await upstream.close()
