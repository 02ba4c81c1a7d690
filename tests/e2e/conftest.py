"""One gateway and one fake upstream for most end-to-end tests; changes through its admin API count at once."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.support import Account, Channel, Operator
from tests.fakes.upstream import UpstreamProcess
from tests.support.gateway_process import GatewayProcess

HERE = Path(__file__).parent
AT_ONCE = {"SYNC_FREQUENCY": "0", "RELAY_KEEP_ALIVE": "1"}

NewAccount = Callable[..., Account]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder runs real processes."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def upstream() -> Generator[UpstreamProcess]:
    with UpstreamProcess() as running:
        yield running


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """Root at the shared gateway. Modules that need other settings override this fixture."""
    yield from operating(tmp_path_factory.mktemp("e2e"), upstream, AT_ONCE)


def operating(folder: Path, upstream: UpstreamProcess, environment: dict[str, str]) -> Generator[Operator]:
    """An operator of a gateway with these settings, for the time of a fixture."""
    gateway = GatewayProcess(folder, environment=environment)
    try:
        operator = Operator(gateway.start(), upstream)
        operator.option("RetryTimes", "3")
        yield operator
        operator.close()
        upstream.reset()  # whoever waits at a gate would be waited for
    finally:
        gateway.close()


@pytest.fixture
def new_account(operator: Operator) -> Generator[NewAccount]:
    """Makes accounts that a test uses; each in a group of its own unless told otherwise."""
    made: list[Account] = []

    def make(*args: Any, **fields: Any) -> Account:
        made.append(operator.account(*args, **fields))
        return made[-1]

    yield make
    for account in made:
        account.close()


@pytest.fixture
def account(new_account: NewAccount) -> Account:
    """A rich common user with an unlimited token."""
    return new_account()


@pytest.fixture
def channel(operator: Operator, account: Account) -> Channel:
    """The one channel that serves the account."""
    return operator.channel(account.group)


@pytest.fixture
def option(operator: Operator) -> Generator[Callable[[str, str], None]]:
    """Sets options for the time of a test."""
    before = operator.options()
    changed: list[str] = []

    def change(key: str, value: str) -> None:
        changed.append(key)
        operator.option(key, value)

    yield change
    for key in changed:
        operator.option(key, before[key])
    if changed:
        operator.sleep(1.1)  # until the relay has heard of it: the next test is asked by what is so by then
