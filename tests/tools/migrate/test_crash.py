"""A run that dies at any moment, and another one after it, come to what one run comes to, to the last unit."""

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.store.client.expressions import Json
from gateway.store.client.sync_client import Transactor
from gateway.store.context import Store, open_store
from tests.support.quick_dynamo import QuickDynamo
from tests.support.tables import DynamoDB, Stack
from tests.tools.migrate import one_api_world as world
from tests.tools.migrate.conftest import audited
from tests.tools.migrate.old_database import sqlite_file
from tests.tools.migrate.old_tables import ONE_API
from tools.migrate.databases.sqlite import SqliteDatabase
from tools.migrate.findings import Report
from tools.migrate.records import Period
from tools.migrate.run import prepare, run
from tools.migrate.sources.one_api import OneApi

CRASHES = 50
COUNTED = ("users", "tokens", "channels", "abilities", "logs", "redemptions", "counters")
KEPT = {"users": {1, 2, 4, 6}, "tokens": {1, 2, 3, 8, 12}, "channels": {1, 5, 8}, "logs": set(range(1, 13))}


class Died(BaseException):
    """The process is gone."""


@dataclass
class Mortal:
    """Writes until its hour has come: the write that it dies at was done, or was not."""

    living: Transactor
    left: int
    done: bool
    writes: int = 0

    def transact(self, request: Json) -> None:
        self._write(self.living.transact, request)

    def update(self, request: Json) -> Json:
        return self._write(self.living.update, request)

    def put_all(self, table: str, items: Sequence[Json]) -> None:
        self._write(self.living.put_all, table, items)

    def _write(self, call: Any, *given: Any) -> Any:
        self.writes += 1
        if self.writes != self.left:
            return call(*given)
        if self.done:
            call(*given)
        raise Died


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A one-api with one of each kind that is written in a way of its own."""
    rows = {
        table: [row for row in some if table not in KEPT or row["id"] in KEPT[table]]
        for table, some in world.rows().items()
    }
    return sqlite_file(tmp_path_factory.mktemp("small") / "one-api.db", ONE_API, rows)


def move(store: Store, file: Path) -> Report:
    with closing(OneApi(SqliteDatabase(file))) as source:
        moving = prepare(source, store, "one-api", applying=True, period=Period(start=0, end=2**40))
        moving.quiet = True
        return run(moving)


def counts(stack: Stack) -> dict[str, int]:
    """How many items each table has, but for marks, of which there may be more or fewer."""
    quick = QuickDynamo(stack.endpoint_url)
    tables = {name: {"TableName": f"{stack.prefix}{name}", "Select": "COUNT"} for name in COUNTED}
    found = {name: quick.call("Scan", request)["Count"] for name, request in tables.items()}
    quick.close()
    return found


@pytest.fixture(autouse=True)
def small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them, so that there are more moments between them."""
    monkeypatch.setattr("tools.migrate.move.MOST_ACTIONS", 12)
    monkeypatch.setattr("tools.migrate.steps.options._AT_ONCE", 2)
    monkeypatch.setattr("tools.migrate.steps.logs._BATCH", 4)


def test_a_second_run_makes_good_what_a_crash_at_any_moment_has_left(dynamodb: DynamoDB, small_file: Path) -> None:
    whole = dynamodb.borrow()
    living = open_store(whole.settings())
    counting = Mortal(living.transactor, 0, done=True)
    move(replace(living, transactor=cast(Transactor, counting)), small_file)
    wanted = counts(whole)
    dynamodb.give_back(whole)
    moments = [(number, done) for number in range(1, counting.writes + 1) for done in (False, True)]
    chosen = random.Random(7).sample(moments, min(CRASHES, len(moments)))
    for number, done in chosen:
        stack = dynamodb.borrow()
        store = open_store(stack.settings())
        dying = replace(store, transactor=cast(Transactor, Mortal(store.transactor, number, done=done)))
        with pytest.raises(Died):
            move(dying, small_file)
        report = move(store, small_file)
        assert report.of("differs") == [], (number, done)
        assert report.of("conflict") == [] or {found.id for found in report.of("conflict")} == {6}, (number, done)
        assert counts(stack) == wanted, (number, done)
        assert audited(stack).differences == [], (number, done)
        dynamodb.give_back(stack)
    assert len(chosen) == CRASHES
