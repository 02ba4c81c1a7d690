"""Many channels at once: switching, deleting, tags, priority, weight; and copies."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.resources.channels import Channel, shown_channel
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Id, Shown, Submitted, Whole
from admin.web.gate import GatedRoute, needs
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.providers.catalog import SECRET_SETTINGS
from gateway.store.channels import channels
from gateway.store.channels.secret_settings import opened_config
from gateway.store.context import Store

routes = APIRouter(prefix="/api/channel", tags=["channels"], route_class=GatedRoute)

MOST_IDS = 200  # of one call: it has to be over within API Gateway's 29 seconds
_LONGEST_TAG = 255
_LONGEST_NAME = 255
_COPY = " (copy)"


class Batch(Submitted, json_schema_extra=example(ids=[1, 2], action="tag", value="cheap")):
    """``action`` is enable, disable, delete, tag, priority or weight; ``value`` is what the last three set."""

    ids: list[Whole]
    action: str
    value: str | Whole = ""


class Tag(Shown, json_schema_extra=example(tag="cheap", channels=2, enabled=1)):
    """A tag and how many channels have it, and how many of those are enabled."""

    tag: str
    channels: int
    enabled: int


@routes.post("/batch", summary="Do the same to many channels; answers to how many it was done")
@needs(
    Role.ADMIN,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(messages.ID_EMPTY, messages.CHANNEL_FIELD, messages.UNKNOWN_ACTION),
    answers=1,
)
def change_many(body: Batch, deps: DepsOf) -> Answer[int]:
    """At most 200 channels at once."""
    ids = list(dict.fromkeys(body.ids))
    if not ids:
        raise Refused(messages.ID_EMPTY)
    if len(ids) > MOST_IDS:
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason(f"more than {MOST_IDS} ids")))
    if body.action == "delete":
        return ok(sum(channels.remove(deps.store, row) for row in channels.some(deps.store, ids)))
    changes = _changes(body)
    return ok(sum(channels.change(deps.store, number, changes) is not None for number in ids))


@routes.post("/copy/{channel_id}", summary="Make a channel like another, credential included")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND,))
def copy_channel(channel_id: Id, deps: DepsOf) -> Answer[Channel]:
    """The copy has the same credential, and is named after the other with ` (copy)` behind."""
    row = channels.get(deps.store, channel_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    name = row.name[: _LONGEST_NAME - len(_COPY)] + _COPY
    config = opened_config(row.config, row.id, deps.store.vault)  # what is sealed is bound to its channel
    fresh = replace(row, name=name, config=config, test_time=0, response_time=0, balance="0", balance_updated_time=0)
    (made,) = channels.create(deps.store, fresh, [channels.opened(deps.store, row)], secrets=SECRET_SETTINGS)
    return ok(shown_channel(deps.store, made))


@routes.get("/tags", summary="The tags of channels")
@needs(Role.ADMIN)
def list_tags(deps: DepsOf) -> Answer[list[Tag]]:
    return ok(_tags(deps.store))


def _tags(store: Store) -> list[Tag]:
    found: dict[str, list[bool]] = {}
    for row in channels.every(store):
        if row.tag:
            found.setdefault(row.tag, []).append(row.status == ChannelStatus.ENABLED)
    return [Tag(tag=tag, channels=len(states), enabled=sum(states)) for tag, states in sorted(found.items())]


def _changes(body: Batch) -> dict[str, Any]:
    make = _ACTIONS.get(body.action)
    if make is None:
        raise Refused(messages.UNKNOWN_ACTION.of(action=body.action[:60]))
    return make(body.value)


def _tag(value: str | int) -> dict[str, Any]:
    if not isinstance(value, str) or len(value.encode()) > _LONGEST_TAG:
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason(f"value must be a text of at most {_LONGEST_TAG} bytes")))
    return {"tag": value.strip()}


def _priority(value: str | int) -> dict[str, Any]:
    if not isinstance(value, int):
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason("value must be a whole number")))
    return {"priority": value}


def _weight(value: str | int) -> dict[str, Any]:
    if not isinstance(value, int) or value < 0:
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason("value must be a whole number from 0")))
    return {"weight": value}


_ACTIONS: dict[str, Callable[[str | int], dict[str, Any]]] = {
    "enable": lambda _: {"status": int(ChannelStatus.ENABLED), "status_reason": ""},
    "disable": lambda _: {"status": int(ChannelStatus.DISABLED)},
    "tag": _tag,
    "priority": _priority,
    "weight": _weight,
}
