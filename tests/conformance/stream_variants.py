"""What servers and proxies do to a stream without changing what it says: each a function of bytes."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

Mangle = Callable[[bytes], bytes]
BOM = b"\xef\xbb\xbf"
LARGE = 1_200_000


def events(body: bytes) -> list[bytes]:
    """The recording cut where its events end: of event streams, lines of JSON, AWS messages."""
    ends = _message_ends(body) if body[:2] == b"\0\0" else [m.end() for m in re.finditer(rb"\r?\n\r?\n", body)]
    if not ends:
        ends = [m.end() for m in re.finditer(rb"\n", body)]
    marks = sorted({0, *ends, len(body)})
    return [body[start:end] for start, end in pairwise(marks)]


def _message_ends(body: bytes) -> list[int]:
    """https://smithy.io/2.0/aws/amazon-eventstream.html: a message begins with its length."""
    ends, at = [0], 0
    while at < len(body):
        at += int.from_bytes(body[at : at + 4], "big")
        ends.append(at)
    return ends


def _mapped(body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return b"".join(change(event) for event in events(body))


def bare(body: bytes) -> bytes:
    """No space after the colon."""
    return re.sub(rb"^(data|event|id): ", rb"\1:", body, flags=re.MULTILINE)


def crlf(body: bytes) -> bytes:
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def noise(body: bytes) -> bytes:
    """A byte order mark, comments, blank lines, numbers of events and fields that nobody knows."""
    between = b": keep-alive\n\n\n:\n\nid: 6\nretry: 100\n\n: x\nid: 7\nunknown: field\nunknown\n"
    return BOM + _mapped(body, lambda event: between + event).rstrip(b"\r\n") + b"\n\n: bye\n\n"


def no_done(body: bytes) -> bytes:
    return _mapped(body, lambda event: b"" if b"[DONE]" in event else event)


def no_last_line(body: bytes) -> bytes:
    return body.rstrip(b"\r\n")


def large(body: bytes) -> bytes:
    """The first event that is an object holds more than a megabyte that nobody asked for."""
    padding = b'{"padding_of_the_provider":"%s",' % (b"x" * LARGE)
    return re.sub(rb"^(data: ?)\{(?=\s*\")", lambda found: found[1] + padding, body, count=1, flags=re.MULTILINE)


def usage_again(body: bytes) -> bytes:
    """The usage comes once more in an event of its own, before the end marker or at the very end."""
    said = [event for event in events(body) if _usage(event)]
    if not said:
        return body
    head, *done = re.split(rb"(?=^data: ?\[DONE\])", body, maxsplit=1, flags=re.MULTILINE)
    again = json.dumps(_alone(_usage(said[-1]))).encode()
    return b"".join((head.rstrip(b"\r\n"), b"\n\ndata: ", again, b"\n\n", *done))


def _usage(event: bytes) -> Any:
    """The event's object, if it reports usage."""
    found = re.search(rb"^data: ?(\{.*\})\s*$", event, re.MULTILINE)
    value = json.loads(found[1]) if found else {}
    known = "usageMetadata" in value or value.get("type") == "message_delta" or "choices" in value
    return value if known and (value.get("usage") or value.get("usageMetadata")) else None


def _alone(value: dict[str, Any]) -> dict[str, Any]:
    if "usageMetadata" in value:
        return {"usageMetadata": value["usageMetadata"]}
    if value.get("type") == "message_delta":
        return {"type": "message_delta", "delta": {}, "usage": value["usage"]}
    return {**value, "choices": []}


def lines_apart(body: bytes) -> bytes:
    """Lines of JSON with blank ones between, and line ends of another system."""
    return body.replace(b"\n", b"\r\n\r\n")


# By name; for event streams, and for lines of JSON.
SSE: dict[str, Mangle] = {
    "bare": bare, "crlf": crlf, "noise": noise, "large": large, "nodone": no_done, "nolastline": no_last_line,
    "usageagain": usage_again, "everything": lambda body: crlf(noise(bare(usage_again(body)))),
}  # fmt: skip
LINES: dict[str, Mangle] = {"linesapart": lines_apart, "nolastline": no_last_line}
ALL: dict[str, Mangle] = {**SSE, **LINES}
