"""Every provider we know, by its channel type. Adding one is adding a row to ``catalog_rows``."""

from collections.abc import Mapping
from functools import cache

from gateway.errors import NotFound
from gateway.providers import model_lists
from gateway.providers.catalog_rows import ROWS
from gateway.providers.spec import Provider

_OPENAI = 1
_UNKNOWN = 0

PROVIDERS: Mapping[int, Provider] = {row.id: row for row in ROWS}
# Settings of channels that are credentials, whatever the channel's type is now: it may have been another.
SECRET_SETTINGS: frozenset[str] = frozenset(field.name for row in ROWS for field in row.config if field.secret)


def provider(type: int) -> Provider:
    """The row of a channel type; 0 is what one-api calls unknown and treats as OpenAI. Raises ``NotFound``."""
    found = PROVIDERS.get(_OPENAI if type == _UNKNOWN else type)
    if found is None:
        raise NotFound(f"channel type {type!r} is unknown; GET /api/providers lists the types", param="type")
    return found


@cache
def models_of(type: int) -> tuple[str, ...]:
    """The models a channel of this type is offered with: the row's own, one-api's and those on sale today."""
    return tuple(dict.fromkeys((*provider(type).models, *model_lists.listed(type))))


def owner_of(model: str) -> str:
    """``owned_by`` of a model: as in one-api the last of its own types that lists it, else whoever sells it."""
    return _owners().get(model, "custom")


@cache
def _owners() -> Mapping[str, str]:
    ours = {model: row.owner for row in ROWS if row.id >= 100 for model in models_of(row.id)}
    return ours | {model: row.owner for row in ROWS if row.id < 100 for model in models_of(row.id)}
