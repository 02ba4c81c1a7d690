"""What a client dialect is: the mirror of an outbound dialect. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Protocol

from gateway.domain.usage import Usage
from gateway.errors import GatewayError
from gateway.outbound.protocol import CanonicalResponse, Fault, Operation, Unsupported, Upload
from gateway.records import record
from gateway.wire.json import Json, encode


@record
class RawRequest:
    """A request as it came: body decoded of any content coding, header names lower case."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    path: Mapping[str, str] = field(default_factory=dict[str, str])  # parameters in the route
    query: Mapping[str, str] = field(default_factory=dict[str, str])


@record
class ParsedRequest:
    """A request understood.

    ``body`` is canonical (OpenAI JSON of the operation), ``raw`` what the caller sent and ``native`` whether
    ``raw`` may be sent as it is to a provider that speaks the caller's dialect; ``native_reply`` whether that
    provider's reply is what the caller waits for. ``wants_usage``: whether a stream
    shows its usage to the caller. ``listed``: a whole answer goes out as a list of one.
    ``beneath``: what follows the operation's own address.

    ``adapt`` makes of a body what a dialect and model of another family can take; raises ``Unsupported``.
    ``fallback`` makes of this the same request as another operation, for providers that lack this one; raises
    ``Unsupported``.
    """

    operation: Operation
    model: str
    body: Json
    raw: bytes
    native: bool = True
    native_reply: bool = True
    stream: bool = False
    wants_usage: bool = True
    uploads: tuple[Upload, ...] = ()
    listed: bool = False
    beneath: str = ""
    adapt: Callable[[Json, str, str, Mapping[str, str]], Json] | None = None
    fallback: "Callable[[ParsedRequest], ParsedRequest] | None" = None

    def body_for(self, dialect: str, model: str, config: Mapping[str, str] | None = None) -> Json:
        """The canonical body in words that this dialect and model take; raises ``Unsupported``.

        ``config``: the channel's settings.
        """
        return self.adapt(self.body, dialect, model, config or {}) if self.adapt else self.body

    def with_body(self, body: Json) -> "ParsedRequest":
        """The same request in other canonical words, which go out in place of the caller's bytes."""
        return replace(self, body=body, raw=encode(body), native=False)


def countable(parsed: ParsedRequest) -> Json:
    """The request as a chat if it can be one: tokens are counted in messages."""
    try:
        return parsed.fallback(parsed).body if parsed.fallback else parsed.body
    except Unsupported:
        return parsed.body


class StreamEncoder(Protocol):
    """Canonical chunks to the caller's event stream; one object per reply."""

    def encode(self, chunks: list[Json]) -> bytes:
        """The events for these chunks."""
        ...

    def end(self, usage: Usage | None) -> bytes:
        """What closes a complete stream, with its usage where the provider told it."""
        ...


class Inbound(Protocol):
    """One client dialect for one operation. Stateless."""

    @property
    def dialect(self) -> str:
        """The outbound dialect that speaks the same bytes."""
        ...

    @property
    def operation(self) -> Operation: ...

    def parse(self, raw: RawRequest) -> ParsedRequest:
        """Understand a request; raises ``BadRequest`` with what is wrong and what to do."""
        ...

    def answer(self, parsed: ParsedRequest, answer: CanonicalResponse) -> tuple[bytes, str]:
        """A whole canonical answer in the caller's dialect, and its content type."""
        ...

    def stream(self, parsed: ParsedRequest) -> StreamEncoder:
        """An encoder for one streamed reply."""
        ...

    def error(self, error: GatewayError) -> bytes:
        """The body of an error response."""
        ...

    def stream_error(self, fault: Fault) -> bytes:
        """The events that end a stream which broke after it began."""
        ...


DialectRoute = tuple[str, str, Inbound]  # method, path, what understands a request there
