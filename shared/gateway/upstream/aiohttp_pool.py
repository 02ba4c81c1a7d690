"""The general client's connections, which know whether they were used before; ``pool`` says what for."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler

from gateway.records import dataclass
from gateway.upstream import pool
from gateway.upstream.pool import KEEP, open_socket

_LOST = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError, aiohttp.ClientConnectionResetError)

T = TypeVar("T")


class Wire(ResponseHandler):
    """A connection that knows whether it was used before, and whether its request has got any answer."""

    used = False
    heard = False

    def data_received(self, data: bytes) -> None:
        self.heard = True
        super().data_received(data)


@dataclass(slots=True)
class _Call:
    """What a request needs of a connection, and which one it got."""

    fresh: bool = False
    wire: Wire | None = None
    reused: bool = False

    def take(self, wire: Wire) -> None:
        self.wire, self.reused = wire, wire.used
        wire.used, wire.heard = True, False


_call: ContextVar[_Call] = ContextVar("call")


class ProviderPool(aiohttp.TCPConnector):
    """Connections that tell a ``_Call`` about themselves."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] (a parameter of its own, not of ours)
            limit=0,
            keepalive_timeout=KEEP,
            ssl=tls,
            ttl_dns_cache=60,
            enable_cleanup_closed=False,
            socket_factory=open_socket,
        )
        self._factory = partial(Wire, loop=self._loop)

    async def connect(self, *args: Any, **kwargs: Any) -> Any:
        """One of those kept, or a new one; where it must be new, those kept are hung up."""
        call = _call.get()
        while True:
            call.wire = None
            connection: Any = await super().connect(*args, **kwargs)
            wire: Wire = connection.protocol
            if not (call.fresh and wire.used):
                call.take(wire)
                return connection
            connection.close()


async def once_more(send: Callable[[], Awaitable[T]]) -> T:
    """What ``send`` answers; again on a fresh connection if a kept one turns out dead."""
    call, loop = _Call(), asyncio.get_running_loop()
    token = _call.set(call)
    begun = loop.time()
    try:
        return await send()
    except httpx.TransportError as error:
        if not _was_dead(error, call) or loop.time() - begun > pool.NEWS:
            raise
        call.fresh = True
        return await send()
    finally:
        _call.reset(token)


def _was_dead(error: Exception, call: _Call) -> bool:
    """Whether a request failed because its connection, a kept one, was no longer there."""
    return isinstance(error.__cause__, _LOST) and call.wire is not None and call.reused and not call.wire.heard
