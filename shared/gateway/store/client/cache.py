"""A small cache with an end: what a container may know without asking again.

Never holds a decision about money; keyed by whole identities (full hashes, ids). Concurrent misses for one
key share one load.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from gateway.clock import Clock

V = TypeVar("V")


class TimedCache(Generic[V]):
    """Values that may be served for ``ttl`` seconds; the least recently used leaves when it is full."""

    def __init__(self, clock: Clock, ttl: float, size: int = 10_000) -> None:
        self._clock = clock
        self._ttl = ttl
        self._size = size
        self._values: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()
        self._loading: dict[Hashable, asyncio.Task[V]] = {}

    def peek(self, key: Hashable) -> V | None:
        """The value if it is still fresh."""
        kept = self._values.get(key)
        if kept is None or kept[0] < self._clock.monotonic():
            return None
        self._values.move_to_end(key)
        return kept[1]

    def put(self, key: Hashable, value: V) -> None:
        """Keep a value from now on."""
        self._values[key] = (self._clock.monotonic() + self._ttl, value)
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)

    def forget(self, key: Hashable) -> None:
        """Ask again next time."""
        self._values.pop(key, None)

    async def get(self, key: Hashable, load: Callable[[], Awaitable[V]]) -> V:
        """The fresh value, or what ``load`` answers now."""
        kept = self.peek(key)
        if kept is not None:
            return kept
        task = self._loading.get(key)
        if task is None:
            task = asyncio.ensure_future(self._load(key, load))
            self._loading[key] = task
        return await asyncio.shield(task)

    async def _load(self, key: Hashable, load: Callable[[], Awaitable[V]]) -> V:
        try:
            value = await load()
            self.put(key, value)
            return value
        finally:
            self._loading.pop(key, None)
