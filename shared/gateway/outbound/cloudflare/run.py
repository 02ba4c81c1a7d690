"""Workers AI's native ``run`` address: an envelope around ``result``, streams of ``{"response": ...}``.

https://developers.cloudflare.com/workers-ai/models/ (each model's page) and
https://developers.cloudflare.com/workers-ai/platform/errors/. Newer models answer in OpenAI's shape here too.
Images go in as ``image_url`` parts. Frames carry padding (``p``), which is dropped.
"""

from collections.abc import Mapping

from gateway.domain.usage import Usage
from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.canonical.replies import call_id, completed
from gateway.outbound.errors import verdicts
from gateway.outbound.json_bodies import json_of
from gateway.outbound.openai.usage import of_usage
from gateway.outbound.protocol import CanonicalResponse, Json, ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.streams.decoders import SseChunks
from gateway.wire import chat
from gateway.wire.json import encode, obj, objs, string, whole

LABEL = "Workers AI"
_LACKS = ("n", "audio", "logprobs", "stop", "tool_choice", "web_search_options")

FAULTS: Mapping[str, verdicts.Verdict] = {
    "10000": verdicts.BAD_KEY,
    "9109": verdicts.BAD_KEY,
    "7003": verdicts.NO_ACCESS,  # no such account
    "5004": verdicts.CALLER,
    "5005": verdicts.CALLER,
    "5007": verdicts.NO_MODEL,
    "5016": verdicts.Verdict("retry", 403),  # the model's licence was not agreed to
    "5018": verdicts.Verdict("retry", 403),  # a private model of somebody else's
    "3003": verdicts.CALLER,
    "3006": verdicts.TOO_LONG,
    "3007": verdicts.Verdict("retry", 408),
    "3008": verdicts.Verdict("retry", 408),
    "3023": verdicts.Verdict("retry", 403),
    "3036": verdicts.QUOTA_RETURNS,  # the day's neurons
    "3039": verdicts.RATE,
    "3040": verdicts.BUSY,
    "3041": verdicts.Verdict("retry", 403),
    "3042": verdicts.NO_MODEL,
}
_FINISH = {"stop": "stop", "length": "length", "tool_calls": "tool_calls"}


def opened(reply: WireResponse) -> Json:
    """What is in the envelope, or the body where there is none; raises ``ProviderFault`` for an error in it."""
    body = json_of(reply)
    if body.get("success") is False or objs(body.get("errors")):
        raise ProviderFault(verdicts.in_success(body, FAULTS, reply))
    return obj(body.get("result")) if "result" in body else body


def chat_body(request: ProviderRequest) -> Json:
    """The request for a chat model. Raises ``Unsupported``."""
    body = request.body
    canonical_chat.refuse(body, LABEL, _LACKS)
    tools = [] if canonical_chat.choice_of(body)[0] == "none" else canonical_chat.tools_of(body)
    messages = canonical_messages.messages_of(body)
    names = canonical_messages.tool_names(messages)
    made: Json = {
        "messages": [_message(message, names) for message in messages],
        "stream": request.stream,
        "tools": [{"type": "function", "function": tool} for tool in tools] or None,
        "response_format": _format(body),
    }
    return made | knobs(body) | canonical_chat.extras(body)


def knobs(body: Json) -> Json:
    """Sampling under its own names."""
    same = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
    limits = {"max_tokens": canonical_chat.max_tokens(body), "seed": canonical_chat.seed(body)}
    return {key: body[key] for key in same if body.get(key) is not None} | {
        key: value for key, value in limits.items() if value is not None
    }


def _format(body: Json) -> Json | None:
    kind, schema = canonical_chat.format_of(body)
    if kind == "text":
        return None
    return {"type": kind} | ({"json_schema": schema} if kind == "json_schema" else {})


def _message(message: Json, names: Mapping[str, str]) -> Json:
    parts = canonical_messages.parts_of(message, LABEL, ["image_url"])
    plain = all(part["type"] == "text" for part in parts)
    made: Json = {"role": message["role"], "content": "".join(part["text"] for part in parts) if plain else parts}
    if canonical_messages.is_result(message):
        id, name = string(message.get("tool_call_id")), canonical_messages.result_name(message, names)
        return made | {"role": "tool", "tool_call_id": id, "name": name}
    calls = [chat.tool_call(**call) for call in canonical_messages.calls_of(message)]
    return made | ({"tool_calls": calls} if calls else {})


def response(request: ProviderRequest, reply: WireResponse) -> CanonicalResponse:
    """A whole reply of a chat or text model."""
    result = opened(reply)
    listed = objs(result.get("choices"))
    choices = [_choice(request, item, at) for at, item in enumerate(listed)]
    if not listed and ("response" in result or result.get("tool_calls")):
        choices = [_choice(request, {"message": _native_message(result)}, 0)]
    return completed(request, choices, usage_of(result), id=result.get("id"), created=result.get("created"))


def _native_message(result: Json) -> Json:
    """``response`` is text, or an object where JSON was asked for."""
    said = result.get("response")
    text = said if isinstance(said, str) else encode(said).decode() if said is not None else ""
    return {"content": text, "tool_calls": result.get("tool_calls")}


def _choice(request: ProviderRequest, item: Json, at: int) -> Json:
    raw = obj(item.get("message"))
    calls = [chat.tool_call(**_heard(request, index, call)) for index, call in enumerate(objs(raw.get("tool_calls")))]
    text = string(raw.get("content")) or string(item.get("text"))
    reasoning = string(raw.get("reasoning_content") or raw.get("reasoning"))
    message = chat.message(text if text or not calls else None, tool_calls=calls, reasoning=reasoning)
    raw_reason = string(item.get("finish_reason"))
    reason = _FINISH.get(raw_reason, raw_reason) or "stop"
    return chat.choice(message, "tool_calls" if calls and reason == "stop" else reason, at)


def _heard(request: ProviderRequest, at: int, call: Json) -> Json:
    """A tool call in their flat form (arguments an object) or in OpenAI's."""
    function = obj(call.get("function")) or call
    arguments = function.get("arguments")
    text = arguments if isinstance(arguments, str) else encode(arguments or {}).decode()
    return {"id": call_id(request, at, call.get("id")), "name": string(function.get("name")), "arguments": text}


def usage_of(result: Json) -> Usage | None:
    """Usage where the model reports any; older ones do not."""
    return of_usage(obj(result.get("usage")))


class WorkersStream(SseChunks):
    """Frames of native or OpenAI's shape; the end is ``[DONE]``, and only OpenAI's frames say why."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, response)
        self._calls = 0

    def event(self, name: str, body: Json) -> list[Json]:
        if body.get("success") is False or objs(body.get("errors")) or body.get("error"):
            return self.fail(verdicts.in_success(body, FAULTS))
        self.usage = usage_of(body) or self.usage
        if "choices" in body:
            self.head(body.get("id"), body.get("created"))
            return [chunk for item in objs(body["choices"]) for chunk in self._openai(item)]
        said = _native_message(body)
        calls = [self._call(call) for call in objs(said["tool_calls"])]
        delta: Json = {"content": said["content"]} if said["content"] else {}
        return self.emit(delta | ({"tool_calls": calls} if calls else {}))

    def done(self) -> list[Json]:
        return [] if self.finished else self.emit({}, "tool_calls" if self._calls else "stop")

    def _openai(self, item: Json) -> list[Json]:
        delta = {key: value for key, value in obj(item.get("delta")).items() if key != "role" and value}
        raw = string(item.get("finish_reason"))
        index = whole(item.get("index"))
        return self.emit(delta, self.ended(_FINISH.get(raw, raw) or None, index), index)

    def _call(self, call: Json) -> Json:
        at, self._calls = self._calls, self._calls + 1
        return chat.tool_call_delta(at, **_heard(self.request, at, call))
