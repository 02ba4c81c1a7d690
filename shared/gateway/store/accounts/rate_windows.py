"""Counters per minute: how many requests and tokens somebody has used in the running one."""

from dataclasses import dataclass

from gateway.store.client.async_client import Dynamo
from gateway.store.client.expressions import Change, update
from gateway.store.schema.tables import Tables

WINDOW = 60
_KEPT_AFTER = 60  # seconds a counter outlives its window; the table deletes lazily anyway


@dataclass(frozen=True, slots=True)
class Windows:
    """Fixed windows of a minute, one item each, forgotten by the table itself."""

    dynamo: Dynamo
    tables: Tables

    async def add(self, who: str, now: int, *, requests: int = 0, tokens: int = 0) -> tuple[int, int]:
        """Count, and answer the sums of the window that ``now`` lies in."""
        begun = now - now % WINDOW
        what = Change(adds={"requests": requests, "used_tokens": tokens}, sets={"ttl": begun + WINDOW + _KEPT_AFTER})
        key = {"name": f"minute#{who}#{begun}", "shard": 0}
        found = await self.dynamo.update(update(self.tables.counters, key, what, returns="ALL_NEW"))
        return found["requests"], found["used_tokens"]
