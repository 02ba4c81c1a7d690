"""HTTP/1.1 as providers speak it, on asyncio and llhttp: one connection, and one reply after the other on it.

What a general client does besides (cookies, redirects, proxies, middlewares) costs ten times as much as all of this.
Of a reply everything that came with one read is one piece. Waiting costs no timer of its own: a connection has one,
which is looked at when it fires and not moved with every byte.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from gateway.errors import UpstreamBroken
from gateway.outbound.protocol import WireResponse
from gateway.upstream.broken import broken
from gateway.wire.bounds import check_reply

MOST_FIELD = 65_536  # bytes of one header
MOST_HEAD = 262_144  # bytes in which nothing of a body comes: of all headers, of trailers
ENOUGH = 262_144  # bytes of a body that nobody has read yet, before reading on is put off
_HIDDEN = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"})
_BODILESS = frozenset({204, 304})


class Reply:
    """One reply on its way: what has come of it, and who waits for more. Meets ``OpenResponse``."""

    __slots__ = (
        "_connection",
        "_idle",
        "_pieces",
        "_size",
        "_waiter",
        "complete",
        "error",
        "headers",
        "here",
        "status",
    )

    def __init__(self, connection: "ProviderConnection", idle: float | None) -> None:
        self._connection = connection
        self._idle = idle
        self._pieces: list[bytes] = []
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.here = False  # whether status and headers are
        self.complete = False
        self.error: UpstreamBroken | None = None

    async def head(self, until: float | None) -> None:
        """Wait for status and headers."""
        while not self.here:
            await self._more(until)

    async def chunks(self, until: float | None = None) -> AsyncIterator[bytes]:
        """The body as it arrives; ``until`` is the loop's time at which to give up."""
        while True:
            if self._pieces:
                yield self._taken()
            elif self.complete:
                return
            else:
                await self._more(until)

    async def read(self, until: float | None = None) -> WireResponse:
        """The rest of the body at once; raises ``ReplyTooLarge``."""
        pieces, size = list[bytes](), 0
        while True:
            if self._pieces:
                pieces.append(piece := self._taken())
                check_reply(size := size + len(piece))
            elif self.complete:
                break
            else:
                await self._more(until)
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return WireResponse(status=self.status, body=body, headers=self.passable_headers())

    def passable_headers(self) -> dict[str, str]:
        """Headers that still describe the body as we have it: decoded, its framing gone."""
        return {name: value for name, value in self.headers.items() if name not in _HIDDEN}

    async def close(self) -> None:
        """Give the connection up, unless everything was read: then it has been given back."""
        if not self.complete:
            self._connection.close()

    def add(self, piece: bytes) -> int:
        """A piece of the body has come; how much of it waits now."""
        self._pieces.append(piece)
        self._size += len(piece)
        return self._size

    def wake(self) -> None:
        """Something has come, or nothing more will."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    @property
    def waiting(self) -> bool:
        """Whether somebody waits for more."""
        return self._waiter is not None

    def fail(self, error: UpstreamBroken) -> None:
        """Nothing more will come."""
        if self.error is None and not self.complete:
            self.error = error
            self.wake()

    def _taken(self) -> bytes:
        """Everything that waits, as one piece."""
        pieces = self._pieces
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._size = 0
        self._connection.read_on()
        return data

    async def _more(self, until: float | None) -> None:
        if self.error is not None:
            raise self.error
        waiter = self._waiter = self._connection.loop.create_future()
        self._connection.watch(self._idle, until)
        await waiter


class ProviderConnection(asyncio.Protocol):
    """One connection: a request out, its reply in, again and again."""

    def __init__(self, everyone: "set[ProviderConnection]", served: "Callable[[ProviderConnection], None]") -> None:
        self.loop = asyncio.get_running_loop()
        self.idle_since = 0.0
        self.reused = False  # whether it had served another request before the one under way
        self.heard = False  # whether anything of the reply has come
        self._everyone = everyone
        self._return = served
        self._used = False
        self._parser = HttpResponseParser(self)
        # What other clients read too; servers write such, and it does not tell where a reply ends.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._transport: asyncio.Transport | None = None
        self._reply: Reply | None = None
        self._keep = self._headless = self._paused = self._extra = self._to_the_end = False
        self._headers: dict[str, str] = {}
        self._bodiless = 0  # bytes in which nothing of a body came
        self._deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def usable(self) -> bool:
        """Whether another request may be sent."""
        return self._keep and self._transport is not None and not self._transport.is_closing()

    def send(self, request: list[bytes], *, idle: float | None, headless: bool = False) -> Reply:
        """Send a request; ``headless``: its reply has no body whatever its headers say, as that to HEAD."""
        self.reused, self.heard, self._used = self._used, False, True
        self._keep = self._extra = self._to_the_end = False
        self._headless, self._bodiless, self._headers = headless, 0, {}
        reply = self._reply = Reply(self, idle)
        if self._transport is None or self._transport.is_closing():
            reply.fail(broken("closed"))
        else:
            self._transport.writelines(request)  # not joined: a body may be large
        return reply

    def close(self) -> None:
        """Hang up, and leave nothing unsent in the way of it."""
        self._reply = None
        if self._transport is not None:
            self._transport.abort()

    def read_on(self) -> None:
        """What has come was read."""
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def watch(self, idle: float | None, until: float | None) -> None:
        """Somebody waits from now on: at most ``idle`` seconds, and not beyond ``until``."""
        silent = self.loop.time() + idle if idle else until
        self._deadline = deadline = min(silent, until) if silent is not None and until is not None else silent
        if deadline is not None and (self._timer is None or self._timer.when() > deadline):
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self.loop.call_at(deadline, self._late)

    def _late(self) -> None:
        """The timer fired: who still waits, and since when, was not asked before."""
        self._timer = None
        reply, deadline = self._reply, self._deadline
        if reply is None or deadline is None or not reply.waiting:
            return
        if self.loop.time() < deadline - 0.001:
            self._timer = self.loop.call_at(deadline, self._late)
            return
        reply.fail(broken("timeout"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # pyright: ignore[reportAttributeAccessIssue] (uvloop's is no subclass)
        self._everyone.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._everyone.discard(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        reply = self._reply
        if reply is None:
            return
        if exc is None and self._to_the_end and reply.here:
            self._finish(reply)
        reply.fail(broken("closed"))

    def data_received(self, data: bytes) -> None:
        reply = self._reply
        if reply is None:  # nobody has asked for it
            self.close()
            return
        self.heard = True
        self._bodiless += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._extra = True
        except HttpParserError:
            self._extra = True
            reply.fail(broken("closed"))
        if self._bodiless > MOST_HEAD:
            reply.fail(broken("closed"))
        if reply.complete:
            self._reply = None
            self.read_on()
            if self._extra or not self._keep:
                self.close()
            else:
                self._return(self)
        elif reply.error is not None:
            self.close()
        reply.wake()

    # What the parser tells.

    def on_message_begin(self) -> None:
        reply = self._reply
        if reply is None or reply.complete:
            self._extra = True  # more than was asked for: nothing behind it can be trusted

    def on_header(self, name: bytes, value: bytes) -> None:
        reply = self._reply
        if reply is None or reply.here:  # a trailer
            return
        if len(name) + len(value) > MOST_FIELD:
            raise ValueError("a header is too long")
        key, text = name.decode("latin-1").lower(), _text(value)
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        reply, status = self._reply, self._parser.get_status_code()
        if reply is None or reply.complete:
            return
        if status < 200 and status != 101:  # the reply itself is still to come
            self._headers = {}
            return
        headers = self._headers
        reply.status, reply.headers, reply.here = status, headers, True
        chunked = headers.get("transfer-encoding", "").lower().endswith("chunked")
        self._to_the_end = not chunked and "content-length" not in headers and status not in _BODILESS
        self._keep = self._parser.should_keep_alive() and not self._to_the_end
        if status == 101 or self._headless:
            self._keep = False
            self._finish(reply)

    def on_body(self, body: bytes) -> None:
        reply = self._reply
        if reply is None or reply.complete:
            return
        self._bodiless = 0
        if reply.add(body) > ENOUGH and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        reply = self._reply
        if reply is not None and reply.here and not reply.complete:
            self._finish(reply)

    def _finish(self, reply: Reply) -> None:
        reply.complete = True
        # A reply that came before its request was all sent leaves a connection in which the rest still is.
        if self._transport is not None and self._transport.get_write_buffer_size():
            self._keep = False
        reply.wake()


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
