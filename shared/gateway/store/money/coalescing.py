"""What waits for the same item while a write of this process is under way becomes one write.

So a crowd costs a process a few writes instead of one each, and no two of its writes meet at the item. Other processes'
writes are none of its business: the conditions of the steps hold against them too.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import field
from typing import Generic, Protocol, TypeVar

from gateway.errors import StoreError
from gateway.records import dataclass

MOST_STEPS = 32  # of one write: an expression may have 4 kB


class Coalesced(Protocol):
    """One change of one item, for a request."""

    @property
    def request_id(self) -> str: ...


At = TypeVar("At", bound=Hashable)
S = TypeVar("S", bound=Coalesced)
R = TypeVar("R")


@dataclass(slots=True)
class _Waiting(Generic[S, R]):
    """A step and who waits for it."""

    step: S
    done: "asyncio.Future[R]"


@dataclass(slots=True)
class Coalescing(Generic[At, S, R]):
    """One for a process and a kind of item. Steps of one request for one item come one after the other.

    ``together`` does some steps at an item, and answers what became of each: a result, or what it is refused with.
    """

    together: Callable[[At, Sequence[S]], Awaitable[Sequence[R | Exception]]]
    _waiting: dict[At, list[_Waiting[S, R]]] = field(default_factory=dict["At", "list[_Waiting[S, R]]"])
    _writing: dict[At, "asyncio.Task[None]"] = field(default_factory=dict["At", "asyncio.Task[None]"])

    async def write(self, at: At, step: S) -> R:
        """Do a step; answers what became of it, or raises it.

        A caller who is cancelled does not know whether the step was done.
        """
        if at not in self._writing and at not in self._waiting:
            self._waiting[at] = []
            try:
                (outcome,) = await self.together(at, [step])
            finally:
                self._next(at)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        entry: _Waiting[S, R] = _Waiting(step, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(at, []).append(entry)
        return await entry.done  # whose end, where its caller is cancelled, touches no other step

    def _next(self, at: At) -> None:
        """Go on with what has come meanwhile."""
        if self._waiting[at]:
            self._writing[at] = asyncio.ensure_future(self._drain(at))
        else:
            del self._waiting[at]

    async def _drain(self, at: At) -> None:
        try:
            while batch := _apart(self._waiting[at]):
                await self._written(at, batch)
        finally:
            for entry in self._waiting.pop(at):
                entry.done.cancel()
            del self._writing[at]

    async def _written(self, at: At, batch: Sequence[_Waiting[S, R]]) -> None:
        try:
            outcomes = await self.together(at, [entry.step for entry in batch])
        except StoreError as error:
            outcomes = [error] * len(batch)
        except BaseException:
            for entry in batch:
                entry.done.cancel()
            raise
        for entry, outcome in zip(batch, outcomes, strict=True):
            _settle(entry, outcome)


def _settle(entry: _Waiting[S, R], outcome: R | Exception) -> None:
    if entry.done.done():
        return
    if isinstance(outcome, Exception):
        entry.done.set_exception(outcome)
    else:
        entry.done.set_result(outcome)


def _apart(waiting: list[_Waiting[S, R]]) -> list[_Waiting[S, R]]:
    """The next steps that may be one write: no two of one request, each in its turn; they wait no longer."""
    batch: list[_Waiting[S, R]] = []
    seen: set[str] = set()
    while waiting and len(batch) < MOST_STEPS and waiting[0].step.request_id not in seen:
        seen.add(waiting[0].step.request_id)
        batch.append(waiting.pop(0))
    return batch
