"""GET /v1/usage, as the scripts of tools read it."""

import json
from collections.abc import Callable

import pytest

from tests.e2e.support import MODEL, Account, Json, Operator, error_of

LATE = 4_000_000_000


def told(account: Account, **headers: str) -> Json:
    answer = account.http.get("/v1/usage", headers=headers or {"authorization": f"Bearer {account.key}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def read(response: Json) -> tuple[bool, float, str]:
    """What CC Switch's script takes out of an answer."""
    remaining = response.get("remaining", response.get("quota", {}).get("remaining", response.get("balance")))
    return response["isValid"], remaining, response["unit"]


def test_a_key_with_a_limit_tells_what_is_left_of_it(new_account: Callable[..., Account]) -> None:
    account = new_account(quota=5_000_000, remain_quota=1_000_000, used_quota=250_000, expired_time=LATE)
    found = told(account)
    assert read(found) == (True, 2, "USD")
    assert found["quota"] == {"limit": 2.5, "used": 0.5, "remaining": 2, "unit": "USD"}
    assert (found["mode"], found["balance"], found["planName"]) == ("quota_limited", 10, account.group)
    assert (found["expires_at"], found["rate_limits"]) == ("2096-10-02T07:06:40+00:00", [])


def test_a_key_cannot_spend_more_than_its_owner_has(new_account: Callable[..., Account]) -> None:
    account = new_account(quota=500_000, remain_quota=1_000_000)
    assert (told(account)["remaining"], told(account)["quota"]["remaining"]) == (1, 2)


def test_a_key_without_a_limit_tells_its_owners_balance(
    operator: Operator, new_account: Callable[..., Account]
) -> None:
    account = new_account(quota=1_000_000)
    operator.channel(account.group)
    account.post({"model": MODEL, "messages": [{"role": "user", "content": "hello"}]})
    (entry,) = account.settled(1)
    found = told(account)
    assert (found["mode"], found["expires_at"]) == ("unrestricted", None)
    assert "quota" not in found
    assert found["remaining"] == found["balance"] == pytest.approx(2 - entry["quota"] / 500_000)


def test_without_currency_amounts_are_quota(new_account: Callable[..., Account], option: Callable[..., None]) -> None:
    option("DisplayInCurrencyEnabled", "false")
    account = new_account(quota=100, remain_quota=7)
    assert read(told(account)) == (True, 7, "quota")


def test_limits_are_told_with_what_is_used_of_them(
    operator: Operator, new_account: Callable[..., Account], option: Callable[..., None]
) -> None:
    quota = {"what": "quota", "window": "day", "most": 1_000_000}
    account = new_account(limits=json.dumps([quota, {"what": "concurrent", "most": 3}]))
    option("GroupLimits", json.dumps({account.group: [{"what": "requests", "window": "week", "most": 9}]}))
    operator.channel(account.group)
    account.post({"model": MODEL, "messages": [{"role": "user", "content": "hello"}]})
    (entry,) = account.settled(1)
    budget, at_once, group = told(account)["rate_limits"]
    assert [budget[name] for name in ("whose", "what", "window", "limit")] == ["token", "quota", "day", 2]
    assert budget["used"] == pytest.approx(entry["quota"] / 500_000) and budget["reset_at"].endswith("T00:00:00+00:00")
    assert (at_once["limit"], at_once["used"], at_once["window"], at_once["reset_at"]) == (3, 0, None, None)
    assert (group["whose"], group["limit"], group["used"], group["remaining"]) == ("group", 9, 1, 8)


def test_every_way_to_send_a_key_works_and_a_key_that_nobody_has_is_refused(
    new_account: Callable[..., Account],
) -> None:
    account = new_account(quota=500_000)
    assert told(account, **{"x-api-key": account.key})["remaining"] == 1
    refused = account.http.get("/v1/usage", headers={"authorization": "Bearer nobody"})
    assert refused.status_code == 401
    assert error_of(refused)["code"] == "invalid_api_key"
