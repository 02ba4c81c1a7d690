"""Writing what limits count: what waits for the same item becomes one write, as for wallets.

The first try is blind, so that it costs one round trip. If it is refused the item is known, and what it says decides:
who does not fit is told so without a write of his own, the others are written with what is over taken out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from gateway.clock import Clock
from gateway.errors import ConditionFailed, StoreError
from gateway.records import dataclass
from gateway.store.client.attributes import to_item
from gateway.store.money.coalescing import Coalescing
from gateway.store.money.window_items import Outcome, Settle, Step, drafted

Json = dict[str, Any]

_ATTEMPTS = 12  # each fails only because somebody else has written meanwhile


class WindowUpdates(Protocol):
    """What a writer needs of a database client."""

    async def update(self, request: Json) -> Json:
        """One UpdateItem; answers the attributes it asked for."""
        ...

    async def get(self, table: str, key: Json) -> Json | None:
        """One item."""
        ...


@dataclass(slots=True)
class WindowWriter:
    """One for a process."""

    updates: WindowUpdates
    table: str
    clock: Clock
    _queue: Coalescing[str, Step, Mapping[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self._queue = Coalescing(self._together)

    async def write(self, name: str, step: Step) -> Mapping[str, int]:
        """Do a step; answers what it left behind, by attribute. Raises ``WindowFull``."""
        return await self._queue.write(name, step)

    async def _together(self, name: str, steps: Sequence[Step]) -> list[Outcome]:
        outcomes, known = dict[str, Outcome](), await self._known(name, steps)
        for _ in range(_ATTEMPTS):
            left = [step for step in steps if step.request_id not in outcomes]
            draft, decided = drafted(left, known, self.clock.now())
            outcomes |= decided
            writes = [step for step in left if step.request_id not in decided]
            if not writes:
                break
            try:
                written = await self.updates.update(draft.request(self.table, name))
            except ConditionFailed as failed:
                known = failed.reasons[0] or {}
            except StoreError as error:
                outcomes |= dict.fromkeys((step.request_id for step in writes), error)
            else:
                outcomes |= dict.fromkeys((step.request_id for step in writes), written)
        moving = StoreError(f"{name} keeps moving")
        return [outcomes.get(step.request_id, moving) for step in steps]

    async def _known(self, name: str, steps: Sequence[Step]) -> Json | None:
        """The item, where a step would take out of it what is over: the first one of each bucket."""
        if not any(isinstance(step, Settle) and step.rules for step in steps):
            return None
        return await self.updates.get(self.table, to_item({"name": name, "shard": 0})) or {}
