"""The smaller part (900 and more) of two thousand cases: what administrators, users and nobody in particular send."""

import pytest

from gateway.domain.identity import Role
from tests.e2e.contract.held import Contract

pytestmark = pytest.mark.timeout(300)


def test_a_user_is_answered_as_the_document_promises(contract: Contract) -> None:
    assert contract.hold(Role.COMMON, 7) >= 330


def test_an_administrator_is_answered_as_the_document_promises(contract: Contract) -> None:
    assert contract.hold(Role.ADMIN, 4) >= 240


def test_who_is_not_signed_in_is_answered_as_the_document_promises(contract: Contract) -> None:
    assert contract.hold(Role.GUEST, 7) >= 330
