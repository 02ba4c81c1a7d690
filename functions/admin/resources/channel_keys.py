"""The keys of a channel: how many, which ones by their ends, and what was last said to each. Never the keys."""

from typing import Any

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.resources.channels import resting
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Id, Shown
from admin.web.gate import GatedRoute, needs
from gateway.domain.identity import Role
from gateway.store.channels import channels
from gateway.store.schema.channels import json_faults

routes = APIRouter(prefix="/api/channel", tags=["channels"], route_class=GatedRoute)

_SHOWN = 4  # characters of a key
_SHORTEST = 16  # a key of which so many are told: the rest is still nobody's to guess


class ChannelKey(Shown, json_schema_extra=example(place=0, hint="aB3d")):
    """``hint`` is how the key ends, empty of short ones. ``last_fault`` is what the provider said to it in the last
    test that asked with it, ``last_fault_at`` when, in unix seconds; empty and 0 if it was taken, or never tried.

    ``resting_until``: how long the whole key rests after a fault; models that rest alone stand with the channel.
    """

    place: int
    hint: str
    resting_until: int = 0
    last_fault: str = ""
    last_fault_at: int = 0


@routes.get("/{channel_id}/keys", summary="The keys of a channel by how they end, and what was last said to each")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND,))
def list_keys(channel_id: Id, deps: DepsOf) -> Answer[list[ChannelKey]]:
    """In the order in which they take turns. A test tries the first five at most, until one is taken."""
    row = channels.get(deps.store, channel_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    faults = json_faults(row.key_faults)
    keys, now = enumerate(channels.keys(deps.store, row)), deps.clock.now()
    until = {rest.key_index: rest.until for rest in resting(row, now) if not rest.model}
    return ok([_shown(place, key, faults.get(str(place)), until.get(place, 0)) for place, key in keys])


def hint(key: str) -> str:
    """How a key ends, if that gives nothing away; of a JSON document the end tells nothing."""
    return key[-_SHOWN:] if len(key) >= _SHORTEST and not key.endswith("}") else ""


def _shown(place: int, key: str, fault: dict[str, Any] | None, until: int) -> ChannelKey:
    said, at = (fault["message"], fault["at"]) if fault else ("", 0)
    return ChannelKey(place=place, hint=hint(key), resting_until=until, last_fault=said, last_fault_at=at)
