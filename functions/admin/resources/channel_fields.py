"""What one channel has, copied to others: chosen fields, looked at first if one likes."""

from typing import Any

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.resources.channel_bulk import MOST_IDS
from admin.texts import messages
from admin.texts.reasons import reason
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Shown, Submitted, Whole
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.domain.identity import Role
from gateway.store.channels import channels
from gateway.store.schema.channels import ChannelRow

routes = APIRouter(prefix="/api/channel", tags=["channels"], route_class=GatedRoute)

_FIELDS = ("affinity", "base_url", "group", "limits", "model_mapping", "models", "priority", "system_prompt", "tag")
FIELDS = (*_FIELDS, "test_model", "watch_models", "weight")


class CopiedFields(Submitted, json_schema_extra=example(source=1, ids=[2], fields=["tag", "priority"], dry_run=True)):
    """Copies these ``fields`` of the channel ``source`` to the channels ``ids``; with ``dry_run`` it only says what
    would change.
    """

    source: Whole
    ids: list[Whole]
    fields: list[str]
    dry_run: bool = False


class Difference(Shown, json_schema_extra=example(field="priority", before=0, after=10)):
    field: str
    before: str | int | bool
    after: str | int | bool


class ChangedChannel(Shown, json_schema_extra=example(id=2, name="azure-eu")):
    """A channel and what changes of it; nothing where it has the same already."""

    id: int
    name: str
    changes: list[Difference]


@routes.post("/copy_fields", summary="Copy chosen fields of one channel to others, or say what that would change")
@needs(
    Role.ADMIN,
    unreadable=messages.INVALID_PARAMETER,
    refuses=(messages.ID_EMPTY, messages.CHANNEL_FIELD, messages.NOT_FOUND, messages.CHANNEL_KEY_AGAIN),
)
def copy_fields(body: CopiedFields, caller: CallerOf, deps: DepsOf) -> Answer[list[ChangedChannel]]:
    """At most 200 channels at once. Keys and settings are never copied, and the address by root only."""
    ids = list(dict.fromkeys(body.ids))
    if not ids:
        raise Refused(messages.ID_EMPTY)
    if len(ids) > MOST_IDS:
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason(f"more than {MOST_IDS} ids")))
    if odd := [name for name in body.fields if name not in FIELDS]:
        said = f"fields: {odd[0][:40]} cannot be copied; those that can: {', '.join(FIELDS)}"
        raise Refused(messages.CHANNEL_FIELD.of(reason=reason(said)))
    if "base_url" in body.fields and caller.user.role < Role.ROOT:
        raise Refused(messages.CHANNEL_KEY_AGAIN)
    source = channels.get(deps.store, body.source)
    if source is None:
        raise Refused(messages.NOT_FOUND)
    wanted: dict[str, Any] = {name: getattr(source, name) for name in body.fields}
    rows = channels.some(deps.store, ids)
    if not body.dry_run:
        for row in rows:
            if _differences(row, wanted):
                channels.change(deps.store, row.id, wanted)
    return ok([ChangedChannel(id=row.id, name=row.name, changes=_differences(row, wanted)) for row in rows])


def _differences(row: ChannelRow, wanted: dict[str, Any]) -> list[Difference]:
    return [
        Difference(field=name, before=getattr(row, name), after=value)
        for name, value in wanted.items()
        if getattr(row, name) != value
    ]
