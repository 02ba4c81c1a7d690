"""Every recorded exchange of one-api at our gateway: address, credentials, body, reply, charge, or a named difference.

The differences stand in ``golden_differences.json``: vector, facet, reason. What our dialects say otherwise in a
request's address or body has its reason in the tables of their own tests, which are read here, not repeated.
"""

import json
from collections.abc import Generator
from typing import Any

import pytest
from aiohttp import web

from gateway.domain.identity import Role
from tests.conformance.conftest import SETTINGS, service_account
from tests.conformance.golden import DIFFERENCES, Script, channel_of, differences, vectors
from tests.e2e.conftest import operating
from tests.e2e.support import Operator, until
from tests.fakes.upstream import UpstreamProcess
from tests.gateway.outbound import test_claude_and_google_golden as claude_and_google
from tests.gateway.outbound import test_native_golden as native
from tests.gateway.providers import test_golden as compatible
from tests.support.memory_gateway import MemoryUpstream, operating_in_memory
from tests.support.scripted_upstream import ScriptedUpstream

pytestmark = pytest.mark.conformance

Json = dict[str, Any]
VECTORS = vectors()
GOLDEN_SETTINGS = {**SETTINGS, "SYNC_FREQUENCY": "0"}


class Golden:
    """A gateway with a channel for each vector."""

    def __init__(self, operator: Operator, script: Script, url: str) -> None:
        operator.option("RetryTimes", "0")
        operator.option("UnknownModelPrice", "30")  # as one-api charges what it does not know
        operator.option("ModelPrice", '{"proxy": {"request": 0}}')  # as one-api charged for what it passed on
        self._root = operator.account(quota=10**15, role=Role.ROOT, group="default")
        self._operator = operator
        self._script = script
        self._url = url
        self._account = service_account()

    def play(self, name: str) -> Json:
        """The differences between one-api's exchange and ours."""
        number, vector = int(name.partition(" ")[0]), VECTORS[name]
        form = channel_of(vector, f"{self._url}/{number}", self._account)
        channel = self._operator.channel("golden", **form)
        request = vector["request"]
        path = request["path"].replace("/proxy/2", f"/proxy/{channel.id}").replace("/proxy/3", f"/proxy/{channel.id}")
        content = request["raw"] if request["raw"] is not None else json.dumps(request["json"])
        headers = {"content-type": "application/json", **request["headers"]}
        headers |= {"authorization": f"Bearer {self._root.key}-{channel.id}"}
        has_body = request["raw"] is not None or request["json"] is not None
        reply = self._operator.http.request(
            request["method"], path, content=content.encode() if has_body else None, headers=headers
        )
        until(lambda: not self._root.holds())
        charged = [row["quota"] for row in self._root.entries() if row["channel"] == channel.id]
        kind = reply.headers.get("content-type", "")
        asked = self._script.asked.get(number, [])
        return differences(vector, asked, reply.status_code, kind, reply.content, charged)


@pytest.fixture(scope="session")
def script() -> Script:
    if not VECTORS:
        pytest.skip("the recorded exchanges do not lie beside the project")
    return Script(VECTORS)


@pytest.fixture(scope="session")
def golden_in_memory(script: Script) -> Generator[Golden]:
    with operating_in_memory(MemoryUpstream(), GOLDEN_SETTINGS) as operator:
        server = web.Server(script.answer, loop=operator.memory.loop)  # pyright: ignore[reportArgumentType]
        yield Golden(operator, script, operator.memory.serve("golden.test", server))


@pytest.fixture(scope="session")
def golden_of_sockets(tmp_path_factory: pytest.TempPathFactory, script: Script) -> Generator[Golden]:
    with ScriptedUpstream(script.answer) as upstream, UpstreamProcess() as unused:
        for operator in operating(tmp_path_factory.mktemp("golden"), unused, GOLDEN_SETTINGS):
            yield Golden(operator, script, upstream.url)


@pytest.fixture
def golden(request: pytest.FixtureRequest, name: str) -> Golden:
    """The gateway that a vector needs."""
    return request.getfixturevalue("golden_of_sockets" if has_sockets(name) else "golden_in_memory")


def has_sockets(name: str) -> bool:
    """Whether one-api opened a WebSocket."""
    return bool(VECTORS[name].get("ws_frames_from_upstream"))


def expected(name: str) -> dict[str, str]:
    """Facet to reason."""
    plain = name.partition(" ")[2]
    number = int(name.partition(" ")[0])
    found: dict[str, str] = {}
    for tables in (native, claude_and_google):
        if (VECTORS[name]["channel"] or {}).get("type") in tables.DIALECTS:
            found |= {"body": tables.BODY_DIFFERS[plain]} if plain in tables.BODY_DIFFERS else {}
            found |= {"address": tables.PATH_DIFFERS[plain]} if plain in tables.PATH_DIFFERS else {}
    if (VECTORS[name]["channel"] or {}).get("type") in compatible.TYPES:
        found |= {"body": compatible.BODY_DIFFERS[number]} if number in compatible.BODY_DIFFERS else {}
        found |= {"address": compatible.ADDRESS_DIFFERS[number]} if number in compatible.ADDRESS_DIFFERS else {}
    given = DIFFERENCES.get(name, {})
    return {facet: reason for facet, reason in (found | given).items() if reason}


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.e2e) if has_sockets(n) else n for n in VECTORS])
def test_we_do_what_one_api_did_or_say_why_not(golden: Golden, name: str) -> None:
    found = golden.play(name)
    missing, stale = found.keys() - expected(name).keys(), expected(name).keys() - found.keys()
    assert not missing and not stale, f"FACETS unnamed {[(m, found[m]) for m in missing]}, not to be found {stale}"


def test_every_named_difference_is_of_a_vector_that_exists() -> None:
    if not VECTORS:
        pytest.skip("the recorded exchanges do not lie beside the project")
    assert DIFFERENCES.keys() <= VECTORS.keys()
