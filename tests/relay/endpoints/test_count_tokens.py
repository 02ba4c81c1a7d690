"""Counting tokens is free, and bounded all the same."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from relay import counting
from relay.endpoints import count_tokens
from tests.e2e.conftest import NewAccount
from tests.e2e.support import MODEL, Account, Operator
from tests.support.clock import FixedClock
from tests.support.memory_gateway import MemoryOperator
from tests.support.parts import split

HELLO = [{"role": "user", "content": "hi"}]
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic": ("/v1/messages/count_tokens", {"model": MODEL, "messages": HELLO}),
    "gemini": (f"/v1beta/models/{MODEL}:countTokens", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}),
    "responses": ("/v1/responses/input_tokens", {"model": MODEL, "input": "hi"}),
}


@pytest.mark.parametrize("dialect", ASKED)
def test_counting_takes_a_balance_above_zero(operator: Operator, new_account: NewAccount, dialect: str) -> None:
    path, body = ASKED[dialect]
    poor = new_account(quota=0)
    operator.channel(poor.group)
    answer = poor.post(body, path=path)
    assert answer.status_code == 403
    assert "balance above zero" in answer.text


def test_an_account_whose_balance_lies_in_parts_may_count(operator: MemoryOperator, new_account: NewAccount) -> None:
    path, body = ASKED["anthropic"]
    rich = new_account(quota=10**9)
    operator.channel(rich.group)
    operator.memory.loop.run_until_complete(split(operator.memory.deps.ledger, rich.id))
    operator.change_user(rich.id, {"quota": 0})  # what its own item had
    assert rich.post(body, path=path).status_code == 200


@pytest.mark.parametrize("dialect", ASKED)
def test_counting_counts_as_a_request(
    operator: Operator, account: Account, option: Callable[[str, str], None], dialect: str
) -> None:
    path, body = ASKED[dialect]
    operator.channel(account.group)
    option("UserRequestsPerMinute", "2")
    statuses = [account.post(body, path=path).status_code for _ in range(5)]
    assert statuses.count(200) <= 4  # a minute may end meanwhile
    assert 429 in statuses


def test_a_run_of_a_million_blanks_is_counted(operator: Operator, account: Account) -> None:
    path, body = ASKED["anthropic"]
    operator.channel(account.group)
    blanks = [{"role": "user", "content": " " * 1_002_000 + "x"}]
    answer = account.post(body | {"messages": blanks}, path=path)
    assert answer.status_code == 200
    assert answer.json()["input_tokens"] > 1000


async def test_a_few_are_counted_at_a_time() -> None:
    busy, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.02)
        with lock:
            busy -= 1

    await asyncio.gather(*(counting.in_turn(work) for _ in range(6)))
    assert most == counting.AT_ONCE


async def test_counting_ends_when_the_caller_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def endless(counter: Any, body: Any) -> int:
        while not counter.approximate:
            time.sleep(0.001)
        ended.set()
        return 0

    async def receive() -> dict[str, str]:
        await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError("nobody is there")

    monkeypatch.setattr(count_tokens, "tokens", endless)
    sink = count_tokens.Sink(send, receive, FixedClock(0), {})
    assert await count_tokens._while_there(sink, count_tokens.Counter(MODEL), {}) is None
    assert await asyncio.to_thread(ended.wait, 5)


@pytest.mark.parametrize("filling", [b"[],", b"{},", b"1,", b'"",', b"[[[]]],"])
def test_a_body_of_more_values_than_are_read_in_a_moment_is_refused_soon(
    operator: Operator, account: Account, filling: bytes
) -> None:
    operator.channel(account.group)
    body = b'{"model":"x","messages":[' + filling * (15_000_000 // len(filling)) + b"1]}"
    before = time.process_time()
    answer = account.post(body, path="/v1/chat/completions")
    assert answer.status_code == 413
    assert time.process_time() - before < 3


def test_brackets_in_a_text_are_no_values(operator: Operator, account: Account) -> None:
    operator.channel(account.group)
    text = '[],{},"' * 200_000
    assert account.post({"model": MODEL, "messages": [{"role": "user", "content": text}]}).status_code == 200
