"""Walking through partitions of the ledger in order of time, with so many reads and no more.

A walk knows where it is in each partition, so that another can go on there: also one that ran out of reads before it
found anything.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from gateway.store.client.attributes import Item, from_item
from gateway.store.client.pages import Place

MOST_READS = 60  # pages of up to a megabyte that one question may read

_NEXT = "+"
_NOTHING = "0"  # before every id: nothing older is left, or nothing was there at all


class BudgetSpent(Exception):
    """The answer would need more reads than one question may cost."""


class Budget:
    """How many pages may still be read."""

    def __init__(self, reads: int = MOST_READS) -> None:
        self.reads = reads

    def spend(self) -> None:
        if self.reads <= 0:
            raise BudgetSpent
        self.reads -= 1


class Shard:
    """One partition's matching entries in order; ``bound`` is where an earlier walk had come.

    ``sifted``: a filter may let few of them through, so that only the first read is as small as the query says.
    """

    def __init__(
        self, query: Any, budget: Budget, bound: str = "", *, ascending: bool = False, sifted: bool = False
    ) -> None:
        self._bound = bound
        self._ascending = ascending
        self._sifted = sifted
        self._pages: Any = query.page_iter
        self._budget = budget
        self._waiting: deque[Item] = deque()
        self._ended = bound == _NOTHING and not ascending

    def head(self) -> Item | None:
        """The next entry, which stays; ``None`` at the end. Raises ``BudgetSpent``."""
        while not self._waiting and not self._ended:
            self._budget.spend()
            answer: Item = next(self._pages, Item())
            if self._sifted:
                self._pages.page_size = None  # as much as a read gives
            self._waiting.extend(from_item(item) for item in answer.get("Items", []))
            last = answer.get("LastEvaluatedKey")
            self._ended = not last
            if last and not self._waiting:
                self._bound = last["request_id"]["S"]
        return self._waiting[0] if self._waiting else None

    def take(self) -> Item:
        """The next entry, which is past now."""
        entry = self._waiting.popleft()
        self._bound = entry["request_id"]
        return entry

    def bound(self) -> str:
        """Where this walk has come: the last id that is past, or with ``+`` the one that comes next."""
        if self._waiting:
            return self._waiting[0]["request_id"] + _NEXT
        if self._ended:  # at the near end of time more may come
            return (self._bound or _NOTHING) if self._ascending else _NOTHING
        return self._bound

    def rest(self) -> Iterator[Item]:
        """Every entry that is left."""
        while self.head() is not None:
            yield self.take()


class Walk:
    """Entries of several stretches of time, one after the other; each has a name and shards that are merged."""

    def __init__(self, stretches: Iterable[tuple[str, list[Shard]]], *, ascending: bool) -> None:
        self._stretches = stretches
        self._first = min if ascending else max
        self._name = ""
        self._shards: list[Shard] = []

    def __iter__(self) -> Iterator[Item]:
        for name, shards in self._stretches:
            self._name, self._shards = name, shards
            while heads := [shard for shard in shards if shard.head() is not None]:
                yield self._first(heads, key=_next_id).take()

    def place(self) -> Place:
        """Where the walk is: the stretch, and what was last looked at in each of its shards."""
        return (self._name, *(shard.bound() for shard in self._shards))


def beyond(bound: str, *, ascending: bool) -> str:
    """The end of the range that has every id beyond a shard's bound and no other: ids are of one length."""
    if bound.endswith(_NEXT):
        return bound.removesuffix(_NEXT)
    return bound + " " if ascending else f"{bound[:-1]}{chr(ord(bound[-1]) - 1)}~"


def _next_id(shard: Shard) -> str:
    head = shard.head()
    assert head is not None
    return head["request_id"]
