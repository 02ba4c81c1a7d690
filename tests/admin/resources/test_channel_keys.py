"""Channels with several keys, what is made answers what it is, and two who edit one channel."""

from collections.abc import Iterator

import pytest

from admin.web.deps import Deps
from gateway.store.channels import channels
from tests.admin.api import Api, refused
from tests.support.json_server import Asked, JsonServer, json_server

KEYS = ["sk-first-of-the-keys-aaaa", "short", "sk-third-of-the-keys-cccc"]
FORM = {"type": 1, "name": "c", "models": "m", "group": "default", "key": "\n".join(KEYS)}
CHANGED = "记录已被他人修改，请刷新后重试"


@pytest.fixture
def provider() -> Iterator[JsonServer]:
    def answer(asked: Asked) -> tuple[int, object]:
        if asked.headers["authorization"].endswith("cccc"):
            return 200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}}]}
        return 401, {"error": {"message": "no such key"}}

    with json_server(answer) as server:
        yield server


def test_lines_of_keys_make_a_channel_each_or_one_whose_keys_take_turns(api: Api, deps: Deps) -> None:
    split = api.root.post("/api/channel/", FORM)
    assert split == {"success": True, "message": "", "data": {"id": 1, "ids": [1, 2, 3]}}
    assert api.root.post("/api/channel/", FORM | {"multi_key": "split"})["data"]["ids"] == [4, 5, 6]
    assert api.root.post("/api/channel/", FORM | {"multi_key": "rotate"})["data"] == {"id": 7, "ids": [7]}
    assert [row["key_count"] for row in api.root.get("/api/channel/")["data"]] == [3, 1, 1, 1, 1, 1, 1]
    row = channels.get(deps.store, 7)
    assert row is not None and channels.keys(deps.store, row) == KEYS
    odd = api.root.post("/api/channel/", FORM | {"multi_key": "shuffle"})
    assert (odd["code"], odd["field"]) == ("invalid", "multi_key")


def test_keys_are_told_by_their_ends_and_short_ones_not_at_all(api: Api) -> None:
    api.root.post("/api/channel/", FORM | {"multi_key": "rotate"})
    answer = api.root.raw("GET", "/api/channel/1/keys")
    never = {"resting_until": 0, "last_fault": "", "last_fault_at": 0}
    assert answer.json()["data"] == [
        {"place": place, "hint": hint, **never} for place, hint in enumerate(["aaaa", "", "cccc"])
    ]
    assert not [key for key in KEYS if key in answer.text]
    assert api.root.get("/api/channel/9/keys") == refused("记录不存在", code="not_found")


def test_a_key_that_a_test_was_refused_with_says_so_until_it_is_taken(api: Api, provider: JsonServer) -> None:
    api.root.post("/api/channel/", FORM | {"multi_key": "rotate", "base_url": provider.url})
    assert api.root.get("/api/channel/test/1")["success"]
    first, second, third = api.root.get("/api/channel/1/keys")["data"]
    assert "no such key" in first["last_fault"] and first["last_fault"] == second["last_fault"]
    assert first["last_fault_at"] > 0 and third["last_fault"] == ""
    api.root.put("/api/channel/", {"id": 1, "key": KEYS[2]})
    (only,) = api.root.get("/api/channel/1/keys")["data"]
    assert only["last_fault"] == ""


def test_of_two_who_edit_one_channel_the_second_hears_of_the_first(api: Api) -> None:
    api.root.post("/api/channel/", FORM | {"key": "k"})
    seen = api.root.get("/api/channel/1")["data"]["revision"]
    first = api.root.put("/api/channel/", {"id": 1, "name": "first", "revision": seen})
    assert first["data"]["revision"] == seen + 1
    second = api.root.put("/api/channel/", {"id": 1, "name": "second", "revision": seen})
    assert second == refused(CHANGED, code="conflict", field="revision")
    assert api.root.get("/api/channel/1")["data"]["name"] == "first"
    assert api.root.put("/api/channel/", {"id": 1, "name": "last"})["data"]["name"] == "last"  # as one-api's clients do


def test_codes_that_are_made_come_with_their_numbers(api: Api) -> None:
    made = api.root.post("/api/redemption/", {"name": "r", "count": 2})
    assert made["ids"] == [1, 2]
    assert made["data"] == [api.root.get(f"/api/redemption/{number}")["data"]["key"] for number in made["ids"]]
