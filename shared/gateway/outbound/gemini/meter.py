"""Metering of generateContent streams that pass through as bytes.

Every event carries the usage so far, so only the last one is parsed, and only when somebody asks. Both forms
are watched: server-sent events, and the JSON array that comes without ``alt=sse``.
"""

from gateway.domain.usage import Usage
from gateway.outbound.errors.in_success import SIGNS, is_error
from gateway.outbound.gemini.errors import blocked, in_stream
from gateway.outbound.gemini.grounding import Grounding
from gateway.outbound.gemini.reply import usage_of
from gateway.outbound.gemini.stream import GeminiStream
from gateway.outbound.protocol import Fault, Json
from gateway.outbound.streams.deferred_text import NO_ASK, KeptText
from gateway.wire.json import lone, obj, objs, parse, string
from gateway.wire.jsonlines import JsonStreamDecoder
from gateway.wire.lines import WholeLines

_USAGE, _FINISH = b'"usageMetadata"', b'"finishReason"'
_GROUNDED = b'"groundingMetadata"'
_TROUBLE = (b'"error"', b'"promptFeedback"')


class GeminiMeter:
    """``Meter`` of one stream."""

    def __init__(self) -> None:
        self.service = ""  # it names none
        self.fault: Fault | None = None
        self.finished = False
        self._usage: Usage | None = None
        self._last: bytes = b""
        self._lines = WholeLines()
        self._array: JsonStreamDecoder | None = None
        self._begun = False
        self._grounding = Grounding()
        self._text = KeptText(GeminiStream(NO_ASK))

    @property
    def usage(self) -> Usage | None:
        """The last usage reported; parsed here, not on the way."""
        if self._last:
            self._usage = usage_of(obj(obj(parse(self._last)).get("usageMetadata"))) or self._usage
            self._last = b""
        return self._grounding.added(self._usage)

    def feed(self, data: bytes) -> None:
        self._text.keep(data)
        if not self._begun and data.strip():
            self._begun = True
            self._array = JsonStreamDecoder() if data.lstrip()[:1] in (b"[", b"{") else None
        if self._array is not None:
            self._objects(self._array, data)
            return
        self._scan(self._lines.feed(data))

    def close(self) -> None:
        self._scan(self._lines.flush())

    def delivered_text(self) -> str:
        return self._text.text()

    def _scan(self, lines: bytes) -> None:
        for line in lines.split(b"\n"):
            if not line.startswith(b"data:"):
                continue
            if _USAGE in line:
                self._last = line[5:]
            foreign = b'"candidates"' not in line and SIGNS.search(line)
            if foreign or _FINISH in line or _GROUNDED in line or any(mark in line for mark in _TROUBLE):
                self._event(lone(parse(line[5:])))

    def _objects(self, reader: JsonStreamDecoder, data: bytes) -> None:
        try:
            values = [obj(value) for value in reader.decode(data)]
        except ValueError:
            return
        for value in values:
            self._usage = usage_of(obj(value.get("usageMetadata"))) or self._usage
            self._event(value)

    def _event(self, event: Json) -> None:
        candidates = objs(event.get("candidates"))
        self._grounding.read(candidates)
        if any(string(candidate.get("finishReason")) for candidate in candidates):
            self.finished = True
        if "error" in event or is_error(event):
            self.fault = self.fault or in_stream(event)
        elif not candidates:
            self.fault = self.fault or blocked(obj(event.get("promptFeedback")))


def usage_of_body(body: bytes) -> Usage | None:
    """The usage of a whole reply that passes through."""
    return usage_of(obj(obj(parse(body)).get("usageMetadata")))


METER = GeminiMeter
