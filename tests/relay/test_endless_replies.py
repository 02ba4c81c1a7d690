"""Providers whose answers do not end: the caller is told, and the gateway keeps its memory."""

import pytest

from gateway.wire import bounds
from tests.e2e.support import Account, Operator, asking
from tests.support.memory_gateway import MemoryOperator

DIALECTS = ["openai", "anthropic"]


def path_and_body(dialect: str, stream: bool) -> tuple[str, dict[str, object]]:
    if dialect == "anthropic":
        return "/v1/messages", asking("hi", stream=stream, max_tokens=50)
    return "/v1/chat/completions", asking("hi", stream=stream)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("stream", "body", "kind"),
    [
        (False, b'{"choices":[]' + b" " * 20_000, "application/json"),
        (True, b"data: " + b"x" * 20_000, "text/event-stream"),
        (True, b"data: x\n" * 2_000, "text/event-stream"),
        (True, b": ping\n\n" * 2_000, "text/event-stream"),
        (True, b'{"a":"' + b"x" * 20_000, "text/event-stream"),
    ],
)
def test_an_answer_that_does_not_end_is_the_providers_failure(
    operator: Operator,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    dialect: str,
    stream: bool,
    body: bytes,
    kind: str,
) -> None:
    monkeypatch.setattr(bounds, "MOST_REPLY", 10_000)
    monkeypatch.setattr(bounds, "MOST_STREAM", 10_000)
    monkeypatch.setattr(bounds, "MOST_EVENT", 5_000)
    channel = operator.channel(account.group, type=25)
    operator.upstream.replay(body, when={"key": channel.key}, headers={"content-type": kind}, split=100)
    path, asked = path_and_body(dialect, stream)
    answer = account.post(asked, path=path)
    assert answer.status_code in (502, 503)
    assert "larger than" in answer.text
    assert account.settled(0) == []


def test_a_stream_that_has_begun_ends_with_an_error_once_it_is_too_long(
    operator: Operator, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_STREAM", 10_000)
    operator.channel(account.group)
    answer = account.post(asking("@@fake chunks=500 delay_ms=10@@", stream=True))
    assert answer.status_code == 200
    assert "larger than" in answer.text
    (entry,) = account.settled(1)
    assert 0 < entry["completion_tokens"] < 500


def test_an_exchange_ends_although_no_limit_is_set(operator: MemoryOperator, account: Account) -> None:
    operator.channel(account.group)
    before = operator.time()
    answer = account.post(asking("@@fake chunks=500 delay_ms=60000@@", stream=True))
    assert "did not answer in time" in answer.text
    assert 3500 < operator.time() - before < 3700
