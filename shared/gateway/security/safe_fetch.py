"""The only fetcher for addresses that people put into settings or requests.

It connects to public addresses only: the name is resolved here, every address it has must be public, and the
connection goes to the address that was checked, so a name that changes its mind gains nothing. Redirects are
not followed. Plain http, and private addresses, only for hosts that the operator lists (FETCH_ALLOWED_HOSTS).
"""

import json
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode, urlsplit

from gateway.security.addresses import is_public

if TYPE_CHECKING:
    import httpcore

MOST_BYTES = 1024 * 1024


class FetchRefused(Exception):
    """The address may not be fetched; the message says why."""


class FetchFailed(Exception):
    """The server could not be reached, or answered too much."""


class FetchUnsure(FetchFailed):
    """The request was on its way when it failed: whether it arrived nobody knows."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON; ``FetchFailed`` if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise FetchFailed("the answer is not JSON") from error


@dataclass(frozen=True)
class Fetcher:
    """Fetches with one policy. ``allowed`` holds hosts, or ``host:port``, that are exempt from it."""

    allowed: frozenset[str] = frozenset()
    timeout: float = 5.0  # seconds, for each of connecting, sending and reading

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """One GET."""
        return self._fetch("GET", url, headers or {}, b"")

    def post_json(self, url: str, body: Any, headers: Mapping[str, str] | None = None) -> Fetched:
        """One POST of a JSON body."""
        sent = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
        return self._fetch("POST", url, sent, json.dumps(body).encode())

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Fetched:
        """One POST of JSON that is bytes already, such as a body that was signed."""
        return self._fetch("POST", url, {"Content-Type": "application/json", **(headers or {})}, body)

    def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Fetched:
        """One POST of a form."""
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            **(headers or {}),
        }
        return self._fetch("POST", url, sent, urlencode(form).encode())

    def _fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
        import httpcore  # noqa: PLC0415 (1 MB and 30 ms, and few processes fetch anything)

        self.check(url)
        sent = {"Host": urlsplit(url).netloc.rpartition("@")[2], "Content-Length": str(len(body)), **headers}
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self.timeout)
        try:
            with self._pool.stream(
                method, url, headers=list(sent.items()), content=body, extensions={"timeout": limits}
            ) as response:
                return Fetched(response.status, _bounded(response.iter_stream()))
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.UnsupportedProtocol) as error:
            raise FetchFailed(f"{type(error).__name__}") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise FetchUnsure(f"{type(error).__name__}") from error

    def check(self, url: str) -> None:
        """``FetchRefused`` unless the address has a form that may be fetched; where it leads is checked later."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise FetchRefused("not a valid address") from None
        if any(ord(character) <= 32 or ord(character) > 126 for character in url):
            raise FetchRefused("an address has ASCII characters only, and no blanks")
        if parts.scheme not in ("https", "http") or not host or "@" in parts.netloc:
            raise FetchRefused("only addresses of the form https://host/path can be fetched")
        if parts.scheme == "http" and not self.exempt(host, port or 80):
            raise FetchRefused("plain http is only allowed to hosts in FETCH_ALLOWED_HOSTS")

    def exempt(self, host: str, port: int) -> bool:
        """Whether the operator vouches for this host."""
        return host in self.allowed or f"{host}:{port}" in self.allowed

    @cached_property
    def _pool(self) -> "httpcore.ConnectionPool":
        import httpcore  # noqa: PLC0415 (see _fetch)

        guarded = cast("httpcore.NetworkBackend", _Guarded(self, httpcore.SyncBackend()))
        context = ssl.create_default_context()
        return httpcore.ConnectionPool(ssl_context=context, network_backend=guarded, max_keepalive_connections=0)


@dataclass(slots=True)
class _Guarded:
    """A backend of httpcore's, which connects to addresses that were checked."""

    policy: Fetcher
    inner: "httpcore.NetworkBackend"

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> "httpcore.NetworkStream":
        addresses = _resolve(host, port)
        if not self.policy.exempt(host, port) and not all(is_public(address) for address in addresses):
            raise FetchRefused(f"{host} leads to an address that is not public")
        return self.inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"{host} cannot be resolved") from error
    return [str(entry[4][0]) for entry in found]


def _bounded(parts: Iterable[bytes]) -> bytes:
    body = b""
    for part in parts:
        body += part
        if len(body) > MOST_BYTES:
            raise FetchUnsure("the answer is too long")
    return body
