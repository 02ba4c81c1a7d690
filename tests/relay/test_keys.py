"""Channels with several keys: each in its turn, and a refused one rests while the others go on."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.e2e.support import Account, Channel, Operator


@pytest.fixture(autouse=True)
def alike(option: Callable[[str, str], None]) -> None:
    """Requests that say the same are no conversation here: that stays with one key."""
    option("ConversationAffinity", "false")


def with_keys(operator: Operator, account: Account, count: int) -> tuple[Channel, list[str]]:
    """A channel with so many keys, made as an administrator does: several lines in its key."""
    channel = operator.channel(account.group)
    keys = [f"{channel.key}-{letter}" for letter in "abcdefgh"[:count]]
    channel.change(key="\n".join(keys))
    return channel, keys


def used(operator: Operator, keys: list[str]) -> list[str]:
    """The keys that requests came with, in order."""
    found = [(seen.header("authorization") or "").removeprefix("Bearer ") for seen in operator.upstream.requests()]
    return [key for key in found if key in keys]


def test_keys_take_turns(operator: Operator, account: Account) -> None:
    _, keys = with_keys(operator, account, 3)
    for _ in range(6):
        assert account.chat().status_code == 200
    order = used(operator, keys)
    assert order[:3] == order[3:]
    assert Counter(order) == dict.fromkeys(keys, 2)


def test_a_refused_key_rests_and_the_others_go_on(operator: Operator, account: Account) -> None:
    channel, keys = with_keys(operator, account, 3)
    body = {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}
    operator.upstream.control(when={"key": keys[1]}, status=401, body=body)
    for _ in range(6):
        assert account.chat().status_code == 200
    order = Counter(used(operator, keys))
    assert order[keys[1]] == 1
    assert order[keys[0]] + order[keys[2]] == 6
    assert channel.status() == 1
    assert len(account.settled(6)) == 6


def test_a_key_over_its_limit_rests_for_as_long_as_it_was_told(operator: Operator, account: Account) -> None:
    _, keys = with_keys(operator, account, 2)
    operator.upstream.control(when={"key": keys[0]}, status=429, retry_after="600", times=1)
    for _ in range(4):
        assert account.chat().status_code == 200
    order = Counter(used(operator, keys))
    assert (order[keys[0]], order[keys[1]]) == (1, 4)


def test_when_every_key_is_refused_the_caller_hears_the_last_refusal(operator: Operator, account: Account) -> None:
    _, keys = with_keys(operator, account, 2)
    for key in keys:
        operator.upstream.control(when={"key": key}, status=401, body={"error": {"message": f"no {key[-1]}"}})
    answer = account.chat()
    assert answer.status_code == 401
    assert sorted(used(operator, keys)) == keys
    assert account.quota() == 10**9


def test_what_is_wrong_with_the_request_costs_no_key_its_turn(operator: Operator, account: Account) -> None:
    _, keys = with_keys(operator, account, 2)
    operator.upstream.control(when={"key": keys[0]}, status=400, body={"error": {"message": "bad temperature"}})
    assert sorted(account.chat().status_code for _ in range(4)) == [200, 200, 400, 400]
