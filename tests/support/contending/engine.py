"""Every operation by name. A call goes on to its end even when the one who made it is gone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.support.contending import reads, schema, transactions, writes
from tests.support.contending.contention import Pace
from tests.support.contending.database import Database
from tests.support.contending.meter import Meter
from tests.support.contending.refusals import Refused

Json = dict[str, Any]
Answer = tuple[int, Json]
Handler = Callable[[Database, Json], Awaitable[Json]]

_TABLES: dict[str, Callable[[Database, Json], Json]] = {
    "CreateTable": schema.create_table,
    "DeleteTable": schema.delete_table,
    "UpdateTable": schema.update_table,
    "DescribeTable": schema.describe_table,
    "ListTables": schema.list_tables,
    "UpdateTimeToLive": schema.update_time_to_live,
    "DescribeTimeToLive": schema.describe_time_to_live,
}
_READS: dict[str, Handler] = {
    "GetItem": reads.get_item,
    "BatchGetItem": reads.batch_get_item,
    "TransactGetItems": reads.transact_get_items,
    "Query": reads.query,
    "Scan": reads.scan,
}
_WRITES: dict[str, Handler] = {
    "PutItem": writes.put_item,
    "UpdateItem": writes.update_item,
    "DeleteItem": writes.delete_item,
    "BatchWriteItem": writes.batch_write_item,
    "TransactWriteItems": transactions.transact_write_items,
}
_ITEMS = _READS | _WRITES


class Engine:
    """One emulated endpoint. ``meter`` tells what was asked of it."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._database = Database(pace or Pace())
        self._under_way: set[asyncio.Task[Answer]] = set()

    @property
    def meter(self) -> Meter:
        return self._database.meter

    def create(self, definition: Json) -> None:
        """A table as CreateTable takes it."""
        schema.create_table(self._database, definition)

    async def call(self, operation: str, request: Json) -> Answer:
        """Status and body. The caller may be cancelled: what has arrived here happens anyway."""
        await asyncio.sleep(0)
        task = asyncio.ensure_future(self._answer(operation, request))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def _answer(self, operation: str, request: Json) -> Answer:
        self.meter.called(operation)
        try:
            if operation in _TABLES:
                return 200, _TABLES[operation](self._database, request)
            if operation not in _ITEMS:
                raise Refused("UnknownOperationException", operation)
            answer = await _ITEMS[operation](self._database, request)
            if operation in _WRITES and self._database.contention.lost(operation):
                self.meter.count(operation, "", {"lost": 1})
                raise Refused("InternalServerError", "Internal server error", status=500)
        except Refused as refused:
            return refused.status, refused.body()
        return 200, answer
