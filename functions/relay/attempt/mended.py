"""What passes as it came, but for what no client should get.

JSON that only lenient readers take is written anew, JSON that lies bare between events becomes an event, and an end
that the content contradicts is put right: where tools were called the reply did not just stop, and where none was it
did. Bytes are searched first, and pass where there is nothing to do.
"""

import re
from collections.abc import Mapping
from typing import Any

from gateway.outbound.errors.in_success import is_error
from gateway.outbound.openai.reply import FINISH
from gateway.patterns import pattern
from gateway.records import dataclass
from gateway.wire import sse
from gateway.wire.json import is_lax, lone, obj, parse, strictly


@dataclass(frozen=True, slots=True)
class Ending:
    """How one dialect says that a tool is called, that the reply just stopped, and that it waits for tools.

    ``asked``: that a tool is called in any way, older ones too. ``untold``: that a whole reply says nothing of its end.
    """

    called: re.Pattern[bytes]
    asked: re.Pattern[bytes]
    stopped: re.Pattern[bytes]
    waits: re.Pattern[bytes]
    untold: re.Pattern[bytes]
    calling: bytes
    done: bytes


def _words(*meanings: str) -> bytes:
    """The words of OpenAI and those who copied it for some of its ends."""
    return "|".join(word for word, known in FINISH.items() if known in meanings).encode()


# Names in quotes that a colon follows are nobody's text: quotes in text are escaped. Gemini says STOP in either case.
ENDINGS: Mapping[str, Ending] = {
    "openai": Ending(
        called=pattern(rb'"tool_calls"\s*:\s*\[\s*\{'),
        asked=pattern(rb'"(?:tool_calls"\s*:\s*\[?|function_call"\s*:)\s*\{'),
        stopped=pattern(rb'("finish_reason"\s*:\s*)"(?i:%s|function_call)"' % _words("stop", "tool_calls")),
        waits=pattern(rb'("finish_reason"\s*:\s*)"(?i:%s|function_call)"' % _words("tool_calls")),
        untold=pattern(rb'("finish_reason"\s*:\s*)(?:null|"")'),
        calling=rb'\1"tool_calls"',
        done=rb'\1"stop"',
    ),
    "anthropic": Ending(
        called=pattern(rb'"type"\s*:\s*"tool_use"'),
        asked=pattern(rb'"type"\s*:\s*"\w*tool_use"'),
        stopped=pattern(rb'("stop_reason"\s*:\s*)"(?:end_turn|stop_sequence)"'),
        waits=pattern(rb'("stop_reason"\s*:\s*)"tool_use"'),
        untold=pattern(rb'("stop_reason"\s*:\s*)(?:null|"")'),
        calling=rb'\1"tool_use"',
        done=rb'\1"end_turn"',
    ),
}


# Searched for where there is a sign of it only: in a burst of a hundred events the search takes as long as a charge.
_BARE = pattern(rb"(?:\A|\n)(?:\{|\[\r?[{\n])")


class Mended:
    """One reply on its way, whole or in whole events. ``choices``: with several nobody knows whose tools they are."""

    def __init__(self, dialect: str = "", choices: int = 1) -> None:
        self._dialect = dialect
        self._ending = ENDINGS.get(dialect) if choices == 1 else None
        self._called = self._asked = False

    def events(self, events: bytes) -> bytes:
        """Whole events in, whole events out."""
        if (b"\n{" in events or b"\n[" in events or events[:1] in (b"{", b"[")) and _BARE.search(events):
            events = _framed(events)
        return self._ended(_strict_lines(events))

    def up_to_error(self, events: bytes) -> tuple[bytes, bool]:
        """Events among which is an error: all of them if clients of the dialect know it for one, else those before it.

        Which of the two it was is the second value.
        """
        kept: list[bytes] = []
        for event in sse.SseDecoder().decode(events):
            if self._foreign(parse(event.data)):
                return b"".join(kept), False
            kept.append(sse.encode(event.data, event.name))
        return events, True

    def _foreign(self, event: Any) -> bool:
        body = lone(event)
        if not is_error(body) or isinstance(event, list):
            return bool(body) and isinstance(event, list)
        return body.get("type") != "error" if self._dialect == "anthropic" else not obj(body.get("error"))

    def whole(self, body: bytes) -> bytes:
        """A whole JSON reply."""
        told = self._ended(strictly(body))
        return self._ending.untold.sub(self._ending.calling, told) if self._ending and self._called else told

    def _ended(self, data: bytes) -> bytes:
        ending = self._ending
        if ending is None:
            return data
        if not self._called and (b'"tool_' in data or b'"function_call"' in data):
            self._called = ending.called.search(data) is not None
            self._asked = self._asked or ending.asked.search(data) is not None
            if not self._asked:
                return ending.waits.sub(ending.done, data)
        return ending.stopped.sub(ending.calling, data) if self._called else data


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
