"""Requests and tokens per minute."""

from collections.abc import Callable

import pytest

from tests.e2e.support import Account, Channel, asking, error_of
from tests.support.memory_gateway import MemoryOperator

Option = Callable[[str, str], None]


@pytest.fixture(autouse=True)
def within_one_minute(operator: MemoryOperator) -> None:
    """Limits count in clock minutes: a test that would straddle one waits for the next."""
    left = 60 - operator.memory.clock.now() % 60
    if left < 8:
        operator.sleep(left)


@pytest.mark.parametrize("whose", ["User", "Token"])
def test_more_requests_than_allowed_are_told_when_to_come_back(
    account: Account, channel: Channel, option: Option, whose: str
) -> None:
    option(f"{whose}RequestsPerMinute", "2")
    first, second, third = (account.chat() for _ in range(3))
    assert [first.status_code, second.status_code, third.status_code] == [200, 200, 429]
    assert first.headers["x-ratelimit-limit-requests"] == "2"
    assert [r.headers["x-ratelimit-remaining-requests"] for r in (first, second)] == ["1", "0"]
    assert 1 <= int(third.headers["retry-after"]) <= 60
    assert "may use 2 requests per minute" in error_of(third)["message"]
    assert len(channel.asked()) == 2
    assert len(account.settled(2)) == 2


def test_tokens_are_counted_when_they_were_used(account: Account, channel: Channel, option: Option) -> None:
    option("TokenTokensPerMinute", "20")  # an answer of the fake provider takes 17
    for answered in (1, 2):
        assert account.chat().status_code == 200
        account.settled(answered)
    refused = account.chat()
    assert refused.status_code == 429
    assert error_of(refused)["type"] == "tokens"


def test_the_proxy_route_is_no_way_round(account: Account, channel: Channel, option: Option) -> None:
    option("UserRequestsPerMinute", "1")
    path = f"/v1/oneapi/proxy/{channel.id}/v1/chat/completions"
    answers = [account.post(asking(), path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[0].headers["x-ratelimit-remaining-requests"] == "0"
    assert len(account.settled(1)) == 1
