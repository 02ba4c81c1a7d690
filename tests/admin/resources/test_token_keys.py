"""Temporary keys, and new keys for tokens; what the relay makes of them is in tests/relay/test_exchanged_keys.py."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from gateway.security.credentials import hash_key
from gateway.store.accounts.tokens import MOST_TEMPORARY
from gateway.store.schema.items import TokenItem
from tests.admin.api import Api
from tests.support.clock import FixedClock


@pytest.fixture
def alice(api: Api) -> Api:
    api.new_user("alice")
    return api.signed_in("alice")


def temporary(caller: Api, **body: Any) -> Any:
    return caller.post("/api/token/temporary", {"minutes": 10, "quota": 500} | body)


def marker(key: str) -> Any:
    return next(iter(TokenItem.query(f"key#{hash_key(key)}")), None)


def test_a_temporary_key_ends_with_its_minutes_and_its_quota(alice: Api, deps: Deps) -> None:
    made = temporary(alice)["data"]
    assert len(made["key"]) == 48
    assert 0 <= made["expired_time"] - deps.clock.now() - 590 <= 10
    assert (made["remain_quota"], made["unlimited_quota"], made["name"]) == (500, False, "temporary")
    assert marker(made["key"]).token_id == made["id"]


def test_no_list_and_no_search_shows_it_but_its_number_does(alice: Api) -> None:
    number = temporary(alice)["data"]["id"]
    for query in ("", "?sort=name", "?order=remain_quota", "?order=asc&total=true", "search?keyword=temp"):
        assert number not in [row["id"] for row in alice.get("/api/token/" + query)["data"]], query
    assert alice.raw("GET", "/api/token/?total=true").headers["x-total-count"] == "1"
    assert alice.get(f"/api/token/{number}")["data"]["id"] == number
    assert alice.delete(f"/api/token/{number}")["success"]
    assert not alice.get(f"/api/token/{number}")["success"]


def test_a_token_that_is_called_alike_is_found(alice: Api) -> None:
    temporary(alice)
    own = alice.post("/api/token/", {"name": "temporary"})["data"]["id"]
    assert [row["id"] for row in alice.get("/api/token/search?keyword=temp")["data"]] == [own]


@pytest.mark.parametrize("body", [{"minutes": 0}, {"minutes": 61}, {"quota": 0}, {"quota": -1}, {"minutes": "9"}])
def test_what_is_not_temporary_is_refused(alice: Api, body: dict[str, Any]) -> None:
    assert not temporary(alice, **body)["success"]


def test_so_many_may_be_good_at_a_time_and_old_ones_go(alice: Api, deps: Deps, application: FastAPI) -> None:
    made = [temporary(alice)["data"] for _ in range(MOST_TEMPORARY)]
    assert temporary(alice)["message"] == f"每个用户最多 {MOST_TEMPORARY} 个临时令牌，请先删除一个"
    assert alice.delete(f"/api/token/{made[0]['id']}")["success"]
    assert temporary(alice)["success"]
    application.state.deps = replace(deps, store=replace(deps.store, clock=FixedClock(deps.clock.now() + 2 * 3600)))
    assert temporary(alice)["success"]
    assert not any(marker(row["key"]) for row in made)


def test_a_new_key_leaves_all_else_and_ends_the_old_one(alice: Api) -> None:
    first = alice.post("/api/token/", {"name": "app", "remain_quota": 70, "models": "a,b"})["data"]
    second = alice.post(f"/api/token/{first['id']}/rotate", {})["data"]
    assert second == first | {"key": second["key"]} and second["key"] != first["key"]
    assert marker(first["key"]) is None
    assert marker(second["key"]).token_id == first["id"]


def test_an_old_key_may_stay_good_for_minutes_and_only_the_last(alice: Api, deps: Deps) -> None:
    first = alice.post("/api/token/", {"name": "app"})["data"]
    second = alice.post(f"/api/token/{first['id']}/rotate", {"minutes": 5})["data"]
    assert 0 <= marker(first["key"]).until - deps.clock.now() - 290 <= 10
    third = alice.post(f"/api/token/{first['id']}/rotate", {"minutes": 5})["data"]
    assert (marker(first["key"]), bool(marker(second["key"]))) == (None, True)
    assert alice.delete(f"/api/token/{first['id']}")["success"]
    assert not [key for key in (second["key"], third["key"]) if marker(key)]


def test_a_kept_key_is_sealed_anew(alice: Api, api: Api) -> None:
    api.root.put("/api/option/", {"key": "TokenKeys", "value": "owner"})
    number = alice.post("/api/token/", {"name": "app"})["data"]["id"]
    key = alice.post(f"/api/token/{number}/rotate", {})["data"]["key"]
    assert alice.get(f"/api/token/{number}")["data"]["key"] == key
    api.root.put("/api/option/", {"key": "TokenKeys", "value": "once"})
    alice.post(f"/api/token/{number}/rotate", {})
    api.root.put("/api/option/", {"key": "TokenKeys", "value": "owner"})
    assert len(alice.get(f"/api/token/{number}")["data"]["key"]) < 20


def test_nobody_else_exchanges_a_key(alice: Api, api: Api) -> None:
    number = alice.post("/api/token/", {"name": "app"})["data"]["id"]
    assert api.root.post(f"/api/token/{number}/rotate", {})["message"] == "记录不存在"
    for body in ({"minutes": -1}, {"minutes": 7 * 24 * 60 + 1}):
        assert not alice.post(f"/api/token/{number}/rotate", body)["success"]
