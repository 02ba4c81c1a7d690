"""A request as the server hands it over: read, bounded, unpacked."""

import zlib
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from gateway.errors import BadRequest, TooLarge
from gateway.records import record
from relay.asgi_types import Receive, Scope
from relay.trail import Trail

GZIP, GZIP_BEGINS = ("gzip", "x-gzip"), b"\x1f\x8b"
LONGEST_LENGTH = 15  # digits; Python reads some thousand, and refuses the rest with an error of its own


@record
class HttpRequest:
    """One request. ``started`` is monotonic seconds, ``deadline`` unix milliseconds or 0; ``trail`` fills up."""

    request_id: str
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    client_ip: str
    started: float
    deadline: int = 0
    trail: Trail = field(default_factory=Trail, compare=False)


async def read_body(receive: Receive, headers: Mapping[str, str], limit: int) -> bytes:
    """The whole body, unpacked if it came compressed; never more than ``limit`` bytes of either form."""
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > LONGEST_LENGTH or int(declared) > limit):
        raise _too_large(limit)
    pieces: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("the connection closed before the request body was complete")
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        pieces.append(piece)
        more = message.get("more_body", False)
    body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    return _unpacked(body, headers.get("content-encoding", ""), limit)


def _unpacked(body: bytes, coding: str, limit: int) -> bytes:
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return body
    if coding in GZIP and not body.startswith(GZIP_BEGINS):
        return body  # API Gateway unpacks what it knows, and need not take the header away
    windows = {"gzip": 31, "x-gzip": 31, "deflate": 15}
    if coding not in windows:
        raise BadRequest(f"content-encoding {coding!r} is not supported; send gzip, deflate or no encoding")
    unpacker: Any = zlib.decompressobj(windows[coding])
    try:
        data = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise BadRequest(f"the request body is not valid {coding}: {error}") from error
    if len(data) > limit:
        raise _too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise BadRequest(f"the request body is not exactly one piece of {coding} data")
    return data


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the request body is larger than {limit} bytes; send less, or refer to files by URL")


def headers_of(scope: Scope) -> dict[str, str]:
    """Header names in lower case; of repeated ones the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
