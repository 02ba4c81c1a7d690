"""A table with its indexes: items by key, and in the order of each index."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.contending.refusals import invalid
from tests.support.contending.values import MOST_BYTES, item_size, sort_key, write_units

Json = dict[str, Any]
Key = tuple[Any, ...]
Position = tuple[Any, Key]  # what orders an item among those of one hash key, and the item's key


@dataclass(slots=True)
class Ordering:
    """The primary key or an index: which items are in it, and in which order."""

    name: str  # "" is the primary key
    hash: str
    range: str  # "" is none
    projected: frozenset[str] | None = None  # None is everything
    local: bool = False
    partitions: dict[Any, list[Position]] = field(default_factory=dict[Any, list[Position]])

    def names(self) -> list[str]:
        return [self.hash, self.range] if self.range else [self.hash]

    def entry(self, item: Json | None) -> Json | None:
        """What the index keeps of an item; none if the item lacks a key of the index."""
        if item is None or any(name not in item for name in self.names()):
            return None
        return item if self.projected is None else {name: item[name] for name in item if name in self.projected}

    def place(self, item: Json) -> tuple[Any, Any]:
        """The partition and the order in it."""
        return sort_key(item[self.hash]), sort_key(item[self.range]) if self.range else b""

    def move(self, key: Key, before: Json | None, after: Json | None) -> None:
        """Follow a change of one item."""
        old = self.place(before) if before and self.entry(before) is not None else None
        new = self.place(after) if after and self.entry(after) is not None else None
        if old == new:
            return
        if old is not None:
            partition = self.partitions[old[0]]
            del partition[bisect_left(partition, (old[1], key))]
            if not partition:
                del self.partitions[old[0]]
        if new is not None:
            insort(self.partitions.setdefault(new[0], []), (new[1], key))

    def cost(self, before: Json | None, after: Json | None) -> int:
        """Write units of a change: one entry written, or two where it moves."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old is None or new is None or self.place(old) == self.place(new):
            return write_units(item_size(old), item_size(new))
        return write_units(item_size(old)) + write_units(item_size(new))


class Table:
    """Items and their orderings, as CreateTable defines them."""

    def __init__(self, definition: Json) -> None:
        self.name: str = definition["TableName"]
        self.definition = definition
        self.types = {a["AttributeName"]: a["AttributeType"] for a in definition["AttributeDefinitions"]}
        self.primary = Ordering("", *_keys(definition))
        self.indexes: dict[str, Ordering] = {}
        self.items: dict[Key, Json] = {}
        for index in definition.get("LocalSecondaryIndexes") or []:
            self.add_index(index, local=True)
        for index in definition.get("GlobalSecondaryIndexes") or []:
            self.add_index(index)

    def add_index(self, index: Json, *, local: bool = False) -> None:
        """An index over what is there already."""
        made = Ordering(index["IndexName"], *_keys(index), self._projected(index), local)
        for key, item in self.items.items():
            made.move(key, None, item)
        self.indexes[made.name] = made

    def ordering(self, name: str | None) -> Ordering:
        """The primary key, or an index by name."""
        if name is None:
            return self.primary
        if name not in self.indexes:
            raise invalid(f"The table does not have the specified index: {name}")
        return self.indexes[name]

    def key_of(self, item: Json) -> Key:
        """The primary key of an item; refused if it has none, or one of a wrong type."""
        names = self.primary.names()
        for name in names:
            if name not in item:
                raise invalid(f"One of the required keys was not given a value: {name}")
            self._check(name, item[name])
        return tuple(sort_key(item[name]) for name in names)

    def key_given(self, key: Json) -> Key:
        """The same of a request's ``Key``, which has nothing else."""
        if len(key) != len(self.primary.names()):
            raise invalid("The provided key element does not match the schema")
        return self.key_of(key)

    def check(self, item: Json) -> None:
        """Refuse what no item may be."""
        if item_size(item) > MOST_BYTES:
            raise invalid("Item size has exceeded the maximum allowed size")
        for name in self.types:
            if name in item:
                self._check(name, item[name])

    def put(self, key: Key, after: Json | None) -> None:
        """Write, or delete if there is nothing to write."""
        before = self.items.get(key)
        for ordering in (self.primary, *self.indexes.values()):
            ordering.move(key, before, after)
        if after is None:
            self.items.pop(key, None)
        else:
            self.items[key] = after

    def found(self, ordering: Ordering, hash_: Any, start: Position | None, *, forward: bool) -> Iterator[Json]:
        """What an ordering has for one hash key, after a position."""
        partition = ordering.partitions.get(hash_, [])
        if forward:
            chosen = partition[bisect_right(partition, start) :] if start else list(partition)
        else:
            chosen = (partition[: bisect_left(partition, start)] if start else partition)[::-1]
        return (self.items[key] for _, key in chosen)

    def position(self, ordering: Ordering, start: Json) -> Position:
        """Where an ``ExclusiveStartKey`` is."""
        wanted = {*ordering.names(), *self.primary.names()}
        if start.keys() != wanted:
            raise invalid("The provided starting key is invalid")
        return ordering.place(start)[1], self.key_of(start)

    def _check(self, name: str, value: Json) -> None:
        expected = self.types[name]
        if expected not in value:
            found = next(iter(value))
            raise invalid(
                "One or more parameter values were invalid: Type mismatch for key "
                f"{name} expected: {expected} actual: {found}"
            )
        if value[expected] == "":
            raise invalid(
                "One or more parameter values are not valid. The AttributeValue for a key attribute "
                f"cannot contain an empty string value. Key: {name}"
            )

    def _projected(self, index: Json) -> frozenset[str] | None:
        projection = index["Projection"]
        if projection["ProjectionType"] == "ALL":
            return None
        return frozenset({*_keys(index), *self.primary.names(), *projection.get("NonKeyAttributes", [])})


def _keys(definition: Json) -> tuple[str, str]:
    by_type = {part["KeyType"]: part["AttributeName"] for part in definition["KeySchema"]}
    return by_type["HASH"], by_type.get("RANGE", "")
