"""The only HTTP client to providers. Two verbs: ``complete`` a call, or ``open`` it and read what comes.

This module is the narrow seam; ``protocol`` has its types. The client behind it (``direct``, or ``client`` for a proxy)
is loaded by the first call that leaves the gateway, so that a cold start that only checks a key does not pay for it.
Whatever the libraries raise leaves here as ``UpstreamBroken``. How a channel becomes an address and a
signature is in ``route`` and ``tokens``. What a provider's bytes mean belongs to ``gateway.outbound``; whom to ask
next, to the relay.
"""

import asyncio

from gateway.outbound.protocol import WireResponse
from gateway.upstream.protocol import OpenResponse, SignedRequest, Timeouts, UpstreamClient, WebSocket


class Upstream:
    """One pool of connections for the life of the process."""

    def __init__(
        self, *, timeouts: Timeouts | None = None, proxy: str = "", client: UpstreamClient | None = None
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._proxy = proxy
        self._client = client

    async def open(self, outgoing: SignedRequest) -> OpenResponse:
        """Send, and wait for status and headers."""
        return await (self._client or self._load()).open(outgoing)

    async def complete(self, outgoing: SignedRequest) -> WireResponse:
        """Send, and read the whole reply, which ends some time."""
        until = asyncio.get_running_loop().time() + self._timeouts.whole
        opened = await self.open(outgoing)
        try:
            return await opened.read(until)
        finally:
            await opened.close()

    async def websocket(self, outgoing: SignedRequest, frames: list[bytes]) -> WebSocket:
        """Connect, and send these text frames; raises ``HandshakeRefused``."""
        return await (self._client or self._load()).websocket(outgoing, frames)

    def warm(self) -> None:
        """Load the client now, for whoever measures how long calls take."""
        if self._client is None:
            self._load()

    def drop_idle(self) -> None:
        """Hang up: no request is under way, and what was kept has been idle for too long to be trusted."""
        if self._client is not None:
            self._client.drop_idle()

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _load(self) -> UpstreamClient:
        if self._proxy:
            from gateway.upstream.client import HttpClient  # noqa: PLC0415 (180 ms, and only where there is a proxy)

            self._client = HttpClient(self._timeouts, self._proxy)
        else:
            from gateway.upstream.direct import DirectClient  # noqa: PLC0415 (20 ms: see the module's text)

            self._client = DirectClient(self._timeouts)
        return self._client
