"""The only HTTP client to providers. Two verbs: ``complete`` a call, or ``open`` it and read what comes.

This module is the narrow seam: what a client must do. The client itself (httpx over aiohttp, 180 ms of imports) is
loaded by the first call that leaves the gateway, so that a cold start that only checks a key does not pay for it.
Whatever the libraries raise leaves here as ``UpstreamBroken``.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.outbound.protocol import WireResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """In seconds; ``None`` waits for ever."""

    connect: float | None = 10
    first_byte: float | None = 300
    idle: float | None = 300


@dataclass(frozen=True, slots=True, kw_only=True)
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

    async def read(self) -> WireResponse:
        """The rest of the body at once."""
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
    async def close(self) -> None: ...


class Upstream:
    """One pool of connections for the life of the process."""

    def __init__(self, *, timeouts: Timeouts | None = None, proxy: str = "") -> None:
        self._timeouts = timeouts or Timeouts()
        self._proxy = proxy
        self._client: UpstreamClient | None = None

    async def open(self, outgoing: SignedRequest) -> OpenResponse:
        """Send, and wait for status and headers."""
        return await (self._client or self._load()).open(outgoing)

    async def complete(self, outgoing: SignedRequest) -> WireResponse:
        """Send, and read the whole reply."""
        opened = await self.open(outgoing)
        try:
            return await opened.read()
        finally:
            await opened.close()

    async def websocket(self, outgoing: SignedRequest, frames: list[bytes]) -> WebSocket:
        """Connect, and send these text frames; raises ``HandshakeRefused``."""
        return await (self._client or self._load()).websocket(outgoing, frames)

    def warm(self) -> None:
        """Load the client now, for whoever measures how long calls take."""
        if self._client is None:
            self._load()

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _load(self) -> UpstreamClient:
        from gateway.upstream.client import HttpClient  # noqa: PLC0415 (180 ms: see the module's text)

        self._client = HttpClient(self._timeouts, self._proxy)
        return self._client
