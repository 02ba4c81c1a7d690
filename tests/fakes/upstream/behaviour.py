"""What the fake upstream can be told to do for one request.

A behaviour is written ``name=value name=value`` (values with blanks in double quotes) in the prompt between
``@@fake`` and ``@@`` or in the ``x-fake`` header, or as JSON in a control rule. Later sources win name by
name: rule, then header, then prompt. A name nobody knows is an error, so that a typing mistake in a test
cannot pass for a healthy upstream.
"""

import shlex
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

import orjson

OPEN, CLOSE = b"@@fake ", b"@@"
NEVER = -1  # as a place in a stream: nowhere


class BadDirective(Exception):
    """A directive that cannot be understood; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One answer's script. Places ``*_after`` count content chunks already sent; ``NEVER`` switches them off."""

    # what is answered
    chunks: int = 5  # pieces of the answer text, also the completion tokens reported unless set below
    text: str = ""  # the answer; empty: "word0 word1 ..."
    text_bytes: int = 0  # make the answer this long instead
    finish: str = ""  # the finish reason in the dialect's own word; empty: the natural one
    dimensions: int = 8  # of embeddings
    stamp: bool = False  # every chunk carries the time it was sent (see ``stamps``)
    # when
    wait_ms: float = 0.0  # before the first byte
    delay_ms: float = 0.0  # between chunks; 0 sends all at once
    silence_after: int = NEVER  # say nothing for silence_ms at this place
    silence_ms: float = 0.0
    gate: str = ""  # wait for POST /__release of this name ...
    gate_after: int = NEVER  # ... at this place; NEVER: before the first byte
    # what is reported
    prompt_tokens: int = 12
    completion_tokens: int = NEVER  # NEVER: one for each chunk
    keeps: bool = False  # of a chat no more are reported than its limit allows
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    usage: Any = "normal"  # or missing, null, string, huge, list, a number for every field, or JSON as it is
    usage_chunk: str = "asked"  # usage in OpenAI streams: asked, always, never
    # faults
    status: int = 0
    body: Any = ""  # with status: the error body, text or JSON
    headers: dict[str, str] = field(default_factory=dict[str, str])  # added to any answer
    retry_after: str = ""
    hang: bool = False  # never answer
    hang_after: int = NEVER
    disconnect: bool = False  # close before the first byte
    disconnect_after: int = NEVER  # close in a stream
    disconnect_at_byte: int = NEVER  # close after this many bytes of the answer, its head included
    reset: bool = False  # those closes are RST, not FIN
    garbage: bool = False  # answer bytes that are not HTTP
    garbage_after: int = NEVER  # an event that is not JSON, in a stream
    bad_json: bool = False  # 200 with half a JSON body
    truncated: bool = False  # whole answers: half the announced length; streams: end without finish or marker
    done: bool = True  # false: a stream ends cleanly without its end marker
    cut_before_done: bool = False  # close the connection where the end marker would be
    error_after: int = NEVER  # an error event in a stream, then its end
    close: bool = False  # Connection: close after the answer
    # how it is written
    framing: str = "chunked"  # streams: chunked, or close (no length, until FIN)
    split: str = "burst"  # what need not wait goes out in one write; or one write for each "event" or "byte"
    # how often the faults apply
    first: int = 0  # only to the first so many requests with these same directives
    every: int = 0  # only to each n-th of them


FAULTS = frozenset(
    {
        "bad_json",
        "body",
        "close",
        "cut_before_done",
        "disconnect",
        "disconnect_after",
        "disconnect_at_byte",
        "done",
        "error_after",
        "garbage",
        "garbage_after",
        "gate",
        "gate_after",
        "hang",
        "hang_after",
        "headers",
        "reset",
        "retry_after",
        "silence_after",
        "status",
        "truncated",
        "usage",
        "wait_ms",
    }
)
_TYPES: dict[str, Any] = {item.name: item.type for item in fields(Behaviour)}
_CHOICES = {
    "usage_chunk": ("asked", "always", "never"),
    "framing": ("chunked", "close"),
    "split": ("burst", "event", "byte"),
}
_FLAGS = {"1": True, "true": True, "0": False, "false": False}


def behave(directives: dict[str, Any]) -> Behaviour:
    """Typed and checked; raises ``BadDirective``."""
    return Behaviour(**{name: _typed(name, value) for name, value in directives.items()})


def without_faults(directives: dict[str, Any]) -> dict[str, Any]:
    """What is left when ``first`` or ``every`` say that this request goes well."""
    return {name: value for name, value in directives.items() if name not in FAULTS}


def faults_apply(directives: dict[str, Any], turn: int) -> bool:
    """Whether the faults hit the ``turn``-th (from 1) request with these directives."""
    first, every = int(directives.get("first", 0)), int(directives.get("every", 0))
    return not (first and turn > first) and not (every and turn % every)


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[tuple[str, str], ...]:
    """``a=1 b="two words"`` as pairs."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise BadDirective(f"cannot read {text!r}: {error}") from None
    pairs = [tuple(word.partition("=")[::2]) for word in words]
    for name, _ in pairs:
        _known(name)
    return tuple((name, value or "1") for name, value in pairs)


def from_prompt(body: bytes) -> str:
    """The last directives anywhere in a request body, or nothing."""
    start = body.rfind(OPEN)
    end = body.find(CLOSE, start + len(OPEN)) if start >= 0 else -1
    if end < 0:
        return ""
    raw = body[start + len(OPEN) : end]
    try:
        return str(orjson.loads(b'"' + raw + b'"'))
    except orjson.JSONDecodeError:  # not inside a JSON string: multipart, or plain text
        return raw.decode("utf-8", "replace")


def _known(name: str) -> None:
    if name not in _TYPES:
        raise BadDirective(f"unknown directive {name!r}; known are: {', '.join(sorted(_TYPES))}")


def _typed(name: str, value: Any) -> Any:
    _known(name)
    kind = _TYPES[name]
    try:
        if kind is bool:
            value = value if isinstance(value, bool) else _FLAGS[str(value).lower()]
        elif kind in (int, float, str):
            value = kind(value)
        elif kind is not Any:
            value = dict(value)
    except (ValueError, TypeError, KeyError):
        raise BadDirective(f"{name}={value!r} is not {getattr(kind, '__name__', 'an object')}") from None
    if value not in _CHOICES.get(name, (value,)):
        raise BadDirective(f"{name}={value!r} is not one of {', '.join(_CHOICES[name])}")
    return value
