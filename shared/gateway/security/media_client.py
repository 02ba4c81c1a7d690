"""The client behind ``media_fetch``: aiohttp, held to public addresses.

The rule which addresses are public is ``addresses``'s, shared with ``safe_fetch``, which admin uses. Names are
resolved here and the connection goes to exactly the addresses that were checked, so a name cannot change its
mind in between. Redirects are followed a few times, each checked anew.
"""

import ipaddress
import socket
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.security.addresses import is_public
from gateway.security.media_fetch import MAX_BYTES, Fetched, Network, Refused

MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(slots=True)
class MediaClient:
    """One pool of connections. ``allowed``: networks an operator opens although they are not public."""

    timeout: float = 30
    proxy: str = ""
    allowed: tuple[Network, ...] = ()
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def fetch(self, url: str, *, max_bytes: int = MAX_BYTES) -> Fetched:
        """The reply of a public address; raises ``Refused``."""
        session = self._session or self._open()
        for _ in range(MAX_REDIRECTS + 1):
            self._check_literal(url)
            try:
                async with session.get(url, allow_redirects=False, proxy=self.proxy or None) as reply:
                    target = reply.headers.get("location")
                    if reply.status not in _REDIRECTS or not target:
                        return await _read(reply, max_bytes)
                    url = urljoin(url, target)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                raise Refused(f"{_shown(url)} could not be fetched: {_reason(error)}") from error
        raise Refused(f"{_shown(url)} redirects too often")

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def permits(self, address: Address) -> bool:
        """Whether connections to this address are made."""
        return is_public(str(address)) or any(address in network for network in self.allowed)

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(resolver=_Checked(self), limit=32, use_dns_cache=False)
        timeout = aiohttp.ClientTimeout(total=self.timeout or None)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )
        return self._session

    def _check_literal(self, url: str) -> None:
        """What needs no name resolution: scheme, credentials, and hosts that are addresses already."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(f"{_shown(url)} is not an http or https address")
        if parts.username is not None or parts.password is not None:
            raise Refused(f"{_shown(url)} has credentials in it; leave them out")
        address = literal(parts.hostname)
        if address is not None and not self.permits(address):
            raise Refused(f"{_shown(url)} is not a public address")


class _Checked(AbstractResolver):
    """Resolves names to addresses that may be connected to, or to none."""

    def __init__(self, fetcher: MediaClient) -> None:
        self._fetcher = fetcher
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        # One private answer among public ones is how rebinding begins: none is used then.
        if not all(self._fetcher.permits(ipaddress.ip_address(answer["host"].partition("%")[0])) for answer in found):
            raise OSError(f"{host} resolves to an address that is not public")
        return found

    async def close(self) -> None:
        await self._system.close()


def literal(host: str) -> Address | None:
    """The address a host is, in any spelling the system's resolver takes (``127.1``, ``0x7f000001``)."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


async def _read(reply: aiohttp.ClientResponse, max_bytes: int) -> Fetched:
    pieces: list[bytes] = []
    size = 0
    async for piece in reply.content.iter_chunked(65_536):
        size += len(piece)
        if size > max_bytes:
            raise ValueError(f"it is larger than {max_bytes} bytes")
        pieces.append(piece)
    headers = {name.lower(): value for name, value in reply.headers.items()}
    return Fetched(status=reply.status, headers=headers, body=b"".join(pieces))


def _shown(url: str) -> str:
    """The address without its query, which may hold a signature."""
    return repr(url.partition("?")[0][:200])


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    cause = getattr(error, "os_error", None) or error
    return str(cause) if isinstance(cause, OSError | ValueError) else "the connection failed"
