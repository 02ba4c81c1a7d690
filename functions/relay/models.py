"""GET /v1/models and /v1/models/{id}: the models a caller may use.

https://platform.openai.com/docs/api-reference/models
"""

from typing import Any

from starlette.types import Receive, Send

from gateway.domain.identity import Caller
from gateway.errors import NotFound
from gateway.providers.catalog import owner_of
from relay.authenticate import caller_of
from relay.deps import Deps
from relay.incoming import Incoming
from relay.responses import send_json

Json = dict[str, Any]

CREATED = 1_626_777_600  # one-api gives every model this date
_PERMISSION: Json = {
    "id": "modelperm-LwHkVFn8AcMItP432fKKDIKJ",
    "object": "model_permission",
    "created": CREATED,
    "allow_create_engine": True,
    "allow_sampling": True,
    "allow_logprobs": True,
    "allow_search_indices": False,
    "allow_view": True,
    "allow_fine_tuning": False,
    "organization": "*",
    "group": None,
    "is_blocking": False,
}


async def listed(deps: Deps, incoming: Incoming, receive: Receive, send: Send) -> None:
    """Every model this caller may use and some channel of the group serves, each once, by name."""
    caller = await caller_of(deps, incoming)
    names = await usable(deps, caller)
    await send_json(deps, incoming, receive, send, {"object": "list", "data": [described(name) for name in names]})


async def one(deps: Deps, incoming: Incoming, receive: Receive, send: Send) -> None:
    """One model, if the caller may use it."""
    caller = await caller_of(deps, incoming)
    name = incoming.params["model"]
    if name not in await usable(deps, caller):
        raise NotFound(f"The model '{name}' does not exist", code="model_not_found", param="model")
    await send_json(deps, incoming, receive, send, described(name))


async def usable(deps: Deps, caller: Caller) -> list[str]:
    """Names of the models a caller may use."""
    served = await deps.reader.models(caller.user.group)
    allowed = caller.token.models
    return [name for name in served if name in allowed] if allowed else served


def described(name: str) -> Json:
    """A model object as one-api shows it."""
    return {
        "id": name,
        "object": "model",
        "created": CREATED,
        "owned_by": owner_of(name),
        "permission": [_PERMISSION],
        "root": name,
        "parent": None,
    }
