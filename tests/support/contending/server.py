"""An engine over HTTP on 127.0.0.1, in a thread of its own, for the time of a block."""

import asyncio
import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from tests.support.contending.contention import Pace
from tests.support.contending.engine import Engine
from tests.support.contending.meter import Meter
from tests.support.listening import dropped

_JSON = "application/x-amz-json-1.0"
_HEALTH = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@dataclass(slots=True)
class Endpoint:
    """A running emulator: where it is, and what it was asked."""

    engine: Engine
    endpoint_url: str = ""
    _end: Callable[[], object] = lambda: None

    @property
    def meter(self) -> Meter:
        return self.engine.meter

    async def serve(self, started: threading.Event) -> None:
        """Until ``end`` is called; connections that are open then are dropped."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        connections: set[_Connection] = set()
        server = await loop.create_server(lambda: _Connection(self.engine, connections), "127.0.0.1", 0, backlog=1024)
        self.endpoint_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._end = lambda: loop.call_soon_threadsafe(ended.set)
        started.set()
        await ended.wait()
        await dropped(connections)
        server.close()

    def end(self) -> None:
        """From another thread."""
        self._end()


@contextmanager
def contending_endpoint(pace: Pace | None = None) -> Generator[Endpoint]:
    """An endpoint without tables."""
    endpoint = Endpoint(Engine(pace))
    started = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(endpoint.serve(started)), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield endpoint
    finally:
        endpoint.end()
        thread.join(10)


class _Connection(asyncio.Protocol):
    """One client's connection: one request after the other, as all of them send."""

    def __init__(self, engine: Engine, open_ones: "set[_Connection]") -> None:
        self._engine, self._open_ones = engine, open_ones
        self._received = b""
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._open_ones.discard(self)

    def abort(self) -> None:
        """Without a word."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._received = rest[length:]
        if first.startswith("GET"):
            self._send(_HEALTH)
            return
        task = asyncio.ensure_future(self._answer(headers.get("x-amz-target", ""), rest[:length]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, target: str, body: bytes) -> None:
        status, answer = await self._engine.call(target.rpartition(".")[2], cast("dict[str, Any]", json.loads(body)))
        content = json.dumps(answer).encode()
        reason = "OK" if status == 200 else "Refused"
        head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: {_JSON}\r\nContent-Length: {len(content)}\r\n\r\n"
        self._send(head.encode() + content)

    def _send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)
