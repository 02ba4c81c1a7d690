"""Integer ids, counted up atomically: one-api's clients show them, sort by them and put them in addresses."""

from typing import Literal

from gateway.store.client.expressions import Change, Json, change, update
from gateway.store.client.lookup import item_at
from gateway.store.context import Store
from gateway.store.schema.items import CounterItem
from gateway.store.schema.tables import Tables

Entity = Literal["user", "token", "channel", "redemption"]


def next_id(store: Store, entity: Entity) -> int:
    """An id nobody had before, larger than all earlier ones."""
    return next_ids(store, entity, 1)[0]


def next_ids(store: Store, entity: Entity, count: int) -> range:
    """``count`` fresh ids in a row, taken by one write."""
    taken = Change(adds={"value": count})
    last = store.transactor.update(update(store.tables.counters, _key(entity), taken, returns="UPDATED_NEW"))["value"]
    return range(last - count + 1, last + 1)


def current(store: Store, entity: Entity) -> int:
    """The newest id that was taken; 0 when none was."""
    found = item_at(CounterItem, *_key(entity).values())
    return 0 if found is None else int(found.value or 0)


def raised(tables: Tables, entity: Entity, *, known: int, highest: int) -> Json:
    """The action that keeps all ids up to one for what has them already; refused if another was taken meanwhile."""
    return change(tables.counters, _key(entity), Change(sets={"value": highest}, expected={"value": known or None}))


def begun(tables: Tables, entity: Entity) -> Json:
    """The action that takes id 1 when the counter has not begun, for the first start."""
    return change(tables.counters, _key(entity), Change(defaults={"value": 1}))


def _key(entity: Entity) -> dict[str, str | int]:
    return {"name": f"id#{entity}", "shard": 0}
