"""Windows of limits on tables in memory, several processes over the same ones, and what lies there."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.clock import SystemClock
from gateway.domain.limits import LimitRule
from gateway.store.money.window_items import Draw, Take, WindowFull
from gateway.store.money.windows import LimitShare, Windows
from gateway.store.schema.tables import Tables
from tests.support.contending.client import PREFIX, ContendingDynamo, furnished
from tests.support.contending.contention import INSTANT, Pace
from tests.support.contending.engine import Engine

TABLES = Tables(PREFIX)
NOON = 1_796_040_000  # 2026-11-30 12:00 UTC, a Monday
Json = dict[str, Any]


class Time(SystemClock):
    """Stands until it is moved."""

    def __init__(self, seconds: int = NOON) -> None:
        object.__setattr__(self, "seconds", seconds)

    def move(self, seconds: int) -> None:
        object.__setattr__(self, "seconds", self.now() + seconds)

    def to(self, seconds: int) -> None:
        object.__setattr__(self, "seconds", seconds)

    def now(self) -> int:
        return getattr(self, "seconds", NOON)

    def monotonic(self) -> float:
        return float(self.now())


@dataclass
class Counted:
    """Processes that count the same subject."""

    processes: int = 1
    pace: Pace = INSTANT
    subject: str = "token#70"
    time: Time = field(default_factory=Time)

    def __post_init__(self) -> None:
        self.engine = furnished(Engine(self.pace))
        self.windows = [Windows(ContendingDynamo(self.engine), TABLES, self.time) for _ in range(self.processes)]
        self.made = 0

    async def take(self, *draws: Draw, process: int = 0, request_id: str = "") -> LimitShare:
        self.made += 1
        made = request_id or f"{self.made:031d}"
        take = Take(request_id=made, user_id=7, at=self.time.now(), draws=draws)
        return await self.windows[process % self.processes].take(self.subject, take)

    async def took(self, *draws: Draw, process: int = 0) -> LimitShare | WindowFull:
        try:
            return await self.take(*draws, process=process)
        except WindowFull as full:
            return full

    async def crowd(self, many: int, *draws: Draw) -> list[LimitShare]:
        """Those of so many at once that were let in."""
        found = await asyncio.gather(*(self.took(*draws, process=number) for number in range(many)))
        return [one for one in found if isinstance(one, LimitShare)]

    async def settle(self, taken: LimitShare, stay: int, process: int = 0) -> None:
        await self.windows[process % self.processes].settle(taken, lambda key, _: 0 if key == "concurrent" else stay)

    async def item(self) -> Json:
        return await self.windows[0].item(self.subject)


def draw(rule: LimitRule, amount: int = 1, spare: int = 0) -> Draw:
    return Draw(rule=rule, amount=amount, spare=spare)


def sums_agree(item: Json, rules: Sequence[LimitRule]) -> None:
    """A sum is what its buckets have."""
    for rule in rules:
        begins = f"b:{rule.key}|"
        parts = sum(value for name, value in item.items() if name.startswith(begins))
        assert rule.window is None or item.get(f"s:{rule.key}", 0) == parts
