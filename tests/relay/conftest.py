"""A running gateway in front of a provider that the test scripts."""

from collections.abc import Callable, Generator
from typing import Any

import pytest

from tests.e2e.conftest import AT_ONCE, NewAccount, operating
from tests.e2e.support import Account, Operator
from tests.fakes.upstream import UpstreamProcess

SETTINGS = AT_ONCE | {"USER_CONTENT_ALLOW_NETWORKS": "127.0.0.0/8"}


@pytest.fixture(scope="session")
def upstream() -> Generator[UpstreamProcess]:
    with UpstreamProcess() as running:
        yield running


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """Root, at a gateway whose callers may point at files on this machine."""
    yield from operating(tmp_path_factory.mktemp("relay"), upstream, SETTINGS)


@pytest.fixture
def new_account(operator: Operator) -> Generator[NewAccount]:
    made: list[Account] = []

    def make(*args: Any, **fields: Any) -> Account:
        made.append(operator.account(*args, **fields))
        return made[-1]

    yield make
    for account in made:
        account.close()


@pytest.fixture
def account(new_account: NewAccount) -> Account:
    """A rich common user with an unlimited token, in a group of its own."""
    return new_account()


@pytest.fixture
def option(operator: Operator) -> Generator[Callable[[str, str], None]]:
    """Sets options for the time of a test."""
    before = {row["key"]: row["value"] for row in operator.call("GET", "/api/option/")}
    changed: list[str] = []

    def change(key: str, value: str) -> None:
        changed.append(key)
        operator.option(key, value)

    yield change
    for key in changed:
        operator.option(key, before[key])
