"""The smaller part (900 and more) of two thousand cases: what administrators, users and nobody in particular send."""

from collections.abc import Generator

import pytest

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


def test_a_user_is_answered_as_the_document_promises(contract: Contract) -> None:
    assert contract.hold(Role.COMMON, 7) >= 330


def test_an_administrator_is_answered_as_the_document_promises(contract: Contract) -> None:
    assert contract.hold(Role.ADMIN, 4) >= 240


def test_who_is_not_signed_in_is_answered_as_the_document_promises(contract: Contract) -> None:
    assert contract.hold(Role.GUEST, 7) >= 330
