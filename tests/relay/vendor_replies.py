"""What each vendor answers, whole and streamed, made from the fields of the test: text, tool calls, how it ended."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.wire.json import obj
from tests.fakes.upstream.steering import Steering

Json = dict[str, Any]
USAGE = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}
SSE, LINES = "text/event-stream", "application/x-ndjson"


@dataclass(frozen=True)
class Said:
    """One answer. ``calls``: names of functions, each called with ``arguments``; ``end``: the vendor's own word."""

    text: str = "hello"
    calls: tuple[str, ...] = ()
    end: str = ""
    arguments: str = '{"city":"Paris"}'


@dataclass(frozen=True)
class Vendor:
    """``type``: of the channel. ``stop``, ``tools`` and ``length``: how it says that it stopped, and why."""

    type: int
    whole: Callable[[Said], Json]
    events: Callable[[Said], list[Json]]
    stop: str = "stop"
    tools: str = "tool_calls"
    length: str = "length"
    kind: str = SSE
    named: bool = False
    done: bool = True
    config: dict[str, str] = field(default_factory=dict)

    def body(self, said: Said) -> bytes:
        return json.dumps(self.whole(said)).encode()

    def stream(self, said: Said) -> bytes:
        return self.framed(self.events(said)) + (b"data: [DONE]\n\n" if self.done and self.kind == SSE else b"")

    def framed(self, bodies: list[Any]) -> bytes:
        if self.kind == LINES:
            return b"".join(json.dumps(body).encode() + b"\n" for body in bodies)
        lines = [
            (f"event: {obj(body).get('type', 'x')}\n" if self.named else "") + f"data: {json.dumps(body)}\n\n"
            for body in bodies
        ]
        return "".join(lines).encode()

    def answers(self, upstream: Steering, key: str, body: bytes, kind: str) -> None:
        upstream.replay(body, headers={"content-type": kind}, when={"key": key})


def _function(name: str, said: Said, number: int = 0) -> Json:
    return {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": said.arguments}}


def _chat(said: Said) -> Json:
    message: Json = {"role": "assistant", "content": said.text}
    if said.calls:
        message["tool_calls"] = [_function(name, said, number) for number, name in enumerate(said.calls)]
    return {
        "id": "c1", "object": "chat.completion", "created": 1, "model": "m", "usage": USAGE,
        "choices": [{"index": 0, "message": message, "finish_reason": said.end or "stop"}],
    }  # fmt: skip


def _chunks(said: Said) -> list[Json]:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    calls = [{"index": number, **_function(name, said, number)} for number, name in enumerate(said.calls)]
    deltas: list[Json] = [{"role": "assistant", "content": said.text}, *({"tool_calls": [call]} for call in calls)]
    ends = [{"index": 0, "delta": {}, "finish_reason": said.end or "stop"}]
    chunks: list[Json] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    return [*chunks, {**head, "choices": ends}, {**head, "choices": [], "usage": USAGE}]


def _claude(said: Said) -> Json:
    uses = [
        {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": json.loads(said.arguments)}
        for number, name in enumerate(said.calls)
    ]
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
        "content": [{"type": "text", "text": said.text}, *uses], "stop_reason": said.end or "end_turn",
        "stop_sequence": None, "usage": {"input_tokens": 20, "output_tokens": 30},
    }  # fmt: skip


def _claude_events(said: Said) -> list[Json]:
    whole = _claude(said)
    out: list[Json] = [{"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}}]
    for index, block in enumerate(whole["content"]):
        empty = {"text": ""} if block["type"] == "text" else {"input": {}}
        text = block["text"] if block["type"] == "text" else said.arguments
        kind, name = ("text_delta", "text") if block["type"] == "text" else ("input_json_delta", "partial_json")
        out.append({"type": "content_block_start", "index": index, "content_block": block | empty})
        out.append({"type": "content_block_delta", "index": index, "delta": {"type": kind, name: text}})
        out.append({"type": "content_block_stop", "index": index})
    ended = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    return [*out, {"type": "message_delta", "delta": ended, "usage": whole["usage"]}, {"type": "message_stop"}]


def _gemini(said: Said) -> Json:
    calls = [{"functionCall": {"name": name, "args": json.loads(said.arguments)}} for name in said.calls]
    content = {"role": "model", "parts": [{"text": said.text}, *calls]}
    return {
        "candidates": [{"content": content, "finishReason": said.end or "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 20, "candidatesTokenCount": 30, "totalTokenCount": 50},
        "modelVersion": "m", "responseId": "r1",
    }  # fmt: skip


def _gemini_events(said: Said) -> list[Json]:
    whole = _gemini(said)
    begun = {"content": {"role": "model", "parts": [{"text": said.text}]}, "index": 0}
    rest = [part for part in whole["candidates"][0]["content"]["parts"] if "text" not in part]
    ended = whole["candidates"][0] | {"content": {"role": "model", "parts": rest}}
    return [whole | {"candidates": [begun]}, whole | {"candidates": [ended]}]


def _ollama(said: Said, last: bool = True) -> Json:
    calls = [{"function": {"name": name, "arguments": json.loads(said.arguments)}} for name in said.calls]
    message: Json = {"role": "assistant", "content": said.text} | ({"tool_calls": calls} if calls else {})
    made: Json = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": last}
    counts = {"done_reason": said.end or "stop", "prompt_eval_count": 20, "eval_count": 30}
    return made | (counts if last else {})


def _ollama_events(said: Said) -> list[Json]:
    return [_ollama(said, last=False), _ollama(Said("", end=said.end))]


def _cohere(said: Said) -> Json:
    calls = [_function(name, said, number) for number, name in enumerate(said.calls)]
    content = [{"type": "text", "text": said.text}]
    message: Json = {"role": "assistant", "content": content} | ({"tool_calls": calls} if calls else {})
    usage = {"tokens": {"input_tokens": 20, "output_tokens": 30}}
    return {"id": "co1", "finish_reason": said.end or "COMPLETE", "message": message, "usage": usage}


def _cohere_events(said: Said) -> list[Json]:
    text = {"message": {"content": {"text": said.text}}}
    out: list[Json] = [{"type": "message-start", "id": "co1"}, {"type": "content-delta", "index": 0, "delta": text}]
    for number, name in enumerate(said.calls):
        called = {"message": {"tool_calls": _function(name, said, number)}}
        out.append({"type": "tool-call-start", "index": number, "delta": called})
    ended = {"finish_reason": said.end or "COMPLETE", "usage": _cohere(said)["usage"]}
    return [*out, {"type": "message-end", "delta": ended}]


def _dashscope(said: Said, end: str | None = None) -> Json:
    message: Json = {"role": "assistant", "content": said.text}
    if said.calls:
        message["tool_calls"] = [_function(name, said, number) for number, name in enumerate(said.calls)]
    choice = {"finish_reason": end or said.end or "stop", "message": message}
    usage = {"input_tokens": 20, "output_tokens": 30, "total_tokens": 50}
    return {"request_id": "d1", "output": {"choices": [choice]}, "usage": usage}


def _dashscope_events(said: Said) -> list[Json]:
    return [_dashscope(said, "null"), _dashscope(Said("", end=said.end))]


VENDORS: dict[str, Vendor] = {
    "openai": Vendor(1, _chat, _chunks),
    "custom": Vendor(8, _chat, _chunks),
    "compatible": Vendor(19, _chat, _chunks),
    "anthropic": Vendor(
        14, _claude, _claude_events, stop="end_turn", tools="tool_use", length="max_tokens", named=True, done=False
    ),
    "gemini": Vendor(24, _gemini, _gemini_events, stop="STOP", tools="STOP", length="MAX_TOKENS", done=False),
    "ollama": Vendor(30, _ollama, _ollama_events, tools="stop", kind=LINES),
    "cohere": Vendor(35, _cohere, _cohere_events, stop="COMPLETE", tools="TOOL_CALL", length="MAX_TOKENS", done=False),
    "dashscope": Vendor(17, _dashscope, _dashscope_events, done=False),
    "deepseek": Vendor(36, _chat, _chunks),
    "minimax": Vendor(27, _chat, _chunks),
}
