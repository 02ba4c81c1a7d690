"""Channels. A credential goes in and never comes out; a list shows an empty ``key``, as one-api's clients expect."""

import json
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends

from admin.auth.channel_credentials import bound_to_its_address, unchanged_since
from admin.auth.limit_rules import LIMIT_LIST, LimitShown, limits_written, shown
from admin.openapi.examples import (
    ChannelAddress,
    ChannelGroup,
    ChannelModel,
    ChannelStatusNumber,
    ChannelTag,
    ChannelType,
    Keyword,
    example,
)
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Done, Refused, done, ok
from admin.web.fields import MOST_FOUND, Id, LooseId, Shown, Submitted, Whole, listed
from admin.web.gate import GatedRoute, needs
from admin.web.paging import Paging, paging
from admin.web.session import CallerOf
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.domain.rests import Rest
from gateway.providers.catalog import PROVIDERS, SECRET_SETTINGS
from gateway.store.channels import channels
from gateway.store.channels.secret_settings import blanked
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow

routes = APIRouter(prefix="/api/channel", tags=["channels"], route_class=GatedRoute)

ChannelPaging = Annotated[Paging, paging("id", *channels.SORTED_HERE)]

_MOST_KEYS = 1_000  # of one creation
_LONGEST = {"name": 255, "group": 255, "base_url": 1_000, "tag": 255, "test_model": 200, "models": 60_000}
_EXAMPLE = {"type": 1, "name": "openai", "key": "sk-...", "models": "gpt-4o,gpt-4o-mini", "group": "default"}
_LONGEST_TEXT = 60_000  # bytes of any other text
_LONGEST_MODEL = 200  # characters
_NEGATIVE = "type must not be negative"
_ALL_STATUSES = frozenset(int(status) for status in ChannelStatus) - {int(ChannelStatus.UNKNOWN)}


class Channel(
    Shown,
    json_schema_extra=example(
        id=1,
        type=1,
        status=1,
        name="azure-eu",
        weight=0,
        base_url="https://api.openai.com",
        models="gpt-4o-mini",
        group="default",
        resting=[],
    ),
):
    """``balance`` in the provider's currency; ``used_quota`` in quota units; ``config`` and mapping are JSON texts."""

    id: int
    type: int
    key: str
    status: int
    name: str
    weight: int
    created_time: int
    test_time: int
    response_time: int
    base_url: str
    other: str
    balance: int | float
    balance_updated_time: int
    models: str
    group: str
    used_quota: int
    model_mapping: str
    priority: int
    config: str
    system_prompt: str
    tag: str
    test_model: str
    affinity: bool
    watch_models: bool
    status_reason: str
    key_count: int
    resting: "list[RestShown]"
    revision: int
    limits: tuple[LimitShown, ...] = ()


class Made(Shown, json_schema_extra=example(id=1, ids=[1])):
    """The numbers of what was made, and the first of them."""

    id: int
    ids: list[int]


class RestShown(
    Shown, json_schema_extra=example(model="gpt-4o-mini", key_index=0, until=1_767_225_600, kind="limited")
):
    """What of a channel is left alone, until when (unix seconds), and why: ``kind`` and the provider's words. An empty
    ``model``: the whole key; ``key_index`` -1: every key."""

    model: str
    key_index: int
    until: int
    kind: str
    text: str


class ChannelForm(
    Submitted,
):
    """Several keys, one a line, make several channels, or with ``multi_key`` ``rotate`` one whose keys take turns.

    What is absent has its default, or stays as it is.
    """

    id: Whole = 0
    type: Whole = 0
    key: str = ""
    status: Whole = 0
    name: str = ""
    models: str = ""
    group: str = ""
    config: str = ""
    weight: Whole | None = None
    priority: Whole | None = None
    base_url: str | None = None
    other: str | None = None
    model_mapping: str | None = None
    system_prompt: str | None = None
    tag: str | None = None
    test_model: str | None = None
    affinity: bool | None = None
    limits: LIMIT_LIST | None = None
    watch_models: bool | None = None


class NewChannel(ChannelForm, json_schema_extra=example(**_EXAMPLE)):
    """Several keys, one a line, make several channels, or with ``multi_key`` ``rotate`` one whose keys take turns."""

    multi_key: Literal["split", "rotate"] = "split"


def _filters(
    tag: ChannelTag = "",
    status: ChannelStatusNumber = 0,
    type: ChannelType = 0,
    group: ChannelGroup = "",
    model: ChannelModel = "",
    address: ChannelAddress = "",
) -> dict[str, Any]:
    wanted = {"tag": tag, "status": status, "type": type, "group": group, "models": model, "address": address}
    return {name: value for name, value in wanted.items() if value}


Filters = Annotated[dict[str, Any], Depends(_filters)]


class EditedChannel(ChannelForm, json_schema_extra=example(id=1, tag="cheap", priority=10)):
    """``type`` 0 and an empty text stay as they are, too. With the ``revision`` that was shown, nothing is changed if
    somebody else has changed the channel meanwhile.
    """

    revision: Whole | None = None


@routes.get("", summary="Channels, newest first; all, or those of a tag, status, type, group, model or address")
@needs(Role.ADMIN)
def list_channels(deps: DepsOf, pages: ChannelPaging, wanted: Filters) -> Answer[list[Channel]]:
    if wanted:
        matching = _having(deps.store, wanted)
        found = channels.sorted_part(matching, pages.part)
        pages.total(lambda: len(matching))
    else:
        found = channels.page(deps.store, pages.part)
        pages.total(lambda: channels.count(deps.store))
    pages.goes_on(found.next)
    return ok([shown_channel(deps.store, row) for row in found.rows])


@routes.get(
    "/search", summary="Channels by number, or by how the name begins; of a tag, status, type, group, model or address"
)
@needs(Role.ADMIN)
def search_channels(deps: DepsOf, wanted: Filters, keyword: Keyword = "") -> Answer[list[Channel]]:
    if wanted:
        rows = channels.matching(_having(deps.store, wanted), keyword)[:MOST_FOUND]
    else:
        rows = channels.search(deps.store, keyword[:255], limit=MOST_FOUND)
    return ok([shown_channel(deps.store, row) for row in rows])


@routes.get("/{channel_id}", summary="One channel")
@needs(Role.ADMIN, refuses=(messages.NOT_FOUND,))
def get_channel(channel_id: Id, deps: DepsOf) -> Answer[Channel]:
    row = channels.get(deps.store, channel_id)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    return ok(shown_channel(deps.store, row))


@routes.post("", summary="Make a channel, or one for each line of the key; answers their numbers")
@needs(Role.ADMIN, refuses=(messages.CHANNEL_NO_KEY, messages.CHANNEL_FIELD, messages.LIMITS))
def create_channel(body: NewChannel, deps: DepsOf) -> Answer[Made]:
    keys = key_lines(body.key)
    if not keys:
        raise Refused(messages.CHANNEL_NO_KEY)
    if len(keys) > _MOST_KEYS:
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason(f"more than {_MOST_KEYS} keys")))
    if body.multi_key == "rotate":
        keys = ["\n".join(keys)]
    fields: dict[str, Any] = {**checked(body), "type": body.type}
    rows = channels.create(deps.store, ChannelRow(id=0, **fields), keys, secrets=SECRET_SETTINGS)
    return ok(Made(id=rows[0].id, ids=[row.id for row in rows]))


@routes.put("", summary="Change a channel; an empty key stays as it is")
@needs(
    Role.ADMIN,
    refuses=(
        messages.ID_EMPTY,
        messages.CHANNEL_FIELD,
        messages.LIMITS,
        messages.NOT_FOUND,
        messages.CHANNEL_KEY_AGAIN,
        messages.CHANGED_MEANWHILE,
    ),
)
def update_channel(body: EditedChannel, caller: CallerOf, deps: DepsOf) -> Answer[Channel]:
    """Where the credential goes (type, base URL, what settings put into it) changes only together with it: key and
    secret settings are to be sent again, unless root asks.
    """
    if body.id == 0:
        raise Refused(messages.ID_EMPTY)
    fields: dict[str, Any] = checked(body) | ({"type": body.type} if body.type else {})
    if body.status == ChannelStatus.ENABLED:
        fields["status_reason"] = ""
    check = unchanged_since(body.revision, bound_to_its_address(caller.user))
    row = channels.change(deps.store, body.id, fields, key=body.key.strip(), secrets=SECRET_SETTINGS, check=check)
    if row is None:
        raise Refused(messages.NOT_FOUND)
    return ok(shown_channel(deps.store, row))


@routes.delete("/disabled", summary="Delete every channel that is switched off")
@needs(Role.ADMIN, answers=1)
def delete_disabled(deps: DepsOf) -> Answer[int]:
    """Switched off by hand or automatically. Answers how many there were."""
    off = (ChannelStatus.DISABLED, ChannelStatus.AUTO_DISABLED)
    gone = [channels.remove(deps.store, row) for row in channels.every(deps.store) if row.status in off]
    return ok(sum(gone))


@routes.delete("/{channel_id}", summary="Delete a channel; deleting what is not there succeeds")
@needs(Role.ADMIN, refuses=(messages.ID_EMPTY,))
def delete_channel(channel_id: LooseId, deps: DepsOf) -> Done:
    if channel_id == 0:
        raise Refused(messages.ID_EMPTY)
    row = channels.get(deps.store, channel_id)
    if row is not None:
        channels.remove(deps.store, row)
    return done()


def _having(store: Store, wanted: dict[str, Any]) -> list[ChannelRow]:
    address = wanted.get("address", "").lower()
    rows = channels.having(channels.every(store), {name: wanted[name] for name in wanted if name != "address"})
    return [row for row in rows if address in _address(row).lower()] if address else rows


def _address(row: ChannelRow) -> str:
    """Where the channel's requests go: its own address, or its provider's."""
    return row.base_url or (PROVIDERS[row.type].base_url if row.type in PROVIDERS else "")


def resting(row: ChannelRow, now: int) -> list[Rest]:
    """What of a channel rests."""
    rests = (Rest.read(kept) for kept in row.rests.values())
    return sorted((rest for rest in rests if rest.until > now), key=lambda rest: rest.name)


def _fields(rest: Rest) -> dict[str, Any]:
    return {name: getattr(rest, name) for name in RestShown.model_fields}


def shown_channel(store: Store, row: ChannelRow) -> Channel:
    """A channel without its credential and its secret settings; an old one that has them unsealed is sealed now."""
    row = channels.sealed(store, row, SECRET_SETTINGS)
    computed: dict[str, Any] = {
        "key": "",
        "config": blanked(row.config),
        "balance": balance(row),
        "key_count": len(channels.keys(store, row)),
        "resting": [RestShown(**_fields(rest)) for rest in resting(row, store.clock.now())],
        "used_quota": channels.used_quota(store, row.id),
        "limits": shown(row.limits),
    }
    own = {name: getattr(row, name) for name in Channel.model_fields if name not in computed}
    return Channel.model_validate(own | computed)


def balance(row: ChannelRow) -> int | float:
    """What was last heard of the channel's balance, as a number."""
    amount = float(row.balance)
    return int(amount) if amount.is_integer() else amount


def key_lines(text: str) -> list[str]:
    """The credentials of a form: every line that is not blank."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def checked(body: ChannelForm) -> dict[str, Any]:
    """The given fields as they are stored; ``Refused`` says which one does not do, and why."""
    fields = body.model_dump(exclude={"id", "key", "type", "multi_key", "revision", "limits"}, exclude_none=True)
    for name in ("status", "name", "models", "group", "config"):  # empty means unchanged, or the default
        if not fields[name]:
            del fields[name]
    if problem := _problem(fields, body):
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason(problem)))
    for name in ("models", "group"):
        if name in fields:
            fields[name] = listed(fields[name])
    if "base_url" in fields:
        fields["base_url"] = fields["base_url"].strip().rstrip("/")
    return fields if body.limits is None else fields | {"limits": limits_written(body.limits)}


def _problem(fields: dict[str, Any], body: ChannelForm) -> str:
    for name, value in fields.items():
        if isinstance(value, str) and len(value.encode()) > _LONGEST.get(name, _LONGEST_TEXT):
            return f"{name} is too long"
    if any(len(model.strip()) > _LONGEST_MODEL for model in body.models.split(",")):
        return f"a model's name has more than {_LONGEST_MODEL} characters"
    if fields.get("status", ChannelStatus.ENABLED) not in _ALL_STATUSES:
        return "status must be 1 (enabled), 2 (disabled) or 3 (disabled automatically)"
    if body.type and body.type not in PROVIDERS:
        return f"type {body.type} is unknown: GET /api/providers lists the types" if body.type > 0 else _NEGATIVE
    if fields.get("weight", 0) < 0:
        return "weight must not be negative"
    base_url = fields.get("base_url", "").strip()
    if base_url and not base_url.startswith(("https://", "http://", "wss://", "ws://")):
        return "base_url must begin with https:// or http:// (or wss:// or ws:// for a WebSocket)"
    return next(
        (f"{name} {text}" for name in ("model_mapping", "config") if (text := _not_texts(fields.get(name)))), ""
    )


def _not_texts(text: str | None) -> str:
    """What keeps a text from being a JSON object of texts; empty when nothing does."""
    if not text:
        return ""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return "must be a JSON object"
    if not isinstance(value, dict):
        return "must be a JSON object"
    if not all(isinstance(content, str) for content in cast(dict[str, Any], value).values()):
        return "must map names to texts"
    return ""
