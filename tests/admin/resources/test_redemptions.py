"""Redemption codes."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.errors import StoreError
from gateway.store.accounts import users
from gateway.store.client.pages import Part
from gateway.store.client.sync_client import Transactor
from gateway.store.money import logs, redemptions
from gateway.store.money.logs import LogFilter
from tests.admin.api import Api, refused

KEYS = "id user_id key status name quota created_time redeemed_time count"
ALREADY = "兑换失败，该兑换码已被使用"


@pytest.fixture
def alice(api: Api) -> Api:
    api.new_user("alice")
    return api.signed_in("alice")


def new_code(api: Api, quota: int = 500_000) -> str:
    (key,) = api.root.post("/api/redemption/", {"name": "gift", "quota": quota, "count": 1})["data"]
    return key


def test_codes_are_made_in_batches_and_listed_newest_first(api: Api) -> None:
    keys = api.root.post("/api/redemption/", {"name": "gift", "quota": 5, "count": 60})["data"]
    assert len(set(keys)) == 60
    assert all(len(key) == 32 for key in keys)
    listed = api.root.get("/api/redemption/")["data"]
    assert [code["id"] for code in listed] == list(range(60, 50, -1))
    assert list(listed[0]) == KEYS.split()
    assert listed[0]["key"] == keys[-1]
    assert (listed[0]["status"], listed[0]["quota"], listed[0]["user_id"], listed[0]["count"]) == (1, 5, 1, 0)


def test_codes_are_stored_sealed(api: Api, deps: Deps) -> None:
    key = new_code(api)
    row = redemptions.get(deps.store, 1)
    assert row is not None
    assert key not in f"{row.sealed_key} {row.key_hash}"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"name": "", "count": 1}, "兑换码名称长度必须在1-20之间"),
        ({"name": "七个汉字的名字" * 3, "count": 1}, "兑换码名称长度必须在1-20之间"),
        ({"name": "a", "count": 0}, "兑换码个数必须大于0"),
        ({"name": "a", "count": 101}, "一次兑换码批量生成的个数不能大于 100"),
        ({"name": "a", "count": 1, "quota": -5}, f"兑换码额度必须在 1 到 {2**53 - 1} 之间"),
    ],
)
def test_codes_that_cannot_be_made_say_why(api: Api, form: dict[str, Any], message: str) -> None:
    assert api.root.post("/api/redemption/", form)["message"] == message


def test_codes_that_were_made_before_the_database_failed_are_told(
    api: Api, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = Transactor.transact, list[int]()

    def fails_later(self: Transactor, request: dict[str, Any]) -> None:
        if len(request["TransactItems"]) == 80:  # forty codes with their markers
            written.append(1)
        if len(written) > 1:
            raise StoreError("gone")
        write(self, request)

    monkeypatch.setattr(Transactor, "transact", fails_later)
    answer = api.root.raw("POST", "/api/redemption/", json={"name": "gift", "count": 90})
    monkeypatch.undo()
    assert (answer.status_code, answer.json()["success"]) == (503, False)
    told = answer.json()["data"]
    assert sorted(told) == sorted(code["key"] for code in api.root.get("/api/redemption/?page_size=100")["data"])
    assert len(told) == 40


def test_no_quota_means_one_apis_hundred(api: Api) -> None:
    api.root.post("/api/redemption/", {"name": "a", "count": 1})
    assert api.root.get("/api/redemption/1")["data"]["quota"] == 100


def test_redeeming_credits_once_and_notes_who(alice: Api, api: Api, deps: Deps) -> None:
    key = new_code(api)
    assert alice.post("/api/user/topup", {"key": f" {key}\n"}) == {"success": True, "message": "", "data": 500_000}
    assert alice.post("/api/user/topup", {"key": key}) == refused(ALREADY)
    assert alice.get("/api/user/self")["data"]["quota"] == 500_000
    (entry,) = alice.get("/api/log/self?type=1")["data"]
    assert (entry["content"], entry["quota"]) == ("通过兑换码充值 ＄1.000000 额度", 0)
    row = redemptions.get(deps.store, 1)
    assert row is not None
    assert (row.status, row.redeemed_by) == (3, 2)
    assert row.redeemed_time > 0


def test_fifty_at_the_same_time_credit_once(alice: Api, api: Api, deps: Deps) -> None:
    row = redemptions.find(deps.store, new_code(api, quota=7))
    user = users.get(deps.store, 2)
    assert row is not None
    assert user is not None
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: redemptions.redeem(deps.store, row, user, "gift"), range(50)))
    assert answers.count(True) == 1
    after = users.get(deps.store, 2)
    assert after is not None
    entries = logs.page(deps.store, LogFilter(user_id=2), Part(count=100)).rows
    assert after.quota == 7 == sum(entry.delta for entry in entries)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "未提供兑换码"),
        ({"key": " "}, "未提供兑换码"),
        ({"key": "nonsense"}, "兑换失败，无效的兑换码"),
        ({"key": "a" * 100_000}, "兑换失败，无效的兑换码"),
    ],
)
def test_what_is_not_a_code_is_refused(alice: Api, body: dict[str, str], message: str) -> None:
    assert alice.post("/api/user/topup", body) == refused(message)


def test_a_code_that_is_switched_off_does_not_redeem_until_it_is_on_again(alice: Api, api: Api) -> None:
    key = new_code(api)
    off = api.root.put("/api/redemption/?status_only=true", {"id": 1, "status": 2, "name": "ignored"})
    assert (off["data"]["status"], off["data"]["name"]) == (2, "gift")
    assert alice.post("/api/user/topup", {"key": key})["message"] == ALREADY
    api.root.put("/api/redemption/?status_only=true", {"id": 1, "status": 1})
    assert alice.post("/api/user/topup", {"key": key})["success"]


def test_a_used_code_never_changes(alice: Api, api: Api) -> None:
    key = new_code(api)
    alice.post("/api/user/topup", {"key": key})
    used = "该兑换码已被使用，无法修改"
    assert api.root.put("/api/redemption/?status_only=1", {"id": 1, "status": 1})["message"] == used
    assert api.root.put("/api/redemption/", {"id": 1, "quota": 9})["message"] == used
    assert alice.post("/api/user/topup", {"key": key})["message"] == ALREADY


def test_an_edit_changes_what_it_names(api: Api) -> None:
    new_code(api)
    changed = api.root.put("/api/redemption/", {"id": 1, "quota": 9})["data"]
    assert (changed["quota"], changed["name"]) == (9, "gift")
    for change in ({"quota": 0}, {"quota": -1}, {"name": ""}, {"name": "x" * 21}):
        assert not api.root.put("/api/redemption/", {"id": 1, **change})["success"]
    for status in (0, 3, 9):
        assert not api.root.put("/api/redemption/?status_only=1", {"id": 1, "status": status})["success"]


def test_codes_are_found_by_number_and_name_and_deleted(alice: Api, api: Api) -> None:
    key = new_code(api)
    for keyword in ("1", "gi"):
        found = api.root.get(f"/api/redemption/search?keyword={keyword}")["data"]
        assert [code["key"] for code in found] == [key]
    assert api.root.get("/api/redemption/search?keyword=zzz")["data"] == []
    assert api.root.delete("/api/redemption/1/")["success"]
    assert api.root.delete("/api/redemption/1")["message"] == "记录不存在"
    for number in ("0", "abc"):
        assert api.root.delete(f"/api/redemption/{number}")["message"] == "id 为空！"
    assert api.root.get("/api/redemption/0")["message"] == "id 为空！"
    assert alice.post("/api/user/topup", {"key": key})["message"] == "兑换失败，无效的兑换码"


def test_codes_are_exported_as_a_table(api: Api) -> None:
    codes = api.root.post("/api/redemption/", {"name": "autumn", "quota": 7, "count": 2})["data"]
    api.root.post("/api/redemption/", {"name": "=2+3", "count": 1})
    answer = api.root.raw("GET", "/api/redemption/export?keyword=autumn")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "redemption-codes.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {(row["key"], row["name"], row["quota"], row["status"]) for row in rows} == {
        (code, "autumn", "7", "1") for code in codes
    }
    everything = csv.DictReader(io.StringIO(api.root.raw("GET", "/api/redemption/export").text))
    assert sorted(row["name"] for row in everything) == ["'=2+3", "autumn", "autumn"]
