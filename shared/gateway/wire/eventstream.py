"""AWS event stream: framed binary messages, each with typed headers and two checksums.

https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream
"""

import struct
import zlib
from collections.abc import Mapping

from gateway.records import dataclass

_PRELUDE = struct.Struct(">III")  # total length, headers' length, CRC of those eight bytes
_CRC = struct.Struct(">I")
_OVERHEAD = _PRELUDE.size + _CRC.size
MAX_MESSAGE = 24 * 1024 * 1024  # the format's own limit is 16 MB of payload and 128 KB of headers

# Sizes of header values by type byte; types 6 (bytes) and 7 (string) carry their own length.
_FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
_BYTES, _STRING = 6, 7


class BrokenFrame(ValueError):
    """Bytes that are no event stream: a wrong checksum, an impossible length, an unknown header type."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``headers`` holds the string headers (``:event-type``, ``:message-type`` ...)."""

    headers: Mapping[str, str]
    payload: bytes


class EventStreamDecoder:
    """Feed bytes as they come; get the messages they complete."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def decode(self, data: bytes) -> list[Message]:
        """Messages completed by these bytes; raises ``BrokenFrame``."""
        self._rest += data
        found: list[Message] = []
        while len(self._rest) >= _PRELUDE.size:
            total = _length(self._rest)
            if len(self._rest) < total:
                break
            found.append(_message(bytes(self._rest[:total])))
            del self._rest[:total]
        return found

    def flush(self) -> bytes:
        """Bytes of an unfinished message; empty when the stream ended where it should."""
        return bytes(self._rest)


def _length(frame: bytearray) -> int:
    total, headers, crc = _PRELUDE.unpack_from(frame)
    if zlib.crc32(frame[:8]) != crc:
        raise BrokenFrame("event stream: the checksum of a prelude is wrong")
    if not _OVERHEAD + headers <= total <= MAX_MESSAGE:
        raise BrokenFrame(f"event stream: a message of {total} bytes with {headers} bytes of headers is impossible")
    return total


def _message(frame: bytes) -> Message:
    (crc,) = _CRC.unpack_from(frame, len(frame) - _CRC.size)
    if zlib.crc32(frame[: -_CRC.size]) != crc:
        raise BrokenFrame("event stream: the checksum of a message is wrong")
    (end,) = struct.unpack_from(">I", frame, 4)
    end += _PRELUDE.size
    return Message(_headers(frame[_PRELUDE.size : end]), frame[end : -_CRC.size])


def _headers(block: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    at = 0
    try:
        while at < len(block):
            name_end = at + 1 + block[at]
            name, kind = block[at + 1 : name_end].decode(), block[name_end]
            at = name_end + 1
            if kind in (_BYTES, _STRING):
                size = int.from_bytes(block[at : at + 2], "big")
                at += 2
            else:
                size = _FIXED[kind]
            if kind == _STRING:
                headers[name] = block[at : at + size].decode()
            at += size
    except (IndexError, KeyError, UnicodeDecodeError) as broken:
        raise BrokenFrame("event stream: the headers of a message are malformed") from broken
    if at != len(block):
        raise BrokenFrame("event stream: the headers of a message are cut short")
    return headers


def encode(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message with string headers, ready to send."""
    block = b"".join(_string_header(name, value) for name, value in headers.items())
    total = _OVERHEAD + len(block) + len(payload)
    prelude = struct.pack(">II", total, len(block))
    body = prelude + _CRC.pack(zlib.crc32(prelude)) + block + payload
    return body + _CRC.pack(zlib.crc32(body))


def _string_header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return bytes([len(key)]) + key + bytes([_STRING]) + struct.pack(">H", len(text)) + text
