"""Event streams of Bedrock as canonical chunks: ConverseStream, and the native chunks of InvokeModel.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
Usage comes in ``metadata``, after the message has stopped.
"""

import base64
import binascii
from dataclasses import field
from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.anthropic.stream import Events
from gateway.outbound.bedrock import errors as bedrock_errors
from gateway.outbound.bedrock import reply as bedrock_reply
from gateway.outbound.bedrock.blocks import RAW
from gateway.outbound.protocol import Fault, Json, ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.streams.decoders import ChunkDecoder
from gateway.records import dataclass
from gateway.wire import chat
from gateway.wire.eventstream import BrokenFrame, EventStreamDecoder, Message
from gateway.wire.json import obj, parse, string

# Native events that are Converse events in a wrapper (Nova), and events of Anthropic's.
_CONVERSE = ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata")


@dataclass(slots=True)
class _Block:
    """A content block under way: as it started, the pieces of its texts, and what else came."""

    start: Json = field(default_factory=dict[str, Any])
    pieces: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    further: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])

    def add(self, name: str, piece: Any) -> None:
        if isinstance(piece, str) and piece:
            self.pieces.setdefault(name, []).append(piece)

    def text(self, name: str) -> str:
        return "".join(self.pieces.get(name, []))

    def whole(self) -> Json:
        """The finished block, as Converse would hold it."""
        block = dict(self.start)
        if "toolUse" in block:
            block["toolUse"] = block["toolUse"] | {"input": parse(self.text("input") or "{}") or {}}
        if "text" in self.pieces:
            block["text"] = self.text("text")
        if "redactedContent" in self.pieces:
            block["reasoningContent"] = {"redactedContent": self.text("redactedContent")}
        elif "thought" in self.pieces or "signature" in self.pieces:
            signed = {"signature": self.text("signature")} if "signature" in self.pieces else {}
            block["reasoningContent"] = {"reasoningText": {"text": self.text("thought"), **signed}}
        return block | self.further


class BedrockStream(ChunkDecoder):
    """Reads either kind of stream; a whole JSON reply that came instead is read as one."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request)
        self._frames = EventStreamDecoder()
        self._plain: bytearray | None = None
        self._begun = False
        self._claude = Events(self)
        self._blocks: dict[Any, _Block] = {}
        self._tools: dict[Any, int] = {}
        self._thoughts = 0
        self._ended = ""

    def decode(self, data: bytes) -> list[Json]:
        if self.fault is not None or not data:
            return []
        if not self._begun:
            self._begun = True
            # A frame starts with its length, whose first byte is zero or one; JSON and HTML do not.
            self._plain = bytearray() if data[0] > 1 else None
        if self._plain is not None:
            self._plain += data
            return []
        try:
            messages = self._frames.decode(data)
        except BrokenFrame as broken:
            return self.fail(Fault(kind="retry", status=502, message=str(broken)))
        return [chunk for message in messages for chunk in self._message(message)]

    def flush(self) -> list[Json]:
        if self._plain is None or self.fault is not None:
            return []
        try:
            return self.answer(bedrock_reply.response(self.request, WireResponse(status=200, body=bytes(self._plain))))
        except ProviderFault as caught:
            return self.fail(caught.fault)

    def _message(self, message: Message) -> list[Json]:
        if self.fault is not None:
            return []
        kind = message.headers.get(":message-type", "event")
        if kind != "event":
            name = message.headers.get(":exception-type") or message.headers.get(":error-code", "")
            said = message.payload or message.headers.get(":error-message", "").encode()
            return self.fail(bedrock_errors.in_stream(name, said))
        body = obj(parse(message.payload))
        name = message.headers.get(":event-type", "")
        return self._native(body) if name == "chunk" else self._event(name, body)

    def _event(self, name: str, body: Json) -> list[Json]:
        match name:
            case "contentBlockDelta":
                return self._delta(body.get("contentBlockIndex"), obj(body.get("delta")))
            case "contentBlockStart":
                return self._start(body.get("contentBlockIndex"), obj(body.get("start")))
            case "contentBlockStop":
                return self._stop(body.get("contentBlockIndex"))
            case "messageStop":
                return self._end(body)
            case "metadata":
                return self._metadata(body)
            case _:
                return []

    def _start(self, index: Any, start: Json) -> list[Json]:
        self._blocks[index] = _Block({key: dict(obj(value)) for key, value in start.items()})
        use = obj(start.get("toolUse"))
        if not use or use.get("type") == "server_tool_use":
            return []
        self._tools[index] = len(self._tools)
        call = chat.tool_call_delta(self._tools[index], id=string(use.get("toolUseId")), name=string(use.get("name")))
        return self.emit({"tool_calls": [call]})

    def _delta(self, index: Any, delta: Json) -> list[Json]:
        block = self._blocks.setdefault(index, _Block())
        if "text" in delta:
            block.add("text", delta["text"])
            return self.emit({"content": delta["text"]} if delta["text"] else {})
        if "toolUse" in delta:
            return self._arguments(index, block, string(obj(delta["toolUse"]).get("input")))
        if "reasoningContent" in delta:
            return self._reasoning(block, obj(delta["reasoningContent"]))
        for key, value in delta.items():
            block.further.setdefault(key, []).append(value)
        return []

    def _arguments(self, index: Any, block: "_Block", piece: str) -> list[Json]:
        block.add("input", piece)
        if index not in self._tools or not piece:
            return []
        return self.emit({"tool_calls": [chat.tool_call_delta(self._tools[index], arguments=piece)]})

    def _reasoning(self, block: "_Block", delta: Json) -> list[Json]:
        block.add("redactedContent", delta.get("redactedContent"))
        block.add("signature", delta.get("signature"))
        block.add("thought", delta.get("text"))
        return self.emit({"reasoning_content": delta["text"]} if delta.get("text") else {})

    def _stop(self, index: Any) -> list[Json]:
        block = self._blocks.get(index, _Block())
        if index in self._tools and not block.text("input"):
            return self.emit({"tool_calls": [chat.tool_call_delta(self._tools[index], arguments="{}")]})
        thought = bedrock_reply.thought_of(obj(block.whole().get("reasoningContent")))
        if not thought.signature and not thought.redacted:
            return []
        self._thoughts += 1
        return self.emit({"reasoning_details": [thought.detail(self._thoughts - 1)]})

    def _end(self, body: Json) -> list[Json]:
        reason = string(body.get("stopReason"))
        if reason in bedrock_reply.BROKEN:
            return self.fail(bedrock_reply.broken(reason))
        done = [found for index in sorted(self._blocks) if (found := self._blocks[index].whole())]
        chunks = self.emit({RAW: done} if bedrock_reply.loses(done) else {})
        chunks += self.emit({}, bedrock_reply.finish_of(reason) or "stop")
        chunks[-1]["choices"][0]["native_finish_reason"] = reason
        return chunks

    def _metadata(self, body: Json) -> list[Json]:
        self.usage = bedrock_reply.usage_of(obj(body.get("usage"))) or self.usage
        extra = {key: value for key, value in body.items() if key not in ("usage", "metrics", "p") and value}
        if not extra:
            return []
        head = chat.chunk(id=self.id, created=self.created, model=self.model, delta={})
        return [head | {"choices": []} | extra]

    def _native(self, frame: Json) -> list[Json]:
        """One chunk of InvokeModelWithResponseStream: the model's own JSON in base64."""
        try:
            event = obj(parse(base64.b64decode(string(frame.get("bytes")), validate=True)))
        except (binascii.Error, ValueError):
            return self.fail(Fault(kind="retry", status=502, message="a chunk of the stream is not base64"))
        if "type" in event:
            return self._claude.read(event)
        name = next((name for name in _CONVERSE if name in event), "")
        return self._event(name, obj(event[name])) if name else self._completion(event)

    def _completion(self, event: Json) -> list[Json]:
        """An event of Llama, Titan, Cohere or Mistral: a text, and at the end a reason and counts."""
        self.usage = _later(self.usage, bedrock_reply.native_usage(event))
        text = bedrock_reply.native_text(event)
        chunks = self.emit({"content": text} if text else {})
        reason = bedrock_reply.native_finish(event)
        if reason and not self._ended:
            self._ended = reason
            chunks += self.emit({}, reason)
        return chunks


def _later(known: Usage | None, usage: Usage | None) -> Usage | None:
    """Llama counts the prompt only in its first event and the answer in every one."""
    if usage is None or known is None:
        return usage or known
    return Usage(prompt=max(known.prompt, usage.prompt), completion=max(known.completion, usage.completion))
