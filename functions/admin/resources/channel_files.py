"""Channels out of a gateway and into another. Keys stay behind, unless root asks for them."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Query

from admin.auth.presence import PresenceOf, demand_presence
from admin.openapi.examples import example
from admin.resources.channels import ChannelForm, checked, key_lines
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Loose, Shown, Submitted, Whole
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.providers.catalog import SECRET_SETTINGS
from gateway.security.credentials import SealBroken
from gateway.store.channels import channels
from gateway.store.channels.secret_settings import blanked, opened_config
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow

routes = APIRouter(prefix="/api/channel", tags=["channels"], route_class=GatedRoute)

_MOST = 100  # of one answer or call
_NO_KEY = "imported without a key"

After = Annotated[Loose, Query(description="Only channels with a larger number: where the answer before ended.")]
WithKeys = Annotated[bool, Query(description="Keys and secret settings, too: for root, after showing who one is.")]


class DecidedChannel(Shown):
    """What an operator decided of a channel, as `POST /api/channel` takes it."""

    type: int
    name: str
    status: int
    base_url: str
    other: str
    models: str
    group: str
    model_mapping: str
    config: str
    system_prompt: str
    tag: str
    test_model: str
    weight: int
    priority: int


class ExportedChannel(
    DecidedChannel, json_schema_extra=example(type=1, name="azure-eu", models="gpt-4o-mini", group="default")
):
    """A channel as `POST /api/channel` takes it. ``key`` has a line for each key, or is empty."""

    key: str


class Exported(Shown):
    """``next`` is the ``after`` of the next call; 0 at the end."""

    channels: list[ExportedChannel]
    next: int


class ImportedChannel(ChannelForm, json_schema_extra=example(type=1, name="azure-eu", models="gpt-4o-mini", key="")):
    """A channel of an export."""


class Import(Submitted, json_schema_extra=example(channels=[{"type": 1, "name": "b", "models": "gpt-4o-mini"}])):
    """With ``dry_run`` it is only looked at."""

    channels: list[ImportedChannel]
    dry_run: bool = False


class Imported(Shown, json_schema_extra=example(ids=[3], made=1, without_key=1)):
    """``ids`` in the order of the channels, empty of a dry run. Those ``without_key`` are made switched off."""

    ids: list[int]
    made: Whole
    without_key: Whole


@routes.get("/export", summary="Channels as they can be imported, a hundred at once, without their keys")
@needs(Role.ADMIN, refuses=(messages.NO_PERMISSION, messages.CONFIRM_FIRST))
def export_channels(
    caller: CallerOf, presence: PresenceOf, deps: DepsOf, after: After = 0, keys: WithKeys = False
) -> Answer[Exported]:
    """Exports are noted in the audit. Keys come with `keys=true`, to root, ten minutes after signing in or
    `POST /api/user/confirm`; then the answer is as secret as they are.
    """
    if keys:
        if caller.user.role < Role.ROOT:
            raise Refused(messages.NO_PERMISSION)
        demand_presence(presence)
    rows = [row for row in channels.every(deps.store) if row.id > after]
    shown = [_exported(deps.store, row, keys=keys) for row in rows[:_MOST]]
    return ok(Exported(channels=shown, next=rows[_MOST - 1].id if len(rows) > _MOST else 0))


@routes.post("/import", summary="Make channels of an export, all or none")
@needs(Role.ADMIN, refuses=(messages.CHANNEL_FIELD, messages.CHANNEL_OF, messages.LIMITS))
def import_channels(body: Import, deps: DepsOf) -> Answer[Imported]:
    """A hundred at most. Each is a new channel; one without a key is switched off until it is given one."""
    if len(body.channels) > _MOST:
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason(f"more than {_MOST} channels")))
    rows = [_row(number, form) for number, form in enumerate(body.channels)]
    ids: list[int] = []
    if not body.dry_run:
        for row, key in rows:
            ids += [made.id for made in channels.create(deps.store, row, [key], secrets=SECRET_SETTINGS)]
    return ok(Imported(ids=ids, made=len(ids), without_key=sum(not key for _, key in rows)))


@contextmanager
def about_channel(number: int) -> Generator[None]:
    """A refusal says which channel of a list it is about, by its place."""
    try:
        yield
    except Refused as refused:
        text = refused.text.about(f"channels.{number}.{refused.text.field}")
        raise Refused(messages.CHANNEL_OF.of(number=number, reason=text)) from refused


def _exported(store: Store, row: ChannelRow, *, keys: bool) -> ExportedChannel:
    values = {name: getattr(row, name) for name in DecidedChannel.model_fields}
    config = _opened(store, row) if keys else blanked(channels.sealed(store, row, SECRET_SETTINGS).config)
    key = "\n".join(channels.keys(store, row)) if keys else ""
    return ExportedChannel.model_validate(values | {"config": config, "key": key})


def _opened(store: Store, row: ChannelRow) -> str:
    try:
        return opened_config(row.config, row.id, store.vault)
    except SealBroken:
        return blanked(row.config)


def _row(number: int, form: ChannelForm) -> tuple[ChannelRow, str]:
    """A channel of an import and its keys."""
    with about_channel(number):
        fields: dict[str, Any] = {**checked(form), "type": form.type}
    key = "\n".join(key_lines(form.key))
    if not key:
        fields |= {"status": int(ChannelStatus.DISABLED), "status_reason": _NO_KEY}
    return ChannelRow(id=0, **fields), key
