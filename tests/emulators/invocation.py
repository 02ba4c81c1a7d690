"""One event on its way through a runtime, and the answer to it as it arrives."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

SEPARATOR = bytes(8)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One HTTP chunk of an answer's body, and when it arrived (``time.monotonic``)."""

    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """What came before an answer's body. The last three are None for a buffered answer, which has no prelude."""

    mode: str
    content_type: str | None
    request_headers: dict[str, str]
    status: int | None = None
    headers: dict[str, str] | None = None
    cookies: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as posted to the Runtime API."""

    kind: str | None
    document: dict[str, Any]


class Disconnected(Exception):
    """The answer ended without its end: the connection was cut by either side."""


@dataclass(eq=False)
class Invocation:
    """What a test holds and reads from; ``begin``, ``feed`` and ``end`` are for the emulator."""

    event: bytes
    request_id: str
    deadline_ms: int
    trace_id: str | None
    invocation_id: str | None
    trailers: dict[str, str] = field(default_factory=dict[str, str])
    failure: Failure | None = None
    complete: bool = False
    _head: asyncio.Future[Head] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _chunks: asyncio.Queue[Chunk | None] = field(default_factory=asyncio.Queue[Chunk | None])
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _unsplit: bytes = b""
    _announced: Head | None = None
    _writer: asyncio.StreamWriter | None = None

    async def head(self) -> Head:
        """Status and headers, as soon as the runtime has sent them."""
        return await asyncio.shield(self._head)

    async def chunks(self) -> AsyncIterator[Chunk]:
        """The body's chunks as they arrive, until the answer ends; raises ``Disconnected`` if it ends early."""
        while (chunk := await self._chunks.get()) is not None:
            yield chunk
        self._chunks.put_nowait(None)
        if not self.complete:
            raise Disconnected(self.request_id)

    async def next_chunk(self) -> bytes:
        """The next chunk of the body."""
        chunk = await self._chunks.get()
        if chunk is None:
            raise Disconnected(f"{self.request_id}: no more chunks")
        return chunk.data

    async def body(self) -> bytes:
        """The rest of the body, when the answer is complete."""
        return b"".join([chunk.data async for chunk in self.chunks()])

    async def ended(self) -> None:
        """Returns when the answer, or an error in its place, has arrived whole, or the connection was cut."""
        await self._ended.wait()

    async def trailing_error(self) -> Failure | None:
        """The error in the answer's trailers, once it has ended."""
        await self.ended()
        encoded = self.trailers.get("lambda-runtime-function-error-body")
        kind = self.trailers.get("lambda-runtime-function-error-type")
        return None if kind is None else Failure(kind, json.loads(base64.b64decode(encoded or "e30=")))

    async def disconnect(self) -> None:
        """Cut the connection on which the runtime is answering, once it has begun to."""
        await self.head()
        assert self._writer is not None
        self._writer.transport.abort()

    def begin(self, headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
        """The runtime has opened its answer. A streaming one has a head only when its prelude is whole."""
        mode = headers.get("lambda-runtime-function-response-mode", "buffered")
        self._announced, self._writer = Head(mode, headers.get("content-type"), headers), writer
        if mode != "streaming":
            self._head.set_result(self._announced)

    def feed(self, data: bytes) -> list[str]:
        """One HTTP chunk of the answer; what it turned out to hold: "head", "chunk", both or neither."""
        held: list[str] = []
        if not self._head.done():
            prelude, separator, data = (self._unsplit + data).partition(SEPARATOR)
            if not separator:
                self._unsplit = prelude
                return held
            self._head.set_result(self._with_prelude(json.loads(prelude)))
            held.append("head")
        if data:
            self._chunks.put_nowait(Chunk(time.monotonic(), data))
            held.append("chunk")
        return held

    def end(self, *, complete: bool) -> None:
        """Nothing more will come."""
        self.complete = complete
        if not self._head.done():
            self._head.set_exception(Disconnected(f"{self.request_id}: ended without a head"))
            self._head.exception()  # nobody has to ask
        self._chunks.put_nowait(None)
        self._ended.set()

    def _with_prelude(self, said: dict[str, Any]) -> Head:
        assert self._announced is not None
        return replace(
            self._announced,
            status=said["statusCode"],
            headers=said.get("headers", {}),
            cookies=said.get("cookies", []),
        )
