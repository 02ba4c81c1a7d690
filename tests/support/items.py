"""Many items at once, written straight into a table."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from admin.web.deps import Deps
from gateway.store.client.attributes import to_item

Json = dict[str, Any]


def write_all(deps: Deps, table: str, items: list[Json]) -> None:
    """Put items, 25 a call."""
    client: Any = deps.store.transactor._client
    batches = [items[start : start + 25] for start in range(0, len(items), 25)]

    def write(batch: list[Json]) -> None:
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": to_item(item)}} for item in batch]})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, batches))
