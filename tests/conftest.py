"""Fixtures of the whole suite: a real DynamoDB, and the gateway as a process."""

import gc
import os
from collections.abc import Callable, Generator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pydantic.v1  # noqa: F401 (what reads the template needs it; the management API hides it where it comes first)
import pytest
from botocore import loaders
from hypothesis import settings

from tests.support.begun_first import place_of
from tests.support.contending.stack import ContendingStack, contending_stack
from tests.support.gateway_process import GatewayProcess
from tests.support.localstack import LocalStackUnavailable
from tests.support.tables import DynamoDB, Stack, running_dynamodb

NO_REAL_AWS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}

StartGateway = Callable[..., GatewayProcess]

# What Hypothesis finds is told with the change that it came with, not with another: `make test` draws the same examples
# every time, `make test-fuzz` draws others.
settings.register_profile("checks", derandomize=not os.environ.get("DRAW_ANEW"))
settings.load_profile("checks")


# The names of all tests that were collected, those that will not run included.
COLLECTED = pytest.StashKey[frozenset[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Whatever account this machine knows, no test reaches it."""
    gc.disable()  # what is collected stays, and looking through it again and again takes a third of the time
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(NO_REAL_AWS)
    # Each client of each test would look for botocore's descriptions and read them anew, longer than most tests take.
    loaders.JSONFileLoader.load_file = _once(loaders.JSONFileLoader(), "load_file")
    loaders.Loader.list_available_services = _once(loaders.create_loader(), "list_available_services")


def _once(shared: object, name: str) -> Callable[..., Any]:
    """A method that asks one object, whichever it is called on, and remembers what that answered."""
    answer = cache(getattr(shared, name))
    return lambda _, *given, **named: answer(*given, **named)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One order in every process of pytest-xdist, even where cases come out of a set; what takes long first."""
    config.stash[COLLECTED] = frozenset(item.nodeid for item in items)
    items.sort(key=lambda item: (place_of(item.location[0]), item.location[0], item.location[1] or 0, item.nodeid))


def pytest_collection_finish() -> None:
    """Ten thousand collected tests are there to stay: no collection of garbage need walk through them."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Generator[DynamoDB]:
    """An emulator of this test process. ``dynamodb.tables()`` makes a set of tables; ``tables`` is one per test."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(running_dynamodb(tmp_path_factory.mktemp("dynamodb")))
        except LocalStackUnavailable as reason:
            pytest.skip(str(reason))
        yield running


@pytest.fixture
def tables(dynamodb: DynamoDB) -> Generator[Stack]:
    """Empty tables of the template, for one test: ``endpoint_url``, ``prefix``, ``settings()``."""
    stack = dynamodb.borrow()
    yield stack
    dynamodb.give_back(stack)


@pytest.fixture
def contending(request: pytest.FixtureRequest) -> Generator[ContendingStack]:
    """Like ``tables``, in a database that behaves like AWS's when many meet; ``meter`` tells what it was asked.

    Parametrized (indirectly) with a ``Pace``, it goes at that.
    """
    with contending_stack(getattr(request, "param", None)) as stack:
        yield stack


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
