"""The synchronous side's transactions: the same request JSON the relay sends, through boto3.

PynamoDB's own transactions cannot carry requests built as data; these can, so a money transaction is written
once whoever runs it.
"""

import itertools
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gateway.clock import Clock, SystemClock
from gateway.config import StoreSettings
from gateway.errors import StoreError, Throttled
from gateway.store.client import retry
from gateway.store.client.async_client import cancelled, failure
from gateway.store.client.attributes import from_item, to_item

Json = dict[str, Any]

_MOST_SENT = 12  # times that a batch is sent


class Transactor:
    """Runs transactions and single updates on one endpoint, again when they lost a race."""

    def __init__(self, settings: StoreSettings, *, clock: Clock | None = None) -> None:
        self._client = _client(settings.endpoint, settings.region)
        self._clock = clock or SystemClock()

    def transact(self, request: Json) -> None:
        """One TransactWriteItems, all or nothing; a condition that does not hold is ``ConditionFailed``.

        Every attempt carries the same token, so one whose answer was lost is not taken for another transaction.
        """
        self._persist(self._client.transact_write_items, {"ClientRequestToken": self._clock.token(), **request})

    def update(self, request: Json) -> Json:
        """One UpdateItem; answers the attributes it was asked to return."""
        return from_item(self._persist(self._client.update_item, request).get("Attributes") or {})

    def put_all(self, table: str, items: Sequence[Json]) -> None:
        """Write so many whole items, 25 at most, in place of what there is; what was not taken is sent again."""
        waiting: Json = {table: [{"PutRequest": {"Item": to_item(item)}} for item in items]}
        for number in itertools.count():
            answer = self._persist(self._client.batch_write_item, {"RequestItems": waiting})
            waiting = answer.get("UnprocessedItems") or {}
            if not waiting:
                return
            if number + 1 >= _MOST_SENT:
                raise Throttled(f"{len(waiting[table])} items were not taken")
            time.sleep(retry.pause(number, self._clock.fraction()))

    def _persist(self, call: Any, request: Json) -> Json:
        for number in itertools.count():
            try:
                return call(**request)
            except ClientError as error:
                meaning = _meaning(error)
                if not isinstance(meaning, Throttled) or number + 1 >= retry.attempts(meaning):
                    raise meaning from error
            except BotoCoreError as error:
                raise StoreError(f"{type(error).__name__}: {error}") from error
            time.sleep(retry.pause(number, self._clock.fraction()))
        raise AssertionError("unreachable")


@lru_cache(maxsize=8)
def _client(endpoint: str, region: str) -> Any:
    """One for all who write there: making another takes longer than most of what it is for."""
    config = Config(max_pool_connections=32, retries={"max_attempts": 3, "mode": "standard"})
    return boto3.client(  # pyright: ignore[reportUnknownMemberType]
        "dynamodb", region_name=region, endpoint_url=endpoint, config=config
    )


def _meaning(error: ClientError) -> StoreError:
    answer: Any = error.response
    code = answer.get("Error", {}).get("Code", "")
    message = answer.get("Error", {}).get("Message", "")
    if code == "TransactionCanceledException":
        return cancelled(answer.get("CancellationReasons") or [], message)
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return failure(status, {"__type": code, "message": message, "Item": answer.get("Item")})
