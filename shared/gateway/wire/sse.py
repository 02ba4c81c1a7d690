"""Server-sent events: bytes to events and back.

The decoder takes what providers really send: any chunk split, CRLF, a missing space after the colon,
a byte order mark, comments, events of any size, a last event without its blank line.
Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from dataclasses import dataclass

DONE = b"data: [DONE]\n\n"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name (empty if none was given) and its data, lines joined by newline."""

    name: str
    data: bytes


class SseDecoder:
    """Feed bytes as they come; get the events they complete."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._name = ""
        self._data: list[bytes] = []
        self._started = False

    def decode(self, data: bytes) -> list[Event]:
        """Events completed by these bytes."""
        self._rest += data
        self._skip_bom()
        end = self._rest.rfind(b"\n")
        if end < 0:
            return []
        complete = bytes(self._rest[: end + 1])
        del self._rest[: end + 1]
        return self._events(complete.split(b"\n")[:-1])

    def flush(self) -> list[Event]:
        """The event, if any, that the stream ended in without its blank line."""
        rest = bytes(self._rest)
        self._rest.clear()
        return self._events([rest, b""] if rest else [b""])

    def _skip_bom(self) -> None:
        if not self._started and len(self._rest) >= len(_BOM):
            self._started = True
            if self._rest.startswith(_BOM):
                del self._rest[: len(_BOM)]

    def _events(self, lines: list[bytes]) -> list[Event]:
        events: list[Event] = []
        for raw in lines:
            line = raw[:-1] if raw.endswith(b"\r") else raw
            if line:
                self._field(line)
            elif self._data or self._name:
                events.append(Event(self._name, b"\n".join(self._data)))
                self._name, self._data = "", []
        return events

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._name = value.decode("utf-8", "replace")


def encode(data: bytes, name: str = "") -> bytes:
    """One event ready to send; newlines in the data become further data lines."""
    body = b"".join(b"data: " + line + b"\n" for line in data.split(b"\n"))
    return (f"event: {name}\n".encode() if name else b"") + body + b"\n"


def comment(text: str) -> bytes:
    """A comment, which clients ignore: keeps idle connections open."""
    return f": {text}\n\n".encode()
