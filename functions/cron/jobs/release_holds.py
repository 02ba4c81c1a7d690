"""Finish what a process that died was holding: charge what it had delivered, give back the rest.

A living request renews its hold, so one that is over belongs to nobody. The steps are the ledger's
(``gateway.store.money.sweep``): two sweeps, or a sweep and a process that comes back, cannot both win.
"""

from dataclasses import asdict
from typing import Any

from cron.deps import Deps
from gateway import log
from gateway.errors import StoreError
from gateway.store.money.legacy_holds import LegacyHolds
from gateway.store.money.sweep import Sweep, Swept


async def run(deps: Deps) -> dict[str, Any]:
    """Sweep every wallet; answers how many holds were settled, charged and released, and the quota given back."""
    swept = await Sweep(deps.ledger, deps.clock).run()
    await _take_over(deps, swept)
    if swept.failed:
        log.metric("SweepFailures", swept.failed)
    return asdict(swept)


async def _take_over(deps: Deps, swept: Swept) -> None:
    """Give back the open holds of an older stack when they are over."""
    legacy, now = LegacyHolds(deps.dynamo, deps.ledger.tables), deps.clock.now()
    if await legacy.forgotten():
        return
    found = await legacy.open()
    for hold in found:
        if hold.expires_at >= now:
            continue
        try:
            if await legacy.release(hold, now):
                swept.released += 1
                swept.quota += hold.amount
        except StoreError as error:
            swept.failed += 1
            log.error("hold not released", request_id=hold.request_id, reason=str(error))
    if not found:
        await legacy.forget()
