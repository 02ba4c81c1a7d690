"""Many items at once, written straight into a table."""

from typing import Any

from admin.web.deps import Deps
from gateway.store.client.attributes import to_item
from tests.support.quick_dynamo import QuickDynamo

Json = dict[str, Any]


def write_all(deps: Deps, table: str, items: list[Json]) -> None:
    """Put items, 25 a call."""
    dynamo = QuickDynamo(deps.store.transactor._client.endpoint)
    for start in range(0, len(items), 25):
        put = [{"PutRequest": {"Item": to_item(item)}} for item in items[start : start + 25]]
        dynamo.call("BatchWriteItem", {"RequestItems": {table: put}})
    dynamo.close()
