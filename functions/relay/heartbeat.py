"""What must happen while a provider is silent: the caller's connection and the hold are kept alive."""

import asyncio

from gateway import log
from gateway.errors import StoreError
from relay.admitted_request import AdmittedRequest
from relay.deps import Deps
from relay.sink import Sink


class Heartbeat:
    """Beats until stopped. Costs one sleeping task per request."""

    def __init__(self, deps: Deps, admitted: AdmittedRequest, sink: Sink) -> None:
        self._deps = deps
        self._job = admitted
        self._sink = sink
        self._task = asyncio.ensure_future(self._beat())

    def stop(self) -> None:
        """The request is over."""
        self._task.cancel()

    async def _beat(self) -> None:
        settings, clock = self._deps.settings, self._deps.clock
        silence = settings.keep_alive if self._job.parsed.stream else 0
        lifetime = max(settings.hold_ttl / 3, 0.5)
        renew_at = clock.monotonic() + lifetime
        while True:
            await asyncio.sleep(min(silence or lifetime, lifetime))
            now = clock.monotonic()
            if silence and now - self._sink.last_write >= silence * 0.9:
                await self._sink.keep_alive()
            if now >= renew_at - 0.01:
                renew_at = now + lifetime
                await self._renew()

    async def _renew(self) -> None:
        expires_at = self._deps.clock.now() + self._deps.settings.hold_ttl
        try:
            await self._deps.ledger.renew(self._job.hold.request_id, expires_at, self._job.claim)
        except StoreError as error:
            log.warning("hold not renewed", request_id=self._job.hold.request_id, reason=str(error))
