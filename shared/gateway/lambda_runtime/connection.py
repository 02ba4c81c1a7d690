"""HTTP/1.1 to the Runtime API: one kept-alive connection, one request at a time, bodies sent as they are made.

Written out rather than taken from a client library because no client in the relay's bundle sends trailers,
and because the whole of it costs less to import than any of them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from contextlib import contextmanager

from gateway.records import dataclass

Headers = Iterable[tuple[str, str]]


class ConnectionLost(ConnectionError):
    """The connection ended, or carried something that is not HTTP. ``untouched``: before any byte of a reply."""

    def __init__(self, message: str, *, untouched: bool = False) -> None:
        super().__init__(message)
        self.untouched = untouched


@dataclass(frozen=True, slots=True)
class RuntimeReply:
    """A complete answer of the Runtime API; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection, opened when first needed and again after it was lost."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def request(self, method: str, path: str, headers: Headers = (), body: bytes = b"") -> RuntimeReply:
        """Send a request and read its reply; ``OSError`` when that is not possible.

        A kept-alive connection that was closed meanwhile shows only when it is used: that case is tried again once.
        """
        kept_alive = self._usable()
        message = self._head(method, path, [*headers, ("Content-Length", str(len(body)))]) + body
        try:
            return await self._exchange(message)
        except ConnectionLost as lost:
            if not (kept_alive and lost.untouched):
                raise
            return await self._exchange(message)

    def upload(self, path: str, headers: Headers, opening: bytes, on_lost: Callable[[], None]) -> "ResponseUpload":
        """A POST whose body follows in pieces. Nothing, not even its opening, is written before the first piece."""
        head = self._head("POST", path, [*headers, ("Transfer-Encoding", "chunked")])
        return ResponseUpload(self, head + _chunk(opening), on_lost)

    async def open(self) -> None:
        """Connect unless connected."""
        if self._usable():
            return
        self.close()
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)

    async def write(self, pieces: list[bytes]) -> None:
        """Hand these bytes to the system in one go and wait while its buffer is full."""
        writer = self._writer
        if writer is None or writer.is_closing():
            raise ConnectionLost("the connection to the Runtime API is closed", untouched=True)
        # Not writelines: from Python 3.12 on it keeps an empty piece at the end in its buffer and spins on it.
        writer.write(b"".join(pieces))
        await writer.drain()

    async def read_reply(self) -> RuntimeReply:
        """Read one reply; the connection is closed after it when either side asked for that."""
        reader = self._reader
        if reader is None:
            raise ConnectionLost("the connection to the Runtime API is closed", untouched=True)
        with _connection_errors():
            version, status, headers = await _read_head(reader)
            body = b"" if status in {204, 304} else await _read_body(reader, headers)
        close_delimited = not ({"content-length", "transfer-encoding"} & headers.keys()) and status not in {204, 304}
        if version == "HTTP/1.0" or close_delimited or "close" in headers.get("connection", "").lower():
            self.close()
        return RuntimeReply(status, headers, body)

    def close(self) -> None:
        """Close now; the next use opens anew."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    def _head(self, method: str, path: str, headers: Headers) -> bytes:
        fixed = [("Host", f"{self._host}:{self._port}"), ("User-Agent", "gateway-lambda-runtime")]
        return f"{method} {path} HTTP/1.1\r\n".encode() + _header_lines([*fixed, *headers]) + b"\r\n"

    def _usable(self) -> bool:
        reader, writer = self._reader, self._writer
        return reader is not None and writer is not None and not writer.is_closing() and not reader.at_eof()

    async def _exchange(self, message: bytes) -> RuntimeReply:
        await self.open()
        try:
            await self.write([message])
            return await self.read_reply()
        except BaseException:  # also when cancelled: half an exchange is of no use to the next one
            self.close()
            raise


class ResponseUpload:
    """A chunked POST in progress.

    The reply is awaited from the first piece on, so that a peer that hangs up or answers early is noticed
    while the application is still thinking: ``on_lost`` is called once and later pieces go nowhere.
    """

    def __init__(self, connection: Connection, opening: bytes, on_lost: Callable[[], None]) -> None:
        self._connection, self._on_lost = connection, on_lost
        self._unsent = opening
        self._reply: asyncio.Task[RuntimeReply] | None = None
        self._turn = asyncio.Lock()
        self.finished = False
        self.lost = False

    async def send(self, *pieces: bytes, last: bool = False, trailers: Headers = ()) -> None:
        """Write these pieces, each a chunk of its own, at once. ``last`` ends the body and adds the trailers."""
        async with self._turn:  # applications may send from more than one task
            await self._send(pieces, last, trailers)

    async def _send(self, pieces: Iterable[bytes], last: bool, trailers: Headers) -> None:
        if self.lost or self.finished:
            return
        end = b"0\r\n" + _header_lines(trailers) + b"\r\n" if last else b""
        try:
            if self._reply is None:
                await self._begin()
            # No await from here to the write: an application that gives up on a send cannot tear it apart.
            opening, self._unsent, self.finished = self._unsent, b"", last
            await self._connection.write([opening, *map(_chunk, pieces), end])
        except OSError:
            self._lose()

    async def confirmed(self) -> RuntimeReply:
        """The reply to the whole; ``OSError`` when there is none."""
        if self._reply is None:
            raise ConnectionLost("nothing was sent")
        try:
            return await self._reply
        finally:
            if self.lost:
                self._connection.close()

    async def _begin(self) -> None:
        await self._connection.open()
        self._reply = asyncio.create_task(self._connection.read_reply())
        self._reply.add_done_callback(self._replied)

    def _replied(self, reply: "asyncio.Task[RuntimeReply]") -> None:
        failed = reply.cancelled() or reply.exception() is not None
        if failed or not self.finished:
            self._lose()

    def _lose(self) -> None:
        if not self.lost:
            self.lost = True
            self._on_lost()


def _chunk(piece: bytes) -> bytes:
    """A piece of a chunked body; nothing for an empty one, which would end the body."""
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""


def _header_lines(headers: Headers) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("latin-1")


@contextmanager
def _connection_errors() -> Generator[None]:
    """What can go wrong while reading, as one error."""
    try:
        yield
    except asyncio.IncompleteReadError as error:
        raise ConnectionLost("the Runtime API closed the connection", untouched=not error.partial) from error
    except (asyncio.LimitOverrunError, ValueError) as error:
        raise ConnectionLost(f"the Runtime API sent something that is not HTTP/1.1: {error}") from error


async def _read_head(reader: asyncio.StreamReader) -> tuple[str, int, dict[str, str]]:
    """Version, status and headers, past any 1xx replies."""
    while True:
        block = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = block.rstrip("\r\n").split("\r\n")
        version, _, rest = status_line.partition(" ")
        if not version.startswith("HTTP/1."):
            raise ValueError(f"status line {status_line!r}")
        status = int(rest[:3])
        if status >= 200:
            return version, status, _header_table(lines)


def _header_table(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join([chunk async for chunk in _chunks(reader)])
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers, of which the Runtime API has none to tell us
