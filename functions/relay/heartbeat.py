"""What must happen while a provider is silent: the caller's connection and the hold are kept alive.

Two of them, because a write to a caller who does not read may block for a while, and the hold must not wait for that.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from gateway import log
from gateway.errors import StoreError
from relay import metering
from relay.admitted_request import AdmittedRequest, Delivery
from relay.deps import Deps
from relay.sink import Sink

FIRST_NOTE = 5.0  # seconds after which an answer under way is noted as due in its hold


class Heartbeat:
    """Beats until stopped. Costs a timer, two for a stream; a task only who outlives it, which few requests do."""

    def __init__(self, deps: Deps, admitted: AdmittedRequest, sink: Sink, delivery: Delivery) -> None:
        self._deps = deps
        self._admitted = admitted
        self._sink = sink
        self._delivery = delivery
        self._tasks: list[asyncio.Task[None]] = []
        self._lifetime = max(deps.settings.hold_ttl / 3, 0.5)
        self._timers = [self._after(min(self._lifetime, FIRST_NOTE), self._renewing)]
        if admitted.parsed.stream and deps.settings.keep_alive:
            self._timers.append(self._after(deps.settings.keep_alive, self._keeping_alive))

    def stop(self) -> None:
        """The request is over."""
        for each in (*self._timers, *self._tasks):
            each.cancel()

    def _after(self, seconds: float, beat: Callable[[float], Coroutine[Any, Any, None]]) -> asyncio.TimerHandle:
        def begin() -> None:
            self._tasks.append(asyncio.ensure_future(beat(seconds)))

        return asyncio.get_running_loop().call_later(seconds, begin)

    async def _keeping_alive(self, silence: float) -> None:
        while True:
            if self._deps.clock.monotonic() - self._sink.last_write >= silence * 0.9:
                await self._sink.keep_alive()
            await asyncio.sleep(silence)

    async def _renewing(self, slept: float) -> None:
        """Renew the hold in time; from when something of the answer is out, with what is due for it."""
        noted = False
        while True:
            begun = self._delivery.channel is not None
            if slept >= self._lifetime - 0.01 or (begun and not noted):
                noted, slept = begun, 0.0
                await self._renew()
            pause = self._lifetime if noted else min(self._lifetime, FIRST_NOTE)
            await asyncio.sleep(pause)
            slept += pause

    async def _renew(self) -> None:
        deps, hold = self._deps, self._admitted.hold
        due = metering.due(self._admitted, self._delivery) if self._delivery.channel else None
        self._delivery.due_noted |= due is not None
        try:
            await deps.ledger.renew(hold, deps.clock.now() + deps.settings.hold_ttl, self._admitted.claim, due)
        except StoreError as error:
            log.warning("hold not renewed", request_id=hold.request_id, reason=str(error))
