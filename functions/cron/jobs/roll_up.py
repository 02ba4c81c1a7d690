"""Add what was consumed to the sums by day and model, of channels, and of tokens without a limit.

Only what is settled is added: entries are found in order of when their requests began, so the sums stop before the
oldest request that is still open, and a few minutes before now. The operator is told of usage that was not believed.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from cron.deps import Deps
from gateway.alarms.office import Item
from gateway.store.money import logs
from gateway.store.money.usage import UsageSums
from gateway.store.settings import options

LAG = 120  # seconds: what a request may take until it has a hold, its upload included
MOST_TOLD = 100  # requests of one alarm
INDEX_LAG = 1.0  # seconds in which an entry whose hold has just gone gets into the time index


async def run(deps: Deps, *, lag: int = LAG) -> dict[str, Any]:
    """Answers how many entries were added, and of how many people."""
    usage = UsageSums(deps.dynamo, deps.ledger.tables)
    stamp = datetime.fromtimestamp(deps.clock.now() - lag, UTC).strftime("%Y%m%d%H%M%S")
    until = await usage.settled_until(stamp)
    await deps.pause(INDEX_LAG)
    first = await asyncio.to_thread(logs.first_month, deps.store)
    done = await usage.roll_up(until, first)
    if done.quarantined:
        await asyncio.to_thread(_tell, deps, done.quarantined)
    return {"entries": done.entries, "users": len(done.users)}


def _tell(deps: Deps, requests: list[str]) -> None:
    """Of the first hundred; the ledger has all."""
    office = deps.office(options.current(deps.store))
    if office.reachable():
        office.tell("用量异常 / usage in quarantine", [_item(request) for request in requests[:MOST_TOLD]])


def _item(request: str) -> Item:
    html = (
        f"<p>请求 {request}：渠道报告的用量不可信，已按预扣额度计费。</p>"
        f"<p>Request {request}: the reported usage was not believed, what was held was charged.</p>"
    )
    return Item(event="quarantined", key=f"quarantined {request}", html=html)
