"""Every provider we know, by its channel type. Adding a compatible one is adding a row to ``catalog_rows``."""

from collections.abc import Mapping
from functools import cache

from gateway.errors import NotFound
from gateway.providers.catalog_rows import ROWS
from gateway.providers.spec import Provider

_OPENAI = 1
_UNKNOWN = 0

PROVIDERS: Mapping[int, Provider] = {row.id: row for row in ROWS}


def provider(type: int) -> Provider:
    """The row of a channel type; 0 is what one-api calls unknown and treats as OpenAI. Raises ``NotFound``."""
    found = PROVIDERS.get(_OPENAI if type == _UNKNOWN else type)
    if found is None:
        raise NotFound(f"channel type {type!r} is unknown; GET /api/providers lists the types", param="type")
    return found


@cache
def models_of(type: int) -> tuple[str, ...]:
    """The models a channel of this type is offered with: the row's own, one-api's and those on sale today."""
    # Imported late: 7 ms of a cold start (of 100), and only model lists and the site's forms need them.
    from gateway.providers.model_lists_oneapi import ONEAPI  # noqa: PLC0415
    from gateway.providers.model_lists_today import TODAY  # noqa: PLC0415

    listed = ONEAPI.get(type, ())
    sold = TODAY.get(_OPENAI if listed is ONEAPI[_OPENAI] and type not in TODAY else type, ())
    return tuple(dict.fromkeys((*provider(type).models, *listed, *sold)))


def owner_of(model: str) -> str:
    """``owned_by`` of a model: as in one-api the last of its own types that lists it, else whoever sells it."""
    return _owners().get(model, "custom")


@cache
def _owners() -> Mapping[str, str]:
    ours = {model: row.owner for row in ROWS if row.id >= 100 for model in models_of(row.id)}
    return ours | {model: row.owner for row in ROWS if row.id < 100 for model in models_of(row.id)}
