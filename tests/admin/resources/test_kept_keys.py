"""Option TokenKeys: keys that their owner can see again, and nobody else."""

import pytest

from admin.web.deps import Deps
from gateway.security.credentials import hash_key
from gateway.store.schema.items import TokenItem
from tests.admin.api import Api


def keep(api: Api, how: str = "owner") -> None:
    assert api.root.put("/api/option/", {"key": "TokenKeys", "value": how})["success"]


@pytest.fixture
def alice(api: Api) -> Api:
    keep(api)
    api.new_user("alice")
    return api.signed_in("alice")


def test_the_owner_gets_whole_keys_from_every_route(alice: Api) -> None:
    made = alice.post("/api/token/", {"name": "mine"})["data"]
    number, key = made["id"], made["key"]
    assert len(key) == 48
    assert alice.get(f"/api/token/{number}")["data"]["key"] == key
    assert key in [row["key"] for row in alice.get("/api/token/")["data"]]
    assert [row["key"] for row in alice.get("/api/token/search?keyword=mi")["data"]] == [key]
    assert alice.put("/api/token/", {"id": number, "name": "other"})["data"]["key"] == key


def test_the_default_token_of_a_new_account_has_a_key_that_works(alice: Api) -> None:
    (default,) = alice.get("/api/token/")["data"]
    assert TokenItem.get(f"key#{hash_key(default['key'])}", 0).token_id == default["id"]


def test_nobody_else_sees_them_and_the_table_has_them_sealed(alice: Api, api: Api) -> None:
    made = alice.post("/api/token/", {"name": "mine"})["data"]
    assert not api.root.get(f"/api/token/{made['id']}")["success"]
    assert made["key"] not in str(api.root.get("/api/token/")) + str(api.root.get("/api/token/search"))
    item = TokenItem.get(f"user#{made['user_id']}", made["id"])
    assert made["key"] not in str(item.attribute_values)


def test_a_key_that_was_sealed_for_one_token_opens_for_no_other(alice: Api) -> None:
    one, other = (alice.post("/api/token/", {"name": name})["data"] for name in ("one", "other"))
    first, second = (TokenItem.get(f"user#{row['user_id']}", row["id"]) for row in (one, other))
    second.sealed_key = first.sealed_key
    second.save()
    shown = alice.get(f"/api/token/{other['id']}")["data"]["key"]
    assert shown not in (one["key"], other["key"])
    assert len(shown) < 20  # the hint


def test_without_the_option_a_key_is_shown_once_and_not_kept(api: Api, deps: Deps) -> None:
    api.new_user("bob")
    bob = api.signed_in("bob")
    made = bob.post("/api/token/", {"name": "mine"})["data"]
    assert bob.get(f"/api/token/{made['id']}")["data"]["key"] != made["key"]
    assert not TokenItem.get(f"user#{made['user_id']}", made["id"]).sealed_key
    keep(api)  # what was not kept cannot come back
    assert len(bob.get(f"/api/token/{made['id']}")["data"]["key"]) < 20


def test_switched_back_no_key_is_shown_any_more(alice: Api, api: Api) -> None:
    made = alice.post("/api/token/", {"name": "mine"})["data"]
    keep(api, "once")
    assert alice.get(f"/api/token/{made['id']}")["data"]["key"] != made["key"]


def test_the_option_takes_two_words(api: Api) -> None:
    answer = api.root.put("/api/option/", {"key": "TokenKeys", "value": "always"})
    assert answer["message"] == "无效的选项值：TokenKeys 必须是以下之一：once, owner，而不是 'always'"
