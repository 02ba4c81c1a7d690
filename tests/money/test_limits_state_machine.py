"""No interleaving of takes, ends, deaths and sweeps passes a limit, or leaves anything of it behind.

Requests take a budget, requests at once and requests a minute, wait as long as chance lets them, and are charged, given
up or killed; several processes are stopped between any two calls of the database; time goes on, buckets end.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.limits import LimitRule
from gateway.store.money.window_items import WindowFull, used
from gateway.store.money.windows import LimitShare, Windows
from tests.gateway.store.money.windowed import TABLES, Counted, Time, draw, sums_agree
from tests.support.contending.client import ContendingDynamo
from tests.support.contending.contention import INSTANT
from tests.support.contending.engine import Engine

RULES = (
    LimitRule(what="quota", window="5h", rolling=True, most=100),
    LimitRule(what="quota", window="day", most=150, zone="Europe/Berlin"),
    LimitRule(what="requests", window="minute", most=4),
    LimitRule(what="concurrent", most=3),
)
Json = dict[str, Any]


class Gated(ContendingDynamo):
    """Calls of the database happen when they are let on; those of a process that died never do."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.waiting: list[asyncio.Event] = []
        self.dead = False

    async def _once(self, operation: str, body: bytes) -> Json:
        await self._gate()
        answer = await super()._once(operation, body)
        await self._gate()
        return answer

    async def _gate(self) -> None:
        gate = asyncio.Event()
        self.waiting.append(gate)
        await gate.wait()
        if self.dead:
            await asyncio.Event().wait()

    def let_on(self, number: int) -> None:
        if self.waiting:
            self.waiting.pop(number % len(self.waiting)).set()


@dataclass
class Request:
    """One request, and what it is held or was charged for in the end."""

    number: int
    process: int
    held: int
    taken: LimitShare | None = None
    ended: bool = False


@dataclass
class Hall:
    """Processes, requests and time; the truth is what ``requests`` say."""

    counted: Counted = field(default_factory=lambda: Counted(pace=INSTANT))
    time: Time = field(default_factory=Time)
    requests: list[Request] = field(default_factory=list)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counted.time = self.time
        self.plain = Windows(ContendingDynamo(self.counted.engine), TABLES, self.time)
        self.gates = [Gated(self.counted.engine) for _ in range(3)]
        self.counted.windows = [Windows(gate, TABLES, self.time) for gate in self.gates]
        self.counted.processes = 3

    async def step(self, kind: str, number: int, amount: int) -> None:
        process = number % 3
        if kind == "ask":
            request = Request(len(self.requests), process, amount)
            self.requests.append(request)
            self.tasks.append(asyncio.ensure_future(self._ask(request)))
        elif kind == "end":
            open_ = [one for one in self.requests if one.taken and not one.ended and not self.gates[one.process].dead]
            if open_:
                request = open_[number % len(open_)]
                request.ended = True
                self.tasks.append(asyncio.ensure_future(self._end(request, amount)))
        elif kind == "again" and (ended := [one for one in self.requests if one.taken and one.ended]):
            request = ended[number % len(ended)]
            self.tasks.append(asyncio.ensure_future(self._end(request, amount, process=process)))
        elif kind == "go":
            for _ in range(amount % 16):
                self.gates[process].let_on(amount)
                await settled()
        elif kind == "wait":
            self.time.move(amount * 90)
        elif kind == "die" and amount > 65:
            self.gates[process].dead = True
        await settled()

    async def _ask(self, request: Request) -> None:
        draws = [draw(rule, request.held if rule.what == "quota" else 1) for rule in RULES]
        try:
            request.taken = await self.counted.take(
                *draws, process=request.process, request_id=f"{request.number:031d}"
            )
        except WindowFull:
            request.ended = True

    async def _end(self, request: Request, amount: int, process: int | None = None) -> None:
        assert request.taken is not None
        spent = min(amount, request.held)
        at = request.process if process is None else process
        await self.counted.windows[at].settle(request.taken, _stay(spent))

    async def look(self) -> None:
        for task in self.tasks:
            if task.done() and not task.cancelled():
                task.result()
        item = await self.plain.item("token#70")
        sums_agree(item, RULES)
        for rule in RULES:
            assert 0 <= used(item, rule, self.time.now()) <= rule.most, (rule.key, item)

    async def close(self) -> None:
        """Everybody goes on who is not dead; what the dead left is swept. Then nothing is held."""
        for _ in range(200):
            for gate in self.gates:
                gate.let_on(0)
            await settled()
        await self.look()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for request in self.requests:
            await self.plain.finish("token#70", f"{request.number:031d}", _stay(0))
        item = await self.plain.item("token#70")
        assert not [name for name in item if name.startswith("h:")]
        assert item.get("s:concurrent", 0) == 0
        await self.look()


def _stay(spent: int) -> Any:
    return lambda key, amount: spent if key.startswith("quota") else 0 if key == "concurrent" else amount


async def settled() -> None:
    """Everything that can happen without the database has happened."""
    for _ in range(12):
        await asyncio.sleep(0)


KINDS = ("ask", "ask", "ask", "end", "end", "again", "go", "go", "go", "go", "go", "wait", "die")


def played(seed: int, moves: int) -> None:
    """As chance has it: lists of Hypothesis' own hardly ever let anybody come to an end."""

    async def play() -> None:
        chance, hall = random.Random(seed), Hall()
        for _ in range(moves):
            await hall.step(chance.choice(KINDS), chance.randrange(21), chance.randrange(71))
            await hall.look()
        await hall.close()

    asyncio.run(play())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_no_interleaving_passes_a_limit(seed: int) -> None:
    played(seed, 60)


@pytest.mark.money
@pytest.mark.timeout(1200)
@settings(max_examples=2000, deadline=None)
@given(st.integers(0, 2**32))
def test_no_interleaving_passes_a_limit_in_thousands_of_examples(seed: int) -> None:
    played(seed, 150)
