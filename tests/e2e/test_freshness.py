"""What an administrator changes reaches the relay within SYNC_FREQUENCY, which is one second here."""

import time
from collections.abc import Callable, Generator
from typing import Any

import pytest

from tests.e2e.conftest import operating
from tests.e2e.support import MODEL, Account, Channel, Operator
from tests.fakes.upstream import UpstreamProcess

SECONDS = 1
SLACK = 1.5  # for a machine that has other things to do


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    yield from operating(tmp_path_factory.mktemp("fresh"), upstream, {"SYNC_FREQUENCY": str(SECONDS)})


@pytest.fixture
def account(operator: Operator) -> Generator[Account]:
    """One that can change its own token."""
    made = operator.signed_up()
    yield made
    made.close()


def soon(account: Account, wanted: Callable[[Any], bool]) -> None:
    """Ask until the answer is as wanted."""
    begun = time.monotonic()
    while not wanted(account.chat()):
        assert time.monotonic() - begun < SECONDS + SLACK
        time.sleep(0.05)


def test_a_token_that_is_disabled_and_enabled_again(account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200
    account.change_token(status=2)
    soon(account, lambda answer: answer.status_code == 401)
    account.change_token(status=1)
    assert account.chat().status_code == 200  # nobody is turned away from memory


def test_a_token_that_is_given_other_models(account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200
    account.change_token(models="gpt-4o")
    soon(account, lambda answer: answer.status_code == 403)


def test_a_deleted_token(account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200
    account.http.delete(f"/api/token/{account.token_id}")
    soon(account, lambda answer: answer.status_code == 401)


def test_a_user_who_is_banned_and_forgiven(operator: Operator, account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200
    operator.call("POST", "/api/user/manage", {"username": account.name, "action": "disable"})
    soon(account, lambda answer: answer.status_code == 403)
    operator.call("POST", "/api/user/manage", {"username": account.name, "action": "enable"})
    assert account.chat().status_code == 200


def test_a_user_without_quota_is_served_as_soon_as_there_is_some(account: Account, channel: Channel) -> None:
    account.change(quota=0)
    assert account.chat().status_code == 403
    account.change(quota=10**6)
    assert account.chat().status_code == 200


def test_a_channel_that_is_disabled_and_enabled_again(account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200
    channel.change(status=2)
    soon(account, lambda answer: answer.status_code == 503)
    channel.change(status=1)
    soon(account, lambda answer: answer.status_code == 200)


def test_a_new_channel_and_a_deleted_one(operator: Operator, account: Account) -> None:
    assert account.chat().status_code == 404
    channel = operator.channel(account.group)
    soon(account, lambda answer: answer.status_code == 200)
    operator.call("DELETE", f"/api/channel/{channel.id}")
    soon(account, lambda answer: answer.status_code == 404)


def test_a_channels_models_key_and_address(operator: Operator, account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200
    channel.change(key="another-key")
    soon(account, lambda _: _asked_with(operator, "another-key"))
    channel.change(models="gpt-4o")
    soon(account, lambda answer: answer.status_code == 404)


def _asked_with(operator: Operator, key: str) -> bool:
    return operator.upstream.requests()[-1].header("authorization") == f"Bearer {key}"


def test_a_model_mapping(account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200
    channel.change(model_mapping=f'{{"{MODEL}": "gpt-4o"}}')
    soon(account, lambda answer: answer.json()["model"] == "gpt-4o")


def test_a_priority(operator: Operator, account: Account, channel: Channel) -> None:
    other = operator.channel(account.group, priority=-5)
    assert account.chat().status_code == 200
    assert len(channel.asked()) == 1
    other.change(priority=5)
    soon(account, lambda _: len(other.asked()) > 0)


def test_an_option(operator: Operator, account: Account, channel: Channel) -> None:
    assert account.chat().status_code == 200
    (entry,) = account.settled(1)
    operator.option("GroupRatio", f'{{"{account.group}": 100}}')
    soon(account, lambda _: account.entries()[0]["quota"] >= 100 * (entry["quota"] - 1))
