"""Many tokens or codes at once, with what could not be done."""

from typing import Any

import pytest

from tests.admin.api import Api


@pytest.fixture
def alice(api: Api) -> Api:
    api.new_user("alice")
    return api.signed_in("alice")


def batch(caller: Api, what: str, ids: list[int], action: str, **options: Any) -> Any:
    return caller.post(f"/api/{what}/batch", {"ids": ids, "action": action}, **options)


def test_tokens_are_switched_and_deleted_and_the_rest_is_told(alice: Api) -> None:
    ids = [alice.post("/api/token/", {"name": f"t{n}", "remain_quota": 9})["data"]["id"] for n in range(3)]
    answer = batch(alice, "token", [*ids, 999, ids[0]], "disable")
    assert answer["data"] == {"done": ids, "failed": [{"id": 999, "message": "记录不存在", "code": "not_found"}]}
    assert [alice.get(f"/api/token/{number}")["data"]["status"] for number in ids] == [2, 2, 2]
    assert batch(alice, "token", ids[:1], "enable")["data"]["done"] == ids[:1]
    assert batch(alice, "token", ids, "delete")["data"]["done"] == ids
    in_english = batch(alice, "token", ids[:1], "delete", headers={"accept-language": "en"})
    assert in_english["data"]["failed"] == [{"id": ids[0], "message": "record not found", "code": "not_found"}]


def test_nobody_reaches_the_tokens_of_others(alice: Api, api: Api) -> None:
    number = alice.post("/api/token/", {"name": "mine"})["data"]["id"]
    assert batch(api.root, "token", [number], "delete")["data"]["done"] == []
    assert alice.get(f"/api/token/{number}")["success"]


def test_codes_are_switched_and_deleted_but_a_used_one_never_changes(alice: Api, api: Api) -> None:
    keys = api.root.post("/api/redemption/", {"name": "autumn", "quota": 5, "count": 3})["data"]
    ids = sorted(row["id"] for row in api.root.get("/api/redemption/")["data"])
    alice.post("/api/user/topup", {"key": keys[0]})
    (used,) = (row["id"] for row in api.root.get("/api/redemption/")["data"] if row["status"] == 3)
    others = [number for number in ids if number != used]
    answer = batch(api.root, "redemption", ids, "disable")["data"]
    assert answer == {
        "done": others,
        "failed": [{"id": used, "message": "该兑换码已被使用，无法修改", "code": "conflict"}],
    }
    assert batch(api.root, "redemption", others, "enable")["data"]["done"] == others
    assert batch(api.root, "redemption", [*ids, 77], "delete")["data"]["failed"] == [
        {"id": 77, "message": "记录不存在", "code": "not_found"}
    ]
    assert api.root.get("/api/redemption/")["data"] == []


@pytest.mark.parametrize("what", ["token", "redemption"])
@pytest.mark.parametrize(
    ("ids", "action"), [([], "delete"), (list(range(1, 102)), "delete"), ([1], "promote"), (["1"], "delete")]
)
def test_a_batch_that_cannot_be_is_refused(api: Api, what: str, ids: list[Any], action: str) -> None:
    assert not batch(api.root, what, ids, action)["success"]
