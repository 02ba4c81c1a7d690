"""Add what was consumed to the sums by day and model, of channels, and of tokens without a limit.

Only what is settled is added: entries are found in order of when their requests began, so the sums stop before the
oldest request that is still open, and a few minutes before now.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from cron.deps import Deps
from gateway.store.money import logs
from gateway.store.money.usage import UsageSums

LAG = 120  # seconds: what a request may take until it has a hold, its upload included
INDEX_LAG = 1.0  # seconds in which an entry whose hold has just gone gets into the time index


async def run(deps: Deps, *, lag: int = LAG) -> dict[str, Any]:
    """Answers how many entries were added, and of how many people."""
    usage = UsageSums(deps.dynamo, deps.ledger.tables)
    stamp = datetime.fromtimestamp(deps.clock.now() - lag, UTC).strftime("%Y%m%d%H%M%S")
    until = await usage.settled_until(stamp)
    await asyncio.sleep(INDEX_LAG)
    first = await asyncio.to_thread(logs.first_month, deps.store)
    done = await usage.roll_up(until, first)
    return {"entries": done.entries, "users": len(done.users)}
