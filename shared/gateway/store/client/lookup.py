"""Reads by key that every entity has: one item, one row, the rows of a page. Always what is stored now."""

from collections.abc import Sequence
from typing import Any, TypeVar

from gateway.store.client.attributes import Item, from_item
from gateway.store.schema.items import R, row_of
from gateway.store.schema.pynamodb_parts import DoesNotExist, Model

M = TypeVar("M", bound=Model)
Key = str | int


def item_at(model: type[M], *key: Key) -> M | None:
    """The item with this key; ``None`` if there is none."""
    try:
        return model.get(*key, consistent_read=True)
    except DoesNotExist:
        return None


def items_at(model: type[M], keys: Sequence[Key], *, key: str = "pk") -> dict[Key, M]:
    """The items of those of these keys that exist, in one read."""
    items: Any = model.batch_get(list(keys), consistent_read=True)
    return {getattr(item, key): item for item in items}


def attributes_at(model: type[Model], key: Key) -> Item | None:
    """All attributes of the item with this key, also those its model does not name; ``None`` if there is none."""
    query: Any = model.query(key, consistent_read=True)
    items = [from_item(item) for answer in query.page_iter for item in answer.get("Items", [])]
    return items[0] if items else None


def row_at(kind: type[R], model: type[Model], *key: Key) -> R | None:
    """The row of the item with this key; ``None`` if there is none."""
    item = item_at(model, *key)
    return None if item is None else row_of(kind, item)


def rows_at(kind: type[R], model: type[Model], keys: Sequence[Key], *, key: str = "pk") -> list[R]:
    """The rows of those of these keys that exist, in this order; ``key`` is the attribute they are values of."""
    items: Any = model.batch_get(list(keys)) if keys else ()
    found = {getattr(item, key): row_of(kind, item) for item in items}
    return [found[wanted] for wanted in keys if wanted in found]


def numbers(keyword: str) -> set[int]:
    """The number that the word of a search is; none if it is no number anything here can have."""
    return {int(keyword)} if keyword.isascii() and keyword.isdigit() and len(keyword) < 16 else set()
