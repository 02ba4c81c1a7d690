"""The client behind ``media_fetch``: aiohttp, held to public addresses.

The rule which addresses are public is ``addresses``'s, shared with ``safe_fetch``, which admin uses. Names are
resolved here and the connection goes to exactly the addresses that were checked, so a name cannot change its
mind in between. Redirects are followed a few times, each checked anew. Behind a proxy the proxy resolves names: what
they lead to is checked here all the same, but a name that changes its mind is then the proxy's to refuse.

A URL is read once, by yarl, which aiohttp connects with: two readers would sooner or later disagree about the host.
"""

import asyncio
import ipaddress
import socket
from dataclasses import field

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from gateway.records import dataclass
from gateway.security.addresses import is_public
from gateway.security.media import AT_ONCE_PER_HOST, MAX_BYTES, Allowance, FetchedMedia, MediaRefused, Network

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
    _closing: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"], repr=False)

    async def fetch(self, url: str, allowance: Allowance) -> FetchedMedia:
        """The reply of a public address; raises ``MediaRefused``."""
        session = self._session or self._open()
        target = self._checked(url)
        for _ in range(MAX_REDIRECTS + 1):
            try:
                await self._check_behind_proxy(target)
                async with session.get(target, allow_redirects=False, proxy=self.proxy or None) as reply:
                    location = reply.headers.get("location")
                    if reply.status not in _REDIRECTS or not location:
                        return await _read(reply, allowance)
                    url = str(target.join(URL(location)))
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                raise MediaRefused(f"{_shown(url)} could not be fetched: {_reason(error)}") from error
            target = self._checked(url)
        raise MediaRefused(f"{_shown(url)} redirects too often")

    def drop_idle(self) -> None:
        """Hang up, and let nobody wait for it."""
        if self._session is not None:
            closing = asyncio.ensure_future(self._session.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self._session = None

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def permits(self, address: Address) -> bool:
        """Whether connections to this address are made."""
        return is_public(str(address)) or any(address in network for network in self.allowed)

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=_Checked(self), limit=32, limit_per_host=AT_ONCE_PER_HOST, use_dns_cache=False
        )
        timeout = aiohttp.ClientTimeout(total=self.timeout or None)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )
        return self._session

    def _checked(self, url: str) -> URL:
        """What needs no name resolution: scheme, credentials, and hosts that are addresses already."""
        try:
            target = URL(url)
        except (ValueError, TypeError):  # a port out of range, a host that no name can have
            raise MediaRefused(f"{_shown(url)} is not a valid address") from None
        if target.scheme not in ("http", "https") or not target.raw_host:
            raise MediaRefused(f"{_shown(url)} is not an http or https address")
        if target.raw_user is not None or target.raw_password is not None:
            raise MediaRefused(f"{_shown(url)} has credentials in it; leave them out")
        address = literal(target.raw_host)
        if address is not None and not self.permits(address):
            raise MediaRefused(f"{_shown(url)} is not a public address")
        return target

    async def _check_behind_proxy(self, target: URL) -> None:
        if self.proxy and target.raw_host and literal(target.raw_host) is None:
            await _Checked(self).resolve(target.raw_host, target.port or 0)


class _Checked(AbstractResolver):
    """Resolves names to addresses that may be connected to, or to none."""

    def __init__(self, fetcher: MediaClient) -> None:
        self._fetcher = fetcher
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        if self._fetcher.proxy and host == URL(self._fetcher.proxy).raw_host:
            return found  # the operator's own, which is rarely public
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


async def _read(reply: aiohttp.ClientResponse, allowance: Allowance) -> FetchedMedia:
    pieces: list[bytes] = []
    size = 0
    async for piece in reply.content.iter_chunked(65_536):
        size += len(piece)
        if size > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES} bytes")
        allowance.take(len(piece))
        pieces.append(piece)
    headers = {name.lower(): value for name, value in reply.headers.items()}
    return FetchedMedia(status=reply.status, headers=headers, body=b"".join(pieces))


def _shown(url: str) -> str:
    """The address without its query, which may hold a signature."""
    return repr(url.partition("?")[0][:200])


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    cause = getattr(error, "os_error", None) or error
    return str(cause) if isinstance(cause, OSError | ValueError) else "the connection failed"
