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
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("vendor", VENDORS)
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


OPENAIS = [name for name, row in VENDORS.items() if row.type in (1, 8, 19, 36)]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("vendor", OPENAIS)
@pytest.mark.parametrize("word", ["STOP", "eos", "eos_token", "end_turn", "COMPLETE", "function_call", "tool_use"])
def test_a_call_is_one_by_whatever_word_it_ended(
    operator: MemoryOperator, account: Account, vendor: str, caller: str, how: str, word: str
) -> None:
    assert end(operator, account, vendor, caller, how, Said("hello", ("f",), end=word)) == CALLED[caller]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", ["anthropic", "gemini", "responses"])
@pytest.mark.parametrize("vendor", OPENAIS)
@pytest.mark.parametrize(
    ("word", "ends"),
    [("STOP", STOPPED), ("function_call", STOPPED), ("TOOL_CALLS", STOPPED), ("MAX_TOKENS", LIMITED)],
)
def test_words_of_other_vendors_are_understood(
    operator: MemoryOperator, account: Account, vendor: str, caller: str, how: str, word: str, ends: dict[str, str]
) -> None:
    assert end(operator, account, vendor, caller, how, Said("hello", end=word)) == ends[caller]


@pytest.mark.parametrize("untold", [b"null", b'""'])
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("vendor", [*OPENAIS, "anthropic"])
def test_a_whole_reply_that_does_not_say_how_it_ended_called_its_tools(
    operator: MemoryOperator, account: Account, vendor: str, caller: str, untold: bytes
) -> None:
    row = VENDORS[vendor]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    body = row.body(Said("hello", ("f",), end="never")).replace(b'"never"', untold)
    row.answers(operator.upstream, made.key, body, "application/json")
    assert ask(account, caller, "whole").end == CALLED[caller]
