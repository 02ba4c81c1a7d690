"""Replies that are not what was asked for, or say more than callers should hear."""

import json
from typing import Any

import pytest

from gateway.domain.channel import Channel
from gateway.outbound.protocol import Fault
from relay.secrets import Secrets
from tests.e2e.support import MODEL, Account, Operator, error_of

STREAM = {"content-type": "text/event-stream"}


def event(delta: dict[str, Any], finish: str | None = None, **extra: Any) -> bytes:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return b"data: " + json.dumps({**head, "choices": choices, **extra}).encode() + b"\n\n"


USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
STREAMED = event({"content": "Hel"}) + event({"content": "lo"}) + event({}, "stop", usage=USAGE) + b"data: [DONE]\n\n"


@pytest.mark.parametrize("headers", [STREAM, {"content-type": "application/json"}], ids=["events", "JSON"])
@pytest.mark.parametrize("type", [1, 50])
def test_a_stream_that_nobody_asked_for_is_put_together(
    operator: Operator, account: Account, type: int, headers: dict[str, str]
) -> None:
    channel = operator.channel(account.group, type=type)
    operator.upstream.replay(STREAMED, headers=headers, when={"key": channel.key})
    answer = account.chat()
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["choices"][0]["message"]["content"] == "Hello"
    assert answer.json()["choices"][0]["finish_reason"] == "stop"
    assert account.settled(1)[0]["quota"] == 105


def test_a_key_that_a_provider_repeats_stays_here(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group)
    said = {"error": {"message": f"Incorrect API key provided: {channel.key}.", "code": "invalid_api_key"}}
    channel.behaves(status=401, body=said)
    message = error_of(account.chat())["message"]
    assert message.startswith("Incorrect API key provided: ***.")


@pytest.mark.parametrize(
    ("key", "said", "told"),
    [
        ("sk-0123456789", "key sk-0123456789 is wrong", "key *** is wrong"),
        ("app|secret-of-ours|access-key", "secret-of-ours and access-key, app", "*** and ***, app"),
        ("k", "ok", "ok"),
        ("", "nothing to hide", "nothing to hide"),
    ],
)
def test_every_part_of_a_key_that_is_long_enough_is_masked(key: str, said: str, told: str) -> None:
    channel = Channel(id=1, type=1, name="c", status=1, keys=(key,))
    fault = Fault(kind="retry", status=401, message=said)
    assert Secrets.of(channel, key).out_of_fault(fault).message == told
