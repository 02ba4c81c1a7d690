"""Which models there are: by channel type, in one-api's catalogue form, and for the caller's group."""

from collections.abc import Iterator

from fastapi import APIRouter
from pydantic import Field

from admin.openapi.examples import example
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from admin.web.session import CallerOf
from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import Role
from gateway.providers.catalog import PROVIDERS, models_of, owner_of
from gateway.store.channels import abilities, channels

routes = APIRouter(prefix="/api", tags=["models"], route_class=GatedRoute)

_CREATED = 1_626_777_600  # what one-api says of every model
_PROXY = 43  # the channel type without models of its own


class Permission(Shown):
    """What OpenAI's old model list said of each model; always the same."""

    id: str = "modelperm-LwHkVFn8AcMItP432fKKDIKJ"
    object: str = "model_permission"
    created: int = _CREATED
    allow_create_engine: bool = True
    allow_sampling: bool = True
    allow_logprobs: bool = True
    allow_search_indices: bool = False
    allow_view: bool = True
    allow_fine_tuning: bool = False
    organization: str = "*"
    group: str | None = None
    is_blocking: bool = False


class Model(
    Shown,
    json_schema_extra=example(
        id="gpt-4o-mini",
        object="model",
        created=1_626_777_600,
        owned_by="openai",
        root="gpt-4o-mini",
        parent=None,
    ),
):
    id: str
    object: str
    created: int
    owned_by: str
    permission: list[Permission]
    root: str
    parent: str | None


class ModelList(Shown):
    """Both are absent from a refusal, which is an envelope."""

    object: str = "list"
    data: list[Model] = Field(default_factory=list[Model])


@routes.get("/models", summary="Models that each channel type offers, by its number")
@needs(Role.COMMON, answers={"1": ["gpt-4o", "gpt-4o-mini"]})
def models_by_type() -> Answer[dict[str, list[str]]]:
    return ok(_by_type())


@routes.get("/channel/models", summary="Every known model with its owner (no envelope)")
@needs(Role.ADMIN)
def all_models() -> ModelList:
    return ModelList(object="list", data=list(_catalogue()))


@routes.get("/user/available_models", summary="Models the caller's group can use now")
@needs(Role.COMMON, answers=["gpt-4o-mini"])
def available_models(caller: CallerOf, deps: DepsOf) -> Answer[list[str]]:
    group = caller.user.group
    indexed = abilities.models_of_group(deps.store, group)
    every = {channel_id for ids in indexed.values() for channel_id in ids}
    served = {
        model
        for row in channels.some(deps.store, sorted(every))
        if row.status == ChannelStatus.ENABLED
        for at, model in abilities.of_channel(row)
        if at == group
    }
    return ok(sorted(served & set(indexed)))


def _by_type() -> dict[str, list[str]]:
    types: dict[str, list[str]] = {str(number): list(models_of(number)) for number in PROVIDERS}
    return types | {str(_PROXY): []}


def _catalogue() -> Iterator[Model]:
    for number in PROVIDERS:
        for name in models_of(number):
            yield Model(
                id=name,
                object="model",
                created=_CREATED,
                owned_by=PROVIDERS[number].owner or owner_of(name),
                permission=[Permission.model_validate(_PERMISSION)],
                root=name,
                parent=None,
            )


_PERMISSION = {name: field.default for name, field in Permission.model_fields.items()}
