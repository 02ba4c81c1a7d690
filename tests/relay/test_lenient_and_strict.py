"""Replies are read leniently and told strictly; and what nobody foresaw is an error that costs nothing."""

import json
from typing import Any

import pytest

from gateway.outbound.protocol import Unsupported
from relay.attempt.reply_streams import Translated
from relay.inbound.anthropic.dialect import AnthropicMessages
from tests.e2e.support import Account, Channel
from tests.relay.callers import CALLERS, HOW, PLAIN, ask
from tests.relay.vendor_replies import VENDORS, Said
from tests.support.memory_gateway import MemoryOperator

ODD = {
    "a half in text": Said("cut \ud83d"),
    "a half alone": Said("\udc00 cut"),
    "halves that belong together": Said("cut \ud83d\ude00"),
    "a half in arguments": Said("cut", calls=("f",), arguments='{"text":"a \\ud83d b"}'),
}


def channel(operator: MemoryOperator, account: Account, vendor: str, said: Said, how: str, **fields: Any) -> Channel:
    row = VENDORS[vendor]
    made = operator.channel(account.group, type=row.type, config=PLAIN, **fields)
    body, kind = (row.stream(said), row.kind) if how == "streamed" else (row.body(said), "application/json")
    row.answers(operator.upstream, made.key, body, kind)
    return made


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("odd", ODD)
def test_halves_of_characters_are_told_so_that_strict_readers_take_them(
    operator: MemoryOperator, account: Account, odd: str, vendor: str, caller: str, how: str
) -> None:
    channel(operator, account, vendor, ODD[odd], how)
    heard = ask(account, caller, how)
    assert (heard.status, len(heard.entries)) == (200, 1), heard.raw
    assert "cut" in heard.text and heard.calls == list(ODD[odd].calls) and not heard.error
    assert "together" not in odd or "\U0001f600" in heard.text


@pytest.mark.parametrize("odd", [b"-Infinity", b"NaN", b"123456789012345678901234567890", b'"\xff"', b'"\\ud83d"'])
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("vendor", ["openai", "custom", "compatible"])
def test_odd_values_beside_the_answer_do_no_harm(
    operator: MemoryOperator, account: Account, vendor: str, how: str, caller: str, odd: bytes
) -> None:
    row = VENDORS[vendor]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    body = row.stream(Said()) if how == "streamed" else row.body(Said())
    scores = (
        b'"logprobs":{"content":[{"token":"a","bytes":null,"top_logprobs":[],"logprob":' + odd + b'}]},"finish_reason"'
    )
    kind = row.kind if how == "streamed" else "application/json"
    row.answers(operator.upstream, made.key, body.replace(b'"finish_reason"', scores), kind)
    heard = ask(account, caller, how)
    assert (heard.status, heard.text, len(heard.entries)) == (200, "hello", 1), heard.raw


@pytest.mark.parametrize("caller", CALLERS)
def test_a_failure_of_ours_asks_another_channel_and_costs_nothing(
    operator: MemoryOperator, account: Account, monkeypatch: pytest.MonkeyPatch, caller: str
) -> None:
    def fail(*_: Any) -> bytes:
        raise LookupError("nobody thought of this")

    monkeypatch.setattr(Translated, "feed", fail)
    made = [channel(operator, account, "ollama", Said(), "streamed") for _ in range(2)]
    heard = ask(account, caller, "streamed")
    assert (heard.status, heard.entries, [len(one.asked()) for one in made]) == (502, [], [1, 1])
    assert "understood" in heard.error["message"]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("place", ["feed", "finish"])
def test_a_failure_of_ours_in_the_middle_ends_the_stream_with_an_error_and_costs_nothing(
    operator: MemoryOperator, account: Account, monkeypatch: pytest.MonkeyPatch, caller: str, place: str
) -> None:
    right = getattr(Translated, place)

    def fail(stream: Translated, *data: bytes) -> bytes:
        if stream.begun:
            raise LookupError("nobody thought of this")
        return right(stream, *data)

    monkeypatch.setattr(Translated, place, fail)
    made = operator.channel(account.group, type=30, config=PLAIN)
    body = VENDORS["ollama"].stream(Said())
    kind = {"content-type": "application/x-ndjson"}
    operator.upstream.replay(body, headers=kind, split=40, delay_ms=5, when={"key": made.key})
    heard = ask(account, caller, "streamed")
    assert (heard.status, heard.entries) == (200, [])
    assert "understood" in heard.error["message"]


def test_a_failure_of_ours_in_a_whole_answer_costs_nothing(
    operator: MemoryOperator, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> tuple[bytes, str]:
        raise LookupError("nobody thought of this")

    monkeypatch.setattr(AnthropicMessages, "answer", fail)
    channel(operator, account, "gemini", Said(), "whole")
    heard = ask(account, "anthropic", "whole")
    assert (heard.status, heard.entries, heard.error["type"]) == (502, [], "api_error")


def test_a_half_in_arguments_is_no_500_for_claudes_clients(operator: MemoryOperator, account: Account) -> None:
    channel(operator, account, "custom", Said("", calls=("f",), arguments='{"text":"a \\ud83d b"}'), "whole")
    heard = ask(account, "anthropic", "whole")
    (use,) = [block for block in heard.bodies[0]["content"] if block["type"] == "tool_use"]
    assert use["input"] == {"text": "a \ufffd b"}
    assert json.loads(json.dumps(use)) == use


BROKEN = ["data:image/png;base64,iVBO\ud83d", "data:image/png;base64,!", "data:image/png", "data:", "\ud83d"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("vendor", ["custom", "compatible", "deepseek"])
@pytest.mark.parametrize("url", BROKEN, ids=ascii)
def test_a_picture_that_is_none_does_not_take_the_text_along(
    operator: MemoryOperator, account: Account, url: str, vendor: str, caller: str, how: str
) -> None:
    row = VENDORS[vendor]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    body = row.stream(Said()) if how == "streamed" else row.body(Said())
    pictures = json.dumps([{"type": "image_url", "image_url": {"url": url}}]).encode()
    body = body.replace(b'"content": "hello"', b'"content": "hello", "images": ' + pictures)
    row.answers(operator.upstream, made.key, body, row.kind if how == "streamed" else "application/json")
    heard = ask(account, caller, how)
    assert (heard.status, len(heard.entries)) == (200, 1) and heard.text.startswith("hello"), heard.raw


def test_what_a_reply_cannot_say_to_its_caller_is_no_fault_of_the_callers(
    operator: MemoryOperator, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> tuple[bytes, str]:
        raise Unsupported("this was not asked for")

    monkeypatch.setattr(AnthropicMessages, "answer", fail)
    made = [channel(operator, account, "ollama", Said(), "whole") for _ in range(2)]
    heard = ask(account, "anthropic", "whole")
    assert (heard.status, heard.entries, [len(one.asked()) for one in made]) == (502, [], [1, 1])
