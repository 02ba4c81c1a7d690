"""A gateway for each file of this folder, and its document. Two files, so that two processes share the cases."""

from collections.abc import Generator

import pytest

from tests.e2e.conftest import operating
from tests.e2e.contract.held import ENVIRONMENT, Contract
from tests.e2e.support import Operator
from tests.fakes.upstream import UpstreamProcess


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """Of a gateway of its own: what is generated changes options and takes channels away."""
    yield from operating(tmp_path_factory.mktemp("contract"), upstream, ENVIRONMENT)


@pytest.fixture(scope="module")
def contract(operator: Operator) -> Generator[Contract]:
    opened = Contract(operator)
    yield opened
    opened.close()
