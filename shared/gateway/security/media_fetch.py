"""The relay's side of safe fetching: files behind URLs in requests, read without blocking other requests.

The rule which addresses are public is ``addresses``'s, shared with ``safe_fetch``, which admin uses. The client is
loaded by the first fetch: most requests hold no URL, and its imports take 120 ms.
"""

import ipaddress
from dataclasses import dataclass, field
from typing import Protocol

from gateway.security.media import MAX_BYTES, FetchedMedia, Network


class MediaTransport(Protocol):
    """What does the fetching."""

    async def fetch(self, url: str, *, max_bytes: int = MAX_BYTES) -> FetchedMedia: ...
    def drop_idle(self) -> None: ...
    async def close(self) -> None: ...


@dataclass(slots=True)
class MediaFetcher:
    """One pool of connections. ``allowed``: networks an operator opens although they are not public."""

    timeout: float = 30
    proxy: str = ""
    allowed: tuple[Network, ...] = ()
    _client: MediaTransport | None = field(default=None, repr=False)

    async def fetch(self, url: str, *, max_bytes: int = MAX_BYTES) -> FetchedMedia:
        """The reply of a public address to a GET; raises ``MediaRefused``."""
        return await (self._client or self._load()).fetch(url, max_bytes=max_bytes)

    def drop_idle(self) -> None:
        """Hang up: no file is being fetched, and what was kept has been idle for too long to be trusted."""
        if self._client is not None:
            self._client.drop_idle()

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _load(self) -> MediaTransport:
        from gateway.security.media_client import MediaClient  # noqa: PLC0415 (see the module's text)

        self._client = MediaClient(self.timeout, self.proxy, self.allowed)
        return self._client


def networks(text: str) -> tuple[Network, ...]:
    """Networks from a comma-separated setting; one that is none is an error worth stopping for."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
