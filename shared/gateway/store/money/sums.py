"""Reading the sums of consumption that ``usage.py`` keeps."""

from functools import partial
from typing import Any

from pynamodb.expressions.condition import Condition

from gateway.store.client.attributes import from_item
from gateway.store.client.pages import Page, Part, of_query
from gateway.store.money.usage import CURSOR, EVERYBODY, values
from gateway.store.schema.items import UsageItem

__all__ = ["EVERYBODY", "between"]


def page(owner: str, first_day: str, last_day: str, part: Part) -> Page[dict[str, Any]]:
    """A part of an owner's sums from one day to another (``YYYY-MM-DD``, both included), in order of days."""
    found = of_query(partial(UsageItem.query, owner, _reach(first_day, last_day)), part, ("owner", "day_model"))
    return Page([_row(UsageItem(**item)) for item in found.rows], found.next)


def count(owner: str, first_day: str, last_day: str) -> int:
    """How many sums there are in this time."""
    return UsageItem.count(owner, _reach(first_day, last_day))


def between(owner: str, first_day: str, last_day: str) -> list[dict[str, Any]]:
    """The sums of an owner from one day to another (``YYYY-MM-DD``, both included), oldest first."""
    return [_row(item) for item in UsageItem.query(owner, _reach(first_day, last_day))]


def cursors() -> dict[int, str]:
    """The request id up to which each shard of the ledger was added."""
    query: Any = UsageItem.query(CURSOR, consistent_read=True)
    items = [from_item(item) for answer in query.page_iter for item in answer.get("Items", [])]
    return {int(item["day_model"]): item["request_id"] for item in items}


def _reach(first_day: str, last_day: str) -> Condition:
    return UsageItem.day_model.between(first_day, last_day + "~")


def _row(item: Any) -> dict[str, Any]:
    day, _, model = item.day_model.partition("#")
    return {"day": day, "model_name": model, **values(item)}
