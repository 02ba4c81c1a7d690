"""What rests, as this process knows it: by what it saw itself, and by what stands in the channel's item.

A fault that is the key's or its account's rests the key; any other that leaves a channel alone for a while rests the
model there and nothing else. A rest that is over is tried by one request at a time, in whichever process: that ends it,
or makes it twice as long. What processes tell one another lies in the channel's item, which each reads anyway, and is
written beside the answer; only who is about to try waits for a write.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial

from gateway import log
from gateway.clock import Clock
from gateway.domain.channel import Channel
from gateway.domain.failures import FailureKind
from gateway.domain.rests import EVERY_KEY, Rest, names_of, rest_name
from gateway.errors import StoreError
from gateway.outbound.protocol import Fault
from gateway.store.channels.rests import Rests
from relay.failures import kind_of

COOL_DOWN = 30  # seconds, when the provider names no time
LONGEST = 600
DEAD_KEY = 3600  # seconds a refused key of several rests
IN_A_ROW, PAUSE = 3, 15  # failures after which a model rests that broke, and for how many seconds at first
PROBE = 60  # seconds for which one request is left to try alone
TRUSTED = 30.0  # seconds for which what was seen here counts more than what the item says
MOST_SEEN = 1_000  # rests after which the old ones are looked for
_BROKEN: frozenset[FailureKind] = frozenset({"server", "timeout", "unreachable", "broken", "model_missing"})

Place = tuple[int, str]  # channel, and the rest's name


class Resting:
    """One for a process. Without ``rests`` nobody else is told."""

    def __init__(self, clock: Clock, rests: Rests | None = None) -> None:
        self._clock = clock
        self._rests = rests
        self._seen: dict[Place, tuple[float, Rest | None]] = {}  # since when; ``None``: it was ended
        self._in_a_row: dict[tuple[int, str], int] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def resting(self, channel: Channel, key_index: int, model: str) -> bool:
        """Whether this had better be left alone: it rests, or another request is trying."""
        if not channel.rests and not self._seen:
            return False
        now = self._clock.wall()
        return any(now < max(rest.until, rest.probe) for rest in self._found(channel, key_index, model))

    async def may_try(self, channel: Channel, key_index: int, model: str) -> bool:
        """Whether a request may ask: where a rest is over, one at a time."""
        if not channel.rests and not self._seen:
            return True
        now = self._clock.wall()
        for rest in self._found(channel, key_index, model):
            if now < rest.probe:
                return False
            if now >= rest.until and not await self._claimed(channel, rest):
                return False
        return True

    def failed(self, channel: Channel, key_index: int, model: str, fault: Fault) -> None:
        """Note a fault, and tell the others what rests by it."""
        wanted = self._wanted(channel, key_index, model, fault)
        if wanted is None:
            return
        now, known = self._clock.wall(), self._known(channel, wanted.name)
        tried = known is not None and now >= known.until
        if tried and known is not None:
            seconds = min(max(wanted.seconds, 2 * known.seconds), max(LONGEST, wanted.seconds))
            wanted = replace(wanted, seconds=seconds, until=wanted.since + seconds)
        if len(self._seen) >= MOST_SEEN:
            self.drop_stale()
        self._seen[channel.id, wanted.name] = (now, wanted)
        if known is None or tried:  # while it rests the others know already
            self._tell(channel, partial(Rests.put, channel_id=channel.id, rest=wanted))

    def answered(self, channel: Channel, key_index: int, model: str) -> None:
        """A request went well: what rested is back."""
        self._in_a_row.pop((channel.id, model), None)
        if not channel.rests and not self._seen:
            return
        for rest in list(self._found(channel, key_index, model)):
            name = rest.name
            self._seen[channel.id, name] = (self._clock.wall(), None)
            self._tell(channel, partial(Rests.end, channel_id=channel.id, name=name))

    async def told(self) -> None:
        """Wait until what is to be told was told: the process may be frozen after that."""
        while self._telling:
            await asyncio.wait(self._telling)

    def drop_stale(self) -> None:
        """Forget what counts no more."""
        now = self._clock.wall()
        self._seen = {
            place: (at, rest)
            for place, (at, rest) in self._seen.items()
            if now - at < TRUSTED or (rest is not None and not rest.over(now))
        }

    def _wanted(self, channel: Channel, key_index: int, model: str, fault: Fault) -> Rest | None:
        """The rest that a fault asks for."""
        place, seconds, kind = (key_index, model), 0, kind_of(fault)
        if fault.kind == "cooldown":
            seconds = min(fault.retry_after or COOL_DOWN, LONGEST)
        elif fault.kind == "disable" and len(channel.keys) > 1:
            place, seconds = (key_index, ""), DEAD_KEY
        elif kind in _BROKEN and model:
            place, seconds = (EVERY_KEY, model), self._pause(channel, model)
        if not seconds:
            return None
        now = int(self._clock.wall())
        return Rest(
            key_index=place[0],
            model=place[1],
            since=now,
            until=now + seconds,
            seconds=seconds,
            kind=kind,
            text=fault.message,
        )

    def _pause(self, channel: Channel, model: str) -> int:
        count = self._in_a_row[channel.id, model] = self._in_a_row.get((channel.id, model), 0) + 1
        rested = self._known(channel, rest_name(EVERY_KEY, model)) is not None
        return PAUSE if rested or count >= IN_A_ROW else 0

    def _found(self, channel: Channel, key_index: int, model: str) -> Iterator[Rest]:
        for name in names_of(key_index, model):
            rest = self._known(channel, name)
            if rest is not None:
                yield rest

    def _known(self, channel: Channel, name: str) -> Rest | None:
        """A rest by what was seen here, while that is new or nobody else was told, else by the channel's item."""
        now, seen = self._clock.wall(), self._seen.get((channel.id, name))
        if seen is not None and (now - seen[0] < TRUSTED or (self._rests is None and seen[1] is not None)):
            rest = seen[1]
        else:
            kept = channel.rests.get(name)
            rest = Rest.read(kept) if kept else None
        return None if rest is None or rest.over(now) else rest

    async def _claimed(self, channel: Channel, rest: Rest) -> bool:
        """Whether this request tries; the others leave it alone meanwhile."""
        now = int(self._clock.wall())
        free = True
        if self._rests is not None:
            try:
                free = await self._rests.claim(channel.id, rest.name, now, now + PROBE)
            except StoreError as error:
                log.warning("rest not claimed", channel=channel.id, reason=str(error))
        self._seen[channel.id, rest.name] = (self._clock.wall(), replace(rest, probe=now + PROBE))
        return free

    def _tell(self, channel: Channel, write: Callable[[Rests], Awaitable[None]]) -> None:
        if self._rests is None:
            return
        task = asyncio.ensure_future(_written(write(self._rests), channel.id))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


async def _written(write: Awaitable[None], channel_id: int) -> None:
    try:
        await write
    except StoreError as error:
        log.warning("rest not told", channel=channel_id, reason=str(error))
