"""Just enough HTTP/1.1 to talk to DynamoDB: ``POST /`` over kept connections, one answer each.

A general client costs the relay 120 ms at its first import and several times this one's work per call; DynamoDB
needs none of what it is general about. Answers have a length or come in chunks, both are read.

A kept connection may have died unnoticed: what it loses before a byte of the answer is sent again at once on a fresh
one. Every request may be: callers send lost ones again in any case.
"""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from gateway.clock import Clock, SystemClock
from gateway.security.tls import trusting_authorities

IDLE = 50.0  # seconds a connection is kept unused; DynamoDB's own end comes later
MOST = 128  # connections at once; further calls wait
PATIENCE = 10.0  # seconds for a connection, and for an answer


class StoreConnectionLost(Exception):
    """The connection ended before its answer was complete, or the answer was none of HTTP."""


class Pool:
    """Connections to one endpoint."""

    def __init__(self, endpoint: str, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        parts = urlsplit(endpoint)
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._tls else 80)
        self._idle: list[tuple[float, _Connection]] = []
        self._room = asyncio.Semaphore(MOST)

    async def post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; raises ``StoreConnectionLost`` or ``OSError``."""
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        head = f"POST / HTTP/1.1\r\n{''.join(lines)}content-length: {len(body)}\r\n\r\n"
        request = head.encode("latin-1") + body
        await self._room.acquire()  # as a context it takes 0.55 microseconds, and so 0.35
        try:
            if (kept := self._kept()) is not None:
                try:
                    return await self._exchange(kept, request)
                except StoreConnectionLost:
                    if kept.answering:
                        raise
            return await self._exchange(await self._connect(), request)
        finally:
            self._room.release()

    async def _exchange(self, connection: "_Connection", request: bytes) -> tuple[int, bytes]:
        idle = self._idle
        try:
            answer = await connection.exchange(request)
        except BaseException:
            connection.close()
            raise
        if connection.usable and idle is self._idle:
            idle.append((self._clock.wall(), connection))
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close what is kept; calls under way get their answers and hang up then, later ones connect anew."""
        idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _kept(self) -> "_Connection | None":
        while self._idle:
            since, connection = self._idle.pop()
            if connection.usable and self._clock.wall() - since < IDLE:
                return connection
            connection.close()
        return None

    async def _connect(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        context = trusting_authorities() if self._tls else None
        async with asyncio.timeout(PATIENCE):
            _, connection = await loop.create_connection(_Connection, self._host, self._port, ssl=context)
        return connection


class _Connection(asyncio.Protocol):
    """One connection: a request out, its answer in, again and again."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._keep = True
        self._late_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def usable(self) -> bool:
        """Whether another request may be sent."""
        return self._keep and self._transport is not None and not self._transport.is_closing()

    @property
    def answering(self) -> bool:
        """Whether a part of an answer is here."""
        return bool(self._buffer)

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send, and wait for the answer; raises ``TimeoutError`` if that does not come."""
        if self._transport is None or self._transport.is_closing():
            raise StoreConnectionLost("the connection is closed")
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        self._late_at = loop.time() + PATIENCE
        if self._timer is None:  # one goes on for all calls of a connection: setting one takes as long as signing
            self._timer = loop.call_at(self._late_at, self._late)
        self._transport.write(request)
        return await self._waiting

    def _late(self) -> None:
        self._timer, loop = None, asyncio.get_running_loop()
        if self._waiting is None or self._waiting.done():
            return
        if loop.time() < self._late_at - 0.001:
            self._timer = loop.call_at(self._late_at, self._late)
        else:
            self._waiting.set_exception(TimeoutError("the database did not answer in time"))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # pyright: ignore[reportAttributeAccessIssue] (uvloop's is no subclass)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._fail("the database closed the connection")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            answer = self._answer()
        except ValueError as error:
            self._keep = False
            self._fail(f"the answer is not HTTP: {error}")
            return
        if answer is not None and self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def _fail(self, reason: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(StoreConnectionLost(reason))

    def _answer(self) -> tuple[int, bytes] | None:
        """Status and body, once both are here whole."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._buffer[:end]).lower()
        start = end + 4
        length = _header(head, b"content-length")
        if length is not None:
            stop = start + int(length)
            if len(self._buffer) < stop:
                return None
            body = bytes(self._buffer[start:stop])
        else:
            found = _chunks(bytes(self._buffer[start:]))
            if found is None:
                return None
            body, size = found
            stop = start + size
        self._keep = _header(head, b"connection") != b"close"
        del self._buffer[:stop]
        return int(head[9:12]), body


def _header(head: bytes, name: bytes) -> bytes | None:
    at = head.find(b"\r\n" + name + b":")
    if at < 0:
        return None
    value = head[at + len(name) + 3 :]
    return value.partition(b"\r\n")[0].strip()


def _chunks(data: bytes) -> tuple[bytes, int] | None:
    """A chunked body and how many bytes it took, once its last chunk is here."""
    pieces: list[bytes] = []
    at = 0
    while (line := data.find(b"\r\n", at)) >= 0:
        size = int(data[at:line].partition(b";")[0], 16)
        start, stop = line + 2, line + 2 + size
        if len(data) < stop + 2:
            return None
        if size == 0:
            return b"".join(pieces), stop + 2
        pieces.append(data[start:stop])
        at = stop + 2
    return None
