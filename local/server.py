"""The HTTP server: uvicorn, set up for long streams, on a socket bound beforehand."""

import os
import resource
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from local.answering import Cycle
from local.app import Gateway, error_body, head_too_large
from local.failure import RunFailed

KEEP_ALIVE_SECONDS = 120  # longer than clients' pools keep idle connections, so that they close first
DRAIN_SECONDS = 30  # what requests in flight get to finish after Ctrl-C
BACKLOG = 2048
LINGER_SECONDS = 5
HARD_HEAD_LIMIT = 1024 * 1024  # the application answers 431 up to here; beyond, reading on is no use
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listen(host: str, port: int) -> socket.socket:
    """Bind now, so that a taken port is told before anything else starts."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        advice = f"choose another with --port (for example {port + 1})" if port < 65535 else "choose another"
        raise RunFailed(f"cannot listen on {host}:{port}: {error.strerror}; {advice}") from None
    return listener


def make_server(gateway: Gateway, on_start: Callable[[], None]) -> "Server":
    """A server that calls ``on_start`` when it accepts requests."""
    _allow_many_connections()
    config = uvicorn.Config(
        gateway,
        loop="uvloop",
        http=Protocol,
        ws="none",  # nothing here speaks WebSocket; a request to upgrade is answered as the plain one that it also is
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        # Anybody can write X-Forwarded-For. Behind a proxy of your own, name its address in FORWARDED_ALLOW_IPS.
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
    )
    return Server(gateway, config, on_start)


class Server(uvicorn.Server):
    """uvicorn's server, whose end by Ctrl-C or SIGTERM is an ordinary return."""

    def __init__(self, gateway: Gateway, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self.gateway = gateway
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_start()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        before = {sign: signal.signal(sign, self.handle_exit) for sign in SIGNALS}
        try:
            yield
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)


class Protocol(HttpToolsProtocol):
    """Refusals in JSON, and an end to headers that never end."""

    _head = 0
    _refused = False

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        # uvicorn puts the method into the scope once the headers are complete
        self._head = self._head + len(data) if self.scope and "method" not in self.scope else 0
        if self._head > HARD_HEAD_LIMIT and not self._refused:
            self._refuse(431, head_too_large())

    def on_headers_complete(self) -> None:
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self.cycle.__class__ = Cycle  # uvicorn has no place to say so; its task has not begun

    def _unsupported_upgrade_warning(self) -> None:
        """uvicorn's advises to install a library."""

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, error_body(msg, "invalid_http"))

    def _refuse(self, status: int, body: bytes) -> None:
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.write_eof()
        # Closing with unread bytes would reset the connection, and the answer with it: let the client finish.
        self._refused = True
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


def _allow_many_connections() -> None:
    """As many open files as the system permits: every stream in flight takes two."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
