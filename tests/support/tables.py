"""A real DynamoDB for tests: one emulator per test process, tables of their own for whoever asks."""

import dataclasses
import itertools
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.config import StoreSettings
from gateway.errors import StoreError
from gateway.security.credentials import new_key
from local.emulator import choose, start, wait_until_it_answers
from local.places import TEMPLATE
from local.tables import Table, create, dynamodb_client, read_tables
from tests.support.localstack import localstack
from tests.support.quick_dynamo import QuickDynamo, RefusedByDynamo

MOST_ITEMS = 200  # that are deleted one by one
PLACE = "stack"  # the template is read once, for a stack of this name


@dataclass(frozen=True, slots=True)
class Stack:
    """The tables of the template under a prefix nobody else uses."""

    endpoint_url: str
    prefix: str
    encryption_key: str

    def settings(self) -> StoreSettings:
        """What ``open_store`` and its asynchronous sibling take."""
        return StoreSettings(
            table_prefix=self.prefix,
            region="us-east-1",
            endpoint=self.endpoint_url,
            encryption_key=self.encryption_key,
        )


class DynamoDB:
    """A running emulator."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self._client = dynamodb_client(self.endpoint_url)
        self._quick = QuickDynamo(self.endpoint_url)
        self._names = (f"test{os.getpid()}x{number}" for number in itertools.count(1))
        self._defined = read_tables(TEMPLATE, PLACE)
        self._spare: list[Stack] = []

    def borrow(self) -> Stack:
        """Empty tables: those that somebody gave back, if there are any. Making and deleting them takes longer."""
        return self._spare.pop() if self._spare else self.tables()

    def give_back(self, stack: Stack) -> None:
        """Empty a stack's tables for the next one; where that takes long, or they are not as they were, drop them."""
        try:
            emptied = all(self._emptied(self._named(table, stack.prefix)) for table in self._defined)
        except RefusedByDynamo:
            emptied = False
        if emptied:
            self._spare.append(stack)
        else:
            self.drop(stack)

    def _emptied(self, table: Table) -> bool:
        """Whether a table is empty now; one with very much in it is left as it is."""
        key = [part["AttributeName"] for part in table.definition["KeySchema"]]
        names = {f"#{place}": name for place, name in enumerate(key)}
        found = self._quick.call(
            "Scan",
            {
                "TableName": table.name,
                "ProjectionExpression": ", ".join(names),
                "ExpressionAttributeNames": names,
                "Limit": MOST_ITEMS,
            },
        )
        items = found["Items"]
        for begun in range(0, len(items), 25):
            gone = [{"DeleteRequest": {"Key": item}} for item in items[begun : begun + 25]]
            self._quick.call("BatchWriteItem", {"RequestItems": {table.name: gone}})
        return "LastEvaluatedKey" not in found

    @staticmethod
    def _named(table: Table, prefix: str) -> Table:
        return dataclasses.replace(table, name=prefix + table.name.removeprefix(f"{PLACE}-"))

    def tables(self, prefix: str = "") -> Stack:
        """Create every table of the template; the prefix is a fresh one unless given."""
        prefix = f"{prefix.removesuffix('-') or next(self._names)}-"
        for table in self._defined:
            create(self._named(table, prefix), self._client)
        return Stack(self.endpoint_url, prefix, new_key())

    def drop(self, stack: Stack) -> None:
        """Delete a stack's tables: every one that stays makes the next ones slower to create."""
        for table in self._defined:
            with suppress(StoreError):  # a test deleted it
                self._client.call("DeleteTable", {"TableName": self._named(table, stack.prefix).name})

    def close(self) -> None:
        """Drop the connections kept for making tables."""
        self._client.close()
        self._quick.close()


@contextmanager
def running_dynamodb(folder: Path) -> Generator[DynamoDB]:
    """dynoxide in memory where it runs, else ministack, for the time of the block; or what TEST_DYNAMODB names.

    That may be dynoxide, ministack or localstack; without LocalStack, tests of it are skipped with the reason.
    """
    wanted = os.environ.get("TEST_DYNAMODB", "auto")
    if wanted == "localstack":
        with localstack() as url:
            running = DynamoDB(url)
            yield running
            running.close()
        return
    program = choose(wanted)
    if program.name == "dynoxide":  # without a file it keeps its data in memory
        program = dataclasses.replace(program, arguments=lambda port, _: ["serve", "--port", str(port)])
    with (folder / "dynamodb.log").open("wb") as log:
        emulator = start(program, folder / "state", log)
    try:
        wait_until_it_answers(emulator, folder / "dynamodb.log")
        running = DynamoDB(emulator.endpoint)
        yield running
        running.close()
    finally:
        emulator.stop()
