"""A part of a list: so many rows from the start, or those after a place where another part ended.

A ``Place`` says where a row stands in its list. It survives JSON, and it goes on right where it was taken even when
rows were added or deleted meanwhile.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import ge, le
from typing import Any, Generic, TypeVar

from gateway.records import dataclass
from gateway.store.client.attributes import Item, from_item, to_item

Place = tuple[Any, ...]  # of texts and numbers; empty: the start of a list, or that nothing follows
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which rows are wanted. ``sort`` is a column's name, empty for the list's own order; ``after`` wins over
    ``offset``.
    """

    offset: int = 0
    count: int = 10
    sort: str = ""
    ascending: bool = False
    after: Place = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows, and the place to go on from; empty at the end of the list."""

    rows: list[T]
    next: Place = ()


def of_query(query: Callable[..., Any], part: Part, names: Sequence[str]) -> Page[Item]:
    """A part of an index or a partition; ``names`` are the attributes of its keys, which make a place.

    ``query`` takes PynamoDB's keywords for order, limit and start, and answers an iterator with pages.
    """
    after = to_item(dict(zip(names, part.after, strict=True))) if part.after else None
    skipped = 0 if after else part.offset
    most = skipped + part.count + 1  # one more tells whether anything follows
    found: list[Item] = []
    for answer in query(scan_index_forward=part.ascending, limit=most, last_evaluated_key=after).page_iter:
        found += [from_item(item) for item in answer.get("Items", [])]
        if len(found) >= most:
            break
    rows = found[skipped : skipped + part.count]
    return Page(rows, tuple(rows[-1][name] for name in names) if len(found) >= most else ())


def of_rows(rows: Iterable[T], part: Part, key: Callable[[T], Place]) -> Page[T]:
    """A part of rows that lie in memory, sorted here; ``key`` tells rows apart."""
    ordered = sorted(rows, key=key, reverse=not part.ascending)
    start = part.offset
    if part.after:
        past = le if part.ascending else ge
        start = sum(past(key(row), part.after) for row in ordered)
    chosen = ordered[start : start + part.count]
    return Page(chosen, key(chosen[-1]) if start + part.count < len(ordered) else ())


def by_column(name: str) -> Callable[[Any], Place]:
    """A row's place in a list that is sorted by a column; rows that are equal there go by number."""
    return lambda row: (getattr(row, name), row.id)
