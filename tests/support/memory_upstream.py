"""Providers without sockets: a client behind the seam ``gateway.upstream.UpstreamClient`` that talks to protocols.

The fake upstream, or a server of aiohttp, gets the bytes of a request and writes those of its reply into memory: what
it breaks (heads, lengths, connections) is broken here too.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httptools

from gateway.errors import UpstreamBroken
from gateway.outbound.protocol import WireResponse
from gateway.upstream.protocol import SignedRequest, Timeouts, WebSocket
from gateway.wire.bounds import check_reply

Host = Callable[[], asyncio.Protocol]
FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "keep-alive"})
SAID = {
    "connect": "the provider could not be reached",
    "timeout": "the provider did not answer in time",
    "closed": "the provider closed the connection before its answer was complete",
}


class MemoryClient:
    """``hosts`` by name: at every other nobody listens."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.hosts: dict[str, Host] = {}
        self._timeouts = timeouts

    async def open(self, outgoing: SignedRequest) -> "MemoryReply":
        address = urlsplit(outgoing.url)
        if address.netloc not in self.hosts:
            raise broken("connect")
        wire = Wire(self.hosts[address.netloc](), self._timeouts.idle)
        wire.ask(outgoing, address.netloc, outgoing.url.partition(address.netloc)[2] or "/")
        try:
            async with asyncio.timeout(self._timeouts.first_byte):
                await wire.head()
        except TimeoutError:
            raise broken("timeout") from None
        finally:
            if not wire.status:
                wire.leave()
        return MemoryReply(wire)

    async def websocket(self, outgoing: SignedRequest, frames: list[bytes]) -> WebSocket:
        raise broken("connect")

    def drop_idle(self) -> None:
        """Nothing is open between requests."""

    async def close(self) -> None:
        """Nothing is open between requests."""


class MemoryReply:
    """A reply whose body may still be coming."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self.status = wire.status
        self.headers: Mapping[str, str] = wire.headers

    async def chunks(self, until: float | None = None) -> AsyncIterator[bytes]:
        while data := await self._wire.piece(until):
            yield data

    async def read(self, until: float | None = None) -> WireResponse:
        body = b""
        async for piece in self.chunks(until):
            body += piece
            check_reply(len(body))
        return WireResponse(status=self.status, body=body, headers=self.passable_headers())

    def passable_headers(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name not in FRAMING}

    async def close(self) -> None:
        self._wire.leave()


class Wire(asyncio.Transport):
    """One connection: the server's transport on one side, the reading of its reply on the other."""

    family = socket.AF_UNIX  # for servers that would tune what runs over TCP

    def __init__(self, server: asyncio.Protocol, idle: float | None) -> None:
        super().__init__()
        self._server, self._idle = server, idle
        self._parser: Any = httptools.HttpResponseParser(self)
        self._came = asyncio.Event()
        self._pieces: list[bytes] = []
        self._begun = self._whole = self._closed = self._reset = False
        self.status = 0
        self.headers: dict[str, str] = {}

    def ask(self, outgoing: SignedRequest, host: str, target: str) -> None:
        """Send the request."""
        told = {"host": host, "content-length": str(len(outgoing.body)), **outgoing.headers}
        lines = [f"{outgoing.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
        self._server.connection_made(self)
        self._server.data_received("\r\n".join(lines).encode("latin-1") + outgoing.body)

    async def head(self) -> None:
        """Until status and headers are here."""
        while not self._begun:
            if self._closed:
                raise broken("closed")
            await self._news()

    async def piece(self, until: float | None) -> bytes:
        """The next bytes of the body; none at its end."""
        try:
            async with asyncio.timeout_at(until), asyncio.timeout(self._idle):
                while not (self._pieces or self._whole or self._closed):
                    await self._news()
        except TimeoutError:
            raise broken("timeout") from None
        if self._pieces:
            return self._pieces.pop(0)
        if not self._whole and (self._reset or {"content-length", "transfer-encoding"} & self.headers.keys()):
            raise broken("closed")
        return b""

    def leave(self) -> None:
        """Hang up."""
        if not self._closed:
            self._closed = True
            self._server.connection_lost(None)

    async def _news(self) -> None:
        self._came.clear()
        await self._came.wait()

    # what the server does with its transport

    def write(self, data: Any) -> None:
        before = len(self._pieces)
        try:
            self._parser.feed_data(bytes(data))
        except httptools.HttpParserError:
            self._closed = self._reset = True
        self._pieces[before:] = [b"".join(self._pieces[before:])] if self._pieces[before:] else []
        self._came.set()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._came.set()
            asyncio.get_running_loop().call_soon(self._server.connection_lost, None)

    def abort(self) -> None:
        self._reset = True
        self.close()

    def is_closing(self) -> bool:
        return self._closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self if name == "socket" and default is None else default

    def setsockopt(self, *option: Any) -> None:
        """Of the socket that this is not."""

    # what the parser finds

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._begun = True

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        self._whole = True


def broken(kind: str) -> UpstreamBroken:
    """As the real client says it."""
    return UpstreamBroken(kind, SAID[kind])
