"""Connections to providers, which are kept, and may be found dead when they are needed.

A provider, or a gateway on the way to it, forgets a connection that was idle, and the first to learn of it is the next
request. It was not heard then, so it is sent once more, on a connection made for it (RFC 9112, 9.3.1). That is safe
only before a byte of the answer, and only while the connection can still have been dead all along: one that ends after
seconds of thought was alive, and its provider may charge for what it thought.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler

from gateway.config import runtime_api_port
from gateway.security.addresses import hands_out_credentials, is_own

KEEP = 75  # seconds a connection is kept unused
NEWS = 5  # seconds within which a dead connection says so: some round trips

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
        if not _was_dead(error, call) or loop.time() - begun > NEWS:
            raise
        call.fresh = True
        return await send()
    finally:
        _call.reset(token)


def _was_dead(error: Exception, call: _Call) -> bool:
    """Whether a request failed because its connection, a kept one, was no longer there."""
    return isinstance(error.__cause__, _LOST) and call.wire is not None and call.reused and not call.wire.heard


def open_socket(info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
    """A socket for a connection to an address, resolved already. Channels may lead to private networks, but not to
    where this machine is given its credentials, nor to where Lambda gives it other callers' requests.
    """
    family, kind, protocol, _, address = info
    host, port = str(address[0]), int(address[1])
    if hands_out_credentials(host) or (is_own(host) and port == runtime_api_port()):
        raise OSError("no channel may lead there")
    return socket.socket(family, kind, protocol)
