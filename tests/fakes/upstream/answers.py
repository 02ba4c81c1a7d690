"""The shapes of an answer before it is written, and what every dialect's builder shares."""

import itertools
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from tests.fakes.upstream.behaviour import Behaviour
from tests.fakes.upstream.stamps import PLACE

JSON = "application/json"
SSE = "text/event-stream; charset=utf-8"
CREATED = 1_700_000_000
MISSING: Any = object()
HUGE = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An answer with a length. ``usage`` is what it reports, for the audit."""

    body: bytes
    status: int = 200
    type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    usage: Any = None
    chunks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """An answer in events. ``opening`` comes before the text, ``closing`` (finish, usage) and ``end`` after it."""

    content: list[bytes]
    opening: list[bytes] = field(default_factory=list[bytes])
    closing: list[bytes] = field(default_factory=list[bytes])
    end: bytes = b""
    error: bytes = b""
    garbage: bytes = b"data: {not json\n\n"
    status: int = 200
    type: str = SSE
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    usage: Any = None


Answer = Whole | Stream


def whole(value: Any, *, usage: Any = None, chunks: int = 0, status: int = 200) -> Whole:
    return Whole(body=orjson.dumps(value), usage=usage, chunks=chunks, status=status)


def event(value: Any, name: str = "") -> bytes:
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + orjson.dumps(value) + b"\n\n"


def events_around(value: Any, pieces: tuple[str, ...], name: str = "") -> list[bytes]:
    """One event for each piece, in the place of the only "{}" string of ``value``: cheaper than encoding each."""
    head, _, tail = event(value, name).partition(b'"{}"')
    return [head + orjson.dumps(piece) + tail for piece in pieces]


def pieces(behaviour: Behaviour) -> tuple[str, ...]:
    """The answer text in as many pieces as there are chunks."""
    return _pieces(behaviour.chunks, behaviour.text, behaviour.text_bytes, behaviour.stamp)


@lru_cache(maxsize=256)
def _pieces(count: int, text: str, size: int, stamp: bool) -> tuple[str, ...]:
    if size:
        text = ("The model answers in plain words. " * (size // 34 + 1))[:size]
    if text:
        cuts = [len(text) * place // max(count, 1) for place in range(count + 1)]
        parts = [text[start:stop] for start, stop in itertools.pairwise(cuts)]
    else:
        parts = [f"word{place} " for place in range(count)]
    return tuple(f"{PLACE} {part}" for part in parts) if stamp else tuple(parts)


def tokens(behaviour: Behaviour) -> tuple[int, int]:
    """Prompt and completion tokens to report."""
    completion = behaviour.completion_tokens
    return behaviour.prompt_tokens, behaviour.chunks if completion < 0 else completion


def reported(usage: dict[str, Any], odd: Any) -> Any:
    """The usage object bent as ``odd`` says; ``MISSING`` when there must be none."""
    if isinstance(odd, str) and odd.lstrip("-").isdigit():
        odd = int(odd)
    match odd:
        case "normal":
            return usage
        case "missing":
            return MISSING
        case "null" | None:
            return None
        case "list":
            return []
        case "string":
            return _each(usage, str)
        case "huge":
            return _each(usage, lambda _: HUGE)
        case int():
            return _each(usage, lambda _: odd)
        case _:
            return odd


def with_usage(value: dict[str, Any], usage: Any, key: str = "usage") -> dict[str, Any]:
    """The body with its usage, or without when it is ``MISSING``."""
    return value if usage is MISSING else {**value, key: usage}


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {key: _each(inner, change) for key, inner in value.items()}
    return change(value)
