"""Give back what a process that died was holding.

A living request renews its hold, so one that has expired belongs to nobody. Releasing is a transaction on the
hold's state: two sweepers, or a sweeper and a late settlement, cannot both win.
"""

from typing import Any

from cron.deps import Deps
from gateway import log
from gateway.errors import StoreError
from gateway.store.tables import HOLD_SHARDS

BATCH = 100
MAX_BATCHES = 50  # per shard and run: what is left waits for the next run


async def run(deps: Deps) -> dict[str, Any]:
    """Release every expired hold; answers how many, and their quota."""
    released = quota = failed = 0
    for shard in range(HOLD_SHARDS):
        for _ in range(MAX_BATCHES):
            holds = await deps.ledger.stale(deps.clock.now(), shard, BATCH)
            failed_before = failed
            for hold in holds:
                try:
                    if await deps.ledger.release(hold, deps.clock.now()):
                        released += 1
                        quota += hold.amount
                except StoreError as error:
                    failed += 1
                    log.error("hold not released", request_id=hold.request_id, reason=str(error))
            if len(holds) < BATCH or failed > failed_before:
                break
    if failed:
        log.metric("SweepFailures", failed)
    return {"released": released, "quota": quota, "failed": failed}
