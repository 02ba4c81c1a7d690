"""What goes into the client and what comes out of it: the types on both sides of the seam."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import field
from typing import Protocol

from gateway.outbound.protocol import WireResponse
from gateway.records import dataclass, record

DEFAULT_HEADERS = {"user-agent": "one-api-serverless", "accept": "*/*", "accept-encoding": "identity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """In seconds; ``None`` waits for ever."""

    connect: float | None = 10
    first_byte: float | None = 300
    idle: float | None = 300
    whole: float = 900  # a call that is nobody's request: tokens, balances, lists of models, tests


@record
class SignedRequest:
    """A signed request with its whole address."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class OpenResponse(Protocol):
    """A reply whose status and headers are here and whose body may still be coming."""

    status: int
    headers: Mapping[str, str]

    def chunks(self, until: float | None = None) -> AsyncIterator[bytes]:
        """The body as it arrives, one piece per read; ``until`` is the loop's time at which to give up."""
        ...

    async def read(self, until: float | None = None) -> WireResponse:
        """The rest of the body at once, as far as one is read; ``until`` as for ``chunks``."""
        ...

    def passable_headers(self) -> dict[str, str]:
        """Headers that still describe the body as we have it: decoded, its framing gone."""
        ...

    async def close(self) -> None:
        """Give the connection up, or back if everything was read."""
        ...


class WebSocket(Protocol):
    """An open WebSocket whose frames are read like a body."""

    def chunks(self, until: float | None = None) -> AsyncIterator[bytes]:
        """Text and binary frames, one by one, until either side closes; ``until`` as for ``OpenResponse``."""
        ...

    async def close(self) -> None:
        """Say goodbye and close."""
        ...


class HandshakeRefused(Exception):
    """The provider answered a WebSocket's handshake with an HTTP status; its body is not to be had."""

    def __init__(self, reply: WireResponse) -> None:
        super().__init__(f"status {reply.status}")
        self.reply = reply


class UpstreamClient(Protocol):
    """What sits behind the seam."""

    async def open(self, outgoing: SignedRequest) -> OpenResponse: ...
    async def websocket(self, outgoing: SignedRequest, frames: list[bytes]) -> WebSocket: ...
    def drop_idle(self) -> None: ...
    async def close(self) -> None: ...
