"""Sums of consumption as administrators see everybody's, and everybody their own."""

from datetime import UTC, datetime
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.channels import channels
from gateway.store.schema.items import UsageItem
from tests.admin.api import Api


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _sum(owner: str, day: str, key: str, quota: int, **more: Any) -> None:
    UsageItem(owner=owner, day_model=f"{day}#{key}", request_count=1, quota=quota, **more).save()


def test_sums_of_everybody_or_one_user_within_the_days_asked_for(api: Api, deps: Deps) -> None:
    today = api.root.get("/api/usage/")
    assert today == {"success": True, "message": "", "data": [], "counted_until": 0, "totals": _counts(0, 0)}
    day = _today()
    _sum("all", day, "m#odd", 7)
    _sum("all", "2020-01-01", "m", 9)
    _sum("user#3", day, "m", 5)
    (row,) = api.root.get("/api/usage?days=2")["data"]
    assert (row["day"], row["model_name"], row["key"], row["name"], row["quota"]) == (day, "m#odd", "m#odd", "m#odd", 7)
    assert [row["quota"] for row in api.root.get("/api/usage?user_id=3")["data"]] == [5]
    assert not api.root.get("/api/usage?days=0")["success"]
    assert not api.root.get("/api/usage?days=9999")["success"]


def test_sums_by_token_channel_user_group_and_hour(api: Api, deps: Deps) -> None:
    day = _today()
    assert api.root.post("/api/channel/", {"name": "azure", "key": "k", "models": "m"})["success"]
    (channel,) = channels.every(deps.store)
    _sum("all/token", day, "12", 4, name="app", user_id=3)
    _sum("all/channel", day, str(channel.id), 5)
    _sum("all/channel", day, "99", 6)
    _sum("all/user", day, "3", 7, name="alice")
    _sum("all/hour", day, "07", 8)
    (token,) = api.root.get("/api/usage?by=token")["data"]
    assert (token["key"], token["name"], token["user_id"]) == ("12", "app", 3)
    assert token["model_name"] == ""
    assert [row["name"] for row in api.root.get("/api/usage?by=channel")["data"]] == ["azure", "99"]
    assert [row["name"] for row in api.root.get("/api/usage?by=user")["data"]] == ["alice"]
    assert [row["key"] for row in api.root.get("/api/usage?by=hour")["data"]] == ["07"]
    assert api.root.get("/api/usage?by=group")["data"] == []
    assert not api.root.get("/api/usage?by=colour")["success"]
    refused = api.root.get("/api/usage?by=channel&user_id=3")
    assert not refused["success"] and "model" in refused["message"]


def test_totals_are_of_all_days_however_short_the_part_is(api: Api) -> None:
    day = _today()
    for number in range(1, 8):
        _sum("all", day, f"m{number}", number)
        _sum("all/group", day, f"g{number}", number)
    for query in ("?page_size=2", "?by=group&page_size=2"):
        answer = api.root.raw("GET", "/api/usage" + query)
        assert len(answer.json()["data"]) == 2
        assert answer.json()["totals"] == _counts(7, 28)
    more = {"cursor": answer.headers["X-Next-Cursor"], "by": "group", "page_size": "2"}
    assert api.root.get("/api/usage", params=more)["totals"] is None


def test_the_dearest_come_first_and_the_others_are_counted(api: Api) -> None:
    day = _today()
    for number in range(1, 31):
        _sum("all/user", day, str(number), number, name=f"user-{number}")
    _sum("all/user", "2020-01-01", "1", 1000)
    top = api.root.get("/api/usage/top?by=user&days=3&limit=2")["data"]
    assert [(row["key"], row["name"], row["quota"]) for row in top["rows"]] == [
        ("30", "user-30", 30),
        ("29", "user-29", 29),
    ]
    assert top["totals"] == _counts(30, 465)
    assert top["others"] == _counts(28, 465 - 59)
    assert top["complete"] is True
    assert top["rows"][0]["day"] == ""
    assert not api.root.get("/api/usage/top?limit=0")["success"]


def test_people_see_their_own_sums_and_nobody_elses(api: Api) -> None:
    number = api.new_user("alice")
    day = _today()
    _sum(f"user#{number}", day, "m", 5)
    _sum(f"user#{number}/token", day, "12", 5, name="app", user_id=number)
    _sum("user#1", day, "m", 70)
    alice = api.signed_in("alice")
    mine = alice.get("/api/usage/self")
    assert ([row["quota"] for row in mine["data"]], mine["totals"]["quota"]) == ([5], 5)
    assert [row["name"] for row in alice.get("/api/usage/self?by=token")["data"]] == ["app"]
    for query in ("?by=channel", "?by=user", "?by=group"):
        assert not alice.get("/api/usage/self" + query)["success"]
    assert [row["quota"] for row in alice.get("/api/usage/self?user_id=1")["data"]] == [5]


@pytest.mark.parametrize("path", ["usage", "usage/top"])
def test_sums_of_everybody_are_for_administrators(api: Api, path: str) -> None:
    api.new_user("alice")
    assert not api.signed_in("alice").get(f"/api/{path}")["success"]


def test_administrators_see_what_it_cost_and_customers_do_not(api: Api) -> None:
    number, day = api.new_user("alice"), _today()
    for owner in ("all", "all/channel", f"user#{number}", f"user#{number}/token"):
        key = "7" if "/" in owner else "m"
        _sum(owner, day, key, 100, cost=30, costed_quota=90, costed_count=1)
        _sum(owner, "2020-01-01", key, 5, cost=1, costed_quota=5, costed_count=1)
    (row,) = api.root.get("/api/usage?days=7&by=channel")["data"]
    assert (row["quota"], row["cost"], row["margin"], row["without_cost"]) == (100, 30, 60, 0)
    for path in ("/api/usage?user_id=", "/api/usage?by=token&user_id="):
        answer = api.root.get(path + str(number))
        assert [row["cost"] for row in answer["data"]] == [30]
        assert answer["totals"]["margin"] == 60
    top = api.root.get("/api/usage/top?by=channel")["data"]
    assert (top["rows"][0]["margin"], top["totals"]["cost"], top["others"]["cost"]) == (60, 30, None)
    everybody = api.root.get("/api/summary")["data"]["everybody"]
    assert (everybody["totals"]["cost"], everybody["channels"][0]["margin"]) == (30, 60)
    alice = api.signed_in("alice")
    for path in ("/api/usage/self", "/api/usage/self?by=token", "/api/summary"):
        text = alice.raw("GET", path).text
        assert '"quota":100' in text and "cost" not in text and "margin" not in text, path


def test_a_cost_that_nobody_knows_is_none_and_is_said_to_be_missing(api: Api) -> None:
    _sum("all", _today(), "m", 100)
    _sum("all", _today(), "n", 50, cost=0, costed_quota=50, costed_count=1)
    unknown, free = api.root.get("/api/usage?days=1")["data"]
    assert (unknown["cost"], unknown["margin"], unknown["without_cost"]) == (None, None, 1)
    assert (free["cost"], free["margin"], free["without_cost"]) == (0, 50, 0)
    totals = api.root.get("/api/usage?days=1")["totals"]
    assert (totals["quota"], totals["cost"], totals["margin"], totals["without_cost"]) == (150, 0, 50, 1)


def _counts(requests: int, quota: int) -> dict[str, Any]:
    consumed = {"request_count": requests, "quota": quota, "prompt_tokens": 0, "completion_tokens": 0}
    return consumed | {"cost": None, "margin": None, "without_cost": requests}


def test_a_comparison_with_other_prices_is_told_by_model_and_day(api: Api) -> None:
    _sum("all", _today(), "m", 100, shadow=120, shadowed_quota=90, shadowed_count=2, shadow_unknown=1)
    _sum("all", _today(), "n", 50)
    api.new_user("alice")
    assert not api.signed_in("alice").get("/api/usage/shadow")["success"]
    compared = {"request_count": 2, "quota": 90, "shadow": 120, "difference": -30, "unknown": 1}
    answer = api.root.get("/api/usage/shadow?days=7")
    assert answer["data"] == {
        "rows": [compared | {"day": _today(), "model_name": "m"}],
        "totals": compared,
        "complete": True,
    }
    for wrong in ('{"GroupRatio": {"m": -1}}', '{"ModelRatio": {"m": 1e15}}'):  # the second could never be charged
        assert not api.root.put("/api/option/", {"key": "ShadowPrices", "value": wrong})["success"]
