"""One client connection: bytes in, requests answered one after the other, bytes out."""

import asyncio
import socket
import struct
from collections import deque
from typing import cast

import httptools

from tests.fakes.upstream.audit import Outcome, Record
from tests.fakes.upstream.request import Request
from tests.fakes.upstream.script import Cut, Gate, Hang, Pause, Send, Step
from tests.fakes.upstream.stamps import stamped
from tests.fakes.upstream.state import State, answer_control

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Connection(asyncio.Protocol):
    """Answers that need no waiting are written from within the read callback; the others get a task."""

    def __init__(self, state: State, connections: set["Connection"]) -> None:
        self._state = state
        self._connections = connections
        self._number = next(state.connections)
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._served = 0
        self._task: asyncio.Task[None] | None = None
        self._record: Record | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def abort(self) -> None:
        """Drop it without a word."""
        self.transport.abort()

    # transport callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._connections.add(self)
        self._counted = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        if self._counted:
            self._state.audit.disconnected()
        self._writable.set()
        if self._task:
            self._task.cancel()
        self._finish("aborted")

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass
        except httptools.HttpParserError:
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # parser callbacks

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        if any(name.lower() == "expect" for name, _ in self._headers):
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        target = self._url.decode("latin-1")
        control = target.startswith("/__")
        request = Request(
            number=0 if control else next(self._state.numbers),
            connection=self._number,
            method=self._parser.get_method().decode(),
            target=target,
            headers=self._headers,
            body=b"".join(self._body),
            http10=self._parser.get_http_version() == "1.0",
        )
        self._waiting.append((request, not self._parser.should_keep_alive()))
        if self._task is None:
            self._next()

    # answering

    def _next(self) -> None:
        while self._waiting and self._task is None and not self.transport.is_closing():
            request, close = self._waiting.popleft()
            if request.number == 0:
                self._task = asyncio.get_running_loop().create_task(self._control(request))
            else:
                self._answer(request, close)

    def _answer(self, request: Request, close: bool) -> None:
        self._count()
        script, record, close = self._state.plan(request, reused=self._served > 0, close=close)
        self._served += 1
        self._record = record
        if all(isinstance(step, Send) and not step.apart for step in script):
            self._write(cast(list[Send], script))
            self._finish("complete")
            if close:
                self.transport.close()
        else:
            self._task = asyncio.get_running_loop().create_task(self._play(script, close))

    def _count(self) -> None:
        """Connections that only carry control requests are nobody's business."""
        if not self._counted:
            self._counted = True
            self._state.audit.connected()

    async def _control(self, request: Request) -> None:
        self.transport.write(await answer_control(self._state, request))
        self._task = None
        self._next()

    async def _play(self, script: list[Step], close: bool) -> None:
        due = asyncio.get_running_loop().time()
        batch: list[Send] = []
        for step in [*script, Pause(0)]:
            if isinstance(step, Send):
                if step.apart:
                    await self._flush(batch)
                batch.append(step)
                if not step.apart:
                    continue
            await self._flush(batch)
            if isinstance(step, Cut):
                self._cut(step)
                return
            due = await self._pass(step, due)
        self._finish("complete")
        self._task = None
        if close:
            self.transport.close()
        self._next()

    async def _pass(self, step: Step, due: float) -> float:
        """Does what takes time; returns the moment from which the next pause counts, lest lateness adds up."""
        loop = asyncio.get_running_loop()
        match step:
            case Pause(seconds) if seconds:
                await asyncio.sleep(max(0.0, due + seconds - loop.time()))
                return due + seconds
            case Gate(name):
                passing = self._state.gates.pass_(name)
                self._state.audit.changed()
                await passing
                return loop.time()
            case Hang():
                await loop.create_future()
            case _:
                pass
        return due

    async def _flush(self, batch: list[Send]) -> None:
        if not batch:
            return
        if batch[0].bytewise:
            await self._write_bytes(batch)
        else:
            self._write(batch)
        batch.clear()
        await asyncio.sleep(0)
        await self._writable.wait()

    async def _write_bytes(self, batch: list[Send]) -> None:
        data = stamped(b"".join([step.data for step in batch]))
        for at in range(len(data)):
            self.transport.write(data[at : at + 1])
            await asyncio.sleep(0)
        self._wrote(batch, len(data))

    def _write(self, batch: list[Send]) -> None:
        data = stamped(batch[0].data if len(batch) == 1 else b"".join([step.data for step in batch]))
        if data:
            self.transport.write(data)
        self._wrote(batch, len(data))

    def _wrote(self, batch: list[Send], size: int) -> None:
        assert self._record is not None
        chunks = sum([step.chunks for step in batch])
        usages = [step.usage for step in batch if step.usage is not None]
        self._state.audit.sent(self._record, size, chunks, usages)

    def _cut(self, step: Cut) -> None:
        self._finish("cut")
        self._task = None
        if step.reset:
            raw = cast(socket.socket, self.transport.get_extra_info("socket"))
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.transport.abort()
        else:
            self.transport.close()

    def _finish(self, outcome: Outcome) -> None:
        if self._record:
            self._state.audit.finished(self._record, outcome)
            self._record = None
