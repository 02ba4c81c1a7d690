"""A provider whose every answer a function of the test decides: HTTP and WebSocket, on real sockets, in a thread."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ScriptedUpstream:
    """``with ScriptedUpstream(answer) as up``: serves at ``up.url`` until the block ends."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        server = web.Server(self._answer)  # pyright: ignore[reportArgumentType]
        self._runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"


async def in_pieces(
    request: web.Request, pieces: list[bytes], *, status: int = 200, pause: float = 0, **headers: str
) -> web.StreamResponse:
    """A chunked answer in exactly these chunks; ``headers`` with underscores for hyphens, ``pause`` in seconds."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = web.StreamResponse(status=status, headers=named)
    response.enable_chunked_encoding()
    await response.prepare(request)
    for piece in pieces:
        if piece:
            await response.write(piece)
            await asyncio.sleep(pause)
    await response.write_eof()
    return response
