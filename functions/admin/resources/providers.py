"""The catalogue of providers, from which the site builds its channel form."""

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.web.envelope import Answer, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from gateway.domain.identity import Role
from gateway.providers.catalog import PROVIDERS, models_of
from gateway.providers.spec import Provider

routes = APIRouter(prefix="/api/providers", tags=["channels"], route_class=GatedRoute)


class ConfigField(Shown, json_schema_extra=example(name="region", label="Region", required=True)):
    """One setting of a channel beside its key; it goes into ``config`` under ``name``."""

    name: str
    label: str
    required: bool
    default: str
    placeholder: str


class ChannelType(
    Shown,
    json_schema_extra=example(
        id=1,
        name="OpenAI",
        base_url="https://api.openai.com",
        key_format="API key",
        operations=["chat"],
        models=["gpt-4o-mini"],
        has_balance=True,
    ),
):
    """``operations`` are what can be asked of it; ``has_balance`` says whether its balance can be asked for."""

    id: int
    name: str
    base_url: str
    key_format: str
    config: list[ConfigField]
    operations: list[str]
    models: list[str]
    has_balance: bool
    docs: str


@routes.get("", summary="Channel types, with what a channel of each needs")
@needs(Role.ADMIN)
def list_providers() -> Answer[list[ChannelType]]:
    return ok([shown_type(row) for row in PROVIDERS.values()])


def shown_type(row: Provider) -> ChannelType:
    """A row of the catalogue as the form needs it."""
    return ChannelType(
        id=row.id,
        name=row.name,
        base_url=row.base_url,
        key_format=row.key_format,
        config=[
            ConfigField(
                name=field.name,
                label=field.label,
                required=field.required,
                default=field.default,
                placeholder=field.placeholder,
            )
            for field in row.config
        ],
        operations=sorted(row.dialects),
        models=list(models_of(row.id)),
        has_balance=bool(row.balance),
        docs=row.docs,
    )
