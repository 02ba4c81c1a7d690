"""What waits for the same item while a write of this process is under way becomes one write.

So a crowd costs a process a few writes instead of one each, and no two of its writes meet at the item. Other processes'
writes are none of its business: the conditions of the steps hold against them too. What nobody waits for may linger:
it goes along with the next step that somebody waits for, and by itself when none comes.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
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
    """A step, who waits for it, and for how many seconds it may wait for company."""

    step: S
    done: "asyncio.Future[R]"
    linger: float


@dataclass(slots=True)
class _Line(Generic[S, R]):
    """What waits for one item: for the write that is under way (``busy``), else for company (``timer``).

    ``linger``: how long all of it may go on waiting.
    """

    busy: bool = False
    linger: float = math.inf
    waiting: "list[_Waiting[S, R]]" = field(default_factory=list["_Waiting[S, R]"])
    timer: asyncio.TimerHandle | None = None
    task: "asyncio.Task[None] | None" = None

    def take(self) -> "list[_Waiting[S, R]]":
        """The next steps that may be one write: no two of one request, each in its turn; they wait no longer."""
        batch: list[_Waiting[S, R]] = []
        seen: set[str] = set()
        while self.waiting and len(batch) < MOST_STEPS and self.waiting[0].step.request_id not in seen:
            seen.add(self.waiting[0].step.request_id)
            batch.append(self.waiting.pop(0))
        self.linger = min((entry.linger for entry in self.waiting), default=math.inf)
        return batch


@dataclass(slots=True)
class Coalescing(Generic[At, S, R]):
    """One for a process and a kind of item. Steps of one request for one item come one after the other.

    ``together`` does some steps at an item, and answers what became of each: a result, or what it is refused with.
    """

    together: Callable[[At, Sequence[S]], Awaitable[Sequence[R | Exception]]]
    _lines: "dict[At, _Line[S, R]]" = field(default_factory=dict["At", "_Line[S, R]"])

    async def write(self, at: At, step: S, linger: float = 0) -> R:
        """Do a step; answers what became of it, or raises it.

        ``linger``: for how many seconds it may wait for another one to go along with, at the most; who comes without
        takes it along. A caller who is cancelled does not know whether the step was done.
        """
        line = self._lines.get(at)
        if line is None:
            line = self._lines[at] = _Line()
            if not linger:
                return await self._alone(at, line, step)
        entry: _Waiting[S, R] = _Waiting(step, asyncio.get_running_loop().create_future(), linger)
        line.waiting.append(entry)
        line.linger = min(line.linger, linger)
        if not line.busy:
            self._next(at, line)
        return await entry.done  # whose end, where its caller is cancelled, touches no other step

    def due(self) -> Iterator[At]:
        """Items for which something waits, so that they will be written soon in any case."""
        return (at for at, line in self._lines.items() if line.waiting)

    async def _alone(self, at: At, line: "_Line[S, R]", step: S) -> R:
        line.busy = True
        try:
            (outcome,) = await self.together(at, [step])
        finally:
            line.busy = False
            self._next(at, line)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _next(self, at: At, line: "_Line[S, R]") -> None:
        """Go on with what has come meanwhile: at once if one of it must not wait."""
        if not line.waiting:
            del self._lines[at]
        elif line.linger:
            line.timer = line.timer or asyncio.get_running_loop().call_later(line.linger, self._begin, at, line)
        else:
            self._begin(at, line)

    def _begin(self, at: At, line: "_Line[S, R]") -> None:
        if line.timer is not None:
            line.timer.cancel()
            line.timer = None
        line.busy = True
        line.task = asyncio.ensure_future(self._drain(at, line))

    async def _drain(self, at: At, line: "_Line[S, R]") -> None:
        """Write until what waits may wait on."""
        try:
            while batch := line.take():
                await self._written(at, batch)
                if line.waiting and line.linger:
                    break
        except BaseException:
            for entry in line.waiting:
                entry.done.cancel()
            line.waiting.clear()
            raise
        finally:
            line.busy = False
            self._next(at, line)

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
