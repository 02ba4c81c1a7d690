"""Providers that fail: before the first byte nobody notices, after it everybody is told."""

from collections.abc import Callable, Generator
from typing import Any

import openai
import pytest

from tests.e2e.support import MODEL, Account, Channel, Operator, error_of, events, text_of, until
from tests.support.memory_gateway import MemoryUpstream, operating_in_memory

SECONDS = "2"
IMPATIENT = {
    "SYNC_FREQUENCY": "0",
    "RELAY_KEEP_ALIVE": "1",
    "RELAY_FIRST_BYTE_TIMEOUT": SECONDS,
    "RELAY_IDLE_TIMEOUT": SECONDS,
    "RELAY_TIMEOUT": "3",
}
ANSWER = "word0 word1 word2"
ASKED = "@@fake chunks=3@@"
PLAIN_ERROR = {"error": {"message": "the machine is on fire", "type": "server_error", "param": None, "code": "fire"}}


@pytest.fixture(scope="module")
def operator(upstream: MemoryUpstream) -> Generator[Operator]:
    with operating_in_memory(upstream, IMPATIENT) as operator:
        yield operator


@pytest.fixture
def bad(operator: Operator, account: Account) -> Channel:
    """Tried first."""
    return operator.channel(account.group, priority=10)


@pytest.fixture
def good(operator: Operator, account: Account) -> Channel:
    """Tried second."""
    return operator.channel(account.group, priority=0)


ERROR_EVENT = b'data: {"error": {"message": "the machine is on fire", "type": "server_error", "code": "fire"}}\n\n'
STREAM_HEAD = {"content-type": "text/event-stream"}

# What a provider does, for whole answers and for streams; ``None`` where it makes no sense.
BOTH: dict[str, dict[str, Any]] = {
    "429": {"status": 429},
    "500": {"status": 500},
    "503 with a body": {"status": 503, "body": PLAIN_ERROR},
    "529 in words": {"status": 529, "body": "overloaded"},
    "401": {"status": 401, "body": {"error": {"message": "bad key", "type": "x", "code": "invalid_api_key"}}},
    "404 for the model": {"status": 404, "body": {"error": {"message": "no such model", "code": "model_not_found"}}},
    "closed": {"disconnect": True},
    "reset": {"disconnect": True, "reset": True},
    "silent": {"hang": True},
    "not HTTP": {"garbage": True},
    "cut in the head": {"disconnect_at_byte": 20},
}
WHOLE = BOTH | {
    "half a JSON body": {"bad_json": True},
    "half its announced length": {"truncated": True},
    "an error with status 200": {"status": 200, "body": PLAIN_ERROR},
    "words with status 200": {"status": 200, "body": "<html>welcome</html>"},
    "no choices": {"status": 200, "body": {"id": "c1", "object": "chat.completion"}},
}
STREAMED = BOTH | {
    "closed after its head": {"disconnect_at_byte": 150},
    "an error with status 200": {"status": 200, "body": PLAIN_ERROR},
    "words with status 200": {"status": 200, "body": "<html>welcome</html>"},
    "an error event in one read with the first pieces": {"error_after": 2},
}


@pytest.mark.parametrize("case", WHOLE)
def test_the_next_channel_answers_and_the_caller_sees_nothing_of_it(
    account: Account, bad: Channel, good: Channel, case: str
) -> None:
    bad.behaves(**WHOLE[case])
    answer = account.chat(ASKED)
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"].strip() == ANSWER
    check_one_entry(account, bad, good)


@pytest.mark.parametrize("case", STREAMED)
def test_the_next_channel_streams_and_the_caller_sees_nothing_of_it(
    account: Account, bad: Channel, good: Channel, case: str
) -> None:
    bad.behaves(**STREAMED[case])
    check_streamed(account, bad, good)


@pytest.mark.parametrize("head", [STREAM_HEAD, {"content-type": "application/json"}], ids=["stream", "whole"])
def test_a_provider_that_is_silent_after_its_head_has_not_answered(
    account: Account, bad: Channel, good: Channel, head: dict[str, str]
) -> None:
    late = {"split": "event", "delay_ms": 60_000}
    account.operator.upstream.replay(b"data: {}\n\n", headers=head, when={"key": bad.key}, **late)
    check_streamed(account, bad, good)


@pytest.mark.parametrize("split", ["whole", "event", 7, "byte"])
def test_an_error_event_instead_of_an_answer_is_a_failure_like_any_other(
    account: Account, bad: Channel, good: Channel, split: str | int
) -> None:
    account.operator.upstream.replay(ERROR_EVENT, headers=STREAM_HEAD, split=split, when={"key": bad.key})
    check_streamed(account, bad, good)


@pytest.mark.parametrize(
    "body",
    [b"", b": a comment and no more\n\n", b"\n\n\n\n", b"data: [DONE]\n\n", b"data:[DONE]\n\n"],
    ids=["nothing", "comment", "blank", "its end", "its end without a blank"],
)
def test_a_stream_without_any_event_is_a_failure(account: Account, bad: Channel, good: Channel, body: bytes) -> None:
    account.operator.upstream.replay(body, headers=STREAM_HEAD, when={"key": bad.key})
    check_streamed(account, bad, good)


def check_streamed(account: Account, bad: Channel, good: Channel) -> None:
    with account.streaming(ASKED) as answer:
        assert answer.status_code == 200
        body = answer.read()
    assert text_of(body).strip() == ANSWER
    assert events(body)[-1] == "[DONE]"
    assert not any("error" in event for event in events(body) if isinstance(event, dict))
    check_one_entry(account, bad, good)


def check_one_entry(account: Account, bad: Channel, good: Channel) -> None:
    assert (len(bad.asked()), len(good.asked())) == (1, 1)
    (entry,) = account.settled(1)
    assert (entry["channel"], entry["prompt_tokens"], entry["completion_tokens"]) == (good.id, 12, 3)
    assert account.quota() == 10**9 - entry["quota"]


@pytest.mark.parametrize("stream", [False, True])
def test_the_callers_own_mistake_comes_back_once_and_mapped(
    account: Account, bad: Channel, good: Channel, stream: bool
) -> None:
    said = {"message": "temperature must be below 2", "type": "invalid_request_error"}
    bad.behaves(status=400, body={"error": {**said, "param": "temperature", "code": "out_of_range"}})
    answer = account.chat(temperature=3, stream=stream)
    assert answer.status_code == 400
    error = error_of(answer)
    assert error["message"].startswith("temperature must be below 2 (request id: ")
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", "temperature", "out_of_range")
    assert (len(bad.asked()), len(good.asked())) == (1, 0)
    check_nothing_charged(account)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        ({"status": 500, "body": PLAIN_ERROR}, 500),
        ({"status": 429, "retry_after": "7"}, 429),
        ({"disconnect": True}, 502),
        ({"hang": True}, 504),
    ],
    ids=["500", "429", "closed", "silent"],
)
def test_when_every_channel_fails_the_caller_gets_one_error_and_pays_nothing(
    account: Account, bad: Channel, good: Channel, stream: bool, behaviour: dict[str, Any], status: int
) -> None:
    bad.behaves(**behaviour)
    good.behaves(**behaviour)
    answer = account.chat(stream=stream)
    assert (len(bad.asked()), len(good.asked())) == (1, 1)
    check_nothing_charged(account)
    if stream and status == 504:  # keep-alive comments had begun the stream
        assert answer.status_code == 200
        comment, error, done = answer.content.rstrip().rsplit(b"\n\n", 2)
        assert comment.startswith(b": keep-alive") and done == b"data: [DONE]"
        assert b"upstream_timeout" in error
        return
    assert answer.status_code == status
    error = error_of(answer)
    assert "request id: " in error["message"]
    assert account.operator.upstream.url not in answer.text and bad.key not in answer.text
    if status == 429:
        assert error["message"].startswith("当前分组上游负载已饱和，请稍后再试")
        assert answer.headers["retry-after"] == "7"


def check_nothing_charged(account: Account) -> None:
    until(lambda: not account.holds())
    assert account.entries() == []
    assert account.quota() == 10**9


BROKEN: dict[str, dict[str, Any]] = {
    "closed": {"disconnect_after": 2},
    "reset": {"disconnect_after": 2, "reset": True},
    "closed inside an event": {"disconnect_at_byte": 1150},
    "ended without finish": {"truncated": True},
    "silent": {"hang_after": 2},
    "an error event": {"error_after": 2, "delay_ms": 20},
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_stream_that_breaks_ends_with_an_error_event(
    account: Account, bad: Channel, good: Channel, case: str
) -> None:
    bad.behaves(**{"chunks": 4, **BROKEN[case]})
    with account.streaming() as answer:
        body = answer.read()  # to a clean end: httpx raises where chunked encoding is cut
    seen = events(body)
    assert text_of(body).startswith("word0 word1")
    (error,) = [event["error"] for event in seen if isinstance(event, dict) and "error" in event]
    assert error["message"] and error["type"]
    assert good.asked() == []
    (entry,) = account.settled(1)
    assert entry["channel"] == bad.id
    assert entry["completion_tokens"] >= 2
    (details,) = account.details()
    assert details["result"] == "partial"
    assert details["fault"]


@pytest.mark.parametrize("case", BROKEN)
def test_the_sdk_raises_for_a_stream_that_breaks(account: Account, bad: Channel, case: str) -> None:
    bad.behaves(**{"chunks": 4, **BROKEN[case]})
    with account.openai() as client, pytest.raises(openai.APIError):
        for _ in client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hi"}], stream=True):
            pass


@pytest.mark.parametrize("behaviour", [{"cut_before_done": True}, {"done": False}], ids=["closed", "ended"])
def test_an_answer_that_only_lacks_its_end_marker_is_whole(
    account: Account, bad: Channel, behaviour: dict[str, Any]
) -> None:
    bad.behaves(chunks=4, **behaviour)
    with account.streaming() as answer:
        body = answer.read()
    assert not any("error" in event for event in events(body) if isinstance(event, dict))
    account.settled(1)
    assert account.details()[0]["result"] == "complete"


def test_a_channel_rests_as_long_as_its_provider_asked(account: Account, bad: Channel, good: Channel) -> None:
    bad.behaves(times=1, status=429, retry_after="2")
    assert account.chat().status_code == 200
    assert account.chat().status_code == 200
    assert (len(bad.asked()), len(good.asked())) == (1, 2)

    def back() -> bool:
        account.operator.sleep(0.1)
        assert account.chat().status_code == 200
        return len(bad.asked()) == 2

    until(back)


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_a_refused_key_takes_its_channel_out_of_service_if_the_operator_wants_so(
    account: Account, bad: Channel, good: Channel, option: Callable[[str, str], None], enabled: str
) -> None:
    option("AutomaticDisableChannelEnabled", enabled)
    error = {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}
    bad.behaves(status=401, body={"error": error})
    assert account.chat().status_code == 200
    assert bad.status() == (3 if enabled == "true" else 1)
    assert account.chat().status_code == 200
    assert len(bad.asked()) == (1 if enabled == "true" else 2)
    assert len(good.asked()) == 2


def test_no_more_channels_are_tried_than_the_operator_allows(
    account: Account, bad: Channel, good: Channel, option: Callable[[str, str], None]
) -> None:
    option("RetryTimes", "0")
    bad.behaves(status=500)
    assert account.chat().status_code == 500
    assert good.asked() == []


def test_a_channel_nobody_listens_at_is_passed_over(account: Account, operator: Operator, good: Channel) -> None:
    operator.channel(account.group, priority=10, base_url="http://127.0.0.1:1")
    assert account.chat(ASKED).status_code == 200
    operator.channel(account.group, priority=20, base_url="http://no-such-host.invalid")
    assert account.chat(ASKED).status_code == 200
    assert len(good.asked()) == 2


def test_a_trickle_does_not_outlast_the_time_for_a_whole_exchange(account: Account, bad: Channel) -> None:
    body = b'{"choices":[' + b" " * 400 + b"]}"
    trickle = {"split": 1, "delay_ms": 20, "when": {"key": bad.key}}
    account.operator.upstream.replay(body, headers={"content-type": "application/json"}, **trickle)
    assert account.chat().status_code == 504


def test_a_stream_does_not_outlast_the_time_for_a_whole_exchange(account: Account, bad: Channel) -> None:
    bad.behaves(chunks=400, delay_ms=20)
    with account.streaming() as answer:
        assert b"upstream_timeout" in answer.read()
    (entry,) = account.settled(1)
    assert 10 < entry["completion_tokens"] < 800  # all of it would be more: each word counts two
