"""The listening fake upstream, for use inside a test's own event loop."""

import asyncio
from types import TracebackType
from typing import Any, Self

from tests.fakes.upstream.connection import Connection
from tests.fakes.upstream.state import State
from tests.fakes.upstream.steering import Steering
from tests.support.listening import dropped


class FakeUpstream(Steering):
    """``async with FakeUpstream() as up``: listens on 127.0.0.1 at ``up.url`` until the block ends."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.url = ""
        self.state = State()
        self._connections: set[Connection] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self.state, self._connections), "127.0.0.1", self.port, backlog=1024
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await dropped(self._connections)
        self._server.close()
        while self._connections:
            await asyncio.sleep(0)
        await self._server.wait_closed()

    def ask(self, method: str, target: str, body: bytes = b"") -> tuple[int, Any]:
        return self.state.ask(method, target, body)

    async def wait(self, *, timeout: float = 5.0, gate: str = "", count: int = 1, **counts: int) -> None:
        """Until ``count`` answers wait at the gate and every named count is reached, or ``TimeoutError``."""
        if not await self.state.wait(timeout=timeout, gate=gate, count=count, **counts):
            raise TimeoutError(f"waited {timeout} s for gate {gate!r}, {counts}; have {self.stats(answers=False)}")
