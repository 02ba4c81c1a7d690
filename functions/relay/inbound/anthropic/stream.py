"""Canonical chunks as Anthropic's events (https://docs.claude.com/en/api/messages-streaming).

One content block is open at a time and closed before the next begins. Tool calls of one turn may reach us
interleaved: the first streams, pieces of the others wait until it is over.
"""

from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.anthropic.thinking import Thought, thoughts_of
from gateway.wire import sse
from gateway.wire.json import encode, obj, objs, string
from relay.inbound.anthropic.reply import call_id, ending, id_of, refusal_of, shown, thinking, usage_json
from relay.inbound.protocol import Json

_THINKING, _TEXT = "thinking", "text"
_STREAMED = frozenset({"thinking", "redacted_thinking", "text", "tool_use"})


class MessageEncoder:
    """``StreamEncoder`` of one message."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._started = False
        self._index = -1
        self._open = ""  # kind of the open block
        self._calls: dict[int, list[Json]] = {}  # pieces by number; those of the open call are sent, the others wait
        self._refusal = ""  # told at the end, when it is known whether it is Claude's
        self._ending: Json = {"stop_reason": "end_turn", "stop_sequence": None}

    def encode(self, chunks: list[Json]) -> bytes:
        return b"".join(self._chunk(chunk) for chunk in chunks)

    def end(self, usage: Usage | None) -> bytes:
        last = _event("message_delta", {"delta": self._ending, "usage": usage_json(usage)})
        return self._begin({}) + self._finish_calls() + self._close() + last + _event("message_stop", {})

    def _chunk(self, chunk: Json) -> bytes:
        out = self._begin(chunk)
        for choice in objs(chunk.get("choices")):
            if choice.get("index"):  # there is one answer in a message
                continue
            out += self._delta(obj(choice.get("delta")))
            self._refusal += string(obj(choice.get("delta")).get("refusal"))
            if choice.get("finish_reason"):
                self._ending = ending(choice)
                out += self._refused(refusal_of(choice, {"refusal": self._refusal}))
        return out

    def _begin(self, chunk: Json) -> bytes:
        if self._started:
            return b""
        self._started = True
        head: Json = {
            "id": id_of(chunk),
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
        kept = objs(delta.get("anthropic_content"))
        if kept and self._index < 0:  # a whole reply at once
            return b"".join(self._whole(block) for block in kept)
        out = self._thoughts(string(delta.get("reasoning_content")), thoughts_of(delta))
        if text := shown(delta):
            out += self._text(text)
        for call in objs(delta.get("tool_calls")):
            out += self._call(int(call.get("index") or 0), call)
        return out + self._rest(kept)

    def _text(self, text: str) -> bytes:
        return self._within(_TEXT, {"type": "text", "text": ""}, {"type": "text_delta", "text": text})

    def _refused(self, refusal: str) -> bytes:
        self._refusal = ""
        return self._text(refusal) if refusal else b""

    def _thoughts(self, reasoning: str, thoughts: list[Thought]) -> bytes:
        """Reasoning goes out as it comes; the signed thought that follows adds its signature and ends the block.

        Both in one delta are a whole reply: then the thoughts hold all of the reasoning.
        """
        out = b""
        if reasoning and not thoughts:
            out += self._within(_THINKING, thinking(Thought()), {"type": "thinking_delta", "thinking": reasoning})
        for thought in thoughts:
            told = self._open == _THINKING and not reasoning
            out += self._signed(thought, "" if told else thought.text)
        return out

    def _signed(self, thought: Thought, text: str) -> bytes:
        if thought.redacted:
            return self._finish_calls() + self._whole(thinking(thought))
        out, block = b"", thinking(Thought())
        if text:
            out += self._within(_THINKING, block, {"type": "thinking_delta", "thinking": text})
        signed = {"type": "signature_delta", "signature": thought.signature}
        return out + self._within(_THINKING, block, signed) + self._close()

    def _call(self, number: int, piece: Json) -> bytes:
        others_wait = self._open == "tool" and number != next(iter(self._calls))
        known = self._calls.setdefault(number, [])
        if others_wait:
            known.append(piece)
            return b""
        out = b"" if self._open == "tool" else self._close() + self._start("tool", _tool_use(piece))
        return out + self._arguments(piece)

    def _arguments(self, piece: Json) -> bytes:
        text = string(obj(piece.get("function")).get("arguments"))
        delta = {"type": "input_json_delta", "partial_json": text}
        return _event("content_block_delta", {"index": self._index, "delta": delta}) if text else b""

    def _finish_calls(self) -> bytes:
        """The calls that waited, each as a block of its own."""
        calls, self._calls = self._calls, {}
        out = b""
        for pieces in calls.values():
            if pieces:
                out += self._close() + self._start("tool", _tool_use(pieces[0]))
                out += b"".join(self._arguments(piece) for piece in pieces)
        return out

    def _rest(self, blocks: list[Json]) -> bytes:
        """Blocks of Claude's that have no place in chunks (its own tools and their results), told at the end."""
        rest = [block for block in blocks if block.get("type") not in _STREAMED]
        return (self._finish_calls() if rest else b"") + b"".join(self._whole(block) for block in rest)

    def _whole(self, block: Json) -> bytes:
        return self._close() + self._start("whole", block) + self._close()

    def _within(self, kind: str, block: Json, delta: Json) -> bytes:
        out = b"" if self._open == kind else self._finish_calls() + self._close() + self._start(kind, block)
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


def _tool_use(call: Json) -> Json:
    name = string(obj(call.get("function")).get("name"))
    return {"type": "tool_use", "id": call_id(call), "name": name, "input": {}}


def _event(name: str, fields: dict[str, Any]) -> bytes:
    return sse.encode(encode({"type": name, **fields}), name)
