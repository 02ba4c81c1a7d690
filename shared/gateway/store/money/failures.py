"""Failed requests, kept for some days: beside the ledger, in partitions of their own, and no part of the books."""

from gateway.domain.failures import LONGEST_TEXT, Failure
from gateway.domain.money import EntryType
from gateway.records import dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Json
from gateway.store.schema.tables import Tables, failure_bucket, failure_owner

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Failures:
    """Writes them."""

    dynamo: Dynamo
    tables: Tables

    async def put(self, failure: Failure, days: int) -> None:
        """Keep one for so many days."""
        await self.dynamo.put({"TableName": self.tables.logs, "Item": to_item(failure_item(failure, days))})


def failure_item(failure: Failure, days: int) -> Json:
    """A failed request as it is kept: with an entry's columns, so that lists read both."""
    return {
        "owner": failure_owner(failure.user_id),
        "request_id": failure.request_id,
        "bucket": failure_bucket(failure.request_id),
        "sort": failure.request_id,
        "ttl": failure.created_at + days * _DAY,
        "type": int(EntryType.FAILED),
        **{
            name: getattr(failure, name)
            for name in ("id", "created_at", "user_id", "username", "token_id", "token_name", "model_name")
        },
        "channel_id": failure.attempts[-1].channel_id if failure.attempts else 0,
        "elapsed_time": failure.elapsed_time,
        "is_stream": failure.is_stream,
        "details": _details(failure),
    }


def _details(failure: Failure) -> Json:
    details: Json = {
        "kind": failure.kind,
        "status": failure.status,
        "code": failure.code,
        "text": failure.text[:LONGEST_TEXT],
        "group": failure.group,
        "attempts": [attempt.write() for attempt in failure.attempts],
    }
    return details | ({"dropped": failure.dropped} if failure.dropped else {})
