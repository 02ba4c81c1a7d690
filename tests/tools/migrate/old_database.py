"""Filling a database with what an old gateway had; servers take the same statements from ``old_servers``."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.tools.migrate.old_tables import Schema

Rows = Mapping[str, Iterable[Mapping[str, Any]]]

_SQLITE = {
    "pk": "integer PRIMARY KEY AUTOINCREMENT",
    "text": "text",
    "int": "bigint",
    "bool": "numeric",
    "real": "real",
}


def definition(table: str, columns: Mapping[str, str], kinds: Mapping[str, str], quote: str = '"') -> str:
    """The statement that makes a table."""
    parts = [
        f"{quote}{name}{quote} {kinds.get(kind, kind.replace('char', 'char(') + ')')}" for name, kind in columns.items()
    ]
    return f"CREATE TABLE {quote}{table}{quote} ({', '.join(parts)})"


def insertion(table: str, names: Iterable[str], *, quote: str = '"', mark: str = "?") -> str:
    """The statement that adds a row."""
    listed = list(names)
    columns = ", ".join(f"{quote}{name}{quote}" for name in listed)
    return f"INSERT INTO {quote}{table}{quote} ({columns}) VALUES ({', '.join([mark] * len(listed))})"


def fitting(schema: Schema, rows: Rows) -> Iterable[tuple[str, dict[str, Any]]]:
    """Every row, with those of its values that the schema has a column for."""
    for table, some in rows.items():
        for row in some if table in schema else ():
            yield table, {name: value for name, value in row.items() if name in schema[table]}


def sqlite_file(path: Path, schema: Schema, rows: Rows) -> Path:
    """A file as the gateway leaves it."""
    with sqlite3.connect(path) as connection:
        for table, columns in schema.items():
            connection.execute(definition(table, columns, _SQLITE))
        for table, row in fitting(schema, rows):
            connection.execute(insertion(table, row), tuple(row.values()))
    connection.close()
    return path
