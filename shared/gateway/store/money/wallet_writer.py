"""Writing wallets: what waits for the same wallet while a write of this process is under way becomes one write.

A write of several steps happens whole or not at all; if it is refused, each step is tried by itself and told what
became of it.
"""

from collections.abc import Sequence
from dataclasses import field
from typing import Any, Protocol

from gateway.errors import ConditionFailed, StoreError
from gateway.records import dataclass
from gateway.store.money import wallet
from gateway.store.money.coalescing import MOST_STEPS, Coalescing
from gateway.store.money.wallet import Finish, Step, Wallet

__all__ = ["MOST_STEPS", "UNTOLD", "WalletWriter", "Written"]

Json = dict[str, Any]
Written = tuple[float, Json]  # write units, and attributes that the wallet tells of itself

UNTOLD: Written = (0.0, {})


class Updates(Protocol):
    """What a writer needs of a database client."""

    async def update_measured(self, request: Json) -> Written:
        """One UpdateItem; answers the write units it took, and attributes."""
        ...


@dataclass(slots=True)
class WalletWriter:
    """One for a process. ``linger``: seconds that the end of a hold may wait to go along with the next one's begin."""

    updates: Updates
    linger: float = 0
    _queue: Coalescing[Wallet, Step, Written] = field(init=False)

    def __post_init__(self) -> None:
        self._queue = Coalescing(self._together)

    async def write(self, at: Wallet, step: Step) -> Written:
        """Do a step; answers what the write that it was part of answered. Raises ``ConditionFailed`` with the item.

        A caller who is cancelled does not know whether the step was done.
        """
        return await self._queue.write(at, step, self.linger if isinstance(step, Finish) else 0)

    def due(self, user_id: int) -> int | None:
        """A part of an account in which a step waits already, so that another costs no write; if there is one."""
        return next((at.part for at in self._queue.due() if at.user_id == user_id), None)

    async def _together(self, at: Wallet, steps: Sequence[Step]) -> list[Written | Exception]:
        try:
            written = await self.updates.update_measured(wallet.update(at, steps))
        except ConditionFailed as failed:
            if len(steps) == 1:
                return [failed]
            return [await self._alone(at, step) for step in steps]
        return [written] * len(steps)

    async def _alone(self, at: Wallet, step: Step) -> Written | Exception:
        try:
            return await self.updates.update_measured(wallet.update(at, [step]))
        except StoreError as error:
            return error
