"""An ASGI application behind httpx, in this thread: its loop runs while somebody waits for an answer."""

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import Any

import httpx
import httpx2
from starlette.types import ASGIApp, Message

from tests.support.contending.virtual_time import VirtualTimeLoop

MOMENT = 0.001  # seconds that pass before a request: what was read for the one before is old then


class MemoryTransport(httpx.BaseTransport):
    """For ``httpx.Client``, and through it for the vendors' libraries."""

    def __init__(self, loop: VirtualTimeLoop, app: ASGIApp) -> None:
        self._loop, self._app = loop, app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange = Exchange(self._loop, self._app, request)
        head = exchange.message()
        return httpx.Response(head["status"], headers=head["headers"], stream=exchange)


class MemoryTransport2(httpx2.BaseTransport):
    """The same for ``httpx2``, which some of the libraries use."""

    def __init__(self, loop: VirtualTimeLoop, app: ASGIApp) -> None:
        self._loop, self._app = loop, app

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        exchange = Exchange(self._loop, self._app, request)
        head = exchange.message()
        return httpx2.Response(head["status"], headers=head["headers"], stream=_Stream2(exchange))


class _Stream2(httpx2.SyncByteStream):
    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._exchange)

    def close(self) -> None:
        self._exchange.close()


class Exchange(httpx.SyncByteStream):
    """One request and its reply, message by message. Its end is that of the application's work, books included."""

    def __init__(self, loop: VirtualTimeLoop, app: ASGIApp, request: httpx.Request | httpx2.Request) -> None:
        loop.pass_(MOMENT)
        self._loop = loop
        self._unread: bytes | None = request.read()
        self._left, self._came = asyncio.Event(), asyncio.Event()
        self._messages: deque[Message] = deque()
        self._task = loop.create_task(app(scope_of(request), self._receive, self._send))
        self._task.add_done_callback(lambda _: self._came.set())

    def message(self) -> Message:
        """The next one."""
        return self._loop.run_until_complete(self._next())

    def __iter__(self) -> Iterator[bytes]:
        more = True
        while more:
            message = self.message()
            more = message.get("more_body", False)
            if message.get("body"):
                yield message["body"]
        self._loop.run_until_complete(self._task)

    def close(self) -> None:
        """Leave, if there is more to come."""
        self._left.set()
        self._loop.run_until_complete(self._task)

    async def _next(self) -> Message:
        while not self._messages:
            if self._task.done():
                self._task.result()
                raise httpx.RemoteProtocolError("the application ended without a whole answer")
            self._came.clear()
            await self._came.wait()
        return self._messages.popleft()

    async def _receive(self) -> Message:
        if self._unread is not None:
            body, self._unread = self._unread, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self._messages.append(message)
        self._came.set()


def scope_of(request: httpx.Request | httpx2.Request) -> dict[str, Any]:
    """As a server of ASGI has it."""
    return {
        "type": "http",
        "http_version": "1.1",
        "scheme": request.url.scheme,
        "method": request.method,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 50_000),
    }
