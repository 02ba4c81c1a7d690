"""Metering of Messages API streams that pass through as bytes.

Bytes are searched for the names of the few events that matter; only those are parsed. A name inside somebody's
text costs a parse and nothing else.
"""

from gateway.domain.usage import Usage
from gateway.outbound.anthropic.calls import ServerTools
from gateway.outbound.anthropic.errors import in_stream
from gateway.outbound.anthropic.reply import merged, usage_of
from gateway.outbound.anthropic.stream import AnthropicStream
from gateway.outbound.errors.in_success import SIGNS, is_error
from gateway.outbound.protocol import Fault, Json
from gateway.outbound.streams.deferred_text import NO_ASK, KeptText
from gateway.wire.json import lone, obj, parse, string
from gateway.wire.lines import WholeLines

_MARKS = (b"message_start", b"message_delta", b"message_stop", b'"error"', b'"server_tool_use"')


class AnthropicMeter:
    """``Meter`` of one stream."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.service = ""
        self.fault: Fault | None = None
        self.finished = False
        self._lines = WholeLines()
        self._counted: Json = {}
        self._server_tools = ServerTools()
        self._text = KeptText(AnthropicStream(NO_ASK))

    def feed(self, data: bytes) -> None:
        self._text.keep(data)
        self._scan(self._lines.feed(data))

    def close(self) -> None:
        self._scan(self._lines.flush())

    def delivered_text(self) -> str:
        return self._text.text()

    def _scan(self, lines: bytes) -> None:
        foreign = lines.count(b"data:") > lines.count(b"content_block") and SIGNS.search(lines)
        if not foreign and not any(mark in lines for mark in _MARKS):
            return
        for line in lines.split(b"\n"):
            if line.startswith(b"data:") and (any(mark in line for mark in _MARKS) or (foreign and SIGNS.search(line))):
                self._event(lone(parse(line[5:])))

    def _event(self, event: Json) -> None:
        match event.get("type"):
            case "message_start":
                self._count(obj(obj(event.get("message")).get("usage")))
            case "content_block_start":
                self._server_tools.blocks([obj(event.get("content_block"))])
                self._count({})
            case "message_delta":
                self._count(obj(event.get("usage")))
                self.finished = self.finished or bool(string(obj(event.get("delta")).get("stop_reason")))
            case "message_stop":
                self.finished = True
            case "error":
                self.fault = self.fault or in_stream(event)
            case _ if is_error(event):
                self.fault = self.fault or in_stream(event)
            case _:
                pass

    def _count(self, usage: Json) -> None:
        self._counted = merged(self._counted, usage)
        self.usage = self._server_tools.added(usage_of(self._counted), self._counted)
        self.service = string(usage.get("service_tier")) or self.service


def usage_of_body(body: bytes) -> Usage | None:
    """The usage of a whole reply that passes through."""
    return usage_of(obj(obj(parse(body)).get("usage")))


METER = AnthropicMeter
