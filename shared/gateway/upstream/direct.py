"""The client for what nearly every call is: HTTP/1.1, with or without TLS, straight to an address as it is written.

Of a relayed request the way to the provider and back costs 0.04 ms of processor time here and 0.4 over httpx and
aiohttp, and they take 180 ms to load. What is rare (proxies, WebSockets, addresses that must be written anew) is
theirs: see ``client``.
"""

import asyncio
from functools import lru_cache
from typing import NamedTuple

from gateway.errors import UpstreamBroken
from gateway.patterns import pattern
from gateway.upstream.broken import broken
from gateway.upstream.http1 import ProviderConnection, Reply
from gateway.upstream.pool import Connections, Origin, was_dead
from gateway.upstream.protocol import (
    DEFAULT_HEADERS,
    OpenResponse,
    SignedRequest,
    Timeouts,
    UpstreamClient,
    WebSocket,
)

_BY_LENGTH = frozenset({"POST", "PUT", "PATCH"})  # methods whose empty body is told
_PLAIN = pattern(  # what no client writes in other letters
    r"(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::([0-9]{1,5}))?((?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?)"
    r"((?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)"
)
_TOKEN = pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Target(NamedTuple):
    """An address taken apart: where to connect, and what the request says."""

    origin: Origin
    host: str
    path: str


class DirectClient:
    """Connections of its own for the life of the process."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._pool = Connections(timeouts.connect)
        self._rare: UpstreamClient | None = None

    async def open(self, outgoing: SignedRequest) -> OpenResponse:
        """Send, and wait for status and headers."""
        target = target_of(outgoing.url)
        if target is None:
            return await self._for_rare_things().open(outgoing)
        try:
            request = written(outgoing, target)
        except ValueError as error:  # a header that would be two
            raise broken("closed") from error
        begun = asyncio.get_running_loop().time()
        until = begun + self._timeouts.first_byte if self._timeouts.first_byte else None
        reply = await self._sent(target.origin, outgoing.method, request, begun, until)
        if reply.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            await reply.close()
            # Nobody asked for it, and what a few bytes unpack to has no bound.
            raise broken("encoded")
        return reply

    async def websocket(self, outgoing: SignedRequest, frames: list[bytes]) -> WebSocket:
        """Connect, and send these text frames; raises ``HandshakeRefused``."""
        return await self._for_rare_things().websocket(outgoing, frames)

    def drop_idle(self) -> None:
        """Hang up where nothing is going on."""
        self._pool.drop_idle()
        if self._rare is not None:
            self._rare.drop_idle()

    async def close(self) -> None:
        """Close every connection."""
        self._pool.close()
        if self._rare is not None:
            await self._rare.close()

    async def _sent(
        self, origin: Origin, method: str, request: list[bytes], begun: float, until: float | None
    ) -> Reply:
        """The reply's head; once more on a fresh connection if a kept one turns out dead."""
        connection = await self._pool.take(origin, until)
        try:
            return await self._exchange(connection, method, request, until)
        except UpstreamBroken as error:
            if not was_dead(error, connection, asyncio.get_running_loop().time() - begun):
                raise
        self._pool.drop(origin)
        return await self._exchange(await self._pool.fresh(origin, until), method, request, until)

    async def _exchange(
        self, connection: ProviderConnection, method: str, request: list[bytes], until: float | None
    ) -> Reply:
        reply = connection.send(request, idle=self._timeouts.idle, headless=method == "HEAD")
        try:
            await reply.head(until)
        except BaseException:
            connection.close()
            raise
        return reply

    def _for_rare_things(self) -> UpstreamClient:
        if self._rare is None:
            from gateway.upstream.client import HttpClient  # noqa: PLC0415 (180 ms: see the module's text)

            self._rare = HttpClient(self._timeouts, "")
        return self._rare


@lru_cache(maxsize=1024)
def target_of(url: str) -> Target | None:
    """The address taken apart, if it can go out letter by letter; ``None`` where a general client must look at it."""
    found = _PLAIN.fullmatch(url)
    if found is None:
        return None
    scheme, host, port, path, query = found.groups()
    if "/." in path or ".." in host or int(port or 1) > 65535:
        return None
    usual = 443 if scheme == "https" else 80
    number = int(port or usual)
    return Target(
        Origin(scheme == "https", host, number), host if number == usual else f"{host}:{number}", (path or "/") + query
    )


def written(outgoing: SignedRequest, target: Target) -> list[bytes]:
    """The request's bytes: its head, and its body if there is one. Raises ``ValueError`` for what is no header."""
    headers = DEFAULT_HEADERS | {name.lower(): value for name, value in outgoing.headers.items()}
    host, body = headers.pop("host", target.host), outgoing.body
    if body or outgoing.method in _BY_LENGTH:
        headers["content-length"] = str(len(body))
    if body and "content-type" not in headers:
        headers["content-type"] = "application/octet-stream"
    lines = [f"{outgoing.method} {target.path} HTTP/1.1\r\nhost: {host}\r\n"]
    for name, value in headers.items():
        if name not in _known_names:
            _learn(name)
        lines.append(f"{name}: {value}\r\n")
    lines.append("\r\n")
    head = "".join(lines)
    ends = len(headers) + 3
    if head.count("\n") != ends or head.count("\r") != ends or "\0" in head:
        raise ValueError("a header may not hold the end of one")
    return [head.encode("ascii"), body] if body else [head.encode("ascii")]


_known_names = set[str]()


def _learn(name: str) -> None:
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a header")
    if len(_known_names) < 1000:
        _known_names.add(name)
