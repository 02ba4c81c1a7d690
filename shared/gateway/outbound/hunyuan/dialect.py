"""Tencent Hunyuan's native interface (API 3.0): chat and embeddings.

https://cloud.tencent.com/document/product/1729/105701. The request is signed elsewhere (``providers.auth_tc3``).

There is one system message and it comes first, so several become one; neighbouring messages of one speaker are joined.
Reasoning in a history is left out: Hunyuan answers with an error to its own thoughts.
Dropped, since Hunyuan knows no such parameters and refuses unknown ones: ``max_tokens``, penalties, ``logit_bias``,
``user``, and keys nobody knows unless written the native way (``EnableDeepSearch``) or listed in ``_NATIVE``.
"""

import json
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
    messages as canonical_messages,
)
from gateway.outbound.canonical.replies import call_id, completed
from gateway.outbound.errors import verdicts
from gateway.outbound.hunyuan.errors import FAULTS
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
from gateway.outbound.streams.decoders import SseChunks
from gateway.outbound.tables import TableDialect, Verbs
from gateway.wire import chat
from gateway.wire.json import figure, obj, objs, string, whole

LABEL = "Hunyuan"
VERSION = "2023-09-01"
_LACKS = ("n", "audio", "logprobs", "response_format")
_RENAMED = {"temperature": "Temperature", "top_p": "TopP"}
_NATIVE = {
    "enable_enhancement": "EnableEnhancement",
    "search_info": "SearchInfo",
    "citation": "Citation",
    "enable_speed_search": "EnableSpeedSearch",
    "enable_multimedia": "EnableMultimedia",
    "enable_deep_search": "EnableDeepSearch",
    "force_search_enhancement": "ForceSearchEnhancement",
    "stream_moderation": "StreamModeration",
    "enable_recommended_questions": "EnableRecommendedQuestions",
    "enable_deep_read": "EnableDeepRead",
    "topic_choice": "TopicChoice",
    "enable_thinking": "EnableThinking",
}
_FINISH = {"stop": "stop", "length": "length", "tool_calls": "tool_calls", "sensitive": "content_filter"}


def _call(action: str, body: Json) -> WireRequest:
    return post("/", body, {"x-tc-action": action, "x-tc-version": VERSION})


def _request(request: ProviderRequest) -> WireRequest:
    body = request.body
    canonical_chat.refuse(body, LABEL, _LACKS)
    system, turns = canonical_messages.system_first(canonical_messages.messages_of(body), LABEL)
    messages = [_message(message) for message in canonical_messages.alternating(turns)]
    made: Json = {
        "Model": request.model,
        "Messages": [{"Role": "system", "Content": system}, *messages] if system else messages,
        "Stream": request.stream,
        "Seed": canonical_chat.seed(body),
        "Stop": canonical_chat.stops(body),
        "EnableThinking": _thinking(body),
        "EnableEnhancement": True if body.get("web_search_options") is not None else None,
    }
    native = {key: value for key, value in body.items() if key[:1].isupper()}
    named = canonical_chat.renamed(body, _RENAMED | _NATIVE)
    return _call("ChatCompletions", made | named | _tools(body) | native)


def _thinking(body: Json) -> bool | None:
    effort = canonical_chat.effort(body)
    return effort not in ("none", "minimal") if effort else None


def _message(message: Json) -> Json:
    if canonical_messages.is_result(message):
        text = canonical_messages.text_only(message, LABEL)
        return {"Role": "tool", "Content": text, "ToolCallId": string(message.get("tool_call_id"))}
    parts = canonical_messages.parts_of(message, LABEL, ["image_url", "video_url"])
    made: Json = {"Role": message["role"]}
    if all(part["type"] == "text" for part in parts):
        made["Content"] = "".join(part["text"] for part in parts)
    else:
        made["Contents"] = [_part(part) for part in parts]
    calls = [_sent(call) for call in canonical_messages.calls_of(message)]
    return made | ({"ToolCalls": calls} if calls else {})


def _part(part: Json) -> Json:
    if part["type"] == "text":
        return {"Type": "text", "Text": part["text"]}
    if part["type"] == "video_url":
        return {"Type": "video_url", "VideoUrl": {"Url": string(obj(part.get("video_url")).get("url"))}}
    return {"Type": "image_url", "ImageUrl": {"Url": canonical_messages.image_url(part)}}


def _sent(call: Json) -> Json:
    function = {"Name": call["name"], "Arguments": call["arguments"]}
    return {"Id": call["id"], "Type": "function", "Function": function}


def _tools(body: Json) -> Json:
    tools = [_tool(tool) for tool in canonical_chat.tools_of(body)]
    kind, name = canonical_chat.choice_of(body)
    if kind == "required":
        if len(tools) != 1:
            raise Unsupported(f"{LABEL} can be made to call one named tool only; name it", param="tool_choice")
        kind, name = "function", tools[0]["Function"]["Name"]
    made: Json = {"Tools": tools} if tools else {}
    if kind == "function":
        chosen = next((tool for tool in tools if tool["Function"]["Name"] == name), None)
        if chosen is None:
            raise Unsupported(f"tool_choice names {name!r}, which is not among the tools", param="tool_choice")
        return made | {"ToolChoice": "custom", "CustomTool": chosen}
    return made | ({"ToolChoice": kind} if kind and tools else {})


def _tool(tool: Json) -> Json:
    """Their schema is JSON text."""
    parameters = json.dumps(tool.get("parameters") or {}, ensure_ascii=False, separators=(",", ":"))
    function: Json = {"Name": tool.get("name"), "Parameters": parameters}
    return {"Type": "function", "Function": function | canonical_chat.renamed(tool, {"description": "Description"})}


def _opened(reply: WireResponse) -> Json:
    """What is inside ``Response``; errors come with status 200."""
    body = json_of(reply)
    inner = obj(body.get("Response")) or body
    if inner.get("Error") or inner.get("ErrorMsg"):
        raise ProviderFault(verdicts.in_success(body, FAULTS, reply))
    return inner


def _response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = _opened(reply)
    choices = [_choice(request, at, item) for at, item in enumerate(objs(body.get("Choices")))]
    id = body.get("Id") or body.get("RequestId")
    extra = {"search_info": body["SearchInfo"]} if body.get("SearchInfo") else {}
    return completed(request, choices, _usage(body), id=id, created=body.get("Created"), extra=extra)


def _choice(request: ProviderRequest, at: int, item: Json) -> Json:
    raw = obj(item.get("Message"))
    calls = [chat.tool_call(**_heard(request, index, call)) for index, call in enumerate(objs(raw.get("ToolCalls")))]
    text = string(raw.get("Content"))
    message = chat.message(text if text or not calls else None, tool_calls=calls, reasoning=_thought(raw))
    reason = _finish(item) or "stop"
    return chat.choice(message, "tool_calls" if calls and reason == "stop" else reason, whole(item.get("Index")) or at)


def _heard(request: ProviderRequest, at: int, call: Json) -> Json:
    function = obj(call.get("Function"))
    arguments = string(function.get("Arguments")) or "{}"
    return {"id": call_id(request, at, call.get("Id")), "name": string(function.get("Name")), "arguments": arguments}


def _thought(message: Json) -> str:
    return string(message.get("ReasoningContent"))


def _finish(item: Json) -> str | None:
    raw = string(item.get("FinishReason"))
    return _FINISH.get(raw, raw) or None


def _usage(body: Json) -> Usage | None:
    raw = obj(body.get("Usage"))
    prompt, completion = figure(raw.get("PromptTokens")), figure(raw.get("CompletionTokens"))
    if not prompt and not completion:
        return None
    cached = figure(obj(raw.get("PromptTokensDetails")).get("CachedTokens"))
    reasoning = figure(obj(raw.get("CompletionTokensDetails")).get("ReasoningTokens"))
    return Usage(prompt=prompt, cached=cached, completion=completion, reasoning=reasoning)


class _Stream(SseChunks):
    """Frames are not wrapped in ``Response``; usage grows from frame to frame, the last one counts."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, _response)
        self._begun_calls: set[tuple[int, int]] = set()

    def event(self, name: str, body: Json) -> list[Json]:
        body = obj(body.get("Response")) or body
        if body.get("ErrorMsg") or body.get("Error"):
            return self.fail(verdicts.in_success(body, FAULTS))
        self.head(body.get("Id"), body.get("Created"))
        self.usage = _usage(body) or self.usage
        return [chunk for at, item in enumerate(objs(body.get("Choices"))) for chunk in self._frame(at, item)]

    def _frame(self, at: int, item: Json) -> list[Json]:
        index = whole(item.get("Index")) or at
        raw = obj(item.get("Delta"))
        calls = [self._piece(index, number, call) for number, call in enumerate(objs(raw.get("ToolCalls")))]
        said: dict[str, Any] = {
            "reasoning_content": _thought(raw),
            "content": string(raw.get("Content")),
            "tool_calls": calls,
        }
        chunks = self.emit({key: value for key, value in said.items() if value}, index=index)
        reason = _finish(item)
        return chunks + (self.emit({}, self.ended(reason, index), index) if reason else [])

    def _piece(self, choice: int, number: int, call: Json) -> Json:
        """Every piece repeats id and name; only the first of ours has them."""
        at = whole(call["Index"]) if "Index" in call else number
        function = obj(call.get("Function"))
        arguments = string(function.get("Arguments"))
        if (choice, at) in self._begun_calls:
            return chat.tool_call_delta(at, arguments=arguments)
        self._begun_calls.add((choice, at))
        id, name = call_id(self.request, at, call.get("Id")), string(function.get("Name"))
        return chat.tool_call_delta(at, id=id, name=name, arguments=arguments)


def _embeddings_request(request: ProviderRequest) -> WireRequest:
    return _call("GetEmbedding", {"InputList": canonical_embeddings.texts_of(request, LABEL)})


def _embeddings_response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = _opened(reply)
    raw = obj(body.get("Usage"))
    usage = canonical_embeddings.counted(raw.get("PromptTokens") or raw.get("TotalTokens"))
    return canonical_embeddings.embeddings(
        request, canonical_embeddings.in_order(objs(body.get("Data")), "Index", "Embedding"), usage
    )


def _fault(reply: WireResponse) -> Fault:
    return verdicts.judge(reply, FAULTS)


_VERBS: Mapping[Any, Verbs] = {
    "chat": Verbs(_request, _response),
    "embeddings": Verbs(_embeddings_request, _embeddings_response),
}
DIALECT = TableDialect(name="hunyuan", label=LABEL, verbs=_VERBS, decoder=_Stream, fault=_fault)
