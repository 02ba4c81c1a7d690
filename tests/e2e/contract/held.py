"""Generated requests at the management API of a running gateway, held against its own document (schemathesis).

The same cases every time. Each comes from an address of its own, so that limits by address are not all it meets.
"""

import itertools
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.domain.identity import Role
from tests.e2e.support import Operator

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Nothing generated may lead out of this machine: a proxy that is not there.
ENVIRONMENT = {"SYNC_FREQUENCY": "0", "RELAY_PROXY": "http://127.0.0.1:9"}
# What takes an access token's power away: sent by somebody new each time.
LOCKS_OUT = ("GET /api/user/token", "POST /api/user/logout/all", "DELETE /api/user/self")
WORKS_LONG = ("GET /api/channel/test", "POST /api/channel/test")


class Contract:
    """The document of a gateway, and how many cases were held against it."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._schema = schemathesis.openapi.from_url(f"{operator.gateway.url}/api/openapi.json")
        self._session = requests.Session()
        self._session.trust_env = False
        self._addresses = itertools.count(1)
        self._tokens = {Role.ROOT: operator.gateway.root_access_token, Role.GUEST: ""}

    def close(self) -> None:
        self._session.close()

    @property
    def operations(self) -> list[Any]:
        return [result.ok() for result in self._schema.get_all_operations()]

    def hold(self, role: Role, most: int, mode: GenerationMode = GenerationMode.POSITIVE) -> int:
        """Up to so many cases for each operation, as somebody of this role; answers how many differed.

        ``NEGATIVE`` is for bodies: schemathesis finds nothing wrong to put into most addresses, and takes long for it.
        """
        seen: set[str] = set()
        for operation in self.operations:
            if mode is GenerationMode.POSITIVE or operation.body:
                self._try(operation, role, mode, _fewer(operation, most), seen)
        return len(seen)

    def _try(self, operation: Any, role: Role, mode: GenerationMode, most: int, seen: set[str]) -> None:
        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=most,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def answers_as_promised(case: schemathesis.Case) -> None:
            seen.add(repr((operation.label, case.path_parameters, case.query, case.body)))
            response = case.call(session=self._session, headers=self._headers(operation.label, role))
            case.validate_response(response, checks=CHECKS)

        answers_as_promised()

    def _headers(self, label: str, role: Role) -> dict[str, str]:
        number = next(self._addresses)
        headers = {"x-forwarded-for": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}
        token = self._token(role, new=label in LOCKS_OUT)
        return headers | ({"authorization": token} if token else {})

    def _token(self, role: Role, *, new: bool) -> str:
        if role == Role.GUEST:
            return ""
        if new:
            return self._operator.access_token(role)
        if role not in self._tokens:
            self._tokens[role] = self._operator.access_token(role)
        return self._tokens[role]


def _fewer(operation: Any, most: int) -> int:
    """Once for what takes nothing, a few times for what works long in the background."""
    if not (operation.body or operation.query or operation.path_parameters):
        return 1
    return min(most, 3) if operation.label in WORKS_LONG else most
