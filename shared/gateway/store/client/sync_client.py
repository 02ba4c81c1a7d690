"""The synchronous side's client: the same request JSON the relay sends, from threads, without an SDK.

PynamoDB's own transactions cannot carry requests built as data; these can, so a money transaction is written
once whoever runs it. PynamoDB's reads go through here, too: botocore's client is 11 MB and takes 50 ms to make.
"""

import itertools
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from gateway.clock import Clock, SystemClock
from gateway.config import StoreSettings
from gateway.errors import Throttled
from gateway.store.client import retry
from gateway.store.client.attributes import from_item, to_item
from gateway.store.client.calls import Calls, understood, written
from gateway.store.client.credentials import CredentialSource
from gateway.store.client.http import StoreConnectionLost
from gateway.store.client.signer import AwsCredentials
from gateway.store.client.sync_http import SyncPool

Json = dict[str, Any]

_MOST_SENT = 12  # times that a batch is sent


class SyncDynamo:
    """One endpoint, one pool of connections; threads share it. ``attempts``: how often a throttled call is tried."""

    def __init__(
        self,
        endpoint: str,
        region: str,
        credentials: Callable[[], AwsCredentials],
        *,
        clock: Clock | None = None,
        attempts: Callable[[Throttled], int] = retry.attempts,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._clock = clock or SystemClock()
        self._attempts = attempts
        self._pool = SyncPool(self.endpoint, self._clock)
        self._calls = Calls(endpoint, region, credentials)

    def call(self, operation: str, request: Json) -> Json:
        """DynamoDB's answer; lost races and throttled calls are sent again. Raises ``StoreError``."""
        body = written(request)
        for number in itertools.count():
            try:
                return self._once(operation, body)
            except Throttled as error:
                if number + 1 >= self._attempts(error):
                    raise
            time.sleep(retry.pause(number, self._clock.fraction()))
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the pool."""
        self._pool.close()

    def _once(self, operation: str, body: bytes) -> Json:
        headers = self._calls.headers(operation, body)
        try:
            status, answer = self._pool.post(headers, body)
        except (StoreConnectionLost, OSError) as error:
            raise Throttled(f"{operation}: {type(error).__name__}: {error}") from error
        return understood(operation, status, answer)


class Transactor:
    """Runs transactions and single updates on one endpoint, again when they lost a race."""

    def __init__(self, settings: StoreSettings, *, clock: Clock | None = None) -> None:
        self._client = client(settings.endpoint, settings.region)
        self._clock = clock or SystemClock()

    def transact(self, request: Json) -> None:
        """One TransactWriteItems, all or nothing; a condition that does not hold is ``ConditionFailed``.

        Every attempt carries the same token, so one whose answer was lost is not taken for another transaction.
        """
        self._client.call("TransactWriteItems", {"ClientRequestToken": self._clock.token(), **request})

    def update(self, request: Json) -> Json:
        """One UpdateItem; answers the attributes it was asked to return."""
        return from_item(self._client.call("UpdateItem", request).get("Attributes") or {})

    def put_all(self, table: str, items: Sequence[Json]) -> None:
        """Write so many whole items, 25 at most, in place of what there is; what was not taken is sent again."""
        waiting: Json = {table: [{"PutRequest": {"Item": to_item(item)}} for item in items]}
        for number in itertools.count():
            answer = self._client.call("BatchWriteItem", {"RequestItems": waiting})
            waiting = answer.get("UnprocessedItems") or {}
            if not waiting:
                return
            if number + 1 >= _MOST_SENT:
                raise Throttled(f"{len(waiting[table])} items were not taken")
            time.sleep(retry.pause(number, self._clock.fraction()))


@lru_cache(maxsize=8)
def client(endpoint: str, region: str) -> SyncDynamo:
    """One for all who read and write there."""
    return SyncDynamo(endpoint, region, CredentialSource())
