"""Compare the models of channels that want it with what their providers list. Nothing changes: a person decides."""

import asyncio
from typing import Any

from cron.deps import Deps
from gateway.domain.channel import ChannelStatus
from gateway.store.channels import channels
from gateway.store.schema.channels import ChannelRow
from gateway.upkeep.model_changes import ModelChanges, look, note
from gateway.upstream import Upstream
from gateway.upstream.protocol import Timeouts

_TIMEOUTS = Timeouts(connect=5, first_byte=15, idle=15)
_AT_ONCE = 8


async def run(deps: Deps) -> dict[str, Any]:
    """Answers how many channels were looked at, how many differ, and how many told no list."""
    rows = [row for row in channels.every(deps.store) if row.watch_models and row.status != ChannelStatus.DISABLED]
    upstream, turn = Upstream(timeouts=_TIMEOUTS, proxy=deps.settings.relay_proxy), asyncio.Semaphore(_AT_ONCE)

    async def one(row: ChannelRow) -> ModelChanges:
        async with turn:
            changes = await look(deps.store, row, upstream)
        await asyncio.to_thread(note, deps.store, row.id, changes)
        return changes

    try:
        found = await asyncio.gather(*map(one, rows))
    finally:
        await upstream.close()
    differ = sum(bool(changes.added or changes.gone) for changes in found)
    return {"asked": len(found), "differ": differ, "untold": sum(bool(changes.problem) for changes in found)}
