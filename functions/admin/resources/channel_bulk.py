"""Many channels at once: switching, deleting, setting what they have in common; and copies."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.resources.channels import Channel, ChannelForm, checked, shown_channel
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Id, Shown, Submitted, Whole
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.providers.catalog import SECRET_SETTINGS
from gateway.store.channels import channels
from gateway.store.channels.secret_settings import opened_config
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow

routes = APIRouter(prefix="/api/channel", tags=["channels"], route_class=GatedRoute)

MOST_IDS = 200  # of one call: it has to be over within API Gateway's 29 seconds
_LONGEST_TAG = 255
_LONGEST_NAME = 255
_COPY = " (copy)"
Changes = Mapping[str, Any] | Callable[[ChannelRow], Mapping[str, Any]]


class Batch(Submitted, json_schema_extra=example(ids=[1, 2], action="tag", value="cheap")):
    """``action`` is enable, disable, delete, or what ``value`` sets: tag, priority, weight, groups, mapping (a JSON
    object), system_prompt, base_url (root only); add_models and remove_models take a list with commas.
    """

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
    refuses=(
        messages.ID_EMPTY,
        messages.CHANNEL_FIELD,
        messages.UNKNOWN_ACTION,
        messages.CHANNEL_KEY_AGAIN,
        messages.LIMITS,
    ),
    answers=1,
)
def change_many(body: Batch, caller: CallerOf, deps: DepsOf) -> Answer[int]:
    """At most 200 channels at once. Only root moves channels to another address together with their keys."""
    ids = list(dict.fromkeys(body.ids))
    if not ids:
        raise Refused(messages.ID_EMPTY)
    if len(ids) > MOST_IDS:
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason(f"more than {MOST_IDS} ids")))
    if body.action == "delete":
        return ok(sum(channels.remove(deps.store, row) for row in channels.some(deps.store, ids)))
    if body.action == "base_url" and caller.user.role < Role.ROOT:
        raise Refused(messages.CHANNEL_KEY_AGAIN)
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


def _changes(body: Batch) -> Changes:
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


def _field(name: str) -> Callable[[str | int], Changes]:
    """What sets a text of a channel, held to what a form is held to."""

    def change(value: str | int) -> Changes:
        if not isinstance(value, str):
            raise Refused(messages.CHANNEL_FIELD.of(reason=reason("value must be a text")))
        fields = checked(ChannelForm.model_validate({name: value}))
        if name not in fields:
            raise Refused(messages.CHANNEL_FIELD.of(reason=reason("value must not be empty")))
        return fields

    return change


def _models(*, add: bool) -> Callable[[str | int], Changes]:
    def change(value: str | int) -> Changes:
        named = checked(ChannelForm.model_validate({"models": str(value)})).get("models", "")
        if not named:
            raise Refused(messages.CHANNEL_FIELD.of(reason=reason("value must not be empty")))
        return lambda row: {"models": with_models(row.models, named if add else "", "" if add else named)}

    return change


def with_models(models: str, add: str, remove: str) -> str:
    """A channel's list with some more of them, and without others."""
    gone = set(remove.split(","))
    kept = [model for model in models.split(",") if model and model not in gone]
    return ",".join(dict.fromkeys([*kept, *(model for model in add.split(",") if model)]))


_ACTIONS: dict[str, Callable[[str | int], Changes]] = {
    "enable": lambda _: {"status": int(ChannelStatus.ENABLED), "status_reason": ""},
    "disable": lambda _: {"status": int(ChannelStatus.DISABLED)},
    "tag": _tag,
    "priority": _priority,
    "weight": _weight,
    "groups": _field("group"),
    "mapping": _field("model_mapping"),
    "system_prompt": _field("system_prompt"),
    "base_url": _field("base_url"),
    "add_models": _models(add=True),
    "remove_models": _models(add=False),
}
