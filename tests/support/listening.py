"""A server within a test's own event loop, of which nothing is left when the test is over.

``asyncio.start_server`` forgets what it accepted. And a server that is closed in the turn of the loop between accepting
a connection and making its transport leaves that open (Python 3.11 fails in making it, and says nothing): some other
test fails when the collector finds it.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Protocol

TURNS = 8  # of the loop: a connection that is there is known four later, and gone one more

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Dropped(Protocol):
    """A transport, or what has one."""

    def abort(self) -> None: ...


@asynccontextmanager
async def listening(answer: Answer) -> AsyncGenerator[str]:
    """Host and port of a server that answers so; connections that are open in the end are dropped."""
    loop = asyncio.get_running_loop()
    accepted: set[asyncio.Transport] = set()
    server = await loop.create_server(lambda: _Noted(answer, accepted), "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        await dropped(accepted)
        server.close()


async def dropped(accepted: Iterable[Dropped]) -> None:
    """Drop every connection, also those that become known meanwhile. The server is closed after that, not before."""
    for _ in range(TURNS):
        for transport in tuple(accepted):
            transport.abort()
        await asyncio.sleep(0)


class _Noted(asyncio.StreamReaderProtocol):
    """One connection; its handler is told of its end by its reader."""

    def __init__(self, answer: Answer, accepted: set[asyncio.Transport]) -> None:
        super().__init__(asyncio.StreamReader(), answer)
        self._accepted = accepted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._accepted.add(transport)
        super().connection_made(transport)
