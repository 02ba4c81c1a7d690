"""Cohere: chat over v2 (v1 where the channel's ``api_version`` is ``v1``), embeddings, rerank.

https://docs.cohere.com/reference/chat. A named tool is called by offering only that tool and requiring a call.
The tool plan, Cohere's thoughts before a call, is reasoning on both ways; so is ``thinking``. Citations stay on
the message. Usage is what Cohere bills (``billed_units``), which leaves out the hundreds of tokens of its own
preamble. Dropped knobs: ``user``, ``logit_bias``, ``parallel_tool_calls``, ``verbosity`` and the names of speakers.
Keys nobody knows (``documents``, ``safety_mode``, ``thinking`` ...) pass. Models ending in ``-internet`` need v1.
"""

import json
from collections.abc import Mapping
from typing import Any

from gateway.outbound.canonical import (
    chat as canonical_chat,
)
from gateway.outbound.canonical import (
    embeddings as canonical_embeddings,
)
from gateway.outbound.canonical import (
    messages as canonical_messages,
)
from gateway.outbound.canonical.replies import call_id, completed
from gateway.outbound.canonical.schemas import COHERE, reduced
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    StreamDecoder,
    WireRequest,
    WireResponse,
)
from gateway.outbound.retired import cohere_v1
from gateway.outbound.retired.cohere_v1 import LABEL, STATUSES, billed, ended, is_v1, units
from gateway.outbound.streams.decoders import SseChunks
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire import chat
from gateway.wire.json import array, figure, obj, objs, string, whole

_RENAMED = {
    "temperature": "temperature",
    "top_p": "p",
    "top_k": "k",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}
_LACKS = ("n", "audio", "logprobs", "web_search_options")


def _request(request: ProviderRequest) -> WireRequest:
    if is_v1(request):
        return cohere_v1.request(request)
    body = request.body
    canonical_chat.refuse(body, LABEL, _LACKS)
    made: Json = {
        "model": request.model,
        "messages": [_message(message) for message in canonical_messages.messages_of(body)],
        "stream": request.stream,
        "max_tokens": canonical_chat.max_tokens(body),
        "stop_sequences": canonical_chat.stops(body),
        "seed": canonical_chat.seed(body),
        "response_format": _format(body),
        "thinking": _thinking(body),
    }
    return post(
        "/v2/chat",
        made | canonical_chat.renamed(body, _RENAMED) | _tools(body) | canonical_chat.extras(body, ["top_k"]),
    )


def _message(message: Json) -> Json:
    if canonical_messages.is_result(message):
        return {
            "role": "tool",
            "tool_call_id": string(message.get("tool_call_id")),
            "content": canonical_messages.text_only(message, LABEL),
        }
    takes = ("image_url", "document") if message["role"] == "user" else ("thinking",)
    parts = canonical_messages.parts_of(message, LABEL, takes)
    calls = [chat.tool_call(**call) for call in canonical_messages.calls_of(message)]
    made: Json = {"role": message["role"]} | _content(message, parts, bool(calls))
    return made | ({"tool_calls": calls} if calls else {})


def _content(message: Json, parts: list[Json], calls: bool) -> Json:
    """Content and thoughts: before a call they are the tool plan, else a thinking part."""
    thought = string(message.get("reasoning_content"))
    made: Json = {"tool_plan": string(message.get("tool_plan")) or thought} if calls else {}
    if thought and not calls:
        parts = [{"type": "thinking", "thinking": thought}, *parts]
    if any(part["type"] != "text" for part in parts):
        made["content"] = parts
    elif parts:
        made["content"] = "".join(part["text"] for part in parts)
    return {key: value for key, value in made.items() if value} if calls else {"content": ""} | made


def _format(body: Json) -> Json | None:
    kind, schema = canonical_chat.format_of(body)
    if kind == "text":
        return None
    return {"type": "json_object"} | ({"json_schema": reduced(schema, COHERE)} if schema else {})


def _thinking(body: Json) -> Json | None:
    effort = canonical_chat.effort(body)
    return {"type": "disabled" if effort in ("none", "minimal") else "enabled"} if effort else None


def _tools(body: Json) -> Json:
    tools = canonical_chat.tools_of(body)
    kind, name = canonical_chat.choice_of(body)
    if kind == "function":
        tools = [tool for tool in tools if tool.get("name") == name]
    if not tools:
        return {}
    bare = [{key: value for key, value in tool.items() if key != "strict"} for tool in tools]
    made: Json = {"tools": [{"type": "function", "function": tool} for tool in bare]}
    made |= {"strict_tools": True} if any(tool.get("strict") for tool in tools) else {}
    choice = {"required": "REQUIRED", "function": "REQUIRED", "none": "NONE"}.get(kind)
    return made | ({"tool_choice": choice} if choice else {})


def _response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    if is_v1(request):
        return cohere_v1.response(request, reply)
    body = json_of(reply)
    raw = obj(body.get("message"))
    if not raw:
        raise ProviderFault(verdicts.in_success(body, {}, reply))
    text, thought = _texts(array(raw.get("content")) or raw.get("content"))
    calls = [_call(request, at, call) for at, call in enumerate(objs(raw.get("tool_calls")))]
    reasoning = thought + string(raw.get("tool_plan"))
    message = chat.message(text if text or not calls else None, tool_calls=calls, reasoning=reasoning)
    if raw.get("citations"):
        message["citations"] = raw["citations"]
    reason = ended(string(body.get("finish_reason")), bool(calls))
    return completed(request, [chat.choice(message, reason)], billed(obj(body.get("usage"))), id=body.get("id"))


def _texts(parts: Any) -> tuple[str, str]:
    if isinstance(parts, str):
        return parts, ""
    found = objs(parts)
    text = "".join(string(part.get("text")) for part in found)
    return text, "".join(string(part.get("thinking")) for part in found)


def _call(request: ProviderRequest, at: int, call: Json) -> Json:
    function = obj(call.get("function"))
    arguments = string(function.get("arguments")) or "{}"
    return chat.tool_call(
        id=call_id(request, at, call.get("id")), name=string(function.get("name")), arguments=arguments
    )


class _Stream(SseChunks):
    """https://docs.cohere.com/reference/chat-stream"""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, _response)
        self._calls: dict[int, int] = {}
        self._spoke_arguments: set[int] = set()

    def event(self, name: str, body: Json) -> list[Json]:
        kind = string(body.get("type")) or name
        delta = obj(body.get("delta"))
        message = obj(delta.get("message"))
        if kind == "message-start":
            self.head(body.get("id"))
        elif kind in ("content-start", "content-delta"):
            return self._content(obj(message.get("content")))
        elif kind == "tool-plan-delta":
            return self._say("reasoning_content", message.get("tool_plan"))
        elif kind in ("tool-call-start", "tool-call-delta", "tool-call-end"):
            return self._tool(kind, whole(body.get("index")), obj(message.get("tool_calls")))
        elif kind == "citation-start":
            return self._say("citations", objs(message.get("citations")))
        elif kind == "message-end":
            return self._end(delta)
        elif not kind or kind == "error":
            return self.fail(verdicts.in_success(body, {}))
        return []

    def _say(self, field: str, value: Any) -> list[Json]:
        return self.emit({field: value}) if value else []

    def _content(self, part: Json) -> list[Json]:
        return self._say("content", part.get("text")) + self._say("reasoning_content", part.get("thinking"))

    def _tool(self, kind: str, index: int, call: Json) -> list[Json]:
        """Their index counts content blocks too in some versions; ours counts calls. No arguments are ``{}``."""
        function = obj(call.get("function"))
        arguments = string(function.get("arguments"))
        if arguments:
            self._spoke_arguments.add(index)
        if kind == "tool-call-start":
            at = self._calls.setdefault(index, len(self._calls))
            name = string(function.get("name"))
            made = chat.tool_call_delta(
                at, id=call_id(self.request, at, call.get("id")), name=name, arguments=arguments
            )
            return self.emit({"tool_calls": [made]})
        if kind == "tool-call-end":
            arguments = "" if index in self._spoke_arguments else "{}"
        if not arguments or index not in self._calls:
            return []
        return self.emit({"tool_calls": [chat.tool_call_delta(self._calls[index], arguments=arguments)]})

    def _end(self, delta: Json) -> list[Json]:
        self.usage = billed(obj(delta.get("usage")))
        try:
            reason = ended(string(delta.get("finish_reason")), bool(self._calls), string(delta.get("error")))
        except ProviderFault as caught:
            return self.fail(caught.fault)
        return self.emit({}, reason)


def _embeddings_request(request: ProviderRequest) -> WireRequest:
    body = request.body
    made: Json = {
        "model": request.model,
        "texts": canonical_embeddings.texts_of(request, LABEL),
        "input_type": body.get("input_type") or "search_document",
        "embedding_types": ["float"],
        "output_dimension": body.get("dimensions"),
    }
    others = {key: value for key, value in body.items() if key not in canonical_embeddings.EMBEDDING_KEYS}
    return post("/v1/embed" if is_v1(request) else "/v2/embed", made | others)


def _embeddings_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = json_of(reply)
    found = body.get("embeddings")
    if not found:
        raise ProviderFault(verdicts.in_success(body, {}, reply))
    by_type = obj(found).get("float")
    figures = obj(obj(body.get("meta")).get("billed_units"))
    usage = canonical_embeddings.counted(figure(figures.get("input_tokens")) + figure(figures.get("image_tokens")))
    return canonical_embeddings.embeddings(request, array(by_type) or array(found), usage)


def _rerank_request(request: ProviderRequest) -> WireRequest:
    documents = canonical_embeddings.documents_of(request)
    if is_v1(request):
        return post("/v1/rerank", request.body | {"model": request.model})
    texts = [
        canonical_embeddings.document_text(document) or json.dumps(document, ensure_ascii=False)
        for document in documents
    ]
    rest = {key: value for key, value in request.body.items() if key != "return_documents"}
    return post("/v2/rerank", rest | {"model": request.model, "documents": texts})


def _rerank_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = json_of(reply)
    if not isinstance(body.get("results"), list):
        raise ProviderFault(verdicts.in_success(body, {}, reply))
    answer = canonical_embeddings.reranked(request, body.get("id"), objs(body["results"]), None)
    meta: Json = {"meta": body["meta"]} if body.get("meta") else {}
    return CanonicalResponse(body=(answer.body or {}) | meta, usage=units(obj(body.get("meta"))))


def _decoder(request: ProviderRequest) -> StreamDecoder:
    return cohere_v1.CohereV1Stream(request) if is_v1(request) else _Stream(request)


def _fault(reply: WireResponse) -> Fault:
    """A trial key's monthly allowance is a 429 like any other but for its words."""
    found = verdicts.judge(reply, {}, STATUSES)
    monthly = found.kind == "cooldown" and "month" in found.message.lower()
    return verdicts.judge(reply, {}, _MONTHLY) if monthly else found


_MONTHLY: Mapping[int, verdicts.Verdict] = {429: verdicts.QUOTA_RETURNS}

DIALECT = TableDialect(
    name="cohere",
    label=LABEL,
    verbs={
        "chat": Verbs(_request, _response),
        "embeddings": Verbs(_embeddings_request, _embeddings_response),
        "rerank": Verbs(_rerank_request, _rerank_response),
    },
    decoder=_decoder,
    fault=_fault,
)
