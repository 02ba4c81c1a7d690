"""What must happen while a provider is silent: the caller's connection and the hold are kept alive.

Two tasks, because a write to a caller who does not read may block for a while, and the hold must not wait for that.
"""

import asyncio

from gateway import log
from gateway.errors import StoreError
from relay import metering
from relay.admitted_request import AdmittedRequest, Delivery
from relay.deps import Deps
from relay.sink import Sink

FIRST_NOTE = 5.0  # seconds after which an answer under way is noted as due in its hold


class Heartbeat:
    """Beats until stopped. Costs two sleeping tasks for each stream, one for each other request."""

    def __init__(self, deps: Deps, admitted: AdmittedRequest, sink: Sink, delivery: Delivery) -> None:
        self._deps = deps
        self._admitted = admitted
        self._sink = sink
        self._delivery = delivery
        self._tasks = [asyncio.ensure_future(self._renewing())]
        if admitted.parsed.stream and deps.settings.keep_alive:
            self._tasks.append(asyncio.ensure_future(self._keeping_alive(deps.settings.keep_alive)))

    def stop(self) -> None:
        """The request is over."""
        for task in self._tasks:
            task.cancel()

    async def _keeping_alive(self, silence: float) -> None:
        while True:
            await asyncio.sleep(silence)
            if self._deps.clock.monotonic() - self._sink.last_write >= silence * 0.9:
                await self._sink.keep_alive()

    async def _renewing(self) -> None:
        """Renew the hold in time; from when something of the answer is out, with what is due for it."""
        lifetime = max(self._deps.settings.hold_ttl / 3, 0.5)
        noted, slept = False, 0.0
        while True:
            pause = lifetime if noted else min(lifetime, FIRST_NOTE)
            await asyncio.sleep(pause)
            slept += pause
            begun = self._delivery.channel is not None
            if slept >= lifetime - 0.01 or (begun and not noted):
                noted, slept = begun, 0.0
                await self._renew()

    async def _renew(self) -> None:
        deps, hold = self._deps, self._admitted.hold
        due = metering.due(self._admitted, self._delivery) if self._delivery.channel else None
        self._delivery.due_noted |= due is not None
        try:
            await deps.ledger.renew(hold, deps.clock.now() + deps.settings.hold_ttl, self._admitted.claim, due)
        except StoreError as error:
            log.warning("hold not renewed", request_id=hold.request_id, reason=str(error))
