"""Balance queries: what is asked, in which order, and what the answers come to."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.providers.balances import QUERIES, Account, BalanceUnknown, Question, query
from gateway.providers.catalog import PROVIDERS

ACCOUNT = Account(base_url="https://provider.example", key="k y", today=date(2026, 3, 15))
RECORDED = Path(__file__).resolve().parents[4] / "shared/fixtures"


def request(name: str, *answers: Any, account: Account = ACCOUNT) -> tuple[Decimal, list[Question]]:
    """Run a query on canned answers."""
    steps = query(name, account)
    asked = [next(steps)]
    for answer in answers:
        try:
            asked.append(steps.send(answer))
        except StopIteration as done:
            return done.value, asked
    raise AssertionError("the query wants more answers")


CASES: list[tuple[str, list[Any], str, str]] = [
    ("closeai", [{"total_available": 5.5}], "5.5", "https://provider.example/dashboard/billing/credit_grants"),
    ("aigc2d", [{"total_available": 5}], "5", "https://api.aigc2d.com/dashboard/billing/credit_grants"),
    ("api2gpt", [{"total_remaining": 7}], "7", "https://api.api2gpt.com/dashboard/billing/credit_grants"),
    ("openai-sb", [{"data": {"credit": "12"}}], "12", "https://api.openai-sb.com/sb-api/user/status?api_key=k%20y"),
    (
        "aiproxy",
        [{"success": True, "data": {"totalPoints": 9.25}}],
        "9.25",
        "https://aiproxy.io/api/report/getUserOverview",
    ),
    (
        "openrouter",
        [{"data": {"total_credits": 10.1, "total_usage": 0.2}}],
        "9.9",
        "https://openrouter.ai/api/v1/credits",
    ),
    (
        "deepseek",
        [{"balance_infos": [{"currency": "USD", "total_balance": "1"}, {"currency": "CNY", "total_balance": "2.50"}]}],
        "2.50",
        "https://provider.example/user/balance",
    ),
    (
        "deepseek",
        [{"balance_infos": [{"currency": "USD", "total_balance": "1"}]}],
        "1",
        "https://provider.example/user/balance",
    ),
    ("moonshot", [{"data": {"available_balance": -0.5}}], "-0.5", "https://provider.example/v1/users/me/balance"),
    (
        "siliconflow",
        [{"code": 20000, "data": {"totalBalance": "88.88"}}],
        "88.88",
        "https://provider.example/v1/user/info",
    ),
    ("stepfun", [{"balance": 3}], "3", "https://provider.example/v1/accounts"),
    ("novita", [{"availableBalance": "12345"}], "1.2345", "https://api.novita.ai/openapi/v1/billing/balance/detail"),
    ("deepl", [{"character_count": 30, "character_limit": 500}], "470", "https://provider.example/v2/usage"),
]


@pytest.mark.parametrize(("name", "answers", "balance", "url"), CASES)
def test_a_balance_is_read_where_the_provider_says_it(name: str, answers: list[Any], balance: str, url: str) -> None:
    amount, asked = request(name, *answers)
    assert amount == Decimal(balance)
    assert [question.url for question in asked] == [url]


@pytest.mark.parametrize(("paid", "start"), [(True, "2026-03-01"), (False, "2025-12-05")])
def test_openai_billing_is_a_limit_in_dollars_less_usage_in_cents(paid: bool, start: str) -> None:
    subscription = {"hard_limit_usd": 120, "has_payment_method": paid}
    amount, asked = request("openai-billing", subscription, {"total_usage": 1234.5})
    assert amount == Decimal("107.655")
    assert [question.url for question in asked] == [
        "https://provider.example/v1/dashboard/billing/subscription",
        f"https://provider.example/v1/dashboard/billing/usage?start_date={start}&end_date=2026-03-15",
    ]
    assert asked[0].headers == {"Authorization": "Bearer k y"}


def test_a_version_at_the_end_of_the_base_url_is_not_doubled() -> None:
    account = Account(base_url="https://provider.example/v1", key="k", today=date(2026, 3, 15))
    _, asked = request("moonshot", {"data": {"available_balance": 1}}, account=account)
    assert asked[0].url == "https://provider.example/v1/users/me/balance"


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"balance": None}, {"balance": "much"}, {"balance": "NaN"}])
@pytest.mark.parametrize("name", sorted(set(QUERIES) - {"openai-billing"}))
def test_an_answer_without_a_number_tells_no_balance(name: str, answer: dict[str, Any]) -> None:
    with pytest.raises(BalanceUnknown):
        request(name, answer)


def test_a_provider_without_a_query_is_not_implemented() -> None:
    with pytest.raises(BalanceUnknown, match="尚未实现"):
        query("", ACCOUNT)


def test_every_query_the_catalogue_names_exists() -> None:
    assert {row.balance for row in PROVIDERS.values()} - {""} == set(QUERIES)


RECORDINGS = [
    ("deepl", "deepl/usage-free"),
    ("deepseek", "deepseek/balance"),
    ("moonshot", "moonshot/balance"),
    ("openrouter", "openrouter/credits"),
    ("closeai", "openai/billing-credit-grants"),
    ("aigc2d", "reseller/aigc2d-credit-grants"),
    ("api2gpt", "reseller/api2gpt-credit-grants"),
    ("openai-sb", "reseller/openai-sb-status"),
]


@pytest.mark.conformance
@pytest.mark.parametrize(("name", "file"), RECORDINGS)
def test_recorded_answers_are_read(name: str, file: str) -> None:
    path = RECORDED / f"{file}.resp.json"
    if not path.exists():
        pytest.skip("recorded traffic is not here")
    amount, _ = request(name, json.loads(path.read_text()))
    assert amount.is_finite()
