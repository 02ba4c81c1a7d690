"""From an answer and a behaviour to the steps that write it. Pure: the player does the waiting and writing."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from tests.fakes.upstream.answers import Answer, Stream, Whole
from tests.fakes.upstream.behaviour import NEVER, Behaviour


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes as they go on the wire; what they mean for the audit when they are out."""

    data: bytes
    chunks: int = 0
    usage: Any = None
    apart: bool = False  # in a write of its own, not joined with its neighbours
    bytewise: bool = False  # or in a write for each byte


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Gate:
    name: str


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing more, keep the connection open."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Close the connection here: FIN, or RST."""

    reset: bool


_PLACES = (
    "silence_after",
    "gate_after",
    "garbage_after",
    "hang_after",
    "disconnect_after",
    "error_after",
)
Step = Send | Pause | Gate | Hang | Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """How this request wants to be answered on the wire."""

    number: int
    close: bool = False
    chunked: bool = True  # false: HTTP/1.0, or framing=close


def steps(answer: Answer, behaviour: Behaviour, exchange: Exchange) -> list[Step]:
    """Everything to do for one answer; a script that ends without ``Cut`` leaves the connection as announced."""
    written = list(before(behaviour))
    if behaviour.garbage:
        written += [Send(b"\x00\xff this is not HTTP \r\n\r\n"), Cut(reset=False)]
    elif isinstance(answer, Whole):
        written += _whole(answer, behaviour, exchange)
    else:
        written += _stream(answer, behaviour, exchange)
    if behaviour.disconnect_at_byte != NEVER:
        written = clip(written, behaviour.disconnect_at_byte, reset=behaviour.reset)
    return _split(written, behaviour.split)


def before(behaviour: Behaviour) -> Iterator[Step]:
    """What happens before the first byte."""
    if behaviour.wait_ms:
        yield Pause(behaviour.wait_ms / 1000)
    if behaviour.gate and behaviour.gate_after == NEVER:
        yield Gate(behaviour.gate)
    if behaviour.hang:
        yield Hang()
    if behaviour.disconnect:
        yield Cut(behaviour.reset)


def clip(script: list[Step], size: int, *, reset: bool) -> list[Step]:
    """The script with the connection closed after ``size`` bytes."""
    kept: list[Step] = []
    for step in script:
        if not isinstance(step, Send):
            kept.append(step)
        elif len(step.data) < size:
            kept.append(step)
            size -= len(step.data)
        else:
            whole = len(step.data) == size
            kept.append(step if whole else Send(step.data[:size]))
            break
    return [*kept, Cut(reset)]


def head(answer: Answer, exchange: Exchange, length: int | None) -> bytes:
    """Status line and headers; ``length`` is announced unless it is ``None``."""
    named = {name.lower() for name, _ in answer.headers}
    headers = [("content-type", answer.type)] if "content-type" not in named else []
    headers += [("x-request-id", f"fake-{exchange.number}")] if "x-request-id" not in named else []
    headers += answer.headers
    if length is not None:
        headers.append(("content-length", str(length)))
    elif exchange.chunked:
        headers.append(("transfer-encoding", "chunked"))
    if exchange.close or (length is None and not exchange.chunked):
        headers.append(("connection", "close"))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {answer.status} {_phrase(answer.status)}\r\n{lines}\r\n".encode()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _whole(answer: Whole, behaviour: Behaviour, exchange: Exchange) -> Iterator[Step]:
    body = answer.body[: len(answer.body) // 2] if behaviour.bad_json else answer.body
    start = head(answer, exchange, len(body))
    if behaviour.truncated:
        yield Send(start + body[: len(body) // 2])
        yield Cut(behaviour.reset)
    else:
        yield Send(start + body, answer.chunks, answer.usage)


def _stream(answer: Stream, behaviour: Behaviour, exchange: Exchange) -> Iterator[Step]:
    yield Send(head(answer, exchange, None))
    for step in _events(answer, behaviour):
        if exchange.chunked and isinstance(step, Send):
            yield Send(_frame(step.data), step.chunks, step.usage, step.apart)
        else:
            yield step
    if exchange.chunked:
        yield Send(b"0\r\n\r\n")


def _frame(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _events(answer: Stream, behaviour: Behaviour) -> Iterator[Step]:
    yield from map(Send, answer.opening)
    apart = behaviour.delay_ms > 0 or behaviour.split == "event"
    places = {getattr(behaviour, name) for name in _PLACES}
    for sent, data in enumerate(answer.content):
        if sent in places and (yield from _at(sent, answer, behaviour)):
            return
        if behaviour.delay_ms:
            yield Pause(behaviour.delay_ms / 1000)
        yield Send(data, 1, None, apart)
    if (yield from _at(len(answer.content), answer, behaviour)):
        return
    if behaviour.truncated:
        return
    closing = answer.closing or [b""]
    yield from map(Send, closing[:-1])
    if not behaviour.done:
        yield Send(closing[-1], usage=answer.usage)
    elif behaviour.cut_before_done:
        yield from (Send(closing[-1], usage=answer.usage), Cut(behaviour.reset))
    else:
        yield from (Send(closing[-1]), Send(answer.end, usage=answer.usage))


def _at(sent: int, answer: Stream, behaviour: Behaviour) -> Generator[Step, None, bool]:
    """What the behaviour wants after ``sent`` chunks; returns whether the events end here."""
    if behaviour.silence_after == sent:
        yield Pause(behaviour.silence_ms / 1000)
    if behaviour.gate and behaviour.gate_after == sent:
        yield Gate(behaviour.gate)
    if behaviour.garbage_after == sent:
        yield Send(answer.garbage)
    if behaviour.hang_after == sent:
        yield Hang()
    if behaviour.disconnect_after == sent:
        yield Cut(behaviour.reset)
    if behaviour.error_after == sent:
        yield Send(answer.error)
        return True
    return False


def _split(script: list[Step], split: str) -> list[Step]:
    if split != "byte":
        return script
    return [replace(step, apart=True, bytewise=True) if isinstance(step, Send) else step for step in script]
