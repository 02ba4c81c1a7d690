"""Responses that a provider keeps are found by processes that did not see them made."""

from typing import Any

import pytest

from gateway.store.channels.states import KEPT
from relay.affinity import Affinity
from tests.e2e.support import Account, Channel
from tests.support.memory_gateway import MemoryOperator

OPENAI, ANTHROPIC, MOONSHOT = 1, 14, 25
MODEL, CLAUDE = "gpt-4o-mini", "claude-sonnet-4-5-20250929"
ASK = "@@fake chunks=2@@"


def another_process(operator: MemoryOperator) -> None:
    """What was remembered in this one is forgotten."""
    operator.memory.deps.health.affinity = Affinity(operator.memory.clock)


def noted(operator: MemoryOperator) -> list[Any]:
    return [item for item in operator.table("codes") if item["code"].startswith("state#")]


def requests(channel: Channel) -> int:
    return sum(channel.key in str(seen.headers) for seen in channel.operator.upstream.requests())


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_goes_on_at_the_channel_that_holds_its_last_response(
    operator: MemoryOperator, account: Account, stream: bool
) -> None:
    found = [operator.channel(account.group, type=OPENAI) for _ in range(4)]
    before = noted(operator)
    first = account.post({"model": MODEL, "input": ASK, "stream": stream}, path="/v1/responses")
    (item,) = [item for item in noted(operator) if item not in before]
    assert 0 < item["ttl"] - operator.memory.clock.now() <= KEPT
    id = first.text.split('"id":"')[1].partition('"')[0]
    for _ in range(5):
        another_process(operator)
        body = {"model": MODEL, "input": ASK, "previous_response_id": id, "store": False}
        assert account.post(body, path="/v1/responses").status_code == 200
    assert sorted(map(requests, found)) == [0, 0, 0, 6]
    assert len(noted(operator)) == len(before) + 1


def test_so_does_a_thread_of_anthropics(operator: MemoryOperator, account: Account) -> None:
    found = [operator.channel(account.group, type=ANTHROPIC, models=CLAUDE) for _ in range(4)]
    said = {"model": CLAUDE, "max_tokens": 9, "messages": [{"role": "user", "content": ASK}]}
    id = account.post(said | {"thread": {"type": "create"}}, path="/v1/messages").json()["id"]
    for _ in range(5):
        another_process(operator)
        further = said | {"thread": {"type": "continue", "previous_message_id": id}}
        assert account.post(further, path="/v1/messages").status_code == 200
    assert sorted(map(requests, found)) == [0, 0, 0, 6]


NOT_KEPT: dict[str, tuple[int, str, dict[str, Any]]] = {
    "not stored": (OPENAI, "/v1/responses", {"input": ASK, "store": False}),
    "made of a chat": (MOONSHOT, "/v1/responses", {"input": ASK}),
    "a chat": (OPENAI, "/v1/chat/completions", {"messages": [{"role": "user", "content": ASK}]}),
    "refused": (OPENAI, "/v1/responses", {"input": "@@fake status=400@@"}),
}


@pytest.mark.parametrize("case", NOT_KEPT)
def test_what_nobody_keeps_is_not_noted(operator: MemoryOperator, account: Account, case: str) -> None:
    type, path, body = NOT_KEPT[case]
    for _ in range(2):
        operator.channel(account.group, type=type)
    before = noted(operator)
    account.post({"model": MODEL, **body}, path=path)
    assert noted(operator) == before


def test_nothing_is_noted_or_read_where_there_is_no_choice(operator: MemoryOperator, account: Account) -> None:
    operator.channel(account.group, type=OPENAI)
    before = noted(operator)
    for more in ({}, {"previous_response_id": "resp_x"}):
        assert account.post({"model": MODEL, "input": ASK, **more}, path="/v1/responses").status_code == 200
    assert noted(operator) == before


def test_what_another_user_holds_leads_nobody(operator: MemoryOperator, account: Account, option: Any) -> None:
    option("ConversationAffinity", "false")  # what the other says is led by nothing
    found = [operator.channel(account.group, type=OPENAI) for _ in range(2)]
    id = account.post({"model": MODEL, "input": ASK}, path="/v1/responses").json()["id"]
    other = operator.account(group=account.group)
    for _ in range(12):
        another_process(operator)
        body = {"model": MODEL, "input": ASK, "previous_response_id": id, "store": False}
        assert other.post(body, path="/v1/responses").status_code == 200
    assert min(map(requests, found)) > 0
    other.close()
