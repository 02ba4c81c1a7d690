"""The caller's side of an answer: what has been sent, and whether anybody still listens."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from gateway import log
from gateway.clock import Clock
from gateway.store.money.idempotency import KeptReply
from relay.asgi_types import Message, Receive, Send
from relay.at_once import within

WRITE_LIMIT = 60  # seconds one write to a caller may take: who reads no more counts as gone
_KEEP_ALIVE = b": keep-alive\n\n"
EVENT_STREAM = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
}


class _Calling:
    """The block in which a function is called at the moment the caller leaves."""

    __slots__ = ("_on_leave", "_sink")

    def __init__(self, sink: "Sink", on_leave: Callable[[], None]) -> None:
        self._sink, self._on_leave = sink, on_leave

    def __enter__(self) -> None:
        self._sink.on_leave = self._on_leave

    def __exit__(self, *_: object) -> None:
        self._sink.on_leave = None


class Sink:
    """Sends one response. After the caller has gone everything sent is silently dropped."""

    def __init__(self, send: Send, receive: Receive, clock: Clock, headers: Mapping[str, str]) -> None:
        self._send = send
        self._receive = receive
        self._clock = clock
        self._headers = dict(headers)
        self._between_events = True
        self._numbered = False  # OpenAI's library fails on comments behind an event with a number
        self._watching: asyncio.Task[None] | None = None
        self.on_leave: Callable[[], None] | None = None
        self.started = False
        self.ended = False
        self.gone_at: float | None = None
        self.before_end: Callable[[KeptReply | None], Awaitable[None]] | None = None
        self.last_write = self._made = clock.monotonic()

    def add_headers(self, headers: Mapping[str, str]) -> None:
        """Headers that every answer from here on carries."""
        self._headers |= headers

    @property
    def gone(self) -> bool:
        """Whether the caller has left."""
        return self.gone_at is not None

    def watch(self) -> None:
        """Notice the caller leaving even while nothing is sent. Call it once the request body is read."""
        self._watching = asyncio.ensure_future(self._watch())

    def calling(self, on_leave: Callable[[], None]) -> "_Calling":
        """In this block the function is called at the moment the caller leaves."""
        return _Calling(self, on_leave)

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        """Send status and headers, once."""
        self.started = True
        sent = {**headers, **self._headers}
        if sent.get("content-type", "").startswith("text/event-stream"):
            log.metric("FirstByte", round(1000 * (self._clock.monotonic() - self._made)), "Milliseconds")
        raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in sent.items()]
        await self._out({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, data: bytes) -> None:
        """Send bytes; they leave at once."""
        if data and not self.gone:
            self._between_events = data.endswith((b"\n\n", b"\r\n\r\n"))
            self._numbered = self._numbered or data.startswith(b"id:") or b"\nid:" in data
            self.last_write = self._clock.monotonic()
            await self._out({"type": "http.response.body", "body": data, "more_body": True})

    async def keep_alive(self) -> None:
        """Send a comment, beginning the event stream with it if need be; never inside an event, nor where it harms."""
        if self.ended or self._numbered or not self._between_events:
            return
        if not self.started:
            await self.start(200, EVENT_STREAM)
        await self.write(_KEEP_ALIVE)

    async def end(self, data: bytes = b"") -> None:
        """Send the last bytes and finish; what must happen before happens now."""
        await self._prepare(None)
        if not self.ended:
            self.ended = True
            await self._out({"type": "http.response.body", "body": data, "more_body": False})
        self.close()

    async def whole(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send a complete response; what must happen before is told what it is."""
        await self._prepare(KeptReply(status=status, headers=headers, body=body))
        await self.start(status, {**headers, "content-length": str(len(body))})
        await self.end(body)

    def close(self) -> None:
        """Stop watching."""
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None

    async def _prepare(self, reply: KeptReply | None) -> None:
        prepare, self.before_end = self.before_end, None
        if prepare is not None:
            await prepare(reply)

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left()

    async def _out(self, message: Message) -> None:
        if self.gone:
            return
        try:
            await within(self._send(message), WRITE_LIMIT)
        except OSError:  # a closed connection as Starlette and uvicorn report it, or a caller who reads no more
            self._left()

    def _left(self) -> None:
        if self.gone_at is None and not self.ended:
            self.gone_at = self._clock.monotonic()
            if self.on_leave is not None:
                self.on_leave()
