"""Conversations whose state lies with one provider: asked there, asked elsewhere where it is unknown, or without it."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.outbound.protocol import Fault
from relay.affinity import LASTS, MOST, Affinity
from relay.inbound.responses.sealed import sealed_summary, sealed_thoughts
from relay.stateless import unknown_state
from tests.e2e.support import Account, Channel, Operator
from tests.support.clock import FixedClock

Json = dict[str, Any]
OPENAI, ANTHROPIC = 1, 14
MODEL, CLAUDE = "gpt-4o-mini", "claude-sonnet-4-5-20250929"
PATH = "/v1/responses"
ASK = "@@fake chunks=2@@"
REASONING: Json = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAAfirst"}
HISTORY: list[Json] = [{"role": "user", "content": "?"}, REASONING, {"role": "user", "content": ASK}]
UNKNOWN: dict[str, Json] = {
    "invalid_encrypted_content": {
        "message": "The encrypted content for item rs_1 could not be verified.", "type": "invalid_request_error",
        "code": "invalid_encrypted_content",
    },
    "previous_response_not_found": {
        "message": "Previous response with id 'resp_1' not found.", "type": "invalid_request_error",
        "code": "previous_response_not_found", "param": "previous_response_id",
    },
    "without a code": {"message": "Previous response with id 'resp_1' not found.", "type": "invalid_request_error"},
}  # fmt: skip


def refuse(channel: Channel, error: Json, contains: str = "") -> None:
    """The channel does not know the state."""
    when = {"key": channel.key, **({"contains": contains} if contains else {})}
    channel.operator.upstream.control(when=when, status=400, body={"error": error})


def requests(channel: Channel) -> list[Any]:
    found = channel.operator.upstream.requests()
    return [seen for seen in found if channel.key in str(seen.headers)]


@pytest.fixture
def pair(operator: Operator, account: Account) -> Iterator[tuple[Channel, Channel]]:
    first = operator.channel(account.group, type=OPENAI, models=f"{MODEL},{CLAUDE}", priority=10)
    yield first, operator.channel(account.group, type=OPENAI, models=f"{MODEL},{CLAUDE}")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("error", UNKNOWN)
def test_a_channel_that_does_not_know_the_state_is_passed_over_and_then_left_alone(
    account: Account, pair: tuple[Channel, Channel], option: Any, error: str, stream: bool
) -> None:
    option("RetryTimes", "0")
    stranger, holder = pair
    refuse(stranger, UNKNOWN[error])
    known = {"previous_response_id": "resp_1", "input": ASK} if "encrypted" not in error else {"input": HISTORY}
    for _ in range(2):
        answer = account.post({"model": MODEL, "stream": stream, **known}, path=PATH)
        assert answer.status_code == 200, answer.text
    assert (len(requests(stranger)), len(requests(holder))) == (1, 2)
    assert len(account.settled(2)) == 2


def test_reasoning_that_nobody_can_read_is_left_out_and_the_rest_is_said(
    account: Account, pair: tuple[Channel, Channel]
) -> None:
    for channel in pair:
        refuse(channel, UNKNOWN["invalid_encrypted_content"], contains="gAAAA")
    answer = account.post({"model": MODEL, "input": HISTORY}, path=PATH)
    assert answer.status_code == 200, answer.text
    first, second = (requests(channel) for channel in pair)
    assert (len(first), len(second)) == (2, 1)
    assert first[-1].json["input"] == [HISTORY[0], HISTORY[2]]
    assert len(account.settled(1)) == 1


def test_what_lies_with_nobody_is_the_callers_error(account: Account, pair: tuple[Channel, Channel]) -> None:
    for channel in pair:
        refuse(channel, UNKNOWN["previous_response_not_found"])
    answer = account.post({"model": MODEL, "previous_response_id": "resp_1", "input": ASK}, path=PATH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "previous_response_not_found")
    assert [len(requests(channel)) for channel in pair] == [1, 1]
    assert account.entries() == []


def test_every_key_of_a_channel_may_hold_it(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=OPENAI)
    keys = [f"{channel.key}-{letter}" for letter in "abc"]
    operator.change_channel(channel.id, {"key": "\n".join(keys)})
    operator.sleep(60)
    for key in keys[:2]:
        operator.upstream.control(when={"key": key}, status=400, body={"error": UNKNOWN["previous_response_not_found"]})
    request = {"model": MODEL, "previous_response_id": "resp_1", "input": ASK}
    for _ in range(3):
        assert account.post(request, path=PATH).status_code == 200
    sent = [seen.header("authorization") or "" for seen in operator.upstream.requests()]
    used = [header.rpartition("-")[2] for header in sent if header.startswith(f"Bearer {channel.key}")]
    assert used.count("c") == 3
    assert used[-2:] == ["c", "c"]


SESSIONS: dict[str, tuple[str, Json, dict[str, str]]] = {
    "codex": (PATH, {"model": MODEL, "input": ASK}, {"session_id": "s-1"}),
    "prompt cache": (PATH, {"model": MODEL, "input": ASK, "prompt_cache_key": "k"}, {}),
    "prompt cache of a chat": (
        "/v1/chat/completions",
        {"model": MODEL, "messages": [{"role": "user", "content": ASK}], "prompt_cache_key": "k"}, {},
    ),
    "opencode": (
        "/v1/chat/completions", {"model": MODEL, "messages": [{"role": "user", "content": ASK}]},
        {"x-opencode-session": "o"},
    ),
    "claude code": (
        "/v1/messages", {"model": CLAUDE, "max_tokens": 9, "messages": [{"role": "user", "content": ASK}]},
        {"x-claude-code-session-id": "c"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SESSIONS)
def test_a_session_stays_where_it_began(operator: Operator, account: Account, case: str) -> None:
    path, body, headers = SESSIONS[case]
    type, model = (ANTHROPIC, CLAUDE) if path == "/v1/messages" else (OPENAI, MODEL)
    found = [operator.channel(account.group, type=type, models=model) for _ in range(4)]
    for _ in range(6):
        assert account.post(body, path=path, headers=headers).status_code == 200
    assert sorted(len(requests(channel)) for channel in found) == [0, 0, 0, 6]


def test_what_was_sealed_here_is_told_to_openai_in_plain_words(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=OPENAI)
    items = [
        {"type": "compaction", "id": "cmp_1", "encrypted_content": sealed_summary("All is well.")},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": sealed_thoughts([{"data": "x"}])},
        {"role": "user", "content": ASK},
    ]
    assert account.post({"model": MODEL, "input": items}, path=PATH).status_code == 200
    summary, asked = requests(channel)[0].json["input"]
    assert summary["role"] == "user" and summary["content"].endswith("All is well.")
    assert asked == items[-1]


def test_thoughts_that_were_signed_elsewhere_are_left_out_for_claude(operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=ANTHROPIC, models=CLAUDE)
    message = "messages.1.content.0: Invalid `signature` in `thinking` block"
    operator.upstream.control(
        when={"key": channel.key, "contains": "signed elsewhere"}, status=400,
        body={"type": "error", "error": {"type": "invalid_request_error", "message": message}},
    )  # fmt: skip
    said = [
        {"type": "thinking", "thinking": "hm", "signature": "signed elsewhere"},
        {"type": "text", "text": "yes"},
    ]
    turns = [("user", "?"), ("assistant", said), ("user", ASK)]
    body = {
        "model": CLAUDE,
        "max_tokens": 9,
        "messages": [{"role": role, "content": content} for role, content in turns],
    }
    answer = account.post(body, path="/v1/messages")
    assert answer.status_code == 200, answer.text
    assert requests(channel)[-1].json["messages"][1]["content"] == said[1:]


def test_the_state_used_longest_ago_makes_room_when_there_are_too_many() -> None:
    clock = FixedClock()
    affinity = Affinity(clock)
    affinity.remember(["mine"], 7, 1)
    held = affinity.holder(["unknown", "mine"])
    assert held is not None and (held.channel_id, held.key_index) == (7, 1)
    for number in range(MOST):
        affinity.remember([str(number)], 1, 0)
    assert affinity.holder(["mine"]) is None


def test_what_is_old_is_forgotten_also_where_the_process_stood_still_meanwhile() -> None:
    clock = FixedClock()
    affinity = Affinity(clock)
    affinity.remember(["mine"], 7, 1)
    clock.freeze(LASTS - 1)
    assert affinity.holder(["mine"]) is not None
    clock.freeze(2)
    assert affinity.holder(["mine"]) is None


@pytest.mark.parametrize("status", [401, 429, 500])
def test_other_errors_with_such_words_are_what_they_are(status: int) -> None:
    assert not unknown_state(Fault(kind="retry", status=status, message="x", code="invalid_encrypted_content"))
