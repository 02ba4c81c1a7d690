"""Cohere's v1 chat, kept for channels and models that still need it; and what both versions share.

https://docs.cohere.com/v1/reference/chat. Text only: tools and images are refused with a hint to v2. The last message
must be the user's. ``-internet`` at the end of a model's name asks for the web-search connector.
"""

from collections.abc import Mapping

from gateway.domain.usage import Usage
from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.replies import call_id, completed
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of, post
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
from gateway.outbound.streams.decoders import JsonChunks
from gateway.wire import chat
from gateway.wire.json import encode, figure, obj, objs, string, whole

LABEL = "Cohere"
_V1 = "Cohere's v1 interface (set api_version to v2 for more)"

# https://docs.cohere.com/reference/errors
STATUSES: Mapping[int, verdicts.Verdict] = {
    498: verdicts.BAD_KEY,
    499: verdicts.Verdict("retry", 499),
    422: verdicts.Verdict("caller", 422),
}

FINISH = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "ERROR_LIMIT": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
}
_BROKEN = frozenset({"ERROR", "TIMEOUT", "USER_CANCEL"})
_ROLES = {"system": "SYSTEM", "user": "USER", "assistant": "CHATBOT"}
_RENAMED = {
    "temperature": "temperature",
    "top_p": "p",
    "top_k": "k",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}


def is_v1(request: ProviderRequest) -> bool:
    """Whether v1 is to be spoken: by the channel's wish, or for web search, which only v1 has."""
    return request.config.get("api_version") == "v1" or (
        request.operation == "chat" and request.model.endswith("-internet")
    )


def ended(raw: str, called: bool, explanation: str = "") -> str:
    """The finish reason in OpenAI's words; raises ``ProviderFault`` when generation broke."""
    if raw in _BROKEN:
        text = explanation or f"{LABEL} broke off with {raw}"
        raise ProviderFault(Fault(kind="retry", status=502, message=text, code=raw))
    return FINISH.get(raw, raw) or ("tool_calls" if called else "stop")


def billed(usage: Json) -> Usage | None:
    """What is billed, or the model's own counts where that is missing.

    ``cached_tokens`` counts the hidden preamble too; only what exceeds it is of the billed prompt.
    """
    charged, tokens = obj(usage.get("billed_units")), obj(usage.get("tokens"))
    figures = charged if charged.keys() & {"input_tokens", "output_tokens"} else tokens
    if not figures:
        return None
    prompt, completion = figure(figures.get("input_tokens")), figure(figures.get("output_tokens"))
    hidden = max(0, figure(tokens.get("input_tokens")) - prompt)
    return Usage(
        prompt=prompt,
        cached=min(prompt, max(0, figure(usage.get("cached_tokens")) - hidden)),
        image_in=min(prompt, figure(tokens.get("image_tokens"))),
        completion=completion,
        reasoning=min(completion, figure(tokens.get("reasoning_tokens"))),
    )


def units(meta: Json) -> Usage:
    """Rerank is billed in searches."""
    return Usage(requests=max(1, whole(obj(meta.get("billed_units")).get("search_units"))))


def request(request: ProviderRequest) -> WireRequest:
    body = request.body
    canonical_chat.refuse(body, _V1, ["tools", "n", "audio", "logprobs"])
    messages = [_turn(message) for message in canonical_messages.messages_of(body)]
    if messages[-1]["role"] != "USER":
        raise Unsupported(f"{_V1} wants the user's message last", param="messages")
    searches = request.model.endswith("-internet") or body.get("web_search_options") is not None
    made: Json = {
        "model": request.model.removesuffix("-internet"),
        "message": messages[-1]["message"],
        "chat_history": messages[:-1] or None,
        "stream": request.stream,
        "max_tokens": canonical_chat.max_tokens(body),
        "stop_sequences": canonical_chat.stops(body),
        "seed": canonical_chat.seed(body),
        "response_format": _format(body),
        "connectors": [{"id": "web-search"}] if searches else None,
    }
    return post("/v1/chat", made | canonical_chat.renamed(body, _RENAMED) | canonical_chat.extras(body, ["top_k"]))


def _turn(message: Json) -> Json:
    role = _ROLES.get(message["role"])
    if role is None or canonical_messages.calls_of(message):
        raise Unsupported(f"{_V1} takes no tool calls and results", param="messages")
    return {"role": role, "message": canonical_messages.text_only(message, _V1)}


def _format(body: Json) -> Json | None:
    kind, schema = canonical_chat.format_of(body)
    return None if kind == "text" else {"type": "json_object"} | ({"schema": schema} if schema else {})


def response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = json_of(reply)
    if "text" not in body:
        raise ProviderFault(verdicts.in_success(body, {}, reply))
    calls = [chat.tool_call(**_heard(request, at, call)) for at, call in enumerate(objs(body.get("tool_calls")))]
    message = chat.message(string(body["text"]), tool_calls=calls)
    if body.get("citations"):
        message["citations"] = body["citations"]
    reason = "tool_calls" if calls else ended(string(body.get("finish_reason")), called=False)
    id = body.get("response_id") or body.get("generation_id")
    return completed(request, [chat.choice(message, reason)], billed(obj(body.get("meta"))), id=id)


def _heard(request: ProviderRequest, at: int, call: Json) -> Json:
    """A call, for connectors and prompts make some without tools: no id, parameters an object."""
    arguments = encode(obj(call.get("parameters"))).decode()
    return {"id": call_id(request, at), "name": string(call.get("name")), "arguments": arguments}


class CohereV1Stream(JsonChunks):
    """Objects with an ``event_type``; the last one repeats the whole answer, of which only the figures are read."""

    def event(self, body: Json) -> list[Json]:
        kind = string(body.get("event_type"))
        if kind == "stream-start":
            self.head(body.get("generation_id"))
        elif kind == "text-generation":
            text = string(body.get("text"))
            return self.emit({"content": text} if text else {})
        elif kind == "citation-generation":
            return self.emit({"citations": body["citations"]} if body.get("citations") else {})
        elif kind == "tool-calls-generation":
            return self._tools(objs(body.get("tool_calls")))
        elif kind == "stream-end":
            return self._end(body)
        elif not kind:
            return self.fail(verdicts.in_success(body, {}))
        return []

    def _tools(self, calls: list[Json]) -> list[Json]:
        made = [chat.tool_call_delta(at, **_heard(self.request, at, call)) for at, call in enumerate(calls)]
        return self.emit({"tool_calls": made} if made else {})

    def _end(self, body: Json) -> list[Json]:
        answer = obj(body.get("response"))
        self.usage = billed(obj(answer.get("meta")))
        try:
            raw = string(body.get("finish_reason") or answer.get("finish_reason"))
            return self.emit({}, self.ended(ended(raw, called=False, explanation=string(body.get("error")))))
        except ProviderFault as caught:
            return self.fail(caught.fault)
