"""The billing routes that desktop clients read a key's balance from, both forms of each address."""

from collections.abc import Callable

import pytest

from tests.e2e.support import MODEL, Account, Json, Operator, error_of

SUBSCRIPTION, USAGE = "subscription", "usage"
LATE = 4_000_000_000


def told(account: Account, what: str, form: str = "/v1/dashboard/billing/{}") -> Json:
    answer = account.http.get(form.format(what), headers={"authorization": f"Bearer {account.key}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("prefix", ["", "/v1"])
@pytest.mark.parametrize("end", ["", "/", "?start_date=2026-01-01&end_date=2026-02-01"])
def test_every_form_of_the_addresses_answers(new_account: Callable[..., Account], prefix: str, end: str) -> None:
    account = new_account(remain_quota=1_000_000, used_quota=250_000, expired_time=LATE)
    form = f"{prefix}/dashboard/billing/{{}}{end}"
    assert told(account, SUBSCRIPTION, form) == {
        "object": "billing_subscription",
        "has_payment_method": True,
        "soft_limit_usd": 2.5,
        "hard_limit_usd": 2.5,
        "system_hard_limit_usd": 2.5,
        "access_until": LATE,
    }
    assert told(account, USAGE, form) == {"object": "list", "total_usage": 50}


def test_an_unlimited_key_tells_what_its_owner_has(new_account: Callable[..., Account]) -> None:
    account = new_account(quota=3_000_000)
    subscription = told(account, SUBSCRIPTION)
    assert (subscription["hard_limit_usd"], subscription["access_until"]) == (6, 0)


def test_a_balance_of_the_account_counts_what_was_used(
    operator: Operator, new_account: Callable[..., Account], option: Callable[..., None]
) -> None:
    option("DisplayTokenStatEnabled", "false")
    account = new_account(quota=1_000_000, remain_quota=500_000, expired_time=LATE)
    operator.channel(account.group)
    account.post({"model": MODEL, "messages": [{"role": "user", "content": "hello"}]})
    (entry,) = account.settled(1)
    subscription = told(account, SUBSCRIPTION)
    assert (subscription["hard_limit_usd"], subscription["access_until"]) == (2, 0)
    assert entry["quota"] > 0
    assert told(account, USAGE)["total_usage"] == pytest.approx(entry["quota"] / 5000)


def test_without_currency_amounts_are_quota(new_account: Callable[..., Account], option: Callable[..., None]) -> None:
    option("DisplayInCurrencyEnabled", "false")
    account = new_account(remain_quota=7, used_quota=3)
    assert told(account, SUBSCRIPTION)["hard_limit_usd"] == 10
    assert told(account, USAGE)["total_usage"] == 300


@pytest.mark.parametrize(("key", "message"), [("", "未提供令牌"), ("Bearer sk-unknown", "无效的令牌")])
def test_who_has_no_key_is_refused_in_openais_shape(account: Account, key: str, message: str) -> None:
    for what in (SUBSCRIPTION, USAGE):
        answer = account.http.get(f"/v1/dashboard/billing/{what}", headers={"authorization": key})
        assert answer.status_code == 401
        assert error_of(answer)["type"] == "one_api_error"
        assert error_of(answer)["message"].startswith(message)
