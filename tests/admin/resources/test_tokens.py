"""Tokens: the keys users call the gateway with."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.security.credentials import hash_key
from gateway.store.accounts import tokens
from gateway.store.schema.items import TokenItem, values_of
from gateway.store.schema.tables import token_owner
from gateway.store.schema.tokens import TokenRow
from tests.admin.api import Api, refused
from tests.support.items import write_all

KEYS = (
    "id user_id key status name created_time accessed_time expired_time remain_quota unlimited_quota used_quota "
    "models subnet"
)
BAD_SUBNET = "参数错误：无效的网段：failed to parse subnet: invalid CIDR address:"
KEY_FORM = re.compile(r"^[0-9a-zA-Z]{16}([0-9A-F][0-9a-f]){16}$")


@pytest.fixture
def alice(api: Api) -> Api:
    api.new_user("alice")
    return api.signed_in("alice")


def test_a_new_token_shows_its_key_once(alice: Api) -> None:
    made = alice.post("/api/token/", {"name": "mine", "remain_quota": 7, "models": "gpt-4o", "subnet": "10.0.0.0/8"})
    token = made["data"]
    assert list(token) == [*KEYS.split(), "held", "debt", "limits"]
    assert KEY_FORM.match(token["key"])
    assert (token["remain_quota"], token["expired_time"], token["status"]) == (7, -1, 1)
    for answer in (alice.get("/api/token/"), alice.get(f"/api/token/{token['id']}"), alice.get("/api/token/search")):
        assert token["key"] not in str(answer)
        assert token["key"][:4] in str(answer)


def test_names_are_counted_in_characters_in_every_script(alice: Api, api: Api) -> None:
    assert alice.post("/api/token/", {"name": "令" * 30})["data"]["name"] == "令" * 30
    assert api.root.post("/api/redemption/", {"name": "码" * 20, "count": 1})["success"]


def test_a_token_item_always_has_what_the_relay_writes_to(alice: Api, deps: Deps) -> None:
    token = alice.post("/api/token/", {})["data"]
    item = TokenItem.get(f"user#{token['user_id']}", token["id"])
    assert {"remain_quota", "used_quota", "accessed_time", "status", "unlimited_quota"} <= set(item.attribute_values)
    marker = TokenItem.get(f"key#{hash_key(token['key'])}", 0)
    assert (marker.user_id, marker.token_id) == (token["user_id"], token["id"])


def test_a_list_of_models_is_kept_without_blanks_gaps_and_repetitions(alice: Api) -> None:
    token = alice.post("/api/token/", {"models": " gpt-4o , gpt-4,,gpt-4o"})["data"]
    assert token["models"] == "gpt-4o,gpt-4"
    assert alice.put("/api/token/", {"id": token["id"], "models": " , "})["data"]["models"] == ""


def test_no_end_and_an_end_of_0_are_never_also_when_edited(alice: Api) -> None:
    for end in ({}, {"expired_time": 0}, {"expired_time": -1}):
        token = alice.post("/api/token/", end)["data"]
        assert token["expired_time"] == -1
    assert alice.put("/api/token/", {"id": token["id"], "expired_time": 0})["data"]["expired_time"] == -1


def test_what_a_caller_may_not_set_is_ignored(alice: Api) -> None:
    token = alice.post("/api/token/", {"id": 99, "key": "k", "status": 3, "user_id": 1, "used_quota": 9})["data"]
    assert token["id"] != 99
    assert (token["status"], token["used_quota"]) == (1, 0)
    assert token["user_id"] != 1


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"name": "x" * 31}, "参数错误：令牌名称过长"),
        ({"name": "令" * 31}, "参数错误：令牌名称过长"),
        (
            {"subnet": "10.0.0.0/8, 1.2.3.4"},
            f"{BAD_SUBNET} 1.2.3.4",
        ),
        ({"subnet": "1.2.3.4/255.0.0.0"}, f"{BAD_SUBNET} 1.2.3.4/255.0.0.0"),
        ({"subnet": "fe80::1%eth0/64"}, f"{BAD_SUBNET} fe80::1%eth0/64"),
        ({"remain_quota": -2}, f"参数错误：额度必须在 0 到 {2**53 - 1} 之间"),
        ({"expired_time": -5}, "参数错误：无效的过期时间"),
    ],
)
def test_a_token_that_cannot_be_made_says_why(alice: Api, form: dict[str, Any], message: str) -> None:
    assert alice.post("/api/token/", form) == refused(message)


@pytest.mark.parametrize("body", [[], "x", 5, {"name": 5}, {"remain_quota": "5"}, {"unlimited_quota": 1}])
def test_a_body_that_cannot_be_decoded_is_refused(alice: Api, body: Any) -> None:
    answer = alice.post("/api/token/", body)
    assert not answer["success"]
    assert answer["message"].startswith("请求无法解析：")


def test_nulls_leave_defaults(alice: Api) -> None:
    token = alice.post("/api/token/", {"name": None, "models": None, "subnet": None})["data"]
    assert (token["name"], token["models"], token["subnet"]) == ("", "", "")


def test_lists_come_newest_first_or_by_quota(alice: Api) -> None:
    for quota in (5, 50):
        alice.post("/api/token/", {"name": f"has {quota}", "remain_quota": quota})

    def names(query: str) -> list[str]:
        return [token["name"] for token in alice.get("/api/token/" + query)["data"]]

    assert names("") == ["has 50", "has 5", "default"]
    assert names("?order=remain_quota") == ["default", "has 50", "has 5"]
    assert names("?order=used_quota") == ["has 50", "has 5", "default"]
    assert names("?p=1") == []
    assert names("?p=1&page_size=2") == ["default"]
    assert names("search?keyword=has") == ["has 5", "has 50"]


def test_an_edit_changes_what_it_names_and_keeps_the_rest(alice: Api) -> None:
    token = alice.post("/api/token/", {"name": "a", "models": "m", "subnet": "10.0.0.0/8", "remain_quota": 5})["data"]
    changed = alice.put("/api/token/", {"id": token["id"], "name": "b", "models": "", "unlimited_quota": True})["data"]
    assert (changed["name"], changed["models"], changed["unlimited_quota"]) == ("b", "", True)
    assert (changed["subnet"], changed["remain_quota"]) == ("10.0.0.0/8", 5)
    assert changed["key"] != token["key"]


def test_status_only_switches_a_token_off_and_on(alice: Api) -> None:
    token = alice.post("/api/token/", {"name": "a"})["data"]
    for status in (2, 1):
        changed = alice.put("/api/token/?status_only=true", {"id": token["id"], "status": status, "name": "ignored"})
        assert (changed["data"]["status"], changed["data"]["name"]) == (status, "a")
    for status in (0, 3, 4, 77):
        assert not alice.put("/api/token/?status_only=1", {"id": token["id"], "status": status})["success"]


def test_an_expired_or_exhausted_token_must_be_repaired_before_it_is_switched_on(alice: Api, deps: Deps) -> None:
    token = alice.post("/api/token/", {"name": "a", "expired_time": int(time.time()) - 5})["data"]
    row = tokens.get(deps.store, token["user_id"], token["id"])
    assert row is not None
    tokens.change(deps.store, row, {"status": 3})
    enable = {"id": token["id"], "status": 1}
    expired = "令牌已过期，无法启用，请先修改令牌过期时间，或者设置为永不过期"
    assert alice.put("/api/token/?status_only=1", enable)["message"] == expired
    assert alice.put("/api/token/", enable | {"expired_time": -1})["message"] == expired
    assert alice.put("/api/token/", {"id": token["id"], "expired_time": -1})["data"]["status"] == 3
    assert alice.put("/api/token/?status_only=1", enable)["data"]["status"] == 1
    tokens.change(deps.store, row, {"status": 4})
    exhausted = "令牌可用额度已用尽，无法启用，请先修改令牌剩余额度，或者设置为无限额度"
    assert alice.put("/api/token/?status_only=1", enable)["message"] == exhausted
    alice.put("/api/token/", {"id": token["id"], "remain_quota": 5})
    assert alice.put("/api/token/?status_only=1", enable)["data"]["status"] == 1


def test_nobody_reaches_another_users_tokens(alice: Api, api: Api) -> None:
    token = alice.post("/api/token/", {"name": "a"})["data"]
    for somebody in (api.root,):
        assert somebody.get(f"/api/token/{token['id']}")["message"] == "记录不存在"
        assert somebody.put("/api/token/", {"id": token["id"], "name": "b"})["message"] == "记录不存在"
        assert somebody.delete(f"/api/token/{token['id']}")["message"] == "记录不存在"
    assert alice.delete("/api/token/abc")["message"] == "id 或 userId 为空！"
    assert alice.get("/api/token/0")["message"] == "id 或 userId 为空！"
    assert alice.put("/api/token/", {"name": "b"})["message"] == "id 或 userId 为空！"


def test_a_deleted_token_leaves_nothing_that_finds_it(alice: Api) -> None:
    token = alice.post("/api/token/", {"name": "a"})["data"]
    assert alice.delete(f"/api/token/{token['id']}/") == {"success": True, "message": ""}
    assert alice.delete(f"/api/token/{token['id']}")["message"] == "记录不存在"
    with pytest.raises(TokenItem.DoesNotExist):
        TokenItem.get(f"key#{hash_key(token['key'])}", 0)


def _with_tokens(deps: Deps, owner: int, number: int) -> None:
    rows = [TokenRow(id=10_000 + one, user_id=owner, name="t", key_hash=f"{one:064d}") for one in range(number)]
    write_all(deps, deps.store.tables.tokens, [{"pk": token_owner(owner)} | values_of(row) for row in rows])


def test_a_user_has_at_most_a_thousand_tokens(alice: Api, deps: Deps) -> None:
    _with_tokens(deps, 2, 998)  # beside the default one
    full = refused("每个用户最多 1000 个令牌，请先删除一个", code="conflict")
    made = alice.post("/api/token/", {"name": "last"})
    assert made["success"]
    assert alice.post("/api/token/", {"name": "more"}) == full
    assert alice.raw("GET", "/api/token/?total=true").headers["x-total-count"] == "1000"
    assert alice.delete(f"/api/token/{made['data']['id']}")["success"]
    assert alice.post("/api/token/", {"name": "more"})["success"]


def test_many_made_at_once_are_not_more_either(alice: Api, deps: Deps) -> None:
    _with_tokens(deps, 2, 995)
    callers = [alice.signed_in("alice") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda caller: caller.post("/api/token/", {"name": "n"})["success"], callers * 2))
    left = tokens.count(deps.store, 2)
    assert left is not None and left <= 1000
    assert left == 996 + sum(made)


def test_an_account_with_more_from_before_lists_them_and_makes_no_other(alice: Api, deps: Deps) -> None:
    _with_tokens(deps, 2, 1100)
    assert not alice.post("/api/token/", {"name": "more"})["success"]
    assert len(alice.get("/api/token/?p=10&page_size=100")["data"]) == 100
    assert alice.get("/api/token/?sort=id&order=asc")["data"][0]["name"] == "default"
    assert alice.get("/api/token/?sort=name&order=asc")["data"][0]["name"] == "t"  # of the newest thousand
