"""The larger part (1,100 and more) of two thousand cases: whatever root can send, right and wrong."""

from collections.abc import Generator

import pytest
from schemathesis.generation import GenerationMode

from gateway.domain.identity import Role
from tests.e2e.conftest import operating
from tests.e2e.contract import ENVIRONMENT, Contract
from tests.e2e.support import Operator
from tests.fakes.upstream import UpstreamProcess

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamProcess) -> Generator[Operator]:
    """Of a gateway of its own: what is generated changes options and takes channels away."""
    yield from operating(tmp_path_factory.mktemp("contract"), upstream, ENVIRONMENT)


@pytest.fixture(scope="module")
def contract(operator: Operator) -> Generator[Contract]:
    opened = Contract(operator)
    yield opened
    opened.close()


def test_root_is_answered_as_the_document_promises(contract: Contract) -> None:
    assert contract.hold(Role.ROOT, 22) >= 900


def test_root_is_answered_as_the_document_promises_whatever_is_wrong_with_a_body(contract: Contract) -> None:
    assert contract.hold(Role.ROOT, 10, GenerationMode.NEGATIVE) >= 200
