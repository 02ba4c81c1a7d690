"""What a model did decides how its answer ended, not what its vendor says; but a limit that was reached stays one."""

import pytest

from tests.e2e.support import Account
from tests.relay.callers import CALLERS, HOW, PLAIN, ask
from tests.relay.vendor_replies import VENDORS, Said
from tests.support.memory_gateway import MemoryOperator

CALLED = {"openai": "tool_calls", "anthropic": "tool_use", "gemini": "STOP", "responses": "completed"}
STOPPED = {"openai": "stop", "anthropic": "end_turn", "gemini": "STOP", "responses": "completed"}
LIMITED = {"openai": "length", "anthropic": "max_tokens", "gemini": "MAX_TOKENS", "responses": "incomplete"}


def end(operator: MemoryOperator, account: Account, vendor: str, caller: str, how: str, said: Said) -> str:
    row = VENDORS[vendor]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    body, kind = (row.stream(said), row.kind) if how == "streamed" else (row.body(said), "application/json")
    row.answers(operator.upstream, made.key, body, kind)
    heard = ask(account, caller, how)
    assert (heard.status, heard.calls, len(heard.entries)) == (200, list(said.calls), 1), heard.raw
    return heard.end


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("calls", [("f",), ("f", "g")])
def test_whoever_calls_a_tool_did_not_just_stop(
    operator: MemoryOperator, account: Account, vendor: str, caller: str, how: str, calls: tuple[str, ...]
) -> None:
    said = Said("hello", calls, end=VENDORS[vendor].stop)
    assert end(operator, account, vendor, caller, how, said) == CALLED[caller]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_limit_that_was_reached_stays_one(
    operator: MemoryOperator, account: Account, vendor: str, caller: str, how: str
) -> None:
    said = Said("hello", ("f",), end=VENDORS[vendor].length)
    assert end(operator, account, vendor, caller, how, said) == LIMITED[caller]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("vendor", "caller"),
    [(vendor, caller) for vendor in VENDORS for caller in CALLERS if caller not in (vendor, "openai")],
)
def test_whoever_calls_no_tool_just_stopped(
    operator: MemoryOperator, account: Account, vendor: str, caller: str, how: str
) -> None:
    said = Said("hello", end=VENDORS[vendor].tools)
    assert end(operator, account, vendor, caller, how, said) == STOPPED[caller]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", ["anthropic", "openai"])
def test_a_stop_sequence_behind_a_call_is_a_call(
    operator: MemoryOperator, account: Account, caller: str, how: str
) -> None:
    said = Said("hello", ("f",), end="stop_sequence")
    assert end(operator, account, "anthropic", caller, how, said) == CALLED[caller]
