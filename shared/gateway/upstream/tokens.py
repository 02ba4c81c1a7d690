"""Access tokens that some providers want fetched before a call, kept until they end.

They age by the wall, from when they were asked for: a process may be frozen for longer than a token is good.
"""

import asyncio
import hashlib
from dataclasses import field

from gateway.clock import Clock
from gateway.domain.channel import Channel
from gateway.providers import auth
from gateway.providers.spec import Provider
from gateway.records import dataclass
from gateway.upstream import Upstream
from gateway.upstream.protocol import SignedRequest


@dataclass(slots=True)
class ProviderTokens:
    """Tokens by a hash of the credentials they were given for; concurrent requests share one fetch."""

    upstream: Upstream
    clock: Clock
    _kept: dict[str, auth.ProviderToken] = field(default_factory=dict[str, auth.ProviderToken])
    _fetching: dict[str, "asyncio.Task[auth.ProviderToken]"] = field(
        default_factory=dict[str, "asyncio.Task[auth.ProviderToken]"]
    )

    async def get(self, row: Provider, channel: Channel, key: str) -> str:
        """A token for this channel's key; raises ``BadKey``, ``ProviderFault`` or ``UpstreamBroken``."""
        if not auth.needs_token(row):
            return ""
        now = int(self.clock.wall())
        credentials = auth.token_name(row, key=key, config=channel.config, base_url=channel.base_url)
        name = hashlib.sha256(credentials.encode()).hexdigest()
        kept = self._kept.get(name)
        if kept is not None and kept.fresh_until > now:
            return kept.text
        task = self._fetching.get(name)
        if task is None:
            at = self.clock.now()
            request = auth.token_request(row, key=key, config=channel.config, base_url=channel.base_url, now=at)
            task = self._fetching[name] = asyncio.ensure_future(self._fetch(row, request, name, now))
        return (await asyncio.shield(task)).text

    def forget(self) -> None:
        """Fetch anew from now on: a provider no longer takes a token that should still be good."""
        self._kept.clear()

    def drop_stale(self) -> None:
        """Forget what is over, and wait no longer for what was asked for before the process was frozen."""
        now = self.clock.wall()
        self._kept = {name: token for name, token in self._kept.items() if token.fresh_until > now}
        self._fetching.clear()

    async def _fetch(self, row: Provider, request: auth.TokenRequest, name: str, now: int) -> auth.ProviderToken:
        try:
            call = request.call
            outgoing = SignedRequest(method=call.method, url=request.url, headers=call.headers, body=call.body)
            reply = await self.upstream.complete(outgoing)
            token = auth.read_token(row, reply, now)
            self._kept[name] = token
            return token
        finally:
            if self._fetching.get(name) is asyncio.current_task():
                del self._fetching[name]
