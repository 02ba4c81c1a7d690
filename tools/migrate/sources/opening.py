"""Which source a command line means."""

import argparse
import getpass
import os
from pathlib import Path

from tools.migrate.databases.protocol import Database, NotReadable
from tools.migrate.databases.sqlite import SqliteDatabase
from tools.migrate.sources.one_api import OneApi
from tools.migrate.sources.protocol import Source

KINDS = ("one-api",)


def open_source(options: argparse.Namespace) -> Source:
    """The source, open for reading. Raises ``NotReadable``."""
    return OneApi(_database(options), _logs())


def _database(options: argparse.Namespace) -> Database:
    if options.sqlite:
        return SqliteDatabase(Path(options.sqlite))
    dsn = os.environ.get("MIGRATE_DSN") or getpass.getpass("DSN of its database (SQL_DSN there): ")
    return opened(dsn)


def _logs() -> Database | None:
    dsn = os.environ.get("MIGRATE_LOG_DSN")
    return opened(dsn) if dsn else None


def opened(dsn: str) -> Database:
    """A database by its address."""
    raise NotReadable("no database servers yet")
