"""What fails rests by itself, is shared by all processes through its channel's item, and comes back by being tried."""

from collections.abc import Iterator
from typing import Any

import pytest

from relay import resting
from relay.health import Health
from tests.e2e.conftest import AT_ONCE
from tests.e2e.support import MODEL, Account, Channel
from tests.support.memory_gateway import MemoryOperator, MemoryUpstream, operating_in_memory

OTHER = "gpt-4o"


@pytest.fixture(scope="module")
def operator(upstream: MemoryUpstream) -> Iterator[MemoryOperator]:
    with operating_in_memory(upstream, AT_ONCE) as made:
        yield made


@pytest.fixture
def bad(operator: MemoryOperator, account: Account) -> Channel:
    """Tried first, where it does not rest."""
    return operator.channel(account.group, priority=10, models=f"{MODEL},{OTHER}")


@pytest.fixture
def good(operator: MemoryOperator, account: Account) -> Channel:
    return operator.channel(account.group, models=f"{MODEL},{OTHER}")


def ask(account: Account, model: str = MODEL) -> int:
    return account.post({"model": model, "messages": [{"role": "user", "content": "hello"}]}).status_code


def asked(operator: MemoryOperator, channel: Channel) -> int:
    return len([seen for seen in operator.upstream.requests() if channel.key in (seen.header("authorization") or "")])


def rests(operator: MemoryOperator, channel: Channel) -> dict[str, Any]:
    return operator.channel_row(channel.id).get("rests") or {}


def another_process(operator: MemoryOperator) -> None:
    """Nothing is known but what stands in the tables."""
    health = operator.memory.deps.health
    health.rests = resting.Resting(operator.memory.clock, health.rests._rests)


def test_a_model_that_is_crowded_rests_and_its_channel_does_not(
    operator: MemoryOperator, account: Account, bad: Channel, good: Channel
) -> None:
    bad.behaves(status=429, retry_after="20", body={"error": {"message": "slow down"}})
    assert ask(account) == ask(account) == 200
    assert asked(operator, bad) == 1
    ask(account, OTHER)
    assert asked(operator, bad) == 2
    kept = rests(operator, bad)
    assert set(kept) == {f"0/{MODEL}", f"0/{OTHER}"}
    assert (kept[f"0/{MODEL}"]["kind"], kept[f"0/{MODEL}"]["seconds"]) == ("limited", 20)
    assert kept[f"0/{MODEL}"]["text"] == "slow down"


def test_every_process_knows_of_it_without_asking_for_it(
    operator: MemoryOperator, account: Account, bad: Channel, good: Channel
) -> None:
    bad.behaves(status=429, retry_after="20")
    ask(account)
    another_process(operator)
    ask(account)
    assert asked(operator, bad) == 1


def test_a_model_that_breaks_again_and_again_rests_at_every_key(
    operator: MemoryOperator, account: Account, bad: Channel, good: Channel
) -> None:
    bad.behaves(status=500)
    for _ in range(resting.IN_A_ROW + 2):
        assert ask(account) == 200
    assert asked(operator, bad) == resting.IN_A_ROW
    assert set(rests(operator, bad)) == {f"-1/{MODEL}"}
    ask(account, OTHER)
    assert asked(operator, bad) == resting.IN_A_ROW + 1


def test_a_success_in_between_begins_the_count_anew(
    operator: MemoryOperator, account: Account, bad: Channel, good: Channel
) -> None:
    for _ in range(3):
        bad.behaves(status=500)
        for _ in range(resting.IN_A_ROW - 1):
            ask(account)
        bad.behaves()
        ask(account)
    assert rests(operator, bad) == {}


def test_after_a_rest_a_success_ends_it_for_everybody(
    operator: MemoryOperator, account: Account, bad: Channel, good: Channel
) -> None:
    bad.behaves(status=429, retry_after="20")
    ask(account)
    bad.behaves()
    operator.sleep(21)
    another_process(operator)
    assert ask(account) == ask(account) == 200
    assert asked(operator, bad) == 3
    assert rests(operator, bad) == {}


def test_a_try_that_fails_makes_the_rest_twice_as_long_up_to_a_most(
    operator: MemoryOperator, account: Account, bad: Channel, good: Channel
) -> None:
    bad.behaves(status=429, retry_after="20")
    ask(account)
    lengths = [20]
    for _ in range(7):
        operator.sleep(lengths[-1] + 1)
        another_process(operator)
        assert ask(account) == 200
        lengths.append(rests(operator, bad)[f"0/{MODEL}"]["seconds"])
    assert lengths == [20, 40, 80, 160, 320, 600, 600, 600]


def test_one_request_at_a_time_tries(operator: MemoryOperator, account: Account, bad: Channel, good: Channel) -> None:
    bad.behaves(status=429, retry_after="20")
    ask(account)
    operator.sleep(21)
    deps = operator.memory.deps
    found = operator.memory.loop.run_until_complete(deps.reader.channel(bad.id))
    assert found is not None
    rests_of = deps.health.rests._rests
    processes = [Health(operator.memory.clock, rests_of).rests for _ in range(3)]

    async def tries() -> list[bool]:
        return [await process.may_try(found, 0, MODEL) for process in (*processes, *processes)]

    assert operator.memory.loop.run_until_complete(tries()) == [True, False, False, False, False, False]
    bad.behaves()
    assert ask(account) == 200
    assert asked(operator, bad) == 1  # somebody else is trying
    operator.sleep(resting.PROBE + 1)
    another_process(operator)
    ask(account)
    assert asked(operator, bad) == 2


def test_who_has_nobody_else_is_asked_all_the_same(operator: MemoryOperator, account: Account, bad: Channel) -> None:
    bad.behaves(status=429, retry_after="20")
    assert ask(account) == 429
    bad.behaves()
    assert ask(account) == 200
    assert rests(operator, bad) == {}


def test_what_nobody_tried_for_long_is_forgotten(
    operator: MemoryOperator, account: Account, bad: Channel, good: Channel
) -> None:
    bad.behaves(status=429, retry_after="20")
    ask(account)
    operator.sleep(3700)
    another_process(operator)
    ask(account)
    assert rests(operator, bad)[f"0/{MODEL}"]["seconds"] == 20


def test_a_refused_key_of_several_rests_for_every_model(
    operator: MemoryOperator, account: Account, bad: Channel
) -> None:
    keys = [f"{bad.key}-{number}" for number in range(2)]
    bad.change(key="\n".join(keys), affinity=False)  # in turn, whoever asks
    operator.upstream.control(when={"key": keys[0]}, status=401, body={"error": {"message": "wrong key"}})
    for _ in range(4):
        assert ask(account) == ask(account, OTHER) == 200
    (kept,) = rests(operator, bad).values()
    assert (kept["model"], kept["seconds"], kept["kind"]) == ("", 3600, "credentials")


def test_a_healthy_request_costs_no_more_round_trips_beside_channels_that_rest(
    upstream: MemoryUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    with operating_in_memory(upstream, AT_ONCE | {"SYNC_FREQUENCY": "600"}) as operator:
        account = operator.account()
        bad = operator.channel(account.group, priority=10)
        operator.channel(account.group)
        bad.behaves(status=429, retry_after="500")
        assert ask(account) == 200
        calls: list[str] = []
        call = operator.memory.tables.engine.call

        def counted(operation: str, request: dict[str, Any]) -> Any:
            calls.append(operation)
            return call(operation, request)

        monkeypatch.setattr(operator.memory.tables.engine, "call", counted)
        assert ask(account) == 200
        assert calls == ["UpdateItem", "PutItem", "UpdateItem"]
