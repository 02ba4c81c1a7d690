"""What providers answer when they call a tool twice, think or refuse; written after their documentation."""

import json
from typing import Any

from tests.fakes.upstream.steering import Steering

Json = dict[str, Any]
CITIES = ("Paris", "Rome")


def body(kind: str) -> bytes:
    """A whole reply of this kind of provider with two calls of ``get_weather``."""
    return json.dumps(WHOLE[kind]()).encode()


def calls(upstream: Steering, key: str, kind: str, streamed: bool, times: int | None = None) -> None:
    """Whoever asks with this key is answered with two calls of ``get_weather``."""
    reply = STREAMED[kind]() if streamed else body(kind)
    headers = {"content-type": "text/event-stream"} if streamed else {}
    upstream.replay(reply, headers=headers, split="event" if streamed else "whole", when={"key": key}, times=times)


def events(*bodies: Json, names: bool = False, done: bool = False) -> bytes:
    """An event stream of these objects."""
    lines = [(f"event: {body['type']}\n" if names else "") + f"data: {json.dumps(body)}\n\n" for body in bodies]
    return ("".join(lines) + ("data: [DONE]\n\n" if done else "")).encode()


def _openai_calls() -> list[Json]:
    return [
        {
            "id": f"call_{city}",
            "type": "function",
            "function": {"name": "get_weather", "arguments": json.dumps({"city": city})},
        }
        for city in CITIES
    ]


def completion(message: Json, finish: str = "stop") -> Json:
    """A chat completion of OpenAI's with this message."""
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50},
    }  # fmt: skip


def _openai() -> Json:
    return completion({"role": "assistant", "content": None, "tool_calls": _openai_calls()}, "tool_calls")


def _openai_stream() -> bytes:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "m"}
    deltas: list[Json] = [{"role": "assistant", "content": None}]
    for index, call in enumerate(_openai_calls()):
        arguments = call["function"]["arguments"]
        deltas.append({"tool_calls": [{"index": index, **call, "function": {"name": "get_weather", "arguments": ""}}]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
            for piece in (arguments[:5], arguments[5:])
        ]
    chunks = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    chunks.append({**head, "choices": [], "usage": _openai()["usage"]})
    return events(*chunks, done=True)


def _anthropic() -> Json:
    content = [
        {"type": "tool_use", "id": f"toolu_{city}", "name": "get_weather", "input": {"city": city}} for city in CITIES
    ]
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content,
        "stop_reason": "tool_use", "stop_sequence": None, "usage": {"input_tokens": 20, "output_tokens": 30},
    }  # fmt: skip


def _anthropic_stream() -> bytes:
    whole = _anthropic()
    out: list[Json] = [{"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}}]
    for index, block in enumerate(whole["content"]):
        text = json.dumps(block["input"])
        out.append({"type": "content_block_start", "index": index, "content_block": {**block, "input": {}}})
        for piece in (text[:5], text[5:]):
            delta = {"type": "input_json_delta", "partial_json": piece}
            out.append({"type": "content_block_delta", "index": index, "delta": delta})
        out.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": "tool_use", "stop_sequence": None}
    out.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 30}})
    return events(*out, {"type": "message_stop"}, names=True)


def _gemini() -> Json:
    parts: list[Json] = [{"functionCall": {"name": "get_weather", "args": {"city": city}}} for city in CITIES]
    parts[0]["thoughtSignature"] = "c2lnbmVk"
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 20, "candidatesTokenCount": 30, "totalTokenCount": 50},
        "modelVersion": "m", "responseId": "r1",
    }  # fmt: skip


WHOLE: dict[str, Any] = {"openai": _openai, "anthropic": _anthropic, "gemini": _gemini}
STREAMED: dict[str, Any] = {
    "openai": _openai_stream,
    "anthropic": _anthropic_stream,
    "gemini": lambda: events(_gemini()),
}
