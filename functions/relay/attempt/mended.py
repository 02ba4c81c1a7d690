"""What passes as it came, but for what no client should get.

JSON that only lenient readers take is written anew, JSON that lies bare between events becomes an event, and an end
that the content contradicts is put right: tools were called, so that the reply did not just stop. Bytes are searched
first, and pass where there is nothing to do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.outbound.errors.in_success import is_error
from gateway.wire import sse
from gateway.wire.json import Json, is_lax, obj, parse, strictly


@dataclass(frozen=True, slots=True)
class Ending:
    """How one dialect says that a tool is called, and that the reply just stopped."""

    mark: bytes
    called: re.Pattern[bytes]
    stopped: re.Pattern[bytes]
    right: bytes


# Names in quotes that a colon follows are nobody's text: quotes in text are escaped. Gemini says STOP in either case.
ENDINGS: Mapping[str, Ending] = {
    "openai": Ending(
        b'"tool_calls"',
        re.compile(rb'"tool_calls"\s*:\s*\[\s*\{'),
        re.compile(rb'("finish_reason"\s*:\s*)"stop"'),
        rb'\1"tool_calls"',
    ),
    "anthropic": Ending(
        b'"tool_use"',
        re.compile(rb'"type"\s*:\s*"tool_use"'),
        re.compile(rb'("stop_reason"\s*:\s*)"(?:end_turn|stop_sequence)"'),
        rb'\1"tool_use"',
    ),
}


class Mended:
    """One reply on its way, whole or in whole events. ``choices``: with several nobody knows whose tools they are."""

    def __init__(self, dialect: str = "", choices: int = 1) -> None:
        self._dialect = dialect
        self._ending = ENDINGS.get(dialect) if choices == 1 else None
        self._called = False

    def events(self, events: bytes) -> bytes:
        """Whole events in, whole events out."""
        if events[:1] == b"{" or events[:2] == b"[{" or b"\n{" in events or b"\n[{" in events:
            events = _framed(events)
        return self._ended(_strict_lines(events))

    def up_to_error(self, events: bytes) -> tuple[bytes, bool]:
        """Events among which is an error: all of them if clients of the dialect know it for one, else those before it.

        Which of the two it was is the second value.
        """
        kept: list[bytes] = []
        for event in sse.SseDecoder().decode(events):
            body = obj(parse(event.data))
            if self._foreign(body):
                return b"".join(kept), False
            kept.append(sse.encode(event.data, event.name))
        return events, True

    def _foreign(self, body: Json) -> bool:
        if not is_error(body):
            return False
        return body.get("type") != "error" if self._dialect == "anthropic" else not obj(body.get("error"))

    def whole(self, body: bytes) -> bytes:
        """A whole JSON reply."""
        return self._ended(strictly(body))

    def _ended(self, data: bytes) -> bytes:
        ending = self._ending
        if ending is None:
            return data
        if not self._called and ending.mark in data:
            self._called = ending.called.search(data) is not None
        return ending.stopped.sub(ending.right, data) if self._called else data


def _framed(events: bytes) -> bytes:
    return b"".join(sse.encode(event.data, event.name) for event in sse.SseDecoder().decode(events))


def _strict_lines(events: bytes) -> bytes:
    if not is_lax(events):
        return events
    return b"".join(map(_strict_line, events.splitlines(keepends=True)))


def _strict_line(line: bytes) -> bytes:
    if not line.startswith(b"data:"):
        return line
    data = line[5:].strip()
    written = strictly(data)
    return line if written is data else b"data: " + written + line[len(line.rstrip(b"\r\n")) :]
