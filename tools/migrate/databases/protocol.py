"""What a source asks of a database, and what it may be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Row = Mapping[str, Any]


class NotReadable(Exception):
    """A database that cannot be opened or is none of such a gateway; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one whole number: ``at_least`` and ``below``."""

    column: str
    at_least: int
    below: int


class Database(Protocol):
    """An open database, for reading only."""

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table; none where there is no such table."""
        ...

    def rows(self, table: str, columns: Sequence[str], *, after: int = 0, where: Where | None = None) -> Iterator[Row]:
        """The rows in order of ``id``, those behind a number; in order of nothing where there is no ``id``."""
        ...

    def totals(self, table: str, sums: Sequence[str] = (), *, where: Where | None = None) -> tuple[int, ...]:
        """How many rows there are, what each of these columns adds up to, and the largest ``id``."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
