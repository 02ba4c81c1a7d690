"""Writing wallets: what waits for the same wallet while a write of this process is under way becomes one write.

So a crowd of one account's requests costs a process a few writes instead of one each, and no two of its writes meet at
the item. A write of several steps happens whole or not at all; if it is refused, each step is tried by itself and told
what became of it. Other processes' writes are none of its business: the conditions of the steps hold against them too.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gateway.errors import ConditionFailed, StoreError
from gateway.store.money import wallet
from gateway.store.money.wallet import Step, Wallet

Json = dict[str, Any]
Written = tuple[float, Json]  # write units, and attributes that the wallet tells of itself

UNTOLD: Written = (0.0, {})
MOST_STEPS = 32  # of one write: an expression may have 4 kB


class Updates(Protocol):
    """What a writer needs of a database client."""

    async def update_measured(self, request: Json) -> Written:
        """One UpdateItem; answers the write units it took, and attributes."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A step and who waits for it."""

    step: Step
    done: "asyncio.Future[Written]"


@dataclass(slots=True)
class WalletWriter:
    """One for a process. Steps of one request for one wallet come one after the other."""

    updates: Updates
    _waiting: dict[Wallet, list[_Waiting]] = field(default_factory=dict[Wallet, list[_Waiting]])
    _writing: dict[Wallet, "asyncio.Task[None]"] = field(default_factory=dict[Wallet, "asyncio.Task[None]"])

    async def write(self, at: Wallet, step: Step) -> Written:
        """Do a step; answers what the write that it was part of answered. Raises ``ConditionFailed`` with the item.

        A caller who is cancelled does not know whether the step was done.
        """
        if at not in self._writing and at not in self._waiting:
            self._waiting[at] = []
            try:
                return await self._alone(at, step)
            finally:
                self._next(at)
        entry = _Waiting(step, asyncio.get_running_loop().create_future())
        entry.done.add_done_callback(_looked_at)
        self._waiting.setdefault(at, []).append(entry)
        return await asyncio.shield(entry.done)

    def _next(self, at: Wallet) -> None:
        """Go on with what has come meanwhile."""
        if self._waiting[at]:
            self._writing[at] = asyncio.ensure_future(self._drain(at))
        else:
            del self._waiting[at]

    async def _drain(self, at: Wallet) -> None:
        try:
            while batch := _apart(self._waiting[at]):
                await self._together(at, batch)
        finally:
            for entry in self._waiting.pop(at):
                entry.done.cancel()
            del self._writing[at]

    async def _alone(self, at: Wallet, step: Step) -> Written:
        return await self.updates.update_measured(wallet.update(at, [step]))

    async def _together(self, at: Wallet, batch: Sequence[_Waiting]) -> None:
        try:
            written = await self.updates.update_measured(wallet.update(at, [entry.step for entry in batch]))
        except ConditionFailed as failed:
            if len(batch) == 1:
                _settle(batch[0], failed)
                return
            for entry in batch:
                await self._together(at, [entry])
        except StoreError as error:
            for entry in batch:
                _settle(entry, error)
        except BaseException:
            for entry in batch:
                entry.done.cancel()
            raise
        else:
            for entry in batch:
                _settle(entry, written)


def _looked_at(done: "asyncio.Future[Written]") -> None:
    """Nobody may be waiting any more, and then nobody misses the outcome."""
    if not done.cancelled():
        done.exception()


def _settle(entry: _Waiting, outcome: Written | Exception) -> None:
    if entry.done.done():
        return
    if isinstance(outcome, Exception):
        entry.done.set_exception(outcome)
    else:
        entry.done.set_result(outcome)


def _apart(waiting: list[_Waiting]) -> list[_Waiting]:
    """The next steps that may be one write: no two about the same hold, each in its turn; they wait no longer."""
    batch: list[_Waiting] = []
    seen: set[str] = set()
    while waiting and len(batch) < MOST_STEPS and waiting[0].step.request_id not in seen:
        seen.add(waiting[0].step.request_id)
        batch.append(waiting.pop(0))
    return batch
