"""Who may write an item when: held by transactions, one write after the other, so many units a second.

- A transaction holds its items from its start until it is done. Whoever meets them is refused; nobody waits for one.
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
- Plain writes of one item come one after the other and refuse nobody.
- An item, and a partition of an index, takes 1,000 write units a second; a second that was not used may be used up.
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
"""

import asyncio
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Place = tuple[Any, ...]  # a table or an index, and a key in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take, in seconds, and what an item bears.

    ``refused`` is the share of the ``troubled`` operations that meet a conflict whoever else is there, ``lost`` the
    share of them that happen and are answered with a server error.
    """

    transaction: float = 0.020
    write: float = 0.005
    read: float = 0.003
    turn: float = 0.0002  # between two plain writes of one item
    units_per_second: float = 1000.0
    refused: float = 0.0
    lost: float = 0.0
    troubled: frozenset[str] = frozenset({"TransactWriteItems"})
    seed: int = 7


INSTANT = Pace(transaction=0, write=0, read=0, turn=0, units_per_second=float("inf"))


@dataclass(slots=True)
class Contention:
    """What is going on at the items of one database."""

    pace: Pace
    _held: set[Place] = field(default_factory=set[Place])
    _turns: dict[Place, float] = field(default_factory=dict[Place, float])
    _buckets: dict[Place, tuple[float, float]] = field(default_factory=dict[Place, tuple[float, float]])
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.pace.seed)

    def refused(self, operation: str) -> bool:
        """Whether a write meets a conflict although nobody else is there."""
        return self._drawn(operation, self.pace.refused)

    def lost(self, operation: str) -> bool:
        """Whether the answer of a write that was done gets lost."""
        return self._drawn(operation, self.pace.lost)

    def _drawn(self, operation: str, share: float) -> bool:
        return bool(share) and operation in self.pace.troubled and self._chance.random() < share

    def held(self, place: Place) -> bool:
        """Whether a transaction is at work on an item."""
        return place in self._held

    def hold(self, places: Iterable[Place]) -> None:
        self._held.update(places)

    def release(self, places: Iterable[Place]) -> None:
        self._held.difference_update(places)

    async def turn(self, place: Place) -> None:
        """Wait until the writes that came before have been done."""
        if not self.pace.turn:
            return
        now = asyncio.get_running_loop().time()
        mine = max(now, self._turns.get(place, 0.0))
        self._turns[place] = mine + self.pace.turn
        if mine > now:
            await asyncio.sleep(mine - now)

    def lacking(self, units: Mapping[Place, float]) -> set[Place]:
        """The places that have not so many units left; if there is none, all of them are used."""
        if self.pace.units_per_second == float("inf"):
            return set()
        now = asyncio.get_running_loop().time()
        left = {place: self._left(place, now) for place in units}
        short = {place for place, wanted in units.items() if left[place] < wanted}
        for place in units if not short else ():
            self._buckets[place] = (left[place] - units[place], now)
        return short

    def _left(self, place: Place, now: float) -> float:
        full = self.pace.units_per_second
        left, then = self._buckets.get(place, (full, now))
        return min(full, left + (now - then) * full)


async def lapse(seconds: float) -> None:
    """Let time pass. What takes no time is done at one go, and nobody can meet it."""
    if seconds:
        await asyncio.sleep(seconds)
