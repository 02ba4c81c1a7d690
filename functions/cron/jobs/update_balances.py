"""Ask every provider that tells it how much is left on the account of each channel in service."""

import asyncio
from typing import Any

from cron.deps import Deps
from gateway.domain.channel import ChannelStatus
from gateway.store.channels import channels
from gateway.upkeep.balances import has_balance, refresh


async def run(deps: Deps) -> dict[str, Any]:
    """Answers how many channels were asked about, and how many told."""
    rows = [row for row in channels.every(deps.store) if row.status == ChannelStatus.ENABLED and has_balance(row)]
    heard = await asyncio.to_thread(refresh, deps.store, rows, proxy=deps.settings.relay_proxy)
    return {"asked": len(heard), "told": sum(answer.balance is not None for answer in heard)}
