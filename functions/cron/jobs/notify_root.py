"""Tell root of channels that went out of service or came back since root was last told.

The relay only writes a channel's status, so that no request waits for a mail; this job finds what changed. It notes
what it told after telling it: a run that dies in between tells twice, never not at all.
"""

import asyncio
from typing import Any

from cron.deps import Deps
from gateway.store.settings import options
from gateway.upkeep import notices


async def run(deps: Deps) -> dict[str, Any]:
    """Answers of how many channels root was told."""
    current = options.current(deps.store)
    told = await asyncio.to_thread(notices.tell_channel_changes, deps.office(current))
    return {"told": told}
