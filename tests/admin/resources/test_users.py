"""Accounts, as administrators manage them."""

from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.domain.login_providers import LOGIN_PROVIDERS
from gateway.store.accounts import users
from gateway.store.client.pages import Part
from gateway.store.money import logs
from gateway.store.money.logs import LogFilter
from tests.admin.api import PASSWORD, Api, refused

LARGEST = 2**53 - 1
KEYS = (
    "id username password display_name role status email github_id wechat_id lark_id oidc_id verification_code "
    "access_token quota used_quota request_count group aff_code inviter_id"
)
IDENTITIES = [provider.attribute for provider in LOGIN_PROVIDERS.values()]
# one-api's nineteen; behind them what we show beside the quota, and newer providers'
EVERY_KEY = list(dict.fromkeys([*KEYS.split(), "held", "debt", "limits", *IDENTITIES]))


def the_sum_of_entries(deps: Deps, user_id: int) -> int:
    found = logs.page(deps.store, LogFilter(user_id=user_id), Part(count=1000))
    return sum(row.delta for row in found.rows)


def test_a_user_has_one_apis_nineteen_keys_in_its_order_and_then_ours(api: Api) -> None:
    (root,) = api.root.get("/api/user/")["data"]
    assert list(root) == [*EVERY_KEY, "note", "last_seen"]


def test_lists_come_ten_a_page_newest_first_and_empty_past_the_end(api: Api) -> None:
    for number in range(11):
        api.new_user(f"user{number}")
    first, second, third = (api.root.get(f"/api/user/?p={page}")["data"] for page in (0, 1, 2))
    assert [user["id"] for user in first] == list(range(12, 2, -1))
    assert [user["id"] for user in second] == [2, 1]
    assert third == []
    assert len(api.root.get("/api/user/?p=0&page_size=12")["data"]) == 12


@pytest.mark.parametrize("page", ["-1", "abc", "", "NaN", "1795452000.123", "99999999999999999999", "1_0", " 1"])
def test_a_page_number_that_cannot_be_read_is_the_first_page(api: Api, page: str) -> None:
    assert len(api.root.get(f"/api/user/?p={page}")["data"]) == 1


def test_lists_can_be_ordered_by_amounts(api: Api) -> None:
    small, large = api.new_user("small", quota=1), api.new_user("large", quota=2)
    listed = [user["id"] for user in api.root.get("/api/user/?order=quota")["data"]]
    assert listed == [1, large, small]
    assert [user["id"] for user in api.root.get("/api/user/?order=nonsense")["data"]] == [large, small, 1]


def test_searches_find_by_number_and_by_how_names_and_addresses_begin(api: Api, deps: Deps) -> None:
    number = api.new_user("alice", display_name="Wonder")
    api.new_user("bob")
    user = users.get(deps.store, number)
    assert user is not None
    users.change(deps.store, user, {"email": "rabbit@example.org"})
    for keyword in ("ali", "Won", "rabbit@", str(number)):
        found = api.root.get("/api/user/search", params={"keyword": keyword})["data"]
        assert [user["id"] for user in found] == [number], keyword
    assert len(api.root.get("/api/user/search")["data"]) == 3
    for keyword in ("%25", "_lice", "ali%25"):
        assert api.root.get(f"/api/user/search?keyword={keyword}")["data"] == [], keyword


def test_an_admin_sees_neither_equals_nor_root(api: Api) -> None:
    admin_id = api.new_user("admin", role=10)
    common_id = api.new_user("common")
    admin = api.signed_in("admin")
    assert admin.get(f"/api/user/{common_id}")["data"]["username"] == "common"
    for number in (1, admin_id):
        assert admin.get(f"/api/user/{number}")["message"] == "无权获取同级或更高等级用户的信息"
    assert admin.get("/api/user/0")["message"] == "id 为空！"
    assert admin.get("/api/user/99")["message"] == "记录不存在"
    for number in ("abc", "1_0", "1.0", " 1", "1e0", "9" * 40):
        assert admin.get(f"/api/user/{number}")["message"].startswith("请求无法解析："), number


def test_a_new_account_is_always_a_common_user(api: Api) -> None:
    form = {"username": "eve", "password": PASSWORD, "role": 10, "quota": 10**9, "group": "vip", "status": 2}
    made = api.root.post("/api/user/", form)
    (eve,) = api.root.get("/api/user/search?keyword=eve")["data"]
    assert made == {"success": True, "message": "", "data": eve}
    assert (eve["role"], eve["quota"], eve["group"], eve["status"]) == (1, 0, "default", 1)
    assert (eve["display_name"], len(eve["aff_code"])) == ("eve", 8)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"username": "", "password": PASSWORD}, "无效的参数"),
        ({"username": "eve"}, "无效的参数"),
        ({"username": "eve", "password": "short"}, "无效的输入，请检查您的输入"),
        ({"username": "x" * 13, "password": PASSWORD}, "无效的输入，请检查您的输入"),
        ({"username": "eve", "password": PASSWORD, "role": 100}, "无法创建权限大于等于自己的用户"),
        ({"username": "root", "password": PASSWORD}, "用户名已被使用"),
        ({"username": ["eve"], "password": PASSWORD}, "无效的参数"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(api: Api, form: dict[str, Any], message: str) -> None:
    assert api.root.post("/api/user/", form) == refused(message)


def test_new_accounts_get_their_quota_and_their_default_token(api: Api, deps: Deps) -> None:
    api.root.put("/api/option/", {"key": "QuotaForNewUser", "value": "750000"})
    number = api.new_user("alice")
    alice = api.signed_in("alice")
    assert alice.get("/api/user/self")["data"]["quota"] == 750_000
    (entry,) = alice.get("/api/log/self")["data"]
    assert (entry["type"], entry["content"]) == (4, "新用户注册赠送 ＄1.500000 额度")
    (token,) = alice.get("/api/token/")["data"]
    assert (token["name"], token["unlimited_quota"], token["expired_time"]) == ("default", True, -1)
    assert the_sum_of_entries(deps, number) == 750_000


def test_quota_is_set_lowered_and_cleared_and_each_time_explained(api: Api, deps: Deps) -> None:
    number = api.new_user("alice")
    for quota in (1_000_000, 500_000, 0):
        assert api.root.put("/api/user/", {"id": number, "quota": quota})["success"]
        assert api.root.get(f"/api/user/{number}")["data"]["quota"] == quota
        assert the_sum_of_entries(deps, number) == quota
    texts = [row["content"] for row in api.root.get("/api/log/?type=3")["data"]]
    assert texts[-1] == "管理员将用户额度从 ＄0.000000 额度修改为 ＄2.000000 额度"
    assert len(texts) == 3


def test_an_edit_that_names_no_quota_changes_and_logs_none(api: Api) -> None:
    number = api.new_user("alice", quota=7)
    api.root.put("/api/user/", {"id": number, "display_name": "A"})
    assert api.root.get(f"/api/user/{number}")["data"]["quota"] == 7
    assert len(api.root.get("/api/log/?type=3")["data"]) == 1


@pytest.mark.parametrize("quota", [-1, LARGEST + 1, 10**30, 1.5, "5", True])
def test_quota_out_of_range_is_refused(api: Api, quota: Any) -> None:
    number = api.new_user("alice", quota=7)
    assert not api.root.put("/api/user/", {"id": number, "quota": quota})["success"]
    assert api.root.get(f"/api/user/{number}")["data"]["quota"] == 7


def test_an_edit_reaches_only_what_administrators_may_change(api: Api) -> None:
    number = api.new_user("alice")
    before = api.root.get(f"/api/user/{number}")["data"]
    grabbed = {
        "email": "x@y.z",
        "github_id": "1",
        "wechat_id": "1",
        "lark_id": "1",
        "oidc_id": "1",
        "access_token": "a" * 32,
        "used_quota": 5,
        "request_count": 5,
        "aff_code": "mine",
        "inviter_id": 1,
    }
    assert api.root.put("/api/user/", {"id": number, **grabbed})["success"]
    assert api.root.get(f"/api/user/{number}")["data"] == before
    assert not api.holding("a" * 32).get("/api/user/self")["success"]


def test_an_admin_edits_common_users_and_raises_nobody_to_their_own_height(api: Api) -> None:
    admin_id = api.new_user("admin", role=10)
    common_id = api.new_user("common")
    admin = api.signed_in("admin")
    assert admin.put("/api/user/", {"id": common_id, "group": "vip", "password": "fresh one"})["success"]
    api.signed_in("common", "fresh one")
    equal = "无权更新同权限等级或更高权限等级的用户信息"
    assert admin.put("/api/user/", {"id": 1, "display_name": "x"})["message"] == equal
    assert admin.put("/api/user/", {"id": admin_id, "quota": 5})["message"] == equal
    raised = admin.put("/api/user/", {"id": common_id, "role": 10})
    assert raised["message"] == "无权将其他用户权限等级提升到大于等于自己的权限等级"
    assert admin.put("/api/user/", {"id": common_id, "role": 7})["message"] == "无效的输入，请检查您的输入"
    unacceptable = {"password": "short"}  # the form is judged before anything else, as one-api does
    for number in (1, 99):
        assert admin.put("/api/user/", {"id": number, **unacceptable})["message"] == "无效的输入，请检查您的输入"
    assert admin.put("/api/user/", {"id": 0})["message"] == "无效的参数"
    assert admin.put("/api/user/", {"id": 99, "display_name": "x"})["message"] == "记录不存在"


def test_root_cannot_lock_itself_out(api: Api) -> None:
    for change in ({"role": 1}, {"role": 10}, {"status": 2}):
        assert not api.root.put("/api/user/", {"id": 1, **change})["success"]
    for action in ("disable", "delete", "demote"):
        assert not api.root.post("/api/user/manage", {"username": "root", "action": action})["success"]
    assert not api.root.delete("/api/user/1")["success"]
    assert api.root.get("/api/user/self")["data"]["role"] == 100


def test_managing_answers_role_and_status_and_takes_effect(api: Api) -> None:
    api.new_user("alice")

    def manage(action: str) -> Any:
        return api.root.post("/api/user/manage", {"username": "alice", "action": action})

    assert manage("promote")["data"]["role"] == 10
    assert manage("promote")["message"] == "该用户已经是管理员"
    assert manage("demote")["data"]["role"] == 1
    assert manage("demote")["message"] == "该用户已经是普通用户"
    assert manage("disable")["data"]["status"] == 2
    assert not api.post("/api/user/login", {"username": "alice", "password": PASSWORD})["success"]
    assert manage("enable")["data"]["status"] == 1
    assert manage("dance")["message"] == "未知的操作：dance"
    assert manage("delete")["data"]["status"] == 3
    assert manage("enable")["message"] == "用户不存在"


@pytest.mark.parametrize("username", ["", "nobody"])
def test_managing_nobody_reaches_nobody(api: Api, username: str) -> None:
    answer = api.root.post("/api/user/manage", {"username": username, "action": "enable"})
    assert answer == refused("用户不存在")


def test_an_admin_manages_common_users_only(api: Api) -> None:
    api.new_user("admin", role=10)
    api.new_user("common")
    admin = api.signed_in("admin")
    assert admin.post("/api/user/manage", {"username": "common", "action": "disable"})["success"]
    only_root = admin.post("/api/user/manage", {"username": "common", "action": "promote"})
    assert only_root["message"] == "普通管理员用户无法提升其他用户为管理员"
    for username in ("root", "admin"):
        assert not admin.post("/api/user/manage", {"username": username, "action": "disable"})["success"]


def test_a_deleted_account_leaves_lists_and_cannot_be_used(api: Api) -> None:
    number = api.new_user("alice")
    assert api.root.delete(f"/api/user/{number}/") == {"success": True, "message": ""}
    assert [user["id"] for user in api.root.get("/api/user/")["data"]] == [1]
    assert api.root.get("/api/user/search?keyword=deleted_")["data"] == []
    gone = api.root.get(f"/api/user/{number}")["data"]
    assert gone["status"] == 3
    assert gone["username"].startswith("deleted_")


def test_payment_systems_top_up_and_unknown_users_are_refused(api: Api, deps: Deps) -> None:
    number = api.new_user("alice")
    assert api.root.post("/api/topup", {"user_id": number, "quota": 500_000, "remark": ""}) == {
        "success": True,
        "message": "",
    }
    assert api.root.post("/api/topup", {"user_id": number, "quota": 1, "remark": "invoice 7"})["success"]
    entries = api.root.get("/api/log/?type=1")["data"]
    assert [(entry["quota"], entry["content"]) for entry in entries] == [
        (1, "invoice 7"),
        (500_000, "通过 API 充值 ＄1.000000 额度"),
    ]
    assert api.root.get(f"/api/user/{number}")["data"]["quota"] == 500_001 == the_sum_of_entries(deps, number)
    assert api.root.post("/api/topup", {"user_id": number, "quota": -1})["message"] == "quota 不能为负数！"
    assert api.root.post("/api/topup", {"user_id": 99, "quota": 1})["message"] == "用户不存在"
    assert not api.root.post("/api/topup", {"user_id": number, "quota": LARGEST})["success"]


def test_the_same_is_done_to_many_accounts(api: Api) -> None:
    numbers = [api.new_user(f"u{number}") for number in range(3)]

    def statuses() -> list[int]:
        return [api.root.get(f"/api/user/{number}")["data"]["status"] for number in numbers]

    def batch(action: str) -> Any:
        return api.root.post("/api/user/batch/", {"ids": [*numbers[:2], numbers[0], 999], "action": action})

    assert batch("disable") == {"success": True, "message": "", "data": 2}
    assert statuses() == [2, 2, 1]
    assert batch("enable")["data"] == 2
    assert statuses() == [1, 1, 1]
    assert batch("delete")["data"] == 2
    assert statuses() == [3, 3, 1]
    assert batch("enable")["data"] == 0  # who is gone stays gone


@pytest.mark.parametrize(
    ("ids", "action", "message"),
    [
        ([], "disable", "id 为空！"),
        (list(range(1, 102)), "disable", "输入不合法 超过 100 个 id"),
        ([3], "promote", "未知的操作：promote"),
        ([3, 1], "disable", "无权更新同权限等级或更高权限等级的用户信息"),
        ([3, 2], "delete", "无权更新同权限等级或更高权限等级的用户信息"),
        (["3"], "disable", "无效的参数"),
        (None, "disable", "无效的参数"),
    ],
)
def test_what_cannot_be_done_to_many_accounts_is_done_to_none(api: Api, ids: Any, action: str, message: str) -> None:
    api.new_user("admin", role=10)
    common = api.new_user("common")
    admin = api.signed_in("admin")
    answer = admin.post("/api/user/batch", {"ids": ids, "action": action})
    assert answer == refused(message)
    assert api.root.get(f"/api/user/{common}")["data"]["status"] == 1


@pytest.mark.parametrize("action", ["disable", "delete"])
def test_root_is_in_no_batch_that_would_lock_it_out(api: Api, action: str) -> None:
    assert not api.root.post("/api/user/batch", {"ids": [1], "action": action})["success"]
    assert api.root.get("/api/user/self")["data"]["status"] == 1
