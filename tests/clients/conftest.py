"""One gateway and one server of strict providers for the clients of a test process."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.support import Operator
from tests.fakes.strict.provider import StrictProvider
from tests.fakes.upstream import UpstreamProcess
from tests.support.gateway_process import GatewayProcess

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder runs real processes, a dozen agents before the first test of a file."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def provider() -> Generator[StrictProvider]:
    with StrictProvider() as running:
        yield running


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Generator[Operator]:
    gateway = GatewayProcess(tmp_path_factory.mktemp("clients"), environment={"SYNC_FREQUENCY": "0"})
    try:
        made = Operator(gateway.start(), UpstreamProcess())
        made.option("UnknownModelPrice", "1")
        yield made
        made.close()
    finally:
        gateway.close()
