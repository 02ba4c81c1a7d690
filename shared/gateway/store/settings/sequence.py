"""Integer ids, counted up atomically: one-api's clients show them, sort by them and put them in addresses."""

from typing import Literal

from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Change, Json, change
from gateway.store.context import Store
from gateway.store.schema.tables import Tables

Entity = Literal["user", "token", "channel", "redemption"]


def next_id(store: Store, entity: Entity) -> int:
    """An id nobody had before, larger than all earlier ones."""
    return next_ids(store, entity, 1)[0]


def next_ids(store: Store, entity: Entity, count: int) -> range:
    """``count`` fresh ids in a row, taken by one write."""
    request: Json = {
        "TableName": store.tables.counters,
        "Key": to_item(_key(entity)),
        "UpdateExpression": "ADD #value :count",
        "ExpressionAttributeNames": {"#value": "value"},
        "ExpressionAttributeValues": to_item({":count": count}),
        "ReturnValues": "UPDATED_NEW",
    }
    last = store.transactor.update(request)["value"]
    return range(last - count + 1, last + 1)


def begun(tables: Tables, entity: Entity) -> Json:
    """The action that takes id 1 when the counter has not begun, for the first start."""
    return change(tables.counters, _key(entity), Change(defaults={"value": 1}))


def _key(entity: Entity) -> dict[str, str | int]:
    return {"name": f"id#{entity}", "shard": 0}
