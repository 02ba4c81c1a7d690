"""Rate limits: counters per address (or account) and window of time, forgotten by the table itself."""

from gateway.store.attributes import to_item
from gateway.store.context import Store
from gateway.store.writes import Json

_KEPT_AFTER = 60  # seconds a counter outlives its window; the table deletes lazily anyway


def hit(store: Store, bucket: str, who: str, *, limit: int, window: int) -> int:
    """Count one request; answers 0 if it may pass, else the seconds until the window ends. 0 as limit is no limit."""
    if limit <= 0:
        return 0
    now = store.clock.now()
    begun = now - now % window
    request: Json = {
        "TableName": store.tables.counters,
        "Key": to_item({"name": f"rate#{bucket}#{who}#{begun}", "shard": 0}),
        "UpdateExpression": "ADD #value :one SET #ttl = :ttl",
        "ExpressionAttributeNames": {"#value": "value", "#ttl": "ttl"},
        "ExpressionAttributeValues": to_item({":one": 1, ":ttl": begun + window + _KEPT_AFTER}),
        "ReturnValues": "UPDATED_NEW",
    }
    count = store.transactor.update(request)["value"]
    return 0 if count <= limit else begun + window - now
