"""Workers AI's native ``run`` address: an envelope around ``result``, streams of ``{"response": ...}``.

https://developers.cloudflare.com/workers-ai/models/ (each model's page) and
https://developers.cloudflare.com/workers-ai/platform/errors/. Newer models answer in OpenAI's shape here too.
Images go in as ``image_url`` parts. Frames carry padding (``p``), which is dropped.
"""

from collections.abc import Mapping

from gateway.domain.usage import Usage
from gateway.outbound import chatbody, content, faults
from gateway.outbound.base import Answer, Ask, Json, ProviderFault, Reply
from gateway.outbound.openai_usage import of_usage
from gateway.outbound.operations import completed
from gateway.outbound.payload import encode, json_of, obj, objs, string, whole
from gateway.outbound.streaming import SseChunks, call_id
from gateway.wire import chat

LABEL = "Workers AI"
_LACKS = ("n", "audio", "logprobs", "stop", "tool_choice", "web_search_options")

FAULTS: Mapping[str, faults.Verdict] = {
    "10000": faults.BAD_KEY,
    "9109": faults.BAD_KEY,
    "7003": faults.NO_ACCESS,  # no such account
    "5004": faults.CALLER,
    "5005": faults.CALLER,
    "5007": faults.NO_MODEL,
    "5016": faults.Verdict("retry", 403),  # the model's licence was not agreed to
    "5018": faults.Verdict("retry", 403),  # a private model of somebody else's
    "3003": faults.CALLER,
    "3006": faults.TOO_LONG,
    "3007": faults.Verdict("retry", 408),
    "3008": faults.Verdict("retry", 408),
    "3023": faults.Verdict("retry", 403),
    "3036": faults.QUOTA_RETURNS,  # the day's neurons
    "3039": faults.RATE,
    "3040": faults.BUSY,
    "3041": faults.Verdict("retry", 403),
    "3042": faults.NO_MODEL,
}
_FINISH = {"stop": "stop", "length": "length", "tool_calls": "tool_calls"}


def opened(reply: Reply) -> Json:
    """What is in the envelope, or the body where there is none; raises ``ProviderFault`` for an error in it."""
    body = json_of(reply)
    if body.get("success") is False or objs(body.get("errors")):
        raise ProviderFault(faults.in_success(body, FAULTS, reply))
    return obj(body.get("result")) if "result" in body else body


def chat_body(ask: Ask) -> Json:
    """The request for a chat model. Raises ``Unsupported``."""
    body = ask.body
    chatbody.refuse(body, LABEL, _LACKS)
    tools = [] if chatbody.choice_of(body)[0] == "none" else chatbody.tools_of(body)
    messages = content.messages_of(body)
    names = content.tool_names(messages)
    made: Json = {
        "messages": [_message(message, names) for message in messages],
        "stream": ask.stream,
        "tools": [{"type": "function", "function": tool} for tool in tools] or None,
        "response_format": _format(body),
    }
    return made | knobs(body) | chatbody.extras(body)


def knobs(body: Json) -> Json:
    """Sampling under its own names."""
    same = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
    limits = {"max_tokens": chatbody.max_tokens(body), "seed": chatbody.seed(body)}
    return {key: body[key] for key in same if body.get(key) is not None} | {
        key: value for key, value in limits.items() if value is not None
    }


def _format(body: Json) -> Json | None:
    kind, schema = chatbody.format_of(body)
    if kind == "text":
        return None
    return {"type": kind} | ({"json_schema": schema} if kind == "json_schema" else {})


def _message(message: Json, names: Mapping[str, str]) -> Json:
    parts = content.parts_of(message, LABEL, ["image_url"])
    plain = all(part["type"] == "text" for part in parts)
    made: Json = {"role": message["role"], "content": "".join(part["text"] for part in parts) if plain else parts}
    if content.is_result(message):
        id, name = string(message.get("tool_call_id")), content.result_name(message, names)
        return made | {"role": "tool", "tool_call_id": id, "name": name}
    calls = [chat.tool_call(**call) for call in content.calls_of(message)]
    return made | ({"tool_calls": calls} if calls else {})


def response(ask: Ask, reply: Reply) -> Answer:
    """A whole reply of a chat or text model."""
    result = opened(reply)
    listed = objs(result.get("choices"))
    choices = [_choice(ask, item, at) for at, item in enumerate(listed)]
    if not listed and ("response" in result or result.get("tool_calls")):
        choices = [_choice(ask, {"message": _native_message(result)}, 0)]
    return completed(ask, choices, usage_of(result), id=result.get("id"), created=result.get("created"))


def _native_message(result: Json) -> Json:
    """``response`` is text, or an object where JSON was asked for."""
    said = result.get("response")
    text = said if isinstance(said, str) else encode(said).decode() if said is not None else ""
    return {"content": text, "tool_calls": result.get("tool_calls")}


def _choice(ask: Ask, item: Json, at: int) -> Json:
    raw = obj(item.get("message"))
    calls = [chat.tool_call(**_heard(ask, index, call)) for index, call in enumerate(objs(raw.get("tool_calls")))]
    text = string(raw.get("content")) or string(item.get("text"))
    reasoning = string(raw.get("reasoning_content") or raw.get("reasoning"))
    message = chat.message(text if text or not calls else None, tool_calls=calls, reasoning=reasoning)
    raw_reason = string(item.get("finish_reason"))
    reason = _FINISH.get(raw_reason, raw_reason) or "stop"
    return chat.choice(message, "tool_calls" if calls and reason == "stop" else reason, at)


def _heard(ask: Ask, at: int, call: Json) -> Json:
    """A tool call in their flat form (arguments an object) or in OpenAI's."""
    function = obj(call.get("function")) or call
    arguments = function.get("arguments")
    text = arguments if isinstance(arguments, str) else encode(arguments or {}).decode()
    return {"id": call_id(ask, at, call.get("id")), "name": string(function.get("name")), "arguments": text}


def usage_of(result: Json) -> Usage | None:
    """Usage where the model reports any; older ones do not."""
    return of_usage(obj(result.get("usage")))


class Stream(SseChunks):
    """Frames of native or OpenAI's shape; the end is ``[DONE]``, and only OpenAI's frames say why."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask, response)
        self._calls = 0

    def event(self, name: str, body: Json) -> list[Json]:
        if body.get("success") is False or objs(body.get("errors")) or body.get("error"):
            return self.fail(faults.in_success(body, FAULTS))
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
        return chat.tool_call_delta(at, **_heard(self.ask, at, call))
