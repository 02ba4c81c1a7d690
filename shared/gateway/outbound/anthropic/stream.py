"""Events of the Messages API as canonical chunks. https://docs.claude.com/en/docs/build-with-claude/streaming

Text, thinking and tool arguments go out as they come. A thought's signed block follows when it ends; the whole
content, where OpenAI's shape loses some of it, follows before the finish reason.
"""

from dataclasses import field
from typing import Any

from gateway.outbound.anthropic.blocks import RAW
from gateway.outbound.anthropic.calls import ServerTools
from gateway.outbound.anthropic.errors import in_stream
from gateway.outbound.anthropic.reply import (
    annotations,
    ending,
    finish_of,
    id_of,
    loses,
    merged,
    response,
    thought_of,
    usage_of,
)
from gateway.outbound.protocol import Json, ProviderRequest
from gateway.outbound.streams.decoders import ChunkDecoder, SseChunks
from gateway.records import dataclass
from gateway.wire import chat
from gateway.wire.json import json_text, obj, parse, string


@dataclass(slots=True)
class _Block:
    """A content block under way: as it started, and the pieces that came since, by the field they belong to."""

    start: Json
    tool: int = -1
    pieces: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    citations: list[Any] = field(default_factory=list[Any])

    def add(self, name: str, piece: str) -> None:
        self.pieces.setdefault(name, []).append(piece)

    def text(self, name: str) -> str:
        return "".join(self.pieces.get(name, []))

    def whole(self) -> Json:
        """The finished block, as a reply that is not streamed would hold it."""
        block = dict(self.start)
        for name in self.pieces:
            if name == "partial_json":
                block["input"] = parse(self.text(name) or "{}") or {}
            else:
                block[name] = string(block.get(name)) + self.text(name)
        return block | ({"citations": self.citations} if self.citations else {})


class Events:
    """Reads event objects, wherever they came from; chunks are built by the decoder it belongs to."""

    def __init__(self, decoder: ChunkDecoder) -> None:
        self._out = decoder
        self._usage: Json = {}
        self._server_tools = ServerTools()
        self._open: dict[Any, _Block] = {}
        self._done: list[Json] = []
        self._tools = 0
        self._thoughts = 0

    def read(self, event: Json) -> list[Json]:
        """Chunks of one event; events of types nobody knows yet are skipped."""
        match event.get("type"):
            case "content_block_delta":
                return self._delta(event.get("index"), obj(event.get("delta")))
            case "content_block_start":
                return self._start(event.get("index"), obj(event.get("content_block")))
            case "content_block_stop":
                return self._stop(event.get("index"))
            case "message_start":
                return self._message(obj(event.get("message")))
            case "message_delta":
                return self._end(obj(event.get("delta")), obj(event.get("usage")))
            case "message_stop":
                return [] if self._out.finished else self._close({}, "tool_calls" if self._tools else "stop")
            case "error":
                return self._out.fail(in_stream(event))
            case _:
                return []

    def _message(self, message: Json) -> list[Json]:
        self._out.head(id_of(self._out.request, message), model=message.get("model"))
        self._count(obj(message.get("usage")))
        return []  # nothing said yet: an error may still follow, and another channel be asked

    def _count(self, usage: Json) -> None:
        self._usage = merged(self._usage, usage)
        self._out.usage = self._server_tools.added(usage_of(self._usage), self._usage)

    def _start(self, index: Any, start: Json) -> list[Json]:
        if start.get("type") == "server_tool_use":
            self._server_tools.blocks([start])
            self._count({})
        block = self._open[index] = _Block(start)
        kind = start.get("type")
        if kind == "tool_use":
            block.tool, self._tools = self._tools, self._tools + 1
            call = chat.tool_call_delta(block.tool, id=string(start.get("id")), name=string(start.get("name")))
            return self._out.emit({"tool_calls": [call]})
        if kind == "text" and start.get("text"):
            return self._out.emit({"content": start["text"]})
        if kind == "thinking" and start.get("thinking"):
            return self._out.emit({"reasoning_content": start["thinking"]})
        return []

    def _delta(self, index: Any, delta: Json) -> list[Json]:
        block = self._open.setdefault(index, _Block({"type": "text", "text": ""}))
        if "text" in delta:
            block.add("text", string(delta["text"]))
            return self._out.emit({"content": delta["text"]} if delta["text"] else {})
        if "partial_json" in delta:
            return self._arguments(block, string(delta["partial_json"]))
        if "thinking" in delta:
            block.add("thinking", string(delta["thinking"]))
            return self._out.emit({"reasoning_content": delta["thinking"]} if delta["thinking"] else {})
        if "signature" in delta:
            block.add("signature", string(delta["signature"]))
        if "citation" in delta:
            block.citations.append(delta["citation"])
        return []

    def _arguments(self, block: _Block, piece: str) -> list[Json]:
        block.add("partial_json", piece)
        if block.tool < 0 or not piece:
            return []
        return self._out.emit({"tool_calls": [chat.tool_call_delta(block.tool, arguments=piece)]})

    def _stop(self, index: Any) -> list[Json]:
        block = self._open.pop(index, None)
        if block is None:
            return []
        self._done.append(done := block.whole())
        if block.tool >= 0 and not block.text("partial_json"):
            arguments = json_text(obj(done.get("input")))
            return self._out.emit({"tool_calls": [chat.tool_call_delta(block.tool, arguments=arguments)]})
        if done.get("type") not in ("thinking", "redacted_thinking"):
            return []
        self._thoughts += 1
        return self._out.emit({"reasoning_details": [thought_of(done).detail(self._thoughts - 1)]})

    def _end(self, delta: Json, usage: Json) -> list[Json]:
        self._count(usage)
        reason = finish_of(string(delta.get("stop_reason")))
        return [] if reason is None or self._out.finished else self._close(delta, reason)

    def _close(self, delta: Json, reason: str) -> list[Json]:
        chunks = [chunk for index in [*self._open] for chunk in self._stop(index)]  # blocks that nobody ended
        refusal = string(obj(delta.get("stop_details")).get("explanation"))
        last: Json = {"refusal": refusal} if refusal else {}
        if found := annotations(self._done):
            last["annotations"] = found
        if loses(self._done):
            last[RAW] = self._done
        chunks += self._out.emit(last) + self._out.emit({}, reason)
        chunks[-1]["choices"][0] |= ending(delta)
        return chunks


class AnthropicStream(SseChunks):
    """The Messages API over server-sent events."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request, response)
        self._reader = Events(self)

    def event(self, name: str, body: Json) -> list[Json]:
        return self._reader.read(body)
