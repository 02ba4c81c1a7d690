"""Baidu Qianfan v1 (wenxinworkshop): chat, embeddings, rerank, images. The access token is added elsewhere.

https://cloud.baidu.com/doc/WENXINWORKSHOP/s/clntwmv7t

Text only. There is one ``system`` text beside the messages, and turns alternate: several system messages become one,
neighbours of one speaker are joined, and parallel tool calls of a history are told one after another, since a
message holds one ``function_call``. ``temperature`` is kept within (0, 1]; a ``frequency_penalty`` becomes
``penalty_score`` between 1 and 2. Dropped knobs: ``presence_penalty``, ``seed``, ``logit_bias``, ``reasoning_effort``,
``parallel_tool_calls``. Images come as bytes whatever was asked for. Keys nobody knows pass.
"""

from collections.abc import Mapping
from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.canonical import (
    chat as canonical_chat,
)
from gateway.outbound.canonical import (
    embeddings as canonical_embeddings,
)
from gateway.outbound.canonical import (
    images as canonical_images,
)
from gateway.outbound.canonical import (
    messages as canonical_messages,
)
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
from gateway.outbound.qianfan.error_codes import FAULTS, endpoint
from gateway.outbound.streams.decoders import SseChunks
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire import chat
from gateway.wire.json import figure, obj, objs, string, whole

LABEL = "Qianfan v1"
BASE = "/rpc/2.0/ai_custom/v1/wenxinworkshop"
_LACKS = ("n", "audio", "logprobs", "json_schema")
_NO_PARAMETERS: Json = {"parameters": {"type": "object", "properties": {}}}  # they must be there
_FINISH = {
    "normal": "stop",
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "function_call": "tool_calls",
    "tool_calls": "tool_calls",
}


def _request(request: ProviderRequest) -> WireRequest:
    body = request.body
    canonical_chat.refuse(body, LABEL, _LACKS)
    system, turns = canonical_messages.system_first(canonical_messages.messages_of(body), LABEL)
    made: Json = {
        "messages": _messages(canonical_messages.alternating(turns)),
        "system": system or None,
        "stream": request.stream,
        "stop": canonical_chat.stops(body),
        "max_output_tokens": canonical_chat.max_tokens(body),
        "response_format": None if canonical_chat.format_of(body)[0] == "text" else "json_object",
        "disable_search": False if body.get("web_search_options") is not None else None,
    }
    named = canonical_chat.renamed(body, {"top_p": "top_p", "user": "user_id"})
    made |= named | _sampling(body) | _functions(body) | canonical_chat.extras(body)
    return post(f"{BASE}/chat/{endpoint(request.model)}", made)


def _sampling(body: Json) -> Json:
    made: Json = {}
    temperature, penalty = body.get("temperature"), body.get("frequency_penalty")
    if isinstance(temperature, int | float):
        made["temperature"] = min(1, max(0.01, temperature))
    if isinstance(penalty, int | float):
        made["penalty_score"] = min(2.0, 1 + max(0.0, penalty / 2))
    return made


def _messages(turns: list[Json]) -> list[Json]:
    names, results = canonical_messages.tool_names(turns), _results(turns)
    made: list[Json] = []
    for message in turns:
        calls = canonical_messages.calls_of(message)
        if canonical_messages.is_result(message):
            if string(message.get("tool_call_id")) not in names:
                made.append(_result(message, names))
        elif calls:
            made += [said for call in calls for said in _called(message, call, results, names)]
        else:
            made.append({"role": message["role"], "content": canonical_messages.text_only(message, LABEL)})
    return made


def _results(turns: list[Json]) -> dict[str, Json]:
    found = [message for message in turns if canonical_messages.is_result(message)]
    return {string(message.get("tool_call_id")): message for message in found if message.get("tool_call_id")}


def _called(message: Json, call: Json, results: Mapping[str, Json], names: Mapping[str, str]) -> list[Json]:
    """One call with its result behind it."""
    function = {"name": call["name"], "arguments": call["arguments"]}
    thoughts = string(message.get("reasoning_content"))
    function |= {"thoughts": thoughts} if thoughts else {}
    said: Json = {
        "role": "assistant",
        "content": canonical_messages.text_only(message, LABEL),
        "function_call": function,
    }
    return [said, _result(results[call["id"]], names)] if call["id"] in results else [said]


def _result(message: Json, names: Mapping[str, str]) -> Json:
    name = canonical_messages.result_name(message, names)
    return {"role": "function", "name": name, "content": canonical_messages.text_only(message, LABEL)}


def _functions(body: Json) -> Json:
    functions = [_NO_PARAMETERS | tool for tool in canonical_chat.tools_of(body)]
    kind, name = canonical_chat.choice_of(body)
    if not functions or kind == "none":
        return {}
    if kind == "required":
        if len(functions) > 1:
            raise Unsupported(f"{LABEL} can be made to call one named tool only; name it", param="tool_choice")
        kind, name = "function", string(functions[0].get("name"))
    made: Json = {"functions": functions}
    if kind == "function":
        made["tool_choice"] = {"type": "function", "function": {"name": name}}
    return made


def _opened(reply: WireResponse) -> Json:
    """The body; errors come with status 200."""
    body = json_of(reply)
    if body.get("error_code") or body.get("error_msg"):
        raise ProviderFault(verdicts.in_success(body, FAULTS, reply))
    return body


def _response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = _opened(reply)
    calls = _heard(request, body)
    text = string(body.get("result"))
    thoughts = string(obj(body.get("function_call")).get("thoughts"))
    message = chat.message(text if text or not calls else None, tool_calls=calls, reasoning=thoughts)
    known = "result" in body or bool(calls)
    choices = [chat.choice(message, _reason(body, bool(calls)))] if known else []
    extra = {key: body[key] for key in ("search_info", "search_results") if body.get(key)}
    return completed(request, choices, _usage(body), id=body.get("id"), created=body.get("created"), extra=extra)


def _heard(request: ProviderRequest, body: Json) -> list[Json]:
    call = obj(body.get("function_call"))
    if not call:
        return []
    arguments = string(call.get("arguments")) or "{}"
    return [chat.tool_call(id=call_id(request, 0), name=string(call.get("name")), arguments=arguments)]


def _reason(body: Json, called: bool) -> str:
    """``need_clear_history`` says that what was said must not be said again."""
    if called:
        return "tool_calls"
    if body.get("need_clear_history"):
        return "content_filter"
    if body.get("is_truncated"):
        return "length"
    raw = string(body.get("finish_reason"))
    return _FINISH.get(raw, raw) or "stop"


def _usage(body: Json) -> Usage | None:
    raw = obj(body.get("usage"))
    prompt, total = figure(raw.get("prompt_tokens")), figure(raw.get("total_tokens"))
    completion = max(figure(raw.get("completion_tokens")), total - prompt)
    return Usage(prompt=prompt, completion=completion) if total or prompt else None


class _Stream(SseChunks):
    """Pieces of ``result``; the one with ``is_end`` is the last and has the whole usage."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, _response)
        self._has_called = False

    def event(self, name: str, body: Json) -> list[Json]:
        if body.get("error_code") or body.get("error_msg"):
            return self.fail(verdicts.in_success(body, FAULTS))
        self.head(body.get("id"), body.get("created"))
        self.usage = _usage(body) or self.usage
        delta: Json = {"content": body["result"]} if body.get("result") else {}
        calls = [] if self._has_called else _heard(self.request, body)
        if calls:
            self._has_called = True
            thoughts = string(obj(body.get("function_call")).get("thoughts"))
            delta |= {"tool_calls": [call | {"index": at} for at, call in enumerate(calls)]}
            delta |= {"reasoning_content": thoughts} if thoughts else {}
        chunks = self.emit(delta)
        return chunks + (self.emit({}, _reason(body, self._has_called)) if body.get("is_end") else [])


def _embeddings_request(request: ProviderRequest) -> WireRequest:
    rest = {key: value for key, value in request.body.items() if key not in canonical_embeddings.EMBEDDING_KEYS}
    made = {"input": canonical_embeddings.texts_of(request, LABEL), "user_id": request.body.get("user")}
    return post(f"{BASE}/embeddings/{endpoint(request.model)}", made | rest)


def _embeddings_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = _opened(reply)
    return canonical_embeddings.embeddings(
        request, canonical_embeddings.in_order(objs(body.get("data")), "index", "embedding"), _usage(body)
    )


def _rerank_request(request: ProviderRequest) -> WireRequest:
    texts = [canonical_embeddings.document_text(document) for document in canonical_embeddings.documents_of(request)]
    rest = {key: value for key, value in request.body.items() if key not in ("model", "return_documents")}
    return post(f"{BASE}/reranker/{endpoint(request.model)}", rest | {"documents": texts})


def _rerank_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = _opened(reply)
    results = [item | _document(item) for item in objs(body.get("results"))]
    return canonical_embeddings.reranked(request, body.get("id"), results, _usage(body))


def _document(item: Json) -> Json:
    document = item.get("document")
    return {"document": {"text": document}} if isinstance(document, str) else {}


def _images_request(request: ProviderRequest) -> WireRequest:
    rest = {key: value for key, value in request.body.items() if key not in ("model", "response_format", "user")}
    made: Json = {"prompt": canonical_images.prompt_of(request), "user_id": request.body.get("user")}
    return post(f"{BASE}/text2image/{endpoint(request.model)}", rest | made)


def _images_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = _opened(reply)
    data: list[Json] = [{"b64_json": item["b64_image"]} for item in objs(body.get("data")) if item.get("b64_image")]
    if not data:
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered without an image"))
    return CanonicalResponse(
        body={"created": whole(body.get("created")) or request.created, "data": data}, usage=Usage(images=len(data))
    )


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, FAULTS)


_VERBS: Mapping[Any, Verbs] = {
    "chat": Verbs(_request, _response),
    "embeddings": Verbs(_embeddings_request, _embeddings_response),
    "rerank": Verbs(_rerank_request, _rerank_response),
    "images": Verbs(_images_request, _images_response),
}
DIALECT = TableDialect(name="qianfan", label=LABEL, verbs=_VERBS, decoder=_Stream, fault=_fault)
