"""What all operations share: tables, contention, the meter, and answers of consumed capacity."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.support.contending.contention import Contention, Pace
from tests.support.contending.meter import Meter
from tests.support.contending.refusals import Refused
from tests.support.contending.table import Table

Json = dict[str, Any]


@dataclass(slots=True)
class Database:
    """One endpoint's tables."""

    pace: Pace
    meter: Meter = field(default_factory=Meter)
    tables: dict[str, Table] = field(default_factory=dict[str, Table])
    tokens: dict[str, tuple[str, float, bool]] = field(default_factory=dict[str, tuple[str, float, bool]])
    contention: Contention = field(init=False)

    def __post_init__(self) -> None:
        self.contention = Contention(self.pace)

    def table(self, name: str) -> Table:
        """By name; also by the last part of an ARN."""
        name = name.rpartition("/")[2]
        if name not in self.tables:
            raise Refused("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
        return self.tables[name]


@dataclass(slots=True)
class Bill:
    """What one call costs, by table."""

    database: Database
    operation: str
    _units: dict[str, float] = field(default_factory=lambda: defaultdict[str, float](float))

    def add(
        self, table: str, *, write_units: float = 0, of_indexes: float = 0, read_units: float = 0, **more: int
    ) -> None:
        """Units of both kinds go to the meter; ``of_indexes`` are further write units. ``more`` are other columns."""
        writes = write_units + of_indexes
        amounts = {"write_units": writes, "of_indexes": of_indexes, "read_units": read_units, **more}
        self.database.meter.count(self.operation, table, amounts)
        self._units[table] += writes + read_units

    def consumed(self, request: Json) -> Json:
        """The part of the answer that tells it, where that is asked for."""
        if request.get("ReturnConsumedCapacity", "NONE") == "NONE":
            return {}
        told = [{"TableName": table, "CapacityUnits": units} for table, units in self._units.items()]
        return {"ConsumedCapacity": told if "TableName" not in request else told[0]} if told else {}
