"""A small cache with an end: what a container may know without asking again.

Never holds a decision about money; keyed by whole identities (full hashes, ids). Concurrent misses for one
key share one load. Ages go by the wall: Lambda freezes a process for hours, and its own clock with it.
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
        self._loading: dict[Hashable, tuple[float, asyncio.Task[V]]] = {}

    def peek(self, key: Hashable) -> V | None:
        """The value if it is still fresh."""
        kept = self._values.get(key)
        if kept is None or kept[0] < self._clock.wall():
            return None
        self._values.move_to_end(key)
        return kept[1]

    def put(self, key: Hashable, value: V) -> None:
        """Keep a value from now on."""
        self._keep(key, value, self._clock.wall() + self._ttl)

    def forget(self, key: Hashable) -> None:
        """Ask again next time."""
        self._values.pop(key, None)

    def drop_stale(self) -> None:
        """Forget what would not be served any more."""
        now = self._clock.wall()
        for key in [key for key, (until, _) in self._values.items() if until < now]:
            del self._values[key]

    async def get(self, key: Hashable, load: Callable[[], Awaitable[V]]) -> V:
        """The fresh value, or what ``load`` answers now."""
        kept = self.peek(key)
        if kept is not None:
            return kept
        now = self._clock.wall()
        until, task = self._loading.get(key, (now, None))
        # One that was under way when the process was frozen may bring an answer from before.
        if task is None or until < now:
            until = now + self._ttl
            task = asyncio.ensure_future(self._load(key, load, until))
            self._loading[key] = (until, task)
        return await asyncio.shield(task)

    async def _load(self, key: Hashable, load: Callable[[], Awaitable[V]], until: float) -> V:
        try:
            value = await load()
            if self._loads(key):
                self._keep(key, value, until)
            return value
        finally:
            if self._loads(key):
                del self._loading[key]

    def _loads(self, key: Hashable) -> bool:
        """Whether it is this task whose answer is waited for, not a later one."""
        loading = self._loading.get(key)
        return loading is not None and loading[1] is asyncio.current_task()

    def _keep(self, key: Hashable, value: V, until: float) -> None:
        self._values[key] = (until, value)
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)
