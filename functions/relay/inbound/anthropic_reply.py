"""Canonical answers as Anthropic messages, whole and streamed (https://docs.claude.com/en/api/messages-streaming)."""

import json
from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.payload import obj, objs, parse, string
from gateway.outbound.thoughts import thoughts_of
from gateway.wire import sse
from gateway.wire.chat import text_of
from relay.inbound.base import Json

_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
_NATIVE = frozenset({"stop_sequence", "pause_turn", "model_context_window_exceeded"})


def message(body: Json, usage: Usage | None, model: str) -> Json:
    """A whole completion as a message object."""
    choice = (objs(body.get("choices")) or [{}])[0]
    return {
        "id": _id(body),
        "type": "message",
        "role": "assistant",
        "model": string(body.get("model")) or model,
        "content": _content(obj(choice.get("message"))),
        "stop_reason": _stop_reason(choice),
        "stop_sequence": choice.get("stop_sequence"),
        "usage": usage_json(usage),
    }


def usage_json(usage: Usage | None) -> Json:
    """Anthropic counts cached tokens beside ``input_tokens``, not in it."""
    usage = usage or Usage()
    written = usage.cache_write + usage.cache_write_1h
    return {
        "input_tokens": max(0, usage.prompt - usage.cached - written),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.completion,
    }


def _content(said: Json) -> list[Json]:
    if kept := objs(said.get("anthropic_content")):
        return kept
    blocks = [_thinking(thought.text, thought.signature, thought.redacted) for thought in thoughts_of(said)]
    if not blocks and (reasoning := string(said.get("reasoning_content"))):
        blocks = [_thinking(reasoning)]
    if text := text_of(said.get("content")) or string(said.get("refusal")):
        blocks.append({"type": "text", "text": text})
    return blocks + [_tool_use(call) for call in objs(said.get("tool_calls"))]


def _thinking(text: str, signature: str = "", redacted: str = "") -> Json:
    if redacted:
        return {"type": "redacted_thinking", "data": redacted}
    return {"type": "thinking", "thinking": text, "signature": signature}


def _tool_use(call: Json) -> Json:
    function = obj(call.get("function"))
    given = obj(parse(string(function.get("arguments")) or "{}"))
    return {"type": "tool_use", "id": string(call.get("id")), "name": string(function.get("name")), "input": given}


def _stop_reason(choice: Json) -> str | None:
    native, finish = string(choice.get("native_finish_reason")), string(choice.get("finish_reason"))
    return native if native in _NATIVE else _STOPS.get(finish, finish or None)


def _id(body: Json) -> str:
    given = string(body.get("id")).removeprefix("chatcmpl-")
    return given if given.startswith("msg_") else f"msg_{given}"


class MessageEncoder:
    """Canonical chunks to Anthropic's events: one content block open at a time, closed before the next begins."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._started = False
        self._index = -1
        self._open = ""  # kind of the open block: thinking, text, or tool and its number
        self._stop: str | None = None

    def encode(self, chunks: list[Json]) -> bytes:
        return b"".join(self._chunk(chunk) for chunk in chunks)

    def end(self, usage: Usage | None) -> bytes:
        delta = {"stop_reason": self._stop or "end_turn", "stop_sequence": None}
        last = _event("message_delta", {"delta": delta, "usage": usage_json(usage)})
        return self._begin({}) + self._close() + last + _event("message_stop", {})

    def _chunk(self, chunk: Json) -> bytes:
        out = self._begin(chunk)
        for choice in objs(chunk.get("choices"))[:1]:
            out += self._delta(obj(choice.get("delta")))
            if choice.get("finish_reason"):
                self._stop = _stop_reason(choice)
        return out

    def _begin(self, chunk: Json) -> bytes:
        if self._started:
            return b""
        self._started = True
        head: Json = {
            "id": _id(chunk),
            "type": "message",
            "role": "assistant",
            "model": string(chunk.get("model")) or self._model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage_json(None),
        }
        return _event("message_start", {"message": head})

    def _delta(self, delta: Json) -> bytes:
        out = b""
        if reasoning := string(delta.get("reasoning_content")):
            out += self._within("thinking", _thinking(""), {"type": "thinking_delta", "thinking": reasoning})
        for thought in thoughts_of(delta):
            out += self._signed(thought.signature, thought.redacted)
        if text := text_of(delta.get("content")) or string(delta.get("refusal")):
            out += self._within("text", {"type": "text", "text": ""}, {"type": "text_delta", "text": text})
        for call in objs(delta.get("tool_calls")):
            out += self._call(call)
        return out

    def _signed(self, signature: str, redacted: str) -> bytes:
        if redacted:
            return self._close() + self._start("redacted", _thinking("", "", redacted)) + self._close()
        return self._within("thinking", _thinking(""), {"type": "signature_delta", "signature": signature})

    def _call(self, call: Json) -> bytes:
        function, number = obj(call.get("function")), call.get("index", 0)
        block: Json = {
            "type": "tool_use",
            "id": string(call.get("id")),
            "name": string(function.get("name")),
            "input": {},
        }
        piece = {"type": "input_json_delta", "partial_json": string(function.get("arguments"))}
        return self._within(f"tool {number}", block, piece)

    def _within(self, kind: str, block: Json, delta: Json) -> bytes:
        out = b"" if self._open == kind else self._close() + self._start(kind, block)
        return out + _event("content_block_delta", {"index": self._index, "delta": delta})

    def _start(self, kind: str, block: Json) -> bytes:
        self._open = kind
        self._index += 1
        return _event("content_block_start", {"index": self._index, "content_block": block})

    def _close(self) -> bytes:
        if not self._open:
            return b""
        self._open = ""
        return _event("content_block_stop", {"index": self._index})


def _event(name: str, fields: dict[str, Any]) -> bytes:
    return sse.encode(json.dumps({"type": name, **fields}, ensure_ascii=False).encode(), name)
