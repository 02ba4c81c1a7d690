"""The relay's side of safe fetching: files behind URLs in requests, read without blocking other requests.

The rule which addresses are public is ``addresses``'s, shared with ``safe_fetch``, which admin uses. The client is
loaded by the first fetch: most requests hold no URL, and its imports take 120 ms.
"""

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import field
from typing import Protocol

from gateway.records import dataclass
from gateway.security.media import MOST_FILES, Allowance, FetchedMedia, MediaRefused, Network

MOST_SECONDS = 60  # for all files of a request, unless a single one may take longer


class MediaTransport(Protocol):
    """What does the fetching."""

    async def fetch(self, url: str, allowance: Allowance) -> FetchedMedia: ...
    def drop_idle(self) -> None: ...
    async def close(self) -> None: ...


@dataclass(slots=True)
class MediaFetcher:
    """One pool of connections. ``allowed``: networks an operator opens although they are not public."""

    timeout: float = 30
    proxy: str = ""
    allowed: tuple[Network, ...] = ()
    _client: MediaTransport | None = field(default=None, repr=False)

    async def fetch(self, urls: Sequence[str]) -> list[FetchedMedia]:
        """What is behind public addresses, in their order; raises ``MediaRefused``.

        The first that gives no file ends the others: a request that cannot be served must not go on reading, least of
        all from hosts that its writer may only have named to have them asked.
        """
        if len(urls) > MOST_FILES:
            raise MediaRefused(f"the request refers to {len(urls)} files by URL; at most {MOST_FILES} are fetched")
        client, allowance = self._client or self._load(), Allowance()
        reads = [asyncio.ensure_future(_file(client, url, allowance)) for url in urls]
        try:
            async with asyncio.timeout(max(MOST_SECONDS, self.timeout)):
                return await asyncio.gather(*reads)
        except TimeoutError as late:
            raise MediaRefused("the files that the request refers to by URL took too long") from late
        finally:
            for read in reads:
                read.cancel()
            await asyncio.gather(*reads, return_exceptions=True)

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


async def _file(client: MediaTransport, url: str, allowance: Allowance) -> FetchedMedia:
    reply = await client.fetch(url, allowance)
    if reply.status != 200:
        raise MediaRefused(f"{url.partition('?')[0]!r} answered with status {reply.status}, not with a file")
    return reply


def networks(text: str) -> tuple[Network, ...]:
    """Networks from a comma-separated setting; one that is none is an error worth stopping for."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
