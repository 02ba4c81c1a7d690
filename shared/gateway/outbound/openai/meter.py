"""Metering streams of OpenAI's chat, completions and responses that pass through as bytes.

Events are searched, not parsed: only those that hold a usage object or an error are read as JSON. A name in quotes that
a colon follows cannot be part of anybody's text, because quotes in text are escaped.
"""

import re
from collections.abc import Iterator
from typing import cast

from gateway.domain.usage import Usage
from gateway.outbound.errors.body import read_error
from gateway.outbound.errors.in_success import SIGNS
from gateway.outbound.openai.calls import Items
from gateway.outbound.openai.errors import BROKEN_OFF, carries_error, judge, of_value
from gateway.outbound.openai.quirks import Quirks
from gateway.outbound.openai.stream import ENDINGS, FAILURES
from gateway.outbound.openai.text import text_of_event
from gateway.outbound.openai.usage import read_usage
from gateway.outbound.protocol import Fault, Json
from gateway.outbound.streams.kept import MAX_KEPT, KeptBytes
from gateway.patterns import pattern
from gateway.wire.json import lone, obj, parse, string
from gateway.wire.sse import Event, SseDecoder

_USAGE = pattern(rb'"usage"\s*:\s*\{')
_FINISH = pattern(rb'"finish_reason"\s*:\s*"[^"]')
_ENDING = pattern(rb'"type"\s*:\s*"(?:%s)"' % "|".join(map(re.escape, sorted(ENDINGS))).encode())
_DONE = pattern(rb"(?:^|\n)(?:data:\s*)?\[DONE\]")
_ERROR = pattern(
    rb'"error"\s*:\s*[{"\[]|"response\.failed"|"type"\s*:\s*"error"|event:\s*error|"finish_reason"\s*:\s*"(?:%s)"'
    % "|".join(sorted(BROKEN_OFF)).encode()
)
_ITEM = pattern(rb'"type"\s*:\s*"response\.output_item\.(?:added|done)"')
_CHOICES = pattern(rb'"choices"\s*:\s*\[\s*\{')


class OpenAIMeter:
    """``Meter``. ``choices`` is how many the caller asked for: each must finish."""

    def __init__(self, quirks: Quirks, choices: int = 1) -> None:
        self.usage: Usage | None = None
        self.service = ""
        self.fault: Fault | None = None
        self.finished = False
        self._quirks = quirks
        self._left_to_finish = choices
        self._items = Items()
        self._rest: list[bytes] = []
        self._kept = KeptBytes()
        self._text: list[str] = []

    def feed(self, data: bytes) -> None:
        cut = events_end(data)
        if not cut and self._rest and data[:1] in b"\r\n":  # the blank line itself may be split
            data = b"".join(self._rest) + data
            self._rest = []
            cut = events_end(data)
        if not cut:
            self._rest.append(data)
            return
        whole = b"".join((*self._rest, data[:cut]))
        self._rest = [data[cut:]] if cut < len(data) else []
        self._scan(whole)

    def close(self) -> None:
        if self._rest:
            whole, self._rest = b"".join(self._rest), []
            self._scan(whole)

    def delivered_text(self) -> str:
        self._read_kept()
        return "".join(self._text)

    def _scan(self, events: bytes) -> None:
        self._keep(events)
        if b'"usage"' in events:
            self._read_around(_USAGE, events)
        if b"output_item." in events and b'_call"' in events:
            self._read_around(_ITEM, events)
        if b"error" in events or b"response.failed" in events or b"insufficient_system" in events:
            self._read_around(_ERROR, events)
        bare = events.count(b"data:") - events.count(b"data: [DONE]\n")  # text has no line ends, so it is the mark
        if bare > events.count(b'"choices"') and SIGNS.search(events):
            self._read_around(SIGNS, events)  # an error in another shape than the dialect's
        if not self.finished and self.fault is None:
            self._left_to_finish -= len(_FINISH.findall(events))
            ended = self._left_to_finish <= 0 or (b"[DONE]" in events and _DONE.search(events))
            self.finished = bool(ended or (b'"type"' in events and _ENDING.search(events)))

    def _read_around(self, sign: re.Pattern[bytes], events: bytes) -> None:
        for start, end in _around(sign, events):
            for event in SseDecoder().decode(events[start:end] + b"\n\n"):
                self._read(event)

    def _read(self, event: Event) -> None:
        body = lone(parse(event.data))
        if not body:
            if event.name == "error" and self.fault is None:
                self.fault = judge(read_error(event.data), 200, {}, vendor=self._quirks.vendor)
            return
        self.usage = read_usage(body, hidden_reasoning=self._quirks.hidden_reasoning) or self.usage
        if self._items.read(body):
            self.usage = self._items.added(self.usage)
        self.service = string((obj(body.get("response")) or body).get("service_tier")) or self.service
        failed = event.name == "error" or carries_error(body) or body.get("type") in FAILURES
        if failed and self.fault is None:
            self.fault = of_value(body, vendor=self._quirks.vendor)

    def _keep(self, events: bytes) -> None:
        self._kept.add(events)
        if self._kept.size > MAX_KEPT:
            self._read_kept()

    def _read_kept(self) -> None:
        self._text += [text_of_event(event.data) for event in SseDecoder().decode(self._kept.taken() + b"\n\n")]


def usage_of_body(body: bytes, *, hidden_reasoning: bool = False) -> Usage | None:
    """The usage in a whole reply that passes through."""
    value = parse(body)
    return read_usage(cast(Json, value), hidden_reasoning=hidden_reasoning) if isinstance(value, dict) else None


class StreamFilter:
    """Takes the usage-only event out of a stream for a caller who did not ask for it.

    Everything else goes on byte for byte, whole reads as they came. Held back are only bytes of an
    unfinished event that may turn out to be that one.
    """

    def __init__(self) -> None:
        self._held = b""
        self._inside = False  # the event being sent on cannot be the usage-only one

    def feed(self, data: bytes) -> bytes:
        """What to send on now."""
        data = self._held + data if self._held else data
        cut = events_end(data)
        if cut:
            self._inside = False
        elif self._inside:
            return self._hold_newlines(data)
        whole, tail = (data, b"") if cut == len(data) else (data[:cut], data[cut:])
        if b'"usage"' in whole:
            whole = _without_usage(whole)
        if tail and _CHOICES.search(tail):
            self._inside = True
            return whole + self._hold_newlines(tail)
        self._held = tail
        return whole

    def finish(self) -> bytes:
        """What is held when the provider has closed the stream."""
        held, self._held = self._held, b""
        return b"" if _only_usage(held) else held

    def _hold_newlines(self, data: bytes) -> bytes:
        """Line ends stay until it is known whether they end the event."""
        sent = data.rstrip(b"\r\n")
        self._held = data[len(sent) :]
        return sent


def events_end(data: bytes) -> int:
    """Where the last complete event in these bytes ends; 0 if none does."""
    if data.endswith(b"\n\n"):
        return len(data)
    plain = data.rfind(b"\n\n")
    crlf = data.rfind(b"\r\n\r\n")
    return max(plain + 2 if plain >= 0 else 0, crlf + 4 if crlf >= 0 else 0)


def _around(sign: re.Pattern[bytes], events: bytes) -> Iterator[tuple[int, int]]:
    """Where the events that hold this sign begin and end."""
    end = 0
    for match in sign.finditer(events):
        if match.start() < end:
            continue
        start = events_end(events[end : match.start()]) + end
        blank = _BLANK.search(events, match.end())
        end = blank.end() if blank else len(events)
        yield start, end


_BLANK = pattern(rb"\n\r?\n")


def _without_usage(events: bytes) -> bytes:
    kept: list[bytes] = []
    at = 0
    for start, end in _around(_USAGE, events):
        if _only_usage(events[start:end]):
            kept.append(events[at:start])
            at = end
    return b"".join((*kept, events[at:])) if kept else events


def _only_usage(event: bytes) -> bool:
    found = SseDecoder().decode(event + b"\n\n")
    if not found:
        return False
    for each in found:
        body = obj(parse(each.data))
        if body.get("choices") != [] or not isinstance(body.get("usage"), dict) or body.get("error"):
            return False
    return True
