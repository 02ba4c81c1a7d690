"""Moves into real tables, without a process around them."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cron.jobs.reconcile import Report as Audit
from cron.jobs.reconcile import audit
from gateway.clock import SystemClock
from gateway.store.client.credentials import dynamo
from gateway.store.context import Store, open_store
from gateway.store.money.ledger_sums import Books
from gateway.store.schema.tables import Tables
from tests.support.tables import Stack
from tests.tools.migrate import one_api_world
from tests.tools.migrate.old_database import sqlite_file
from tests.tools.migrate.old_tables import ONE_API
from tools.migrate.databases.sqlite import SqliteDatabase
from tools.migrate.findings import Report
from tools.migrate.run import prepare, run, verify
from tools.migrate.sources.one_api import OneApi

Bring = Callable[..., Report]


@pytest.fixture
def store(tables: Stack) -> Store:
    """The tables of this test, without a root yet."""
    return open_store(tables.settings())


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """The database of a one-api."""
    return sqlite_file(tmp_path / "one-api.db", ONE_API, one_api_world.rows())


def bring(store: Store, file: Path, *, applying: bool = True, only_verify: bool = False, **given: object) -> Report:
    """A move of a one-api's file, or a plan of it, or only the comparison."""
    with closing(OneApi(SqliteDatabase(file))) as source:
        move = prepare(source, store, "one-api", applying=applying, **given)  # type: ignore[arg-type]
        move.quiet = True
        return verify(move) if only_verify else run(move)


def audited(tables: Stack) -> Audit:
    """What the nightly audit says of the books."""

    async def run_audit() -> Audit:
        database = dynamo(tables.settings(), SystemClock())
        try:
            return await audit(Books(database, Tables(tables.prefix)))
        finally:
            await database.close()

    return asyncio.run(run_audit())
