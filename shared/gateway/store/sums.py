"""Reading the sums of consumption that ``usage.py`` keeps."""

from typing import Any

from gateway.store.models import UsageItem
from gateway.store.usage import EVERYBODY, values

__all__ = ["EVERYBODY", "between"]


def between(owner: str, first_day: str, last_day: str) -> list[dict[str, Any]]:
    """The sums of an owner from one day to another (``YYYY-MM-DD``, both included), oldest first."""
    reach = UsageItem.day_model.between(first_day, last_day + "~")
    return [_row(item) for item in UsageItem.query(owner, reach)]


def _row(item: UsageItem) -> dict[str, Any]:
    day, _, model = item.day_model.partition("#")
    return {"day": day, "model_name": model, **values(item)}
