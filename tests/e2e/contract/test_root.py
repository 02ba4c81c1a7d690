"""The larger part (1,100 and more) of two thousand cases: whatever root can send, right and wrong."""

import pytest
from schemathesis.generation import GenerationMode

from gateway.domain.identity import Role
from tests.e2e.contract.held import Contract

pytestmark = pytest.mark.timeout(300)


def test_root_is_answered_as_the_document_promises(contract: Contract) -> None:
    assert contract.hold(Role.ROOT, 22) >= 900


def test_root_is_answered_as_the_document_promises_whatever_is_wrong_with_a_body(contract: Contract) -> None:
    assert contract.hold(Role.ROOT, 10, GenerationMode.NEGATIVE) >= 200
