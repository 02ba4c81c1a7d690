"""A sound gateway is certified without a failure; one with a fault is found out by the checks that it is about."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.gateway_process import ROOT_ACCESS_TOKEN, GatewayProcess
from tools import certify
from tools.certify import Certifying
from tools.certifying.dialects import DIALECTS
from tools.certifying.findings import Finding
from tools.certifying.money import AT_ONCE, MANY
from tools.smoke import Visit
from tools.stack import Stack

pytestmark = pytest.mark.e2e

MOST, REMEMBERED, IDLE, PAUSE = 65536, 1, 2.5, 0.05
SETTINGS = {"RELAY_MAX_BODY": str(MOST), "SYNC_FREQUENCY": str(REMEMBERED)}
STREAMS = {f"{dialect.name}: a stream" for dialect in DIALECTS}


class Buffering(httpx.BaseTransport):
    """Hands an answer on when all of it is there."""

    def __init__(self) -> None:
        self._behind = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._behind.handle_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.read())

    def close(self) -> None:
        self._behind.close()


Certified = Callable[..., list[Finding]]


@contextmanager
def running(folder: Path, module: str = "") -> Generator[Certifying]:
    """A certification of a local gateway, which has outputs and parameters as a stack has them."""
    gateway = GatewayProcess(folder, environment=SETTINGS, module=module)
    try:
        url = gateway.start().url
        outputs = {"ApiUrl": url, "SiteUrl": url, "RelayBaseUrl": f"{url}/v1"}
        parameters = {"RelayMaxBody": str(MOST), "SyncFrequency": str(REMEMBERED)}
        stack = Stack(name="local", region="nowhere", outputs=outputs, parameters=parameters)
        with httpx.Client(trust_env=False, timeout=30) as http:
            visit = Visit(stack, http=http)
            yield Certifying(visit, ROOT_ACCESS_TOKEN, IDLE, "127.0.0.1", PAUSE, patience=1)
    finally:
        gateway.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Generator[Certifying]:
    with running(tmp_path_factory.mktemp("sound")) as going:
        yield going


def failed(going: Certifying) -> set[str]:
    return {finding.what for finding in going.inside() if finding.state == "failed"}


def test_a_sound_gateway_has_no_failure_and_nothing_of_the_visit_stays(sound: Certifying) -> None:
    found = list(sound.inside())
    assert [finding for finding in found if finding.state != "passed"] == []
    assert {finding.what for finding in found} > STREAMS
    assert found[-1].what == "what was made is taken away"
    stack, operator = sound.visit.stack, {"authorization": ROOT_ACCESS_TOKEN}
    for kind in ("channel", "user"):
        left = sound.visit.http.get(f"{stack.management_url}/api/{kind}/search?keyword=certify", headers=operator)
        assert left.json()["data"] == []


def test_buffering_in_front_is_found_by_the_times_of_the_words(sound: Certifying) -> None:
    with httpx.Client(transport=Buffering(), timeout=30) as http:
        buffered = Certifying(Visit(sound.visit.stack, http=http), ROOT_ACCESS_TOKEN, 0, "127.0.0.1", PAUSE)
        assert failed(buffered) == STREAMS


def test_an_emulator_that_buffers_is_not_blamed_but_named(sound: Certifying) -> None:
    url = sound.visit.stack.management_url
    gateway = "/_aws/execute-api/local/prod"

    class Emulated(Buffering):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            request.url = httpx.URL(str(request.url).replace(gateway, ""))
            return super().handle_request(request)

    stack = Stack("local", "nowhere", {"ApiId": "local"}, emulator=url, parameters=sound.visit.stack.parameters)
    with httpx.Client(transport=Emulated(), timeout=30) as http:
        found = list(Certifying(Visit(stack, http=http), ROOT_ACCESS_TOKEN, IDLE, pause=PAUSE).inside())
    assert {finding.what for finding in found if finding.state == "untold"} == STREAMS
    assert not [finding for finding in found if finding.state == "failed"]


def test_a_clock_that_stops_is_found_by_stamps_and_by_what_is_remembered_for_ever(tmp_path: Path) -> None:
    with running(tmp_path, "tests.support.broken.stopped_clock") as going:
        assert failed(going) == {
            f"the clock went on for {IDLE:g} idle seconds",
            f"a key that is switched off is refused after {IDLE:g} idle seconds",
        }


def test_a_role_too_narrow_is_found_by_answers_without_entries(tmp_path: Path) -> None:
    with running(tmp_path, "tests.support.broken.narrow_role") as going:
        going.idle = 0
        assert failed(going) == {
            "each answer has one entry",
            "what was there is what is left and what was charged",
            "a repeated Idempotency-Key is charged once",
            f"{MANY} requests of one key, {AT_ONCE} at once",
            "a failed request costs nothing and holds nothing",
        }


def test_the_report_is_markdown_and_json_and_a_failure_is_an_exit_code(
    sound: Certifying, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certify, "ROOT", tmp_path)
    found = [Finding("a", "passed"), Finding("b", "untold", "why")]
    monkeypatch.setattr(Certifying, "findings", lambda self: iter(found))
    assert certify.certify(sound) == 0
    found.append(Finding("c", "failed", "seen"))
    assert certify.certify(sound) == 1
    kept = json.loads((tmp_path / ".build" / "certified-local.json").read_text())
    assert kept["findings"][1] == {"what": "b", "state": "untold", "seen": "why"}
    assert "| failed | c | seen |" in (tmp_path / ".build" / "certified-local.md").read_text()


def test_without_an_access_token_nothing_is_made_and_the_report_says_why(sound: Certifying) -> None:
    (finding,) = Certifying(sound.visit).inside()
    assert finding.state == "untold" and "ONE_API_ACCESS_TOKEN" in finding.seen


def test_a_wrong_access_token_is_a_failure_and_no_crash(sound: Certifying) -> None:
    made, taken_away = Certifying(sound.visit, "wrong", provider_host="127.0.0.1").inside()
    assert made.state == "failed" and "/api/user/" in made.seen
    assert taken_away.state == "passed"
