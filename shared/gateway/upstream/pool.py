"""Connections to providers, which are kept, and may be found dead when they are needed.

A provider, or a gateway on the way to it, forgets a connection that was idle, and the first to learn of it is the next
request. It was not heard then, so it is sent once more, on a connection made for it (RFC 9112, 9.3.1). That is safe
only before a byte of the answer, and only while the connection can still have been dead all along: one that ends after
seconds of thought was alive, and its provider may charge for what it thought.
"""

import asyncio
import socket
from collections import defaultdict
from functools import partial
from typing import Any, NamedTuple, cast

import aiohappyeyeballs

from gateway.config import runtime_api_port
from gateway.errors import UpstreamBroken
from gateway.security.addresses import hands_out_credentials, is_own
from gateway.security.tls import trusting_authorities
from gateway.upstream.broken import broken
from gateway.upstream.http1 import ProviderConnection

KEEP = 75  # seconds a connection is kept unused
NEWS = 5  # seconds within which a dead connection says so: some round trips
RESOLVED = 60  # seconds for which a name's addresses are known
_SECOND_FAMILY = 0.25  # seconds after which the other kind of address is tried beside the first: RFC 8305

SocketAddress = tuple[Any, Any, int, str, tuple[Any, ...]]


class Origin(NamedTuple):
    """Where connections lead that may be used for one another."""

    tls: bool
    host: str
    port: int


class Connections:
    """Connections by origin: as many as are needed, the one used last first."""

    def __init__(self, connect: float | None) -> None:
        self._patience = connect
        self._idle: defaultdict[Origin, list[ProviderConnection]] = defaultdict(list)
        self._open = set[ProviderConnection]()
        self._addresses: dict[Origin, tuple[float, list[SocketAddress]]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    async def take(self, origin: Origin, until: float | None) -> ProviderConnection:
        """A connection that is not used: one of those kept, else a new one."""
        kept = self._idle.get(origin)
        while kept:
            connection = kept.pop()
            if connection.usable:
                return connection
        return await self.fresh(origin, until)

    async def fresh(self, origin: Origin, until: float | None) -> ProviderConnection:
        """A new connection; raises ``UpstreamBroken``. ``until`` is the loop's time at which to give up."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + self._patience if self._patience else until
        try:
            async with asyncio.timeout_at(min(latest, until) if latest and until else latest):
                return await self._connected(origin)
        except (OSError, UnicodeError) as error:  # no such host, nobody there, no time left, a certificate of others
            raise broken("timeout" if until is not None and loop.time() >= until else "connect") from error

    def keep(self, origin: Origin, connection: ProviderConnection) -> None:
        """The connection has served its request, and may serve another."""
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle[origin].append(connection)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(KEEP, self._drop_old)

    def drop(self, origin: Origin) -> None:
        """Hang up all that are kept to this origin: one of them was dead."""
        for connection in self._idle.pop(origin, []):
            connection.close()

    def drop_idle(self) -> None:
        """Hang up all that are kept, and forget where names lead."""
        for origin in list(self._idle):
            self.drop(origin)
        self._addresses.clear()
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None

    def close(self) -> None:
        """Hang up all."""
        self.drop_idle()
        for connection in list(self._open):
            connection.close()

    def _drop_old(self) -> None:
        """Once in a while for all of them: a timer for each would cost every request two."""
        now = asyncio.get_running_loop().time()
        for origin, kept in list(self._idle.items()):
            young = [each for each in kept if each.usable and now - each.idle_since < KEEP]
            for connection in kept:
                if connection not in young:
                    connection.close()
            self._idle[origin] = young
            if not young:
                del self._idle[origin]
        again = bool(self._idle)
        self._sweep = asyncio.get_running_loop().call_later(KEEP / 4, self._drop_old) if again else None

    async def _connected(self, origin: Origin) -> ProviderConnection:
        loop = asyncio.get_running_loop()
        addresses = await self._resolved(origin)
        start: Any = cast(Any, aiohappyeyeballs).start_connection  # its tuples have no types
        opened: socket.socket = await start(
            addresses, happy_eyeballs_delay=_SECOND_FAMILY, interleave=1, socket_factory=open_socket
        )
        _, connection = await loop.create_connection(
            lambda: ProviderConnection(self._open, partial(self.keep, origin)),
            sock=opened,
            ssl=trusting_authorities() if origin.tls else None,
            server_hostname=origin.host if origin.tls else None,
        )
        return connection

    async def _resolved(self, origin: Origin) -> list[SocketAddress]:
        """The origin's addresses, each time another one first."""
        loop = asyncio.get_running_loop()
        until, known = self._addresses.get(origin, (0.0, []))
        if until < loop.time():
            known = list(await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM))
            until = loop.time() + RESOLVED
        self._addresses[origin] = (until, known[1:] + known[:1])
        return known


def open_socket(info: SocketAddress) -> socket.socket:
    """A socket for a connection to an address, resolved already. Channels may lead to private networks, but not to
    where this machine is given its credentials, nor to where Lambda gives it other callers' requests.
    """
    family, kind, protocol, _, address = info
    host, port = str(address[0]), int(address[1])
    if hands_out_credentials(host) or (is_own(host) and port == runtime_api_port()):
        raise OSError("no channel may lead there")
    return socket.socket(family, kind, protocol)


def was_dead(error: UpstreamBroken, connection: ProviderConnection, seconds: float) -> bool:
    """Whether a request failed because its connection, a kept one, was no longer there."""
    return error.kind == "closed" and connection.reused and not connection.heard and seconds <= NEWS
