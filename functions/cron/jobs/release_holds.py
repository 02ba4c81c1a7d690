"""Give back what a process that died was holding.

A living request renews its hold, so one that has expired belongs to nobody. Releasing is a transaction on the
hold's state: two sweepers, or a sweeper and a late settlement, cannot both win.
"""

from dataclasses import asdict, dataclass
from typing import Any

from cron.deps import Deps
from gateway import log
from gateway.domain.money import Hold
from gateway.errors import StoreError
from gateway.store.schema.tables import HOLD_SHARDS

BATCH = 100
MAX_BATCHES = 50  # per shard and run: what is left waits for the next run


@dataclass(slots=True)
class _Swept:
    """What one run gave back; ``quota`` is that of the released holds together."""

    released: int = 0
    quota: int = 0
    failed: int = 0


async def run(deps: Deps) -> dict[str, Any]:
    """Release every expired hold; answers how many, and their quota."""
    swept = _Swept()
    for shard in range(HOLD_SHARDS):
        await _sweep(deps, shard, swept)
    if swept.failed:
        log.metric("SweepFailures", swept.failed)
    return asdict(swept)


async def _sweep(deps: Deps, shard: int, swept: _Swept) -> None:
    """Batch after batch, until one is not full or has a hold that stays: it would come again at once."""
    for _ in range(MAX_BATCHES):
        holds = await deps.ledger.stale(deps.clock.now(), shard, BATCH)
        failed_before = swept.failed
        for hold in holds:
            await _release(deps, hold, swept)
        if len(holds) < BATCH or swept.failed > failed_before:
            return


async def _release(deps: Deps, hold: Hold, swept: _Swept) -> None:
    try:
        if await deps.ledger.release(hold, deps.clock.now()):
            swept.released += 1
            swept.quota += hold.amount
    except StoreError as error:
        swept.failed += 1
        log.error("hold not released", request_id=hold.request_id, reason=str(error))
