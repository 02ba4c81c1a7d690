"""A report says what held, what did not, and what could not be told, and fails for what did not."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tools.certify import BY_HAND
from tools.certifying.corpus import broken_off
from tools.certifying.dialects import DIALECTS
from tools.certifying.fake_provider import WORDS
from tools.certifying.findings import Finding, Untold, look, report
from tools.certifying.ground import Ground
from tools.certifying.limits import bodies
from tools.certifying.roles import DENIED, accounts, functions
from tools.smoke import Failed, Visit
from tools.stack import Stack


def raising(error: Exception) -> str:
    raise error


def test_each_way_a_check_can_end_is_told_apart() -> None:
    assert look("a", lambda: "seen") == Finding("a", "passed", "seen")
    assert look("b", lambda: raising(Untold("no account"))) == Finding("b", "untold", "no account")
    for error in (Failed("buffered"), httpx.ConnectError("no way")):
        assert look("c", lambda error=error: raising(error)).state == "failed"


def test_the_report_counts_and_keeps_its_table_whole() -> None:
    stack = Stack(name="mine", region="eu-west-1", outputs={})
    text = report(stack, [Finding("a", "passed"), Finding("b", "failed", "x | y"), Finding("c", "untold")])
    assert text.startswith("# mine in eu-west-1\n\n1 passed, 1 failed, 1 untold\n")
    assert "| failed | b | x / y |" in text
    assert len(BY_HAND) >= 7


@pytest.mark.parametrize(("status", "state"), [(413, "passed"), (500, "failed"), (200, "failed")])
def test_a_body_beyond_the_limit_must_be_refused_with_a_reason(status: int, state: str) -> None:
    stack = Stack(name="mine", region="eu-west-1", outputs={"RelayBaseUrl": "https://relay.test/v1"})
    answer = httpx.MockTransport(lambda _: httpx.Response(status, json={"error": {"message": "too large"}}))
    with httpx.Client(transport=answer) as http:
        (what, check), _ = bodies(Visit(stack, http=http))
        assert look(what, check).state == state


@pytest.mark.parametrize(
    ("end", "state"),
    [
        ('data: {"error": {"message": "broken off"}}\n\ndata: [DONE]\n\n', "passed"),
        ("", "failed"),
        ("data: [DONE]\n\n", "failed"),
    ],
)
def test_a_stream_that_breaks_off_must_say_so(end: str, state: str) -> None:
    stack = Stack(name="mine", region="eu-west-1", outputs={"RelayBaseUrl": "https://relay.test/v1", "ApiUrl": ""})
    said = httpx.MockTransport(lambda _: httpx.Response(200, text=f"data: {WORDS[0]}{WORDS[1]}\n\n{end}"))
    with httpx.Client(transport=said) as http:
        ground = Ground(stack, http, {}, pause=0, keys=["sk-key"])
        assert look("it breaks off", lambda: broken_off(ground, DIALECTS[0])).state == state


@pytest.mark.parametrize(("decision", "state"), [("implicitDeny", "passed"), ("allowed", "failed")])
def test_a_role_that_may_too_much_is_found_by_simulation(decision: str, state: str) -> None:
    answers: dict[str, Any] = {
        "get_function_configuration": {"Role": "arn:role"},
        "describe_table": {"Table": {"TableArn": "arn:table"}},
        "simulate_principal_policy": {"EvaluationResults": [{"EvalDecision": decision}]},
    }
    client = SimpleNamespace(**{name: lambda said=said, **_: said for name, said in answers.items()})
    outputs = {"TablePrefix": "mine-", "RelayFunctionName": "r", "AdminFunctionName": "a", "CronFunctionName": "c"}
    stack: Any = SimpleNamespace(emulator="", outputs=outputs, client=lambda service: client)
    found = [look(*check) for check in functions(stack)]
    assert {finding.state for finding in found} == {state}
    assert len(found) == len(DENIED)


def test_what_a_common_account_can_open_is_found() -> None:
    stack = Stack(name="mine", region="eu-west-1", outputs={"SiteUrl": "https://site.test", "ApiUrl": ""})
    opened = httpx.MockTransport(lambda request: httpx.Response(200, json={"success": "option" in request.url.path}))
    with httpx.Client(transport=opened) as http:
        found = [look(*check) for check in accounts(Ground(stack, http, {}, pause=0, keys=["sk-key"]))]
    assert [finding.what for finding in found if finding.state == "failed"] == [
        "a common account may not read /api/option/"
    ]
