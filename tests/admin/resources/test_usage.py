"""Sums of consumption as administrators see them."""

from datetime import UTC, datetime
from typing import Any

from admin.web.deps import Deps
from gateway.store.schema.items import UsageItem
from tests.admin.api import Api


def _sum(owner: str, day: str, model: str, quota: int) -> Any:
    return UsageItem(owner=owner, day_model=f"{day}#{model}", request_count=1, quota=quota)


def test_sums_of_everybody_or_one_user_within_the_days_asked_for(api: Api, deps: Deps) -> None:
    today = api.root.get("/api/usage/")
    assert today == {"success": True, "message": "", "data": []}
    day = datetime.now(UTC).date().isoformat()
    for item in (_sum("all", day, "m#odd", 7), _sum("all", "2020-01-01", "m", 9), _sum("user#3", day, "m", 5)):
        item.save()
    (row,) = api.root.get("/api/usage?days=2")["data"]
    assert (row["day"], row["model_name"], row["quota"]) == (day, "m#odd", 7)
    assert [row["quota"] for row in api.root.get("/api/usage?user_id=3")["data"]] == [5]
    assert not api.root.get("/api/usage?days=0")["success"]
    assert not api.root.get("/api/usage?days=9999")["success"]
