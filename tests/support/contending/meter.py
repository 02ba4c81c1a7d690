"""What was asked of the database, and what AWS would charge for it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

COLUMNS = ("items", "write units", "of indexes", "read units", "conflicts", "throttled", "failed conditions", "lost")
Line = tuple[str, str, str]  # operation, table, column


@dataclass(frozen=True, slots=True)
class Metered:
    """Counts of a time: calls by operation, and by operation and table what ``COLUMNS`` name."""

    calls: Counter[str] = field(default_factory=Counter[str])
    counts: Counter[Line] = field(default_factory=Counter[Line])

    def total(self, column: str, *, operation: str = "", table: str = "") -> float:
        """The sum of a column; ``table`` is a name's end, so that no prefix need be known."""
        assert column in COLUMNS, column
        return sum(
            count
            for (done, name, counted), count in self.counts.items()
            if counted == column and operation in ("", done) and name.endswith(table)
        )

    @property
    def write_units(self) -> float:
        return self.total("write units")

    @property
    def read_units(self) -> float:
        return self.total("read units")

    @property
    def transactions(self) -> int:
        return self.calls["TransactWriteItems"]

    @property
    def conflicts(self) -> float:
        return self.total("conflicts")

    @property
    def lost(self) -> float:
        """Answers that were not given although the thing was done."""
        return self.total("lost")

    @property
    def throttled(self) -> float:
        return self.total("throttled")

    def __str__(self) -> str:
        rows = [("operation", "table", *COLUMNS)]
        rows += [
            (operation, table, *(f"{self.counts[operation, table, column]:g}" for column in COLUMNS))
            for operation, table in sorted({line[:2] for line in self.counts})
        ]
        rows.append(("all", "", *(f"{self.total(column):g}" for column in COLUMNS)))
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        lines = [
            "  ".join(
                cell.ljust(width) if place < 2 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        calls = ", ".join(f"{count} {operation}" for operation, count in sorted(self.calls.items()))
        return "\n".join([*lines, f"calls: {calls or 'none'}"])


class Meter:
    """Counts from the last ``reset`` on."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._counts: Counter[Line] = Counter()

    def called(self, operation: str) -> None:
        self._calls[operation] += 1

    def count(self, operation: str, table: str, amounts: Mapping[str, Any]) -> None:
        """Add to columns, whose spaces are underscores or spaces."""
        for column, amount in amounts.items():
            if amount:
                self._counts[operation, table, column.replace("_", " ")] += amount

    def reset(self) -> None:
        """Begin anew."""
        self._calls.clear()
        self._counts.clear()

    def since(self, earlier: Metered | None = None) -> Metered:
        """What was counted since an earlier answer of this, or since the last reset."""
        calls, counts = Counter(self._calls), Counter(self._counts)
        if earlier is not None:
            calls.subtract(earlier.calls)
            counts.subtract(earlier.counts)
        return Metered(+calls, +counts)

    def __str__(self) -> str:
        return str(self.since())
