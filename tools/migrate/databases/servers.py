"""MySQL, MariaDB and PostgreSQL, by SQLAlchemy: the only room that needs what ``requirements/migrate.in`` installs."""

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, make_url, quoted_name, select
from sqlalchemy import column as named_column
from sqlalchemy import table as named_table
from sqlalchemy.exc import ArgumentError, NoSuchTableError, SQLAlchemyError

from tools.migrate.databases.protocol import NotReadable, Row, Where

PAGE = 2_000  # rows of one read
_GO_MYSQL = re.compile(r"(?P<user>[^:@]*)(:(?P<password>.*))?@tcp\((?P<host>[^)]*)\)/(?P<database>[^?]*)(\?.*)?")
_DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
_READ_ONLY = {
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
}


class ServerDatabase:
    """A database of a server, in sessions that cannot write, page by page: no transaction stays open."""

    def __init__(self, dsn: str) -> None:
        self._engine = _engine(dsn)
        self._columns = cache(self._read_columns)
        with self._connected():
            pass

    def columns(self, table: str) -> frozenset[str]:
        return self._columns(table)

    def rows(self, table: str, columns: Sequence[str], *, after: int = 0, where: Where | None = None) -> Iterator[Row]:
        known = {name: _column(name) for name in columns}
        query = _limited(select(*known.values()).select_from(_table(table)), where)
        if "id" not in known:
            yield from self._all(query)
            return
        number = known["id"]
        while page := self._all(query.where(number > after).order_by(number).limit(PAGE)):
            yield from page
            after = page[-1]["id"]

    def totals(self, table: str, sums: Sequence[str] = (), *, where: Where | None = None) -> tuple[int, ...]:
        added = [func.coalesce(func.sum(_column(name)), 0) for name in sums]
        numbered = func.coalesce(func.max(_column("id")), 0)
        query = _limited(select(func.count(), *added, numbered).select_from(_table(table)), where)
        with self._connected() as connection:
            return tuple(int(value) for value in connection.execute(query).one())

    def close(self) -> None:
        self._engine.dispose()

    def _all(self, query: Any) -> list[Row]:
        with self._connected() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _read_columns(self, table: str) -> frozenset[str]:
        with self._connected() as connection:
            try:
                return frozenset(column["name"] for column in inspect(connection).get_columns(table))
            except NoSuchTableError:
                return frozenset()

    @contextmanager
    def _connected(self) -> Generator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise NotReadable(_words(error)) from None  # the chain would show the address with its password


def address(dsn: str) -> URL:
    """The address that one-api's SQL_DSN, or any other way to write one, means."""
    found = _GO_MYSQL.fullmatch(dsn.strip())
    if found:
        parts = {name: quote(found[name] or "", safe="") for name in ("user", "password")}
        dsn = f"mysql://{parts['user']}:{parts['password']}@{found['host']}/{found['database']}?charset=utf8mb4"
    try:
        url = make_url(dsn.strip())
    except ArgumentError:
        raise NotReadable("the address of the database cannot be read; write it as SQL_DSN there") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise NotReadable(f"there is no way to a database of the kind {url.drivername!r}; SQLite is read by --sqlite")
    return url.set(drivername=driver)


def _engine(dsn: str) -> Engine:
    url = address(dsn)
    engine = create_engine(url, pool_size=1, max_overflow=1, hide_parameters=True, pool_pre_ping=True)
    words = _READ_ONLY[url.get_backend_name()]

    @event.listens_for(engine, "connect")
    def read_only(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(words)
        cursor.close()
        connection.commit()

    return engine


def _column(name: str) -> Any:
    return named_column(quoted_name(name, quote=True))


def _table(name: str) -> Any:
    return named_table(quoted_name(name, quote=True))


def _limited(query: Any, where: Where | None) -> Any:
    if where is None:
        return query
    number = _column(where.column)
    return query.where(number >= where.at_least, number < where.below)


def _words(error: SQLAlchemyError) -> str:
    """What a driver said, without the statement and without an address."""
    said = str(getattr(error, "orig", None) or type(error).__name__)
    return f"the database cannot be read: {said.splitlines()[0]:.300}"
