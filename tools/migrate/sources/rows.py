"""Values of a row as the records have them. What an older schema has not, or is NULL, is the value that it had then."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from tools.migrate.databases.protocol import Database, Row, Where


def read(
    database: Database, table: str, wanted: Sequence[str], *, after: int = 0, where: Where | None = None
) -> Iterator[Row]:
    """Those of these columns that the table has, row after row; nothing of a table that is not there."""
    known = database.columns(table)
    present = [name for name in wanted if name in known]
    if present:
        yield from database.rows(table, present, after=after, where=where)


def names(listed: str) -> tuple[str, ...]:
    """The columns that a text lists."""
    return tuple(listed.split())


def text(row: Row, name: str, default: str = "") -> str:
    """A text. Columns of a fixed length are padded by some databases, and by none with anything but blanks."""
    value = row.get(name)
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return default if value is None else str(value).rstrip(" ") or default


def whole(row: Row, name: str, default: int = 0) -> int:
    """A whole number."""
    value = row.get(name)
    if value is None or value == "":
        return default
    return int(value)


def decimal(row: Row, name: str) -> str:
    """A number that is kept as text: without an exponent, and without more digits than it has."""
    value = row.get(name)
    found = Decimal(str(value or 0))
    return f"{found.quantize(Decimal('0.000001')).normalize():f}" if found.is_finite() else "0"


def flag(row: Row, name: str) -> bool:
    """A yes or no, however a database has it."""
    value = row.get(name)
    return value in (True, 1, "1", "true", "t")


def json_object(content: str) -> dict[str, Any]:
    """The JSON object of a text; empty where it is none."""
    try:
        found: Any = json.loads(content) if content.strip() else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
