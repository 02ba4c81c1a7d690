"""The dialect of Google's PaLM API, retired in 2024 and kept for whoever runs something that speaks it.

Chat models take messages of two authors and a context, text models (``text-...``) a prompt. No tools, no
pictures, no formats, no streaming: the whole answer is one chunk. No usage is reported. Dropped knobs: seed,
penalties, logit_bias, user, max_tokens of chat models.
https://web.archive.org/web/2024/https://developers.generativeai.google/api/rest/generativelanguage
"""

from gateway.outbound.canonical.chat import extras, max_tokens, refuse, renamed, stops
from gateway.outbound.canonical.messages import messages_of, text_only
from gateway.outbound.canonical.replies import completed
from gateway.outbound.gemini.errors import fault_of, in_stream
from gateway.outbound.json_bodies import json_of, post, unreadable
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.outbound.streams.decoders import SseChunks
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire import chat
from gateway.wire.json import objs, string, whole

LABEL = "PaLM"
_REFUSED = ("logprobs", "audio", "tools", "response_format", "web_search_options")
_KNOBS = {"temperature": "temperature", "top_p": "topP", "top_k": "topK", "n": "candidateCount"}
_CHAT_MODEL = "chat-bison-001"


def request(request: ProviderRequest) -> WireRequest:
    """``generateMessage``, or ``generateText`` for text models. Raises ``Unsupported``."""
    refuse(request.body, LABEL, _REFUSED)
    said = [(message["role"], text_only(message, LABEL)) for message in messages_of(request.body)]
    unknown = next((role for role, _ in said if role not in ("system", "user", "assistant")), None)
    if unknown:
        raise Unsupported(f"{LABEL} has no messages of role {unknown!r}", param="messages")
    knobs = renamed(request.body, _KNOBS) | extras(request.body, ("top_k",))
    if request.model.startswith("text-"):
        return post(f"/v1beta2/models/{request.model}:generateText", _text(request, said) | knobs)
    if stops(request.body):
        raise Unsupported(f"{LABEL}'s chat models have no stop sequences; leave stop out", param="stop")
    model = request.model if request.model.startswith("chat-") else _CHAT_MODEL  # "PaLM-2" is one-api's name for it
    return post(f"/v1beta2/models/{model}:generateMessage", {"prompt": _prompt(said)} | knobs)


def _text(request: ProviderRequest, said: list[tuple[str, str]]) -> Json:
    out: Json = {"prompt": {"text": "\n\n".join(text for _, text in said)}}
    limit = whole(max_tokens(request.body))
    return (
        out
        | ({"maxOutputTokens": limit} if limit else {})
        | ({"stopSequences": found} if (found := stops(request.body)) else {})
    )


def _prompt(said: list[tuple[str, str]]) -> Json:
    context = "\n\n".join(text for role, text in said if role == "system")
    messages = [{"author": "0" if role == "user" else "1", "content": text} for role, text in said if role != "system"]
    return ({"context": context} if context else {}) | {"messages": messages}


def response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """A whole reply; one without candidates was filtered."""
    body = json_of(reply)
    if "error" in body:
        raise ProviderFault(in_stream(body))
    candidates = objs(body.get("candidates"))
    if not candidates:
        raise ProviderFault(_filtered(body) or unreadable(reply.body))
    texts = [string(item.get("content") or item.get("output")) for item in candidates]
    return completed(
        request, [chat.choice(chat.message(text), "stop", index) for index, text in enumerate(texts)], None
    )


def _filtered(body: Json) -> Fault | None:
    reasons = ", ".join(string(item.get("reason")) for item in objs(body.get("filters")))
    if not reasons:
        return None
    message = f"the provider filtered the answer ({reasons})"
    return Fault(kind="filtered", status=400, message=message, type="content_filter", code="content_filter")


class PalmStream(SseChunks):
    """A whole reply where a stream was asked for."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, response)

    def event(self, name: str, body: Json) -> list[Json]:
        return self.fail(Fault(kind="retry", status=502, message="the provider sent events where PaLM answers whole"))


DIALECT = TableDialect(
    name="palm", label=LABEL, verbs={"chat": Verbs(request, response)}, decoder=PalmStream, fault=fault_of
)
