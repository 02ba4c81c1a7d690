"""Which source a command line means."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from tools.migrate.databases.protocol import Database, NotReadable
from tools.migrate.databases.sqlite import SqliteDatabase
from tools.migrate.sources.litellm import LiteLlm
from tools.migrate.sources.litellm_config import read_config
from tools.migrate.sources.new_api import NewApi
from tools.migrate.sources.one_api import OneApi
from tools.migrate.sources.protocol import Source

KINDS = ("one-api", "new-api", "litellm")


def open_source(options: argparse.Namespace) -> Source:
    """The source, open for reading. Raises ``NotReadable``."""
    if options.source == "litellm":
        return _litellm(options)
    if options.source == "new-api":
        return NewApi(_database(options), _logs(), by_number=options.github_by_number)
    return OneApi(_database(options), _logs())


def _litellm(options: argparse.Namespace) -> Source:
    path, folder = Path(options.config), Path(options.export) if options.export else None
    if not path.is_file() or (folder is not None and not folder.is_dir()):
        raise NotReadable("LiteLLM is read from --config FILE, and its database from --export FOLDER")
    return LiteLlm(read_config(path), folder, _Variables(), options.balance)


class _Variables:
    """Environment variables of LiteLLM: from this environment, else asked for, once, where somebody can answer."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if name not in self._known:
            asked = not os.environ.get(name) and sys.stdin.isatty()
            self._known[name] = getpass.getpass(f"{name} (empty: unknown): ") if asked else os.environ.get(name, "")
        return self._known[name]


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
    try:
        from tools.migrate.databases.servers import ServerDatabase  # noqa: PLC0415 (SQLite needs nothing of it)
    except ImportError as error:
        raise NotReadable(f"{error.name} is not installed: use make migrate, which installs it") from error
    return ServerDatabase(dsn)
