"""A recorded reply, given back as it was."""

import base64
import itertools
import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.upstream.answers import Answer, Stream, Whole
from tests.fakes.upstream.behaviour import BadDirective

# What the server says itself about framing; a recording's own words would contradict it.
_FRAMING = {"content-length", "transfer-encoding", "connection", "keep-alive"}
_EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_KNOWN = {"status", "headers", "body", "body_base64", "split", "delay_ms"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """``split``: "whole" (with its length), "byte", "event", or a number of bytes; the last three are chunked."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    split: str | int
    delay_ms: float

    def answer(self) -> Answer:
        kind = next((value for name, value in self.headers if name.lower() == "content-type"), "application/json")
        headers = list(self.headers)
        if self.split == "whole":
            return Whole(status=self.status, type=kind, headers=headers, body=self.body, chunks=1)
        return Stream(status=self.status, type=kind, headers=headers, content=cut(self.body, self.split))


def read(value: dict[str, Any]) -> Replay:
    """From a control rule's ``replay`` object; raises ``BadDirective``."""
    unknown = set(value) - _KNOWN
    if unknown:
        raise BadDirective(f"unknown replay field {min(unknown)!r}; known are: {', '.join(sorted(_KNOWN))}")
    split = value.get("split", "whole")
    if split not in ("whole", "byte", "event") and not (isinstance(split, int) and split > 0):
        raise BadDirective(f"split={split!r} is not whole, byte, event or a number of bytes")
    encoded = value.get("body_base64")
    body = base64.b64decode(encoded) if encoded is not None else str(value.get("body", "")).encode()
    given: dict[str, Any] = value.get("headers", {})
    headers = tuple((str(name), str(text)) for name, text in given.items() if str(name).lower() not in _FRAMING)
    return Replay(
        status=int(value.get("status", 200)),
        headers=headers,
        body=body,
        split=split,
        delay_ms=float(value.get("delay_ms", 0)),
    )


def cut(body: bytes, split: str | int) -> list[bytes]:
    """The body in pieces: at event ends, or every so many bytes."""
    if split == "event":
        ends = [found.end() for found in _EVENT_END.finditer(body)]
        cuts = [0, *ends] if ends and ends[-1] == len(body) else [0, *ends, len(body)]
        return [body[start:stop] for start, stop in itertools.pairwise(cuts)]
    size = 1 if split == "byte" else int(split)
    return [body[at : at + size] for at in range(0, len(body), size)]
