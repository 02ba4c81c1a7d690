"""DynamoDB without an SDK: what the relay needs of it, asynchronous and cheap.

PynamoDB has no asynchronous side and costs a millisecond of processor time per call; this costs a fifth
of one and nothing at import. Requests are DynamoDB's own JSON, built by the functions of this package,
so the synchronous side (``sync_client.py``) can send the very same transactions.
API: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations.html
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable
from typing import Any

from gateway.clock import Clock, SystemClock
from gateway.errors import Throttled
from gateway.store.client import retry
from gateway.store.client.attributes import from_item
from gateway.store.client.calls import Calls, understood, written
from gateway.store.client.http import Pool, StoreConnectionLost
from gateway.store.client.signer import AwsCredentials

Json = dict[str, Any]


class Dynamo:
    """One endpoint, one pool of connections; open for the life of the process."""

    def __init__(
        self,
        endpoint: str,
        region: str,
        credentials: Callable[[], AwsCredentials],
        *,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._pool = Pool(endpoint.rstrip("/") + "/", self._clock)
        self._calls = Calls(endpoint, region, credentials)

    async def close(self) -> None:
        """Close the pool."""
        self._pool.close()

    def drop_idle(self) -> None:
        """Hang up where nothing is going on."""
        self._pool.close()

    async def get(self, table: str, key: Json, *, consistent: bool = True) -> Json | None:
        """One item as Python values, or ``None``. ``key`` is in attribute values."""
        answer = await self._call("GetItem", {"TableName": table, "Key": key, "ConsistentRead": consistent})
        return from_item(answer["Item"]) if "Item" in answer else None

    async def batch_get(self, keys: dict[str, list[Json]]) -> dict[str, list[Json]]:
        """Items of several tables; missing ones are left out. Order is not kept.

        A table that is throttled leaves keys unprocessed instead of refusing them: they are asked for again, each time
        later, and given up on like any call that is throttled.
        """
        found: dict[str, list[Json]] = {table: [] for table in keys}
        stalled = 0
        pending: Json = {table: {"Keys": wanted, "ConsistentRead": True} for table, wanted in keys.items() if wanted}
        while pending:
            part, pending = _first_hundred(pending)
            answer = await self._call("BatchGetItem", {"RequestItems": part})
            for table, items in answer.get("Responses", {}).items():
                found[table] += [from_item(item) for item in items]
            if left := answer.get("UnprocessedKeys"):
                stalled = 0 if any(answer.get("Responses", {}).values()) else stalled + 1
                await self._later(stalled)
                _put_back(pending, left)
        return found

    async def _later(self, stalled: int) -> None:
        refused = Throttled("BatchGetItem: keys were left unprocessed")
        if stalled >= retry.attempts(refused):
            raise refused
        await asyncio.sleep(retry.pause(stalled, self._clock.fraction()))

    async def query(self, request: Json, *, most: int | None = None) -> list[Json]:
        """The items a query finds, page after page, until there are ``most`` (if given) or no more."""
        items: list[Json] = []
        start: Json | None = None
        while True:
            page, start = await self._page(request, start)
            items += page
            if not start or (most is not None and len(items) >= most):
                return items

    async def pages(self, request: Json) -> AsyncGenerator[list[Json]]:
        """The pages of a query, each read when it is asked for."""
        start: Json | None = None
        while True:
            page, start = await self._page(request, start)
            yield page
            if not start:
                return

    async def update(self, request: Json) -> Json:
        """One UpdateItem; answers the attributes it was asked to return."""
        answer = await self._call("UpdateItem", request)
        return from_item(answer.get("Attributes") or {})

    async def update_measured(self, request: Json) -> tuple[float, Json]:
        """One UpdateItem; answers the write units it took, if it asked, and the attributes it asked for."""
        answer = await self._call("UpdateItem", request)
        return answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0), from_item(answer.get("Attributes") or {})

    async def put(self, request: Json | bytes) -> None:
        """One PutItem; as bytes if it is written already."""
        await self._call("PutItem", request)

    async def transact(self, request: Json) -> None:
        """One TransactWriteItems, all or nothing. Lost races are run again; a condition is ``ConditionFailed``.

        Its token makes it the same one when it is sent again because its answer was lost. Each call has its own: two
        sweepers that release the same hold in the same second must not both be told that it was them.
        """
        await self._call("TransactWriteItems", {**request, "ClientRequestToken": self._clock.token()})

    async def _page(self, request: Json, start: Json | None) -> tuple[list[Json], Json | None]:
        answer = await self._call("Query", request if start is None else request | {"ExclusiveStartKey": start})
        return [from_item(item) for item in answer.get("Items", [])], answer.get("LastEvaluatedKey")

    async def _call(self, operation: str, request: Json | bytes) -> Json:
        body = request if isinstance(request, bytes) else written(request)
        for number in itertools.count():
            try:
                return await self._once(operation, body)
            except Throttled as error:
                if number + 1 >= retry.attempts(error):
                    raise
                await asyncio.sleep(retry.pause(number, self._clock.fraction()))
        raise AssertionError("unreachable")

    async def _once(self, operation: str, body: bytes) -> Json:
        headers = self._calls.headers(operation, body)
        try:
            status, answer = await self._pool.post(headers, body)
        except (StoreConnectionLost, TimeoutError, OSError) as error:
            raise Throttled(f"{operation}: {type(error).__name__}: {error}") from error
        return understood(operation, status, answer)


def _first_hundred(pending: Json) -> tuple[Json, Json]:
    part: Json = {}
    rest: Json = {}
    room = 100
    for table, wanted in pending.items():
        keys = wanted["Keys"]
        if room and keys:
            part[table] = wanted | {"Keys": keys[:room]}
        if len(keys) > room:
            rest[table] = wanted | {"Keys": keys[room:]}
        room = max(0, room - len(keys))
    return part, rest


def _put_back(pending: Json, unprocessed: Json) -> None:
    for table, wanted in unprocessed.items():
        if table in pending:
            pending[table]["Keys"] += wanted["Keys"]
        else:
            pending[table] = wanted
