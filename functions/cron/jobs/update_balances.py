"""Ask every provider that tells it how much is left on the account of each channel in service; and tell the operator
of what is low.
"""

import asyncio
from typing import Any

from cron.deps import Deps
from gateway.domain.channel import ChannelStatus
from gateway.store.channels import channels
from gateway.store.settings import options
from gateway.upkeep import notices
from gateway.upkeep.balances import has_balance, refresh


async def run(deps: Deps) -> dict[str, Any]:
    """Answers how many channels were asked about, and how many told."""
    rows = [row for row in channels.every(deps.store) if row.status == ChannelStatus.ENABLED and has_balance(row)]
    heard = await asyncio.to_thread(refresh, deps.store, rows, proxy=deps.settings.relay_proxy)
    current = options.current(deps.store)
    if float(current["ChannelBalanceThreshold"]):
        known = {answer.channel_id for answer in heard if answer.balance is not None}
        fresh = [row for row in channels.every(deps.store) if row.id in known]
        await asyncio.to_thread(notices.tell_low_balances, deps.office(current), fresh)
    return {"asked": len(heard), "told": sum(answer.balance is not None for answer in heard)}
