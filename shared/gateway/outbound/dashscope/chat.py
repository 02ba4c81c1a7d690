"""Chat of Alibaba DashScope's native interface: text, vision and audio input, tools, thinking.

https://help.aliyun.com/zh/model-studio/qwen-api-reference

Channel config: ``plugin`` goes into ``X-DashScope-Plugin``. A model name ending in ``-internet`` is the
model without the ending, with search turned on. Models that read images or audio, and any request that
holds them, use the multimodal address. Dropped knobs: ``frequency_penalty`` (there is ``repetition_penalty``,
which passes), ``logit_bias``, ``verbosity``, ``user``. ``temperature`` and ``top_p`` are kept inside the open
ranges that DashScope accepts. Keys nobody knows go into ``parameters``.
"""

from collections.abc import Mapping

from gateway.domain.usage import Usage, whole_prompt
from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.replies import call_id, completed
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of, post
from gateway.outbound.protocol import (
    CanonicalResponse,
    Json,
    ProviderFault,
    ProviderRequest,
    Unsupported,
    WireRequest,
    WireResponse,
)
from gateway.outbound.streams.decoders import Growth, SseChunks
from gateway.patterns import pattern
from gateway.wire import chat
from gateway.wire.json import figure, obj, objs, string, whole

LABEL = "DashScope"

# https://help.aliyun.com/zh/model-studio/error-code
FAULTS: Mapping[str, verdicts.Verdict] = {
    "InvalidApiKey": verdicts.BAD_KEY,
    "invalid_api_key": verdicts.BAD_KEY,
    "Arrearage": verdicts.NO_MONEY,
    "AccessDenied.Unpurchased": verdicts.NO_MONEY,
    "AllocationQuota.FreeTierOnly": verdicts.NO_MONEY,
    "AccessDenied": verdicts.Verdict("retry", 403),
    "Model": verdicts.NO_ACCESS,  # Model.AccessDenied: this key may not use the model
    "ModelNotFound": verdicts.NO_MODEL,
    "model_not_found": verdicts.NO_MODEL,
    "WorkSpaceNotFound": verdicts.NO_ACCESS,
    "Throttling": verdicts.RATE,
    "LimitRequests": verdicts.RATE,
    "limit_requests": verdicts.RATE,
    "insufficient_quota": verdicts.RATE,  # the compatible spelling of Throttling.AllocationQuota
    "PrepaidBillOverdue": verdicts.NO_MONEY,
    "PostpaidBillOverdue": verdicts.NO_MONEY,
    "CommodityNotPurchased": verdicts.NO_MONEY,
    "DataInspectionFailed": verdicts.FILTERED,
    "data_inspection_failed": verdicts.FILTERED,
    "DataInspection": verdicts.RETRY,  # the inspection itself failed
    "IPInfringementSuspect": verdicts.FILTERED,
    "InvalidParameter": verdicts.CALLER,
    "InvalidURL": verdicts.CALLER,
    "InvalidFile": verdicts.CALLER,
    "BadRequest": verdicts.CALLER,
    "InternalError": verdicts.Verdict("retry", 500),
    "SystemError": verdicts.Verdict("retry", 500),
    "ModelServiceFailed": verdicts.Verdict("retry", 500),
    "ModelServingError": verdicts.BUSY,
    "ServiceUnavailable": verdicts.BUSY,
    "RequestTimeOut": verdicts.Verdict("retry", 504),
}
TEXT_PATH = "/api/v1/services/aigc/text-generation/generation"
MULTIMODAL_PATH = "/api/v1/services/aigc/multimodal-generation/generation"

# https://help.aliyun.com/en/model-studio/qwen-api-via-dashscope: from 3.5 on, all but the largest see.
_MULTIMODAL_MODELS = pattern(r"-vl|-ocr|-audio|-omni|^qvq|^gui-|-asr|^qwen3\.[5-9]-(?!max)")
_MULTIMODAL_PARTS = ("image_url", "input_audio", "video_url", "video")
_RENAMED = {
    "stop": "stop",
    "n": "n",
    "tools": "tools",
    "parallel_tool_calls": "parallel_tool_calls",
    "response_format": "response_format",
    "presence_penalty": "presence_penalty",
    "logprobs": "logprobs",
    "top_logprobs": "top_logprobs",
}
_FINISH = {"stop": "stop", "length": "length", "tool_calls": "tool_calls", "content_filter": "content_filter"}


def request(request: ProviderRequest) -> WireRequest:
    model, searches = _model(request)
    messages = canonical_messages.messages_of(request.body)
    multimodal = _is_multimodal(model, messages)
    body: Json = {
        "model": model,
        "input": {"messages": [_message(message, multimodal) for message in messages]},
        "parameters": _parameters(request, searches),
    }
    headers = {"accept": "text/event-stream", "x-dashscope-sse": "enable"} if request.stream else {}
    return post(MULTIMODAL_PATH if multimodal else TEXT_PATH, body, headers | plugin_header(request))


def _model(request: ProviderRequest) -> tuple[str, bool]:
    return request.model.removesuffix("-internet"), request.model.endswith("-internet")


def _is_multimodal(model: str, messages: list[Json]) -> bool:
    if _MULTIMODAL_MODELS.search(model):
        return True
    kinds = {
        part["type"] for message in messages for part in canonical_messages.parts_of(message, LABEL, _MULTIMODAL_PARTS)
    }
    return bool(kinds - {"text"})


def plugin_header(request: ProviderRequest) -> dict[str, str]:
    """The channel's plugin, if it has one."""
    plugin = request.config.get("plugin", "")
    return {"x-dashscope-plugin": plugin} if plugin else {}


def _message(message: Json, multimodal: bool) -> Json:
    parts = canonical_messages.parts_of(message, LABEL, _MULTIMODAL_PARTS)
    rest = {
        key: value for key, value in message.items() if key not in ("content", "function_call") and value is not None
    }
    annotated = any(set(part) - {"type", "text"} for part in parts)
    if multimodal or annotated:
        return rest | {"content": [_part(part) for part in parts]}
    return rest | {"content": "".join(part["text"] for part in parts)}


def _part(part: Json) -> Json:
    kind = part["type"]
    rest = {key: value for key, value in part.items() if key not in ("type", kind, "text")}
    if kind == "text":
        return {"text": part["text"], **rest}
    if kind == "image_url":
        return {"image": canonical_messages.image_url(part), **rest}
    if kind == "input_audio":
        return {"audio": canonical_messages.audio_data_url(part), **rest}
    return {"video": string(obj(part.get("video_url")).get("url")) or part.get("video"), **rest}


def _parameters(request: ProviderRequest, searches: bool) -> Json:
    body = request.body
    found = canonical_chat.renamed(body, _RENAMED) | _sampling(body) | _thinking(body)
    tools = canonical_chat.wire_tools(body)
    if tools:
        found |= {"tools": tools} | _tool_choice(body, tools)
    if searches or body.get("web_search_options") is not None:
        found["enable_search"] = True
    canonical_chat.refuse(body, LABEL, ["audio"])
    always: Json = {"result_format": "message"} | ({"incremental_output": True} if request.stream else {})
    return always | found | canonical_chat.extras(body)


def _sampling(body: Json) -> Json:
    found: Json = {
        "max_tokens": canonical_chat.max_tokens(body),
        "seed": canonical_chat.seed(body),
        "temperature": _below(body.get("temperature"), 2.0, 1.9999),
        "top_p": _below(body.get("top_p"), 1.0, 0.9999),
    }
    return {key: value for key, value in found.items() if value is not None}


def _below(value: object, end: float, most: float) -> object:
    return most if isinstance(value, int | float) and value >= end else value


def _thinking(body: Json) -> Json:
    effort = canonical_chat.effort(body)
    return {"enable_thinking": effort not in ("none", "minimal")} if effort else {}


def _tool_choice(body: Json, tools: list[Json]) -> Json:
    kind, name = canonical_chat.choice_of(body)
    if kind == "required":
        if len(tools) > 1:
            raise Unsupported(f"{LABEL} can be made to call one named tool only; name it", param="tool_choice")
        kind, name = "function", string(obj(tools[0].get("function")).get("name"))
    if kind == "function":
        return {"tool_choice": {"type": "function", "function": {"name": name}}}
    return {"tool_choice": kind} if kind else {}


def checked(reply: WireResponse) -> Json:
    """The body of a success; an error inside raises ``ProviderFault``."""
    body = json_of(reply)
    if body.get("code"):
        raise ProviderFault(verdicts.in_success(body, FAULTS, reply))
    return body


def response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    body = checked(reply)
    output = obj(body.get("output"))
    choices = [_choice(request, item, index, output) for index, item in enumerate(_choices(output))]
    extra: Json = {"search_info": output["search_info"]} if output.get("search_info") else {}
    return completed(request, choices, usage_of(body.get("usage")), id=body.get("request_id"), extra=extra)


def _choices(output: Json) -> list[Json]:
    """Choices; the older text format is one choice without a message."""
    if "choices" in output or "text" not in output:
        return objs(output.get("choices"))
    return [{"message": {"content": output["text"]}, "finish_reason": output.get("finish_reason")}]


def _choice(request: ProviderRequest, item: Json, position: int, output: Json) -> Json:
    message = obj(item.get("message"))
    text, images = _content(message.get("content"))
    calls = _calls(request, message)
    kept = {key: value for key, value in message.items() if key not in ("role", "content", "tool_calls")}
    made = chat.message(text if text or not calls else None, tool_calls=calls) | kept
    if images:
        made["images"] = images
    reason = _finish(item, output) or ("tool_calls" if calls else "stop")
    index = whole(item["index"]) if "index" in item else position
    answer = chat.choice(made, "tool_calls" if calls and reason == "stop" else reason, index)
    return answer | ({"logprobs": item["logprobs"]} if item.get("logprobs") else {})


def _content(value: object) -> tuple[str, list[Json]]:
    """Text and images of a message: plain text, or a list of ``{"text"}`` and ``{"image"}``."""
    if isinstance(value, str):
        return value, []
    parts = objs(value)
    images: list[Json] = [
        {"type": "image_url", "image_url": {"url": part["image"]}} for part in parts if "image" in part
    ]
    return "".join(string(part.get("text")) for part in parts), images


def _calls(request: ProviderRequest, message: Json) -> list[Json]:
    return [
        chat.tool_call(
            id=call_id(request, index, call.get("id")),
            name=string(obj(call.get("function")).get("name")),
            arguments=string(obj(call.get("function")).get("arguments")) or "{}",
        )
        for index, call in enumerate(objs(message.get("tool_calls")))
    ]


def _finish(item: Json, output: Json) -> str | None:
    """The reason, or nothing while unfinished; DashScope writes the word "null" for that."""
    raw = string(item.get("finish_reason") or output.get("finish_reason"))
    return None if raw in ("", "null") else _FINISH.get(raw, raw)


def usage_of(value: object) -> Usage | None:
    """Usage of a reply. Image and audio tokens are inside the input."""
    raw = obj(value)
    if not raw:
        return None
    prompt = obj(raw.get("prompt_tokens_details")) or obj(raw.get("input_tokens_details"))
    produced = obj(raw.get("output_tokens_details")) or obj(raw.get("completion_tokens_details"))
    total, completion = figure(raw.get("total_tokens")), figure(raw.get("output_tokens"))
    read = figure(raw.get("input_tokens")) or max(0, total - completion)
    images, cached = figure(raw.get("image_count")), figure(prompt.get("cached_tokens"))
    read = whole_prompt(read, cached, completion, total)
    if not read and not completion and not images:
        return None
    return Usage(
        prompt=read,
        cached=min(read, cached),
        cache_write=figure(prompt.get("cache_creation_input_tokens")),
        image_in=min(read, figure(raw.get("image_tokens") or prompt.get("image_tokens"))),
        audio_in=min(read, figure(raw.get("audio_tokens") or prompt.get("audio_tokens"))),
        completion=completion,
        reasoning=figure(produced.get("reasoning_tokens")),
        images=images,
    )


class DashScopeStream(SseChunks):
    """Frames are pieces, since that is what we ask for, unless the caller turned it off or a model ignores it."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, response)
        self._pieces = None if request.body.get("incremental_output", True) else True
        self._grown: dict[tuple[int, str], Growth] = {}

    def event(self, name: str, body: Json) -> list[Json]:
        if name == "error" or body.get("code"):
            return self.fail(verdicts.in_success(body, FAULTS))
        self.head(body.get("request_id"))
        self.usage = usage_of(body.get("usage")) or self.usage
        output = obj(body.get("output"))
        return [chunk for index, item in enumerate(_choices(output)) for chunk in self._frame(item, index, output)]

    def _frame(self, item: Json, position: int, output: Json) -> list[Json]:
        index = whole(item["index"]) if "index" in item else position
        message, reason = obj(item.get("message")), _finish(item, output)
        text, images = _content(message.get("content"))
        delta: Json = {}
        for field, piece in (("reasoning_content", string(message.get("reasoning_content"))), ("content", text)):
            new = self._new(index, field, piece, reason is not None)
            delta |= {field: new} if new else {}
        calls = [self._call(index, at, call) for at, call in enumerate(objs(message.get("tool_calls")))]
        delta |= ({"tool_calls": calls} if calls else {}) | ({"images": images} if images else {})
        return self.emit(delta, self.ended(reason, index) if not calls or reason != "stop" else "tool_calls", index)

    def _new(self, index: int, field: str, text: str, last: bool) -> str:
        growth = self._grown.setdefault((index, field), Growth(self._pieces))
        return growth.take(text, last) + (growth.rest() if last else "")

    def _call(self, choice: int, position: int, call: Json) -> Json:
        at = whole(call["index"]) if "index" in call else position
        function = obj(call.get("function"))
        growth = self._grown.setdefault((choice, f"call {at}"), Growth(self._pieces is True))
        first = not growth.started
        return chat.tool_call_delta(
            at,
            id=call_id(self.request, at, call.get("id")) if first else "",
            name=string(function.get("name")) if first else "",
            arguments=growth.take(string(function.get("arguments"))),
        )
