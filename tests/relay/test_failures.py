"""Requests that fail leave an entry beside the ledger: why, who was asked, and nothing secret; and never any money."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.domain.failures import LONGEST_TEXT
from gateway.errors import StoreError
from relay import failures
from relay.failures import FailureLog
from tests.e2e.conftest import AT_ONCE, NewAccount
from tests.e2e.support import MODEL, Account
from tests.support.memory_gateway import MemoryOperator, MemoryUpstream, operating_in_memory

Json = dict[str, Any]
DAY = 86_400


@pytest.fixture(scope="module")
def operator(upstream: MemoryUpstream) -> Iterator[MemoryOperator]:
    with operating_in_memory(upstream, AT_ONCE | {"RELAY_KEEP_ALIVE": "60"}) as made:
        yield made


def left_by(operator: MemoryOperator, account: Account) -> list[Json]:
    """What stands of an account's failures, the oldest first."""
    mine = operator.logs_of(f"failed#{account.id}")
    return sorted(mine, key=lambda row: row["request_id"])


def test_a_request_that_nobody_could_serve_leaves_each_attempt(operator: MemoryOperator, account: Account) -> None:
    first, second = (operator.channel(account.group, priority=-place) for place in range(2))
    first.behaves(status=429, body={"error": {"message": "slow down"}})
    second.behaves(status=500, body={"error": {"message": f"on fire, {second.key}", "code": "fire"}})
    answer = account.chat("hello")
    assert answer.status_code == 500
    (row,) = left_by(operator, account)
    assert (row["type"], row["model_name"], row["token_id"]) == (8, MODEL, account.token_id)
    assert (row["channel_id"], row["user_id"]) == (second.id, account.id)
    assert row["request_id"] == answer.headers["x-oneapi-request-id"]
    details = row["details"]
    assert (details["kind"], details["status"], details["group"]) == ("server", 500, account.group)
    assert [attempt["channel"] for attempt in details["attempts"]] == [first.id, second.id]
    assert [attempt["kind"] for attempt in details["attempts"]] == ["limited", "server"]
    assert [attempt["key_index"] for attempt in details["attempts"]] == [0, 0]
    assert details["attempts"][1]["text"] == "on fire, ***"
    assert second.key not in str(row)
    assert row["ttl"] == row["created_at"] + 14 * DAY
    assert account.entries() == [] and account.holds() == []


REFUSED: dict[str, tuple[Json, Json, str]] = {
    "a model that nobody has": ({}, {"model": "nobodys"}, "no_model"),
    "no quota": ({"quota": 0}, {}, "quota"),
    "a token that is used up": ({"remain_quota": 0}, {}, "key"),
    "a body that is none": ({}, {"messages": "hello"}, "invalid"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_before_anybody_is_asked_leaves_an_entry(
    operator: MemoryOperator, new_account: NewAccount, case: str
) -> None:
    fields, body, kind = REFUSED[case]
    account = new_account(**fields)
    operator.channel(account.group)
    answer = account.post({"model": MODEL, "messages": [{"role": "user", "content": "hello"}]} | body)
    assert answer.status_code >= 400
    (row,) = left_by(operator, account)
    assert (row["details"]["kind"], row["details"]["status"]) == (kind, answer.status_code)
    assert row["details"]["attempts"] == [] and row["channel_id"] == 0


def test_a_limit_that_was_reached_leaves_an_entry(
    operator: MemoryOperator, account: Account, option: Callable[[str, str], None]
) -> None:
    operator.channel(account.group)
    option("TokenRequestsPerMinute", "1")
    assert [account.chat("hello").status_code for _ in range(2)] == [200, 429]
    (row,) = left_by(operator, account)
    assert row["details"]["kind"] == "rate_limit"


def test_an_unknown_key_leaves_nothing(operator: MemoryOperator, account: Account) -> None:
    before = len(operator.table("logs"))
    answer = account.http.post("/v1/chat/completions", json={}, headers={"authorization": "Bearer sk-nobody"})
    assert answer.status_code == 401
    assert len(operator.table("logs")) == before


def test_a_stream_without_a_first_event_leaves_an_entry_and_one_with_it_a_charge(
    operator: MemoryOperator, account: Account
) -> None:
    channel = operator.channel(account.group)
    channel.behaves(disconnect_at_byte=150)
    asked = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "hello"}]}
    account.post(asked)
    assert [row["details"]["kind"] for row in left_by(operator, account)] == ["broken"]
    channel.behaves(chunks=4, disconnect_after=2)
    account.post(asked)
    assert len(left_by(operator, account)) == len(account.entries()) == 1


def test_a_stream_that_breaks_off_is_the_providers_fault_although_its_caller_has_left(
    operator: MemoryOperator, account: Account
) -> None:
    operator.channel(account.group).behaves(chunks=20, delay_ms=100, disconnect_after=10)
    with account.streaming() as answer:
        next(answer.iter_raw())
    (row,) = [row for row in operator.logs_of(f"user#{account.id}") if row["type"] == 2]
    assert (row["details"]["result"], row["details"]["kind"]) == ("partial", "broken")


def test_the_operator_may_keep_them_shorter_or_have_none(
    operator: MemoryOperator, account: Account, option: Callable[[str, str], None]
) -> None:
    option("FailureDays", "2")
    account.chat("hello")
    (row,) = left_by(operator, account)
    assert row["ttl"] == row["created_at"] + 2 * DAY
    option("FailureDays", "0")
    account.chat("hello")
    assert len(left_by(operator, account)) == 1


def test_very_long_words_are_cut(operator: MemoryOperator, account: Account) -> None:
    channel = operator.channel(account.group)
    channel.behaves(status=500, body={"error": {"message": "x" * 10_000}})
    account.chat("hello")
    (row,) = left_by(operator, account)
    assert len(row["details"]["text"]) == len(row["details"]["attempts"][0]["text"]) == LONGEST_TEXT


def test_one_key_leaves_so_many_a_minute_and_the_next_says_how_many_more_there_were(
    operator: MemoryOperator, account: Account
) -> None:
    for _ in range(failures.MOST_A_MINUTE + 3):
        account.chat("hello")
    assert len(left_by(operator, account)) == failures.MOST_A_MINUTE
    operator.sleep(60)
    account.chat("hello")
    assert left_by(operator, account)[-1]["details"]["dropped"] == 3


def test_tables_that_refuse_the_entry_do_not_change_the_answer(
    operator: MemoryOperator, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(*_: Any) -> None:
        raise StoreError("full")

    noting = operator.memory.deps.failures
    monkeypatch.setattr(noting, "_failures", type("Full", (), {"put": refuses})())
    assert account.chat("hello").status_code == 404
    assert left_by(operator, account) == [] and noting.dropped == 1
    noting.dropped = 0


def test_more_than_can_wait_is_dropped_and_nobody_waits_for_long(
    operator: MemoryOperator, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stuck:
        async def put(self, *_: Any) -> None:
            await asyncio.sleep(3600)

    monkeypatch.setattr(failures, "MOST_A_MINUTE", 10_000)
    noting = FailureLog(Stuck(), operator.memory.clock)  # type: ignore[arg-type]
    incoming = _failed(operator, account)

    async def crowd() -> None:
        await asyncio.gather(*(noting.note(incoming, 14) for _ in range(failures.MOST_WAITING + 5)))

    begun = operator.time()
    operator.memory.loop.run_until_complete(crowd())
    assert operator.time() - begun <= failures.LONGEST + 0.1
    assert noting.dropped == failures.MOST_WAITING + 5


def test_a_request_that_goes_well_costs_no_more_round_trips_than_before(
    upstream: MemoryUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    with operating_in_memory(upstream, AT_ONCE | {"SYNC_FREQUENCY": "600"}) as operator:
        account = operator.account()
        operator.channel(account.group)
        assert account.chat("hello").status_code == 200
        calls = _calls(operator, monkeypatch)
        assert account.chat("hello").status_code == 200
        assert calls == ["UpdateItem", "PutItem", "UpdateItem"]  # hold, entry, hold out


def _calls(operator: MemoryOperator, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    call = operator.memory.tables.engine.call

    def counted(operation: str, request: Json) -> Any:
        calls.append(operation)
        return call(operation, request)

    monkeypatch.setattr(operator.memory.tables.engine, "call", counted)
    return calls


def _failed(operator: MemoryOperator, account: Account) -> Any:
    """A request as it is after its refusal."""
    seen: list[Any] = []
    deps = operator.memory.deps
    note = deps.failures.note

    async def watching(incoming: Any, days: int) -> None:
        seen.append(incoming)
        await note(incoming, days)

    deps.failures.note = watching  # type: ignore[method-assign]
    try:
        account.chat("hello")
    finally:
        deps.failures.note = note  # type: ignore[method-assign]
    return seen[0]


def test_an_entry_says_what_was_tried_before_and_when_its_stream_began(
    operator: MemoryOperator, account: Account
) -> None:
    first, second = (operator.channel(account.group, priority=-place) for place in range(2))
    first.behaves(status=500, body={"error": {"message": "on fire"}})
    second.behaves(delay_ms=200, chunks=3)
    account.post({"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "hello"}]})
    (row,) = [row for row in operator.logs_of(f"user#{account.id}") if row["type"] == 2]
    details = row["details"]
    assert [(attempt["channel"], attempt["kind"]) for attempt in details["attempts"]] == [(first.id, "server")]
    assert 0 <= details["began"] <= details["ttft"] <= row["elapsed_time"]
    assert left_by(operator, account) == []
