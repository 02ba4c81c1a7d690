"""A real DynamoDB for tests: one emulator per test process, tables of their own for whoever asks."""

import dataclasses
import itertools
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.config import StoreSettings
from gateway.security.credentials import new_key
from local.emulator import choose, start, wait_until_it_answers
from local.places import TEMPLATE
from local.tables import create, dynamodb_client, read_tables
from tests.support.localstack import localstack

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
        self._names = (f"test{os.getpid()}x{number}" for number in itertools.count(1))
        self._defined = read_tables(TEMPLATE, PLACE)

    def tables(self, prefix: str = "") -> Stack:
        """Create every table of the template; the prefix is a fresh one unless given."""
        prefix = f"{prefix.removesuffix('-') or next(self._names)}-"
        for table in self._defined:
            create(dataclasses.replace(table, name=prefix + table.name.removeprefix(f"{PLACE}-")), self._client)
        return Stack(self.endpoint_url, prefix, new_key())

    def drop(self, stack: Stack) -> None:
        """Delete a stack's tables: every one that stays makes the next ones slower to create."""
        for table in self._defined:
            self._client.delete_table(TableName=stack.prefix + table.name.removeprefix(f"{PLACE}-"))

    def close(self) -> None:
        """Drop the connections kept for making tables."""
        self._client.close()


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
