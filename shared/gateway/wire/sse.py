"""Server-sent events: bytes to events and back.

The decoder takes what providers really send: any chunk split, each of the three line ends, a missing space after the
colon, a byte order mark, comments, large events, a last event without its blank line, and JSON that lies bare between
events, as errors do that a server's framework writes behind a stream.
Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from gateway.records import dataclass
from gateway.wire.bounds import check_event
from gateway.wire.json import encode as encode_json
from gateway.wire.json import objs, parse

DONE = b"data: [DONE]\n\n"
_BOM = b"\xef\xbb\xbf"
_BARE = (b"{", b"[{")
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")


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
        self._size = 0
        self._bare: list[bytes] = []
        self._started = False
        self._after_cr = False

    def decode(self, data: bytes) -> list[Event]:
        """Events completed by these bytes; raises ``ReplyTooLarge`` for one that does not end."""
        self._rest += self._newlines(data)
        self._skip_bom()
        end = self._rest.rfind(b"\n")
        check_event(len(self._rest) - end)
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

    def _newlines(self, data: bytes) -> bytes:
        """The bytes with ``\\n`` as their only line end; one of two characters may be cut in the middle."""
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if b"\r" not in data:
            return data
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _skip_bom(self) -> None:
        """The mark is one at the very beginning only, however the bytes are cut."""
        if not self._started and (len(self._rest) >= len(_BOM) or not _BOM.startswith(self._rest)):
            self._started = True
            if self._rest.startswith(_BOM):
                del self._rest[: len(_BOM)]

    def _events(self, lines: list[bytes]) -> list[Event]:
        events: list[Event] = []
        for line in lines:
            if not line:
                events += self._end()
                continue
            self._size += len(line)
            check_event(self._size)
            if line.startswith(_BARE) or line == b"[" or (self._bare and not line.startswith(_FIELDS)):
                self._bare.append(line)
                continue
            if self._bare:
                events += self._end()
            self._field(line)
        return events

    def _end(self) -> list[Event]:
        """The event under way, and what lies bare behind it."""
        events = [Event(self._name, b"\n".join(self._data))] if self._data or self._name else []
        self._name, self._data, self._size = "", [], 0
        bare, self._bare = b"\n".join(self._bare), []
        return events + [Event("", encode_json(value)) for value in objs(parse(bare))] if bare else events

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
    return (b"event: " + " ".join(name.split()).encode(errors="replace") + b"\n" if name else b"") + body + b"\n"


def comment(text: str) -> bytes:
    """A comment, which clients ignore: keeps idle connections open."""
    return f": {text}\n\n".encode()
