"""``POST /`` to DynamoDB from threads, over kept connections: what ``http.py`` is to the relay.

As there, a kept connection may have died unnoticed: what it loses before a byte of the answer is sent again at once on
a fresh one. Every request may be: callers send lost ones again in any case.
"""

import http.client
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit
from weakref import finalize

from gateway.clock import Clock, SystemClock
from gateway.security.tls import trusting_authorities
from gateway.store.client.http import IDLE, StoreConnectionLost

CONNECT, READ = 5.0, 30.0  # seconds; whoever calls may wait longer than a caller of the relay
KEPT = 32  # connections that wait for the next call

Answer = tuple[int, bytes]
Kept = tuple[float, http.client.HTTPConnection]  # since when it waits


class SyncPool:
    """Connections to one endpoint. Threads share it: a list's ``append`` and ``pop`` are whole steps."""

    def __init__(self, endpoint: str, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        parts = urlsplit(endpoint)
        self._tls = parts.scheme == "https"
        self._address = (parts.hostname or "", parts.port or (443 if self._tls else 80))
        self._idle: list[Kept] = []
        finalize(self, _close_all, self._idle)  # whoever made it may forget it

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Status and body of the answer; raises ``StoreConnectionLost`` or ``OSError``."""
        try:
            if (kept := self._kept()) is not None:
                with suppress(ConnectionError):  # it had ended while nobody looked
                    return self._exchange(kept, headers, body)
            return self._exchange(self._connect(), headers, body)
        except http.client.HTTPException as error:
            raise StoreConnectionLost(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Close what is kept."""
        _close_all(self._idle)

    def _exchange(self, connection: http.client.HTTPConnection, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            connection.request("POST", "/", body, dict(headers))
            reply = connection.getresponse()
            answer = reply.status, reply.read()
        except BaseException:
            connection.close()
            raise
        if reply.will_close or len(self._idle) >= KEPT:
            connection.close()
        else:
            self._idle.append((self._clock.wall(), connection))
        return answer

    def _kept(self) -> http.client.HTTPConnection | None:
        while self._idle:
            try:
                since, connection = self._idle.pop()
            except IndexError:  # another thread took the last
                return None
            if self._clock.wall() - since < IDLE:
                return connection
            connection.close()
        return None

    def _connect(self) -> http.client.HTTPConnection:
        connection = self._unconnected()
        connection.connect()
        connection.sock.settimeout(READ)
        return connection

    def _unconnected(self) -> http.client.HTTPConnection:
        host, port = self._address
        if not self._tls:
            return http.client.HTTPConnection(host, port, timeout=CONNECT)
        return http.client.HTTPSConnection(host, port, timeout=CONNECT, context=trusting_authorities())


def _close_all(idle: list[Kept]) -> None:
    while idle:
        idle.pop()[1].close()
