"""Many channels at once, copies, tags, and lists by them with their totals."""

from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.store.channels import channels
from gateway.store.schema.items import AbilityItem
from tests.admin.api import Api


def new_channel(api: Api, **changes: Any) -> int:
    assert api.root.post("/api/channel/", {"type": 1, "key": "sk-k", "name": "c", "models": "m", **changes})["success"]
    return api.root.get("/api/channel/")["data"][0]["id"]


def shown(api: Api, number: int) -> dict[str, Any]:
    return api.root.get(f"/api/channel/{number}")["data"]


@pytest.mark.parametrize(
    ("action", "value", "expected"),
    [
        ("disable", "", {"status": 2}),
        ("enable", "", {"status": 1, "status_reason": ""}),
        ("tag", " cheap ", {"tag": "cheap"}),
        ("tag", "", {"tag": ""}),
        ("priority", -5, {"priority": -5}),
        ("weight", 7, {"weight": 7}),
    ],
)
def test_the_same_is_done_to_many(api: Api, action: str, value: Any, expected: dict[str, Any]) -> None:
    first, second, other = (new_channel(api, tag="old", status=3) for _ in range(3))
    before = shown(api, other)
    body = {"ids": [first, second, second, 999], "action": action, "value": value}
    assert api.root.post("/api/channel/batch/", body) == {"success": True, "message": "", "data": 2}
    for number in (first, second):
        assert {name: shown(api, number)[name] for name in expected} == expected
    assert shown(api, other) == before


def test_many_are_deleted_with_their_abilities(api: Api) -> None:
    numbers = [new_channel(api) for _ in range(3)]
    assert api.root.post("/api/channel/batch", {"ids": numbers[:2], "action": "delete"})["data"] == 2
    assert [row["id"] for row in api.root.get("/api/channel/")["data"]] == numbers[2:]
    assert [item.channel_id for item in AbilityItem.query("default")] == numbers[2:]


@pytest.mark.parametrize(
    "body",
    [
        {"ids": [], "action": "enable"},
        {"ids": list(range(1, 300)), "action": "enable"},
        {"ids": [1], "action": "explode"},
        {"ids": [1], "action": "priority", "value": "high"},
        {"ids": [1], "action": "weight", "value": -1},
        {"ids": [1], "action": "tag", "value": 5},
        {"ids": [1], "action": "tag", "value": "x" * 256},
        {"ids": ["1"], "action": "enable"},
        {"action": "enable"},
    ],
)
def test_what_cannot_be_done_to_many_is_refused_and_changes_nothing(api: Api, body: dict[str, Any]) -> None:
    number = new_channel(api)
    before = shown(api, number)
    answer = api.root.post("/api/channel/batch", body)
    assert not answer["success"]
    assert answer["message"]
    assert shown(api, number) == before


def test_a_copy_has_everything_but_the_measurements(api: Api, deps: Deps) -> None:
    number = new_channel(api, models="a,b", priority=4, tag="t", model_mapping='{"a":"x"}')
    channels.note(deps.store, number, {"response_time": 5, "test_time": 5, "balance": "7"})
    copied = api.root.post(f"/api/channel/copy/{number}/")["data"]
    source = shown(api, number)
    differing = {name for name in source if source[name] != copied[name]}
    assert differing <= {"id", "name", "created_time", "response_time", "test_time", "balance"}
    assert (copied["name"], copied["balance"], copied["key"]) == ("c (copy)", 0, "")
    row = channels.get(deps.store, copied["id"])
    assert row is not None
    assert channels.opened(deps.store, row) == "sk-k"
    assert {item.channel_id for item in AbilityItem.query("default")} == {number, copied["id"]}
    assert api.root.post("/api/channel/copy/99")["message"] == "记录不存在"


def test_channels_are_listed_by_tag_status_and_type_with_their_total(api: Api) -> None:
    for number in range(12):
        new_channel(api, tag="even" if number % 2 == 0 else "odd", status=2 if number % 3 == 0 else 1)
    even = api.root.raw("GET", "/api/channel/?tag=even&total=true&page_size=4&p=1")
    assert even.headers["X-Total-Count"] == "6"
    assert [row["id"] for row in even.json()["data"]] == [3, 1]
    off = api.root.get("/api/channel/?tag=odd&status=2")["data"]
    assert [row["id"] for row in off] == [10, 4]
    assert api.root.get("/api/channel/?type=2")["data"] == []
    assert "X-Total-Count" not in api.root.raw("GET", "/api/channel/").headers
    tags = api.root.get("/api/channel/tags")["data"]
    assert tags == [{"tag": "even", "channels": 6, "enabled": 4}, {"tag": "odd", "channels": 6, "enabled": 4}]


def test_every_list_of_things_tells_its_total_when_asked(api: Api) -> None:
    new_channel(api)
    api.new_user("alice")
    api.root.post("/api/token/", {"name": "t"})
    api.root.post("/api/redemption/", {"name": "r", "count": 3, "quota": 5})
    for path, total in (("channel", 1), ("user", 2), ("token", 1), ("redemption", 3)):
        assert api.root.raw("GET", f"/api/{path}/?total=true&page_size=1").headers["X-Total-Count"] == str(total)
