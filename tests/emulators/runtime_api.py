"""The Lambda Runtime API on a free port of this machine, with Lambda's side of it as a Python interface.

After the published interface (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html): ``invocation/next``,
``invocation/ID/response`` (buffered or streaming, chunks handed on as they arrive, trailers kept),
``invocation/ID/error``, ``init/error``, ``restore/next``. Everything that happens is also noted in ``journal`` in
order, so that tests can assert sequences rather than times.

    async with RuntimeApi() as api, runtime(api, "relay.asgi:app") as process:
        invocation = api.invoke(event)
        head = await invocation.head()
        async for chunk in invocation.chunks(): ...
        print(invocation.trailers)
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

from tests.emulators.invocation import Failure, Invocation
from tests.support.listening import listening

BASE = "/2018-06-01/runtime"


class RuntimeApi:
    """The emulator. An async context manager; ``address`` is what AWS_LAMBDA_RUNTIME_API should be.

    ``chunked_events`` sends events chunked and byte by byte; ``keep_alive=False`` closes every connection after
    one exchange: a runtime has to cope with both.
    """

    def __init__(self, *, chunked_events: bool = False, keep_alive: bool = True) -> None:
        self.journal: list[tuple[str, str]] = []
        self.init_error: asyncio.Future[Failure] = asyncio.get_running_loop().create_future()
        self.polls = 0
        self.seconds = 900.0  # until the deadline of an invocation
        self._chunked_events, self._keep_alive = chunked_events, keep_alive
        self._pending: asyncio.Queue[Invocation] = asyncio.Queue()
        self.running: dict[str, Invocation] = {}
        self._changed = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self._serving = listening(self.connected)

    async def __aenter__(self) -> "RuntimeApi":
        self.address = await self._serving.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._serving.__aexit__(None, None, None)
        self.init_error.cancel()

    def invoke(
        self,
        event: dict[str, Any] | list[Any] | bytes,
        *,
        request_id: str | None = None,
        seconds: float | None = None,
        trace_id: str | None = "Root=1-65a1b2c3-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0",
        invocation_id: str | None = None,
    ) -> Invocation:
        """Queue an event (JSON, or the exact bytes) for the next poll."""
        invocation = Invocation(
            event=event if isinstance(event, bytes) else json.dumps(event).encode(),
            request_id=request_id or str(uuid.uuid4()),
            deadline_ms=int((time.time() + (self.seconds if seconds is None else seconds)) * 1000),
            trace_id=trace_id,
            invocation_id=invocation_id,
        )
        self._pending.put_nowait(invocation)
        return invocation

    async def until(self, *entry: str) -> None:
        """Returns when the journal has an entry: a kind, and optionally the request id it is about."""
        while not any(noted[: len(entry)] == entry for noted in self.journal):
            self._changed.clear()
            await self._changed.wait()

    async def polled(self, times: int) -> None:
        """Returns when the runtime has asked for the next invocation this many times in all."""
        while self.polls < times:
            self._changed.clear()
            await self._changed.wait()

    def _note(self, kind: str, request_id: str = "") -> None:
        self.journal.append((kind, request_id))
        self._changed.set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, for as long as both sides keep it."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer) and self._keep_alive:
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the runtime has gone, or the emulator is closing
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        method, path, headers = await request_head(reader)
        match path.removeprefix(BASE).strip("/").split("/"):
            case ["invocation", "next"] if method == "GET":
                await self._next(reader, writer)
            case ["invocation", request_id, ("response" | "error") as kind] if method == "POST":
                await self._outcome(kind, request_id, headers, reader, writer)
            case ["init", "error"] if method == "POST":
                self.init_error.set_result(await _failure(reader, headers))
                self._note("init-error")
                _reply(writer, 202)
            case ["restore", "next"] if method == "GET":
                self._note("restore")
                _reply(writer, 200)
            case _:
                _reply(writer, 404)
        await writer.drain()
        return True

    async def _next(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.polls += 1
        self._note("next")
        invocation = await self._wait_for_event(reader)
        self.running[invocation.request_id] = invocation
        self._note("event", invocation.request_id)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:relay",
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
            "Lambda-Runtime-Invocation-Id": invocation.invocation_id,
            "Content-Type": "application/json",
        }
        present = {name: value for name, value in headers.items() if value is not None}
        if self._chunked_events:
            await _reply_bytewise(writer, present, invocation.event)
        else:
            _reply(writer, 200, present, invocation.event)

    async def _wait_for_event(self, reader: asyncio.StreamReader) -> Invocation:
        """The next event, unless the runtime hangs up first: then the event waits for another poll."""
        event = asyncio.ensure_future(self._pending.get())
        hung_up = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({event, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            if event.done():
                return event.result()
            self._note("hung-up")
            raise ConnectionResetError("the runtime hung up")
        finally:
            for waiting in (event, hung_up):
                waiting.cancel()
            await asyncio.wait({event, hung_up})

    async def _outcome(
        self,
        kind: str,
        request_id: str,
        headers: dict[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        invocation = self.running.pop(request_id, None)
        if invocation is None:
            # As Lambda does for an id it does not know, or whose answer it has.
            _reply(writer, 400, {}, b'{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}')
            return
        if kind == "error":
            invocation.failure = await _failure(reader, headers)
            complete = True
        else:
            complete = await self._answer(invocation, headers, reader, writer)
        if complete:
            _reply(writer, 202, {}, b'{"status":"OK"}')
        self._note(f"{kind}-end" if complete else "cut", request_id)
        invocation.end(complete=complete)
        if not complete:
            raise ConnectionResetError(request_id)

    async def _answer(
        self,
        invocation: Invocation,
        headers: dict[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Take an answer in; whether it came to its end."""
        invocation.begin(headers, writer)
        try:
            async for data in body_pieces(reader, headers, invocation.trailers):
                for held in invocation.feed(data):
                    self._note(held, invocation.request_id)
        except (ConnectionError, asyncio.IncompleteReadError):
            return False
        return True


async def request_head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
    """Method, target and headers (lower case, the last of each name) of a request."""
    block = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = block.rstrip("\r\n").split("\r\n")
    method, path, _ = request_line.split(" ", 2)
    return method, path, dict(_field(line) for line in lines)


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


async def body_pieces(
    reader: asyncio.StreamReader, headers: dict[str, str], trailers: dict[str, str]
) -> AsyncIterator[bytes]:
    """A body in the pieces in which it was sent; a chunked one leaves its trailers in ``trailers``."""
    if headers.get("transfer-encoding", "").lower() != "chunked":
        if length := int(headers.get("content-length", 0)):
            yield await reader.readexactly(length)
        return
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
        name, value = _field(line.decode("latin-1"))
        trailers[name] = value


async def _failure(reader: asyncio.StreamReader, headers: dict[str, str]) -> Failure:
    body = b"".join([piece async for piece in body_pieces(reader, headers, {})])
    return Failure(headers.get("lambda-runtime-function-error-type"), json.loads(body or b"{}"))


def _reply(writer: asyncio.StreamWriter, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
    fields = {**(headers or {}), "Content-Length": str(len(body))}
    writer.write(_reply_head(status, fields) + body)


async def _reply_bytewise(writer: asyncio.StreamWriter, headers: dict[str, str], body: bytes) -> None:
    """Chunked, with a chunk extension and a trailer, written in small pieces: all of it legal HTTP/1.1."""
    half = len(body) // 2
    chunks = b"".join(b"%X;part=1\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:]) if part)
    wire = b"HTTP/1.1 100 Continue\r\n\r\n" + _reply_head(200, {**headers, "Transfer-Encoding": "chunked"})
    wire += chunks + b"0\r\nX-Checked: yes\r\n\r\n"
    for at in range(0, len(wire), 64):
        writer.write(wire[at : at + 64])
        await writer.drain()
        await asyncio.sleep(0)


def _reply_head(status: int, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Emulated\r\n{lines}\r\n".encode("latin-1")
