"""GET /v1/models, /v1beta/models and one of them: the models a caller may use, in the shape the caller's vendor has.

https://platform.openai.com/docs/api-reference/models; the other shapes are in ``inbound.model_lists``.
"""

from collections.abc import Callable, Mapping, Sequence

from gateway.domain.identity import Caller
from gateway.errors import NotFound
from gateway.providers.catalog import owner_of
from gateway.records import dataclass
from gateway.wire.json import Json, encode
from relay.asgi_types import Receive, Send
from relay.authenticate import caller_of
from relay.deps import Deps
from relay.http_request import HttpRequest
from relay.inbound import model_lists
from relay.inbound.anthropic.dialect import AnthropicMessages
from relay.inbound.gemini.dialect import GeminiContent
from relay.inbound.openai.chat import OpenAiChat
from relay.inbound.protocol import Inbound
from relay.pipeline import ErrorsAnswered
from relay.reply_headers import request_headers
from relay.sink import Sink

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


@dataclass(frozen=True, slots=True)
class Shape:
    """How a vendor shows a page of models, one model, and errors."""

    page: Callable[[Sequence[str], Mapping[str, str]], Json]
    one: Callable[[str], Json]
    words: Inbound


async def listed(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """Every model this caller may use and some channel of the group serves, each once, by name."""
    shape, sink = shape_of(incoming), Sink(send, receive, deps.clock, request_headers(incoming))
    async with ErrorsAnswered(shape.words, incoming, sink):
        names = await usable(deps, await caller_of(deps, incoming))
        await _send(sink, shape.page(names, incoming.query))


async def one(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """One model, if the caller may use it."""
    shape, sink = shape_of(incoming), Sink(send, receive, deps.clock, request_headers(incoming))
    async with ErrorsAnswered(shape.words, incoming, sink):
        name = incoming.params["model"]
        await check_served(deps, await caller_of(deps, incoming), name)
        await _send(sink, shape.one(name))


async def _send(sink: Sink, body: Json) -> None:
    await sink.whole(200, {"content-type": "application/json; charset=utf-8"}, encode(body))


def shape_of(incoming: HttpRequest) -> Shape:
    """Told by what only one vendor's clients send; OpenAI's otherwise."""
    if incoming.path.startswith("/v1beta/") or "x-goog-api-key" in incoming.headers:
        return GEMINI
    return ANTHROPIC if "anthropic-version" in incoming.headers else OPENAI


async def check_served(deps: Deps, caller: Caller, model: str) -> None:
    """Raises ``NotFound`` for a model that the caller may not use or nobody serves."""
    if model not in await usable(deps, caller):
        raise NotFound(f"The model '{model}' does not exist", code="model_not_found", param="model")


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


def _openai_list(names: Sequence[str], query: Mapping[str, str]) -> Json:
    return {"object": "list", "data": [described(name) for name in names]}


OPENAI = Shape(_openai_list, described, OpenAiChat())
ANTHROPIC = Shape(model_lists.anthropic_list, model_lists.anthropic_model, AnthropicMessages())
GEMINI = Shape(model_lists.gemini_list, model_lists.gemini_model, GeminiContent(streamed=False))
