"""Fixtures of the whole suite: a real DynamoDB, and the gateway as a process."""

import os
from collections.abc import Callable, Generator
from functools import cache, partial
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader

from tests.support.gateway_process import GatewayProcess
from tests.support.tables import DynamoDB, Stack, running_dynamodb

NO_REAL_AWS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}

StartGateway = Callable[..., GatewayProcess]


def pytest_configure(config: pytest.Config) -> None:
    """Whatever account this machine knows, no test reaches it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(NO_REAL_AWS)
    # Each client of each test would read botocore's description of DynamoDB anew, which takes longer than most tests.
    load = cache(partial(JSONFileLoader.load_file, JSONFileLoader()))
    JSONFileLoader.load_file = lambda _, path: load(path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One order in every process of pytest-xdist, even where cases come out of a set."""
    items.sort(key=lambda item: (item.location[0], item.location[1] or 0, item.nodeid))


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Generator[DynamoDB]:
    """An emulator of this test process. ``dynamodb.tables()`` makes a set of tables; ``tables`` is one per test."""
    with running_dynamodb(tmp_path_factory.mktemp("dynamodb")) as running:
        yield running


@pytest.fixture
def tables(dynamodb: DynamoDB) -> Stack:
    """Empty tables of the template, for one test: ``endpoint_url``, ``prefix``, ``settings()``."""
    return dynamodb.tables()


@pytest.fixture(scope="session")
def gateway_process(tmp_path_factory: pytest.TempPathFactory) -> Generator[GatewayProcess]:
    """One serving gateway for all tests of this process. Whoever ends it, restarts it."""
    gateway = GatewayProcess(tmp_path_factory.mktemp("gateway"))
    try:
        yield gateway.start()
    finally:
        gateway.close()


@pytest.fixture
def start_gateway(tmp_path_factory: pytest.TempPathFactory) -> Generator[StartGateway]:
    """Starts gateways of one test, each on its own port and data: takes what ``GatewayProcess`` takes."""
    started: list[GatewayProcess] = []

    def start(**settings: Any) -> GatewayProcess:
        started.append(GatewayProcess(tmp_path_factory.mktemp("gateway"), **settings))
        return started[-1].start()

    yield start
    for gateway in started:
        gateway.close()
