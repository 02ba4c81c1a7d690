"""The API's own document against its answers: generated requests, none of which may break anything."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.admin.api import Api
from tests.admin.conftest import ROOT_TOKEN

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 32  # times 64 operations: two thousand requests
LOCKS_OUT = ("/api/user/self", "/api/user/token")  # would take the caller's own access away


@pytest.mark.timeout(600)
def test_every_answer_is_one_the_document_promises(api: Api) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", api.app).exclude(path=list(LOCKS_OUT))
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 60
    for operation in operations:
        _try(operation)


def _try(operation: Any) -> None:
    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def answers_as_promised(case: schemathesis.Case) -> None:
        response = case.call(headers={"authorization": ROOT_TOKEN})
        case.validate_response(response, checks=CHECKS)

    answers_as_promised()
