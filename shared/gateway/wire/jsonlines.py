"""Streams of JSON values: one per line, or run together, as Ollama and Cohere v1 send them.

The decoder splits at the end of each top-level value and not at newlines, so that pretty-printed
values, several in one line and a JSON array of values (Gemini without ``alt=sse``) all come out whole.
"""

from typing import Any

from gateway.wire.bounds import check_event
from gateway.wire.json import parse

_BETWEEN = b" \t\r\n,[]"
_OPEN, _CLOSE, _QUOTE, _BACKSLASH = 0x7B, 0x7D, 0x22, 0x5C


def _value(text: bytes) -> Any:
    found = parse(text)
    if found is None:
        raise ValueError(f"Expecting JSON that is not nested too deep, not {text[:80]!r}")
    return found


class JsonStreamDecoder:
    """Feed bytes as they come; get the top-level objects they complete."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._at = 0
        self._depth = 0
        self._in_string = False

    def decode(self, data: bytes) -> list[Any]:
        """Objects completed by these bytes; ``ValueError`` for what is no JSON, ``ReplyTooLarge`` for no end."""
        self._rest += data
        found: list[Any] = []
        while (end := self._end_of_object()) is not None:
            text = bytes(self._rest[:end]).lstrip(_BETWEEN)
            del self._rest[:end]
            self._at = 0
            found.append(_value(text))
        check_event(len(self._rest))
        return found

    def flush(self) -> bytes:
        """Bytes of an unfinished value; empty when the stream ended where it should."""
        return bytes(self._rest).strip(_BETWEEN)

    def _end_of_object(self) -> int | None:
        rest, at = self._rest, self._at
        while at < len(rest):
            byte = rest[at]
            if self._in_string:
                if byte == _BACKSLASH:
                    if at + 1 >= len(rest):
                        break
                    at += 1
                elif byte == _QUOTE:
                    self._in_string = False
            elif byte == _QUOTE:
                self._in_string = True
            elif byte == _OPEN:
                self._depth += 1
            elif byte == _CLOSE:
                self._depth -= 1
                if self._depth == 0:
                    return at + 1
            at += 1
        self._at = at
        return None
