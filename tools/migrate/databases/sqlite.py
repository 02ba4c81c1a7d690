"""A SQLite file, by Python's own library: nothing to install for the source that most have."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from tools.migrate.databases.protocol import NotReadable, Row, Where

PAGE = 1_000  # rows of one read: a statement that stays open would hold off whoever writes there


class SqliteDatabase:
    """Opened so that it cannot be written. A copy beside which no ``-wal`` file lies is read as it is."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise NotReadable(f"there is no file {path}")
        self._path = path
        try:
            self._connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
        except sqlite3.Error as error:
            raise self._unreadable(error) from error
        self._connection.row_factory = sqlite3.Row
        self._connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        try:
            self._all("SELECT count(*) FROM sqlite_master")
        except NotReadable:
            self.close()
            raise

    def columns(self, table: str) -> frozenset[str]:
        return frozenset(row["name"] for row in self._all(f"PRAGMA table_info({_quoted(table)})"))

    def rows(self, table: str, columns: Sequence[str], *, after: int = 0, where: Where | None = None) -> Iterator[Row]:
        names = ", ".join(map(_quoted, columns))
        if "id" not in columns:
            yield from map(dict, self._all(f"SELECT {names} FROM {_quoted(table)}"))  # noqa: S608
            return
        condition, values = _condition(where)
        text = f"SELECT {names} FROM {_quoted(table)} WHERE id > ?{condition} ORDER BY id LIMIT {PAGE}"  # noqa: S608
        while page := self._all(text, (after, *values)):
            yield from map(dict, page)
            after = page[-1]["id"]

    def totals(self, table: str, sums: Sequence[str] = (), *, where: Where | None = None) -> tuple[int, ...]:
        added = "".join(f", coalesce(sum({_quoted(name)}), 0)" for name in sums)
        condition, values = _condition(where)
        text = f"SELECT count(*){added}, coalesce(max(id), 0) FROM {_quoted(table)} WHERE 1 = 1{condition}"  # noqa: S608
        (found,) = self._all(text, values)
        return tuple(int(value) for value in found)

    def close(self) -> None:
        self._connection.close()

    def _all(self, text: str, values: Sequence[int] = ()) -> list[sqlite3.Row]:
        try:
            return self._connection.execute(text, values).fetchall()
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: sqlite3.Error) -> NotReadable:
        return NotReadable(f"{self._path} cannot be read: {error}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _condition(where: Where | None) -> tuple[str, tuple[int, ...]]:
    if where is None:
        return "", ()
    name = _quoted(where.column)
    return f" AND {name} >= ? AND {name} < ?", (where.at_least, where.below)
