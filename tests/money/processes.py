"""Processes of the gateway that stand still before every call to the database until they are let on, or die there."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from gateway.clock import SystemClock
from gateway.store.money.ledger import Ledger
from gateway.store.money.sweep import Sweep
from gateway.store.money.wallet_parts import Parts
from gateway.store.schema.tables import Tables

Json = dict[str, Any]
Verdict = tuple[bool, bool]  # whether the call is made, whether its process lives on


class Crash(BaseException):
    """The process is gone at this point."""


@dataclass(slots=True)
class Time:
    """A clock that stands still until it is moved; others may be some seconds off."""

    seconds: int = 1_800_000_000
    real: SystemClock = field(default_factory=SystemClock)

    def now(self) -> int:
        return self.seconds

    def now_ms(self) -> int:
        return self.seconds * 1000

    def monotonic(self) -> float:
        return float(self.seconds)

    def wall(self) -> float:
        return float(self.seconds)

    def random_digits(self, count: int) -> str:
        return self.real.random_digits(count)

    def token(self, bytes_: int = 16) -> str:
        return self.real.token(bytes_)

    def fraction(self) -> float:
        return self.real.fraction()


@dataclass(slots=True)
class Off(Time):
    """Another's clock, so many seconds off."""

    by: int = 0
    true: Time = field(default_factory=Time)

    def now(self) -> int:
        return self.true.seconds + self.by

    def now_ms(self) -> int:
        return self.now() * 1000


@dataclass(slots=True)
class Process:
    """One process: its database client, clock and ledger, and the calls that wait to be made."""

    inner: Any
    tables: Tables
    clock: Off
    dead: bool = False
    waiting: list["asyncio.Future[Verdict]"] = field(default_factory=list["asyncio.Future[Verdict]"])
    made: list[str] = field(default_factory=list[str])  # names of the calls that were made
    tasks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])
    under_way: int = 0
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        chance = random.Random(5).random
        ledger = Ledger(self, self.tables, self.clock, chance=chance)  # pyright: ignore
        parts = Parts(self, self.tables, lambda: 0.99, crowd=0)  # pyright: ignore  split only when told to
        object.__setattr__(ledger, "parts", parts)
        self.ledger = ledger

    @property
    def sweep(self) -> Sweep:
        return Sweep(self.ledger, self.clock)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin something; errors that nobody expects are raised by ``failed``."""
        task = asyncio.ensure_future(_mortal(work))
        self.tasks.add(task)

    def failed(self) -> None:
        """Raise what went wrong in what has ended."""
        for task in [task for task in self.tasks if task.done()]:
            self.tasks.discard(task)
            task.result()

    def die(self) -> None:
        """Everything in it ends where it stands."""
        self.dead = True
        for call in self.waiting:
            if not call.done():
                call.set_exception(Crash())
        self.waiting.clear()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name == "pages":
            return self._pages

        async def call(*given: Any, **named: Any) -> Any:
            return await self._made(name, lambda: getattr(self.inner, name)(*given, **named))

        return call

    async def _pages(self, request: Json) -> AsyncGenerator[list[Json]]:
        for page in await self._made("query", lambda: self.inner.query(request)):
            yield [page]

    async def _made(self, name: str, call: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        if self.dead:
            raise Crash
        allowed: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self.waiting.append(allowed)
        made, lives = await allowed
        if not made:
            raise Crash
        self.made.append(name)
        self.under_way += 1
        try:
            answer = await call()
        finally:
            self.under_way -= 1
            if not lives:
                self.die()
        if self.dead:
            raise Crash
        return answer

    def let_on(self, which: int, verdict: Verdict = (True, True)) -> None:
        """Let one of the waiting calls be made; or the process dies at it, before or after it was made."""
        if not self.waiting:
            return
        call = self.waiting.pop(which % len(self.waiting))
        call.set_result(verdict)
        if verdict == (False, False):
            self.die()


async def _mortal(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (Crash, asyncio.CancelledError):
        return  # with its process
