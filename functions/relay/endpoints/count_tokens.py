"""How many tokens a prompt has, before it is sent, as Anthropic's, Google's and OpenAI's clients ask.

Free of charge, but not of limits: it counts as a request, takes a balance above zero, waits for its turn, and ends when
the caller leaves.

Counted here, as charges are where a provider reports nothing; a provider's own figure may differ a little, most for
pictures and documents. https://docs.claude.com/en/api/messages-count-tokens, https://ai.google.dev/api/tokens,
https://platform.openai.com/docs/api-reference/responses/input-tokens
"""

import asyncio
import json
from collections.abc import Callable

from gateway.billing.token_counter import Counter
from gateway.domain.identity import Caller
from gateway.errors import BadRequest, QuotaExceeded
from gateway.outbound.protocol import Unsupported
from gateway.records import dataclass
from gateway.wire.json import encode, obj, objs
from relay import limits
from relay.asgi_types import Receive, Send
from relay.authenticate import caller_of, check_model
from relay.balance import funds
from relay.counting import in_turn, read_soon, turn
from relay.deps import Deps
from relay.endpoints.models import check_served
from relay.http_request import HttpRequest
from relay.inbound.anthropic.dialect import AnthropicMessages, checked
from relay.inbound.anthropic.request import canonical as of_messages
from relay.inbound.checks import model_of, read_object
from relay.inbound.gemini.dialect import GeminiContent
from relay.inbound.gemini.parts import get
from relay.inbound.gemini.request import canonical as of_contents
from relay.inbound.protocol import Inbound, Json
from relay.inbound.responses.dialect import OpenAiResponses
from relay.inbound.responses.request import chat
from relay.pipeline import ErrorsAnswered
from relay.reply_headers import request_headers
from relay.sink import Sink


async def messages(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """POST /v1/messages/count_tokens."""
    await _counted(deps, incoming, receive, send, _MESSAGES)


async def contents(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """POST /v1beta/models/{model}:countTokens."""
    await _counted(deps, incoming, receive, send, _CONTENTS)


async def items(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """POST /v1/responses/input_tokens."""
    await _counted(deps, incoming, receive, send, _ITEMS)


@dataclass(frozen=True, slots=True)
class _Question:
    """How one vendor's clients ask: the words, how the request is read, how the figure is shown."""

    words: Inbound
    read: Callable[[HttpRequest, Json], tuple[str, Json]]  # the model, and the request in canonical form
    shown: Callable[[int], Json]


async def _counted(deps: Deps, incoming: HttpRequest, receive: Receive, send: Send, question: _Question) -> None:
    sink = Sink(send, receive, deps.clock, request_headers(incoming))
    async with ErrorsAnswered(question.words, incoming, sink):
        caller = await caller_of(deps, incoming)
        async with turn(incoming.headers):
            given = read_object(await read_soon(receive, incoming.headers, deps.settings.max_body))
            count = await _count(deps, incoming, sink, caller, question, given)
        if count is None:
            return
        await sink.whole(200, {"content-type": "application/json"}, encode(question.shown(count)))


async def _count(
    deps: Deps, incoming: HttpRequest, sink: Sink, caller: Caller, question: _Question, given: Json
) -> int | None:
    model, body = question.read(incoming, given)
    check_model(caller, model)
    await check_served(deps, caller, model)
    options, _ = deps.prices.current(await deps.reader.options())
    await check_balance(deps, caller)
    sink.add_headers(await limits.count(deps, incoming.request_id, caller, model, options))
    return await _while_there(sink, Counter(model, approximate=options.approximate_tokens), body)


async def check_balance(deps: Deps, caller: Caller) -> None:
    """Whoever could ask nothing of a model has nothing to count either."""
    if caller.user.quota <= 0 and (await funds(deps, caller.user)).free <= 0:
        raise QuotaExceeded("user quota is not enough: counting is free, but takes a balance above zero; top up")


async def _while_there(sink: Sink, counter: Counter, body: Json) -> int | None:
    """The count; none if the caller has left meanwhile."""
    loop = asyncio.get_running_loop()
    sink.watch()
    try:
        async with asyncio.timeout(None) as patience:
            with sink.calling(lambda: patience.reschedule(loop.time())):
                return await in_turn(lambda: tokens(counter, body))
    except TimeoutError:
        counter.approximate = True  # which ends what the thread is at
        return None


def tokens(counter: Counter, body: Json) -> int:
    """Of messages, calls and tools."""
    said = sum(counter.answer(message) - counter.content(message.get("content")) for message in objs(body["messages"]))
    declared = body.get("tools")
    return counter.prompt(body) + said + (counter.text(json.dumps(declared, ensure_ascii=False)) if declared else 0)


def _messages(incoming: HttpRequest, given: Json) -> tuple[str, Json]:
    return checked(given), of_messages(given)


def _contents(incoming: HttpRequest, given: Json) -> tuple[str, Json]:
    model = incoming.params["model"]
    request = obj(get(given, "generateContentRequest")) or given
    if not isinstance(request.get("contents"), list):
        raise BadRequest("contents is required: send a list of contents", param="contents")
    return model, of_contents(request, model, stream=False)


def _items(incoming: HttpRequest, given: Json) -> tuple[str, Json]:
    model = model_of(given)
    try:
        return model, chat(given)
    except Unsupported as unsupported:
        raise BadRequest(f"this cannot be counted here: {unsupported.message}", param=unsupported.param) from None


def _input_tokens(count: int) -> Json:
    return {"input_tokens": count}


def _total_tokens(count: int) -> Json:
    return {"totalTokens": count, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": count}]}


def _response_tokens(count: int) -> Json:
    return {"object": "response.input_tokens", "input_tokens": count}


_MESSAGES = _Question(AnthropicMessages(), _messages, _input_tokens)
_CONTENTS = _Question(GeminiContent(streamed=False), _contents, _total_tokens)
_ITEMS = _Question(OpenAiResponses(), _items, _response_tokens)
