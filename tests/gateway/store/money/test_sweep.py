"""What a process that died left in a wallet: finished by its entry, charged what was due, or given back; once."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from gateway.clock import SystemClock
from gateway.domain.money import Due, Hold
from gateway.errors import QuotaExceeded
from gateway.records import dataclass
from gateway.store.client.attributes import to_item
from gateway.store.money.ledger import Ledger
from gateway.store.money.legacy_holds import LegacyHolds
from gateway.store.money.sweep import Sweep, Swept
from tests.gateway.store.money.bank import NOW, Bank, a_hold, entry_for
from tests.support.tables import Stack


@dataclass(frozen=True, slots=True)
class At(SystemClock):
    """The real clock at a time of the test's choice."""

    time: int = NOW + 100

    def now(self) -> int:
        return self.time


@pytest.fixture
def sweep(bank: Bank) -> Sweep:
    return Sweep(bank.ledger, At())


async def test_a_hold_without_an_entry_gets_a_tombstone_and_is_given_back(bank: Bank, sweep: Sweep) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    assert await sweep.run() == Swept(released=1, quota=100)
    assert await bank.balances() == (1000, 500)
    assert await bank.holding() == ([], [])
    tombstone = await bank.entry(hold.request_id)
    assert tombstone and (tombstone["type"], "sort" in tombstone) == (7, False)
    assert tombstone["ttl"] > NOW + 86_400


async def test_a_hold_whose_entry_is_there_is_finished_by_it(bank: Bank, sweep: Sweep) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    await bank.ledger.book(hold, entry_for(hold, 30))
    assert await sweep.run() == Swept(settled=1)
    assert await bank.balances() == (970, 470)
    user = await bank.user()
    assert (user["used_quota"], user["request_count"]) == (30, 1)


async def test_what_was_out_of_an_answer_is_charged(bank: Bank, sweep: Sweep) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    await bank.ledger.renew(hold, NOW + 60, due=Due(quota=40, model="m", channel_id=3, prompt=10, completion=20))
    assert await sweep.run() == Swept(charged=1)
    assert await bank.balances() == (960, 460)
    entry = await bank.entry(hold.request_id)
    assert entry and (entry["quota"], entry["username"], entry["model_name"], entry["channel_id"]) == (40, "u", "m", 3)
    assert entry["details"]["terms"]


async def test_holds_whose_time_is_not_over_are_left_alone(bank: Bank, sweep: Sweep) -> None:
    old, young = a_hold(10), a_hold(20, expires_at=NOW + 900)
    for hold in (old, young):
        await bank.ledger.reserve(hold)
    assert await sweep.run() == Swept(released=1, quota=10)
    assert await bank.holding() == ([20], [20])
    assert (await bank.user())["sweep_at"] == NOW + 900
    assert await sweep.run() == Swept()
    assert await Sweep(bank.ledger, At(time=NOW + 1000)).run() == Swept(released=1, quota=20)


async def test_a_wallet_without_holds_leaves_the_index_and_comes_back_with_the_next(bank: Bank, sweep: Sweep) -> None:
    hold = await bank.ledger.reserve(a_hold(10))
    await bank.ledger.settle(hold, entry_for(hold, 1))
    assert (await bank.user())["sweep_at"] == NOW + 60
    assert await sweep.run() == Swept()
    assert "sweep_at" not in await bank.user()
    await bank.ledger.reserve(a_hold(10))
    assert await sweep.run() == Swept(released=1, quota=10)


async def test_sweeps_at_once_give_a_hold_back_once(bank: Bank, sweep: Sweep) -> None:
    for _ in range(5):
        await bank.ledger.reserve(a_hold(10))
    found = await asyncio.gather(*(sweep.run() for _ in range(4)))
    assert sum(swept.released for swept in found) == 5
    assert await bank.balances() == (1000, 500)


async def test_a_process_that_comes_back_after_the_sweep_is_paid_all_the_same(bank: Bank, sweep: Sweep) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    await sweep.run()
    assert await bank.ledger.settle(hold, entry_for(hold, 30)) == "late"
    assert await bank.balances() == (970, 470)
    assert await Sweep(bank.ledger, At(time=NOW + 9999)).run() == Swept()


async def test_a_settlement_and_a_sweep_at_once_charge_once(bank: Bank, sweep: Sweep) -> None:
    for _ in range(10):
        before = await bank.balances()
        hold = await bank.ledger.reserve(a_hold(20))
        await asyncio.gather(bank.ledger.settle(hold, entry_for(hold, 5)), sweep.run())
        await Sweep(bank.ledger, At(time=NOW + 9999)).run()
        assert await bank.balances() == (before[0] - 5, before[1] - 5)


async def test_a_token_deleted_meanwhile_does_not_hinder_the_sweep(bank: Bank, sweep: Sweep) -> None:
    await bank.ledger.reserve(a_hold(100))
    await bank.delete(bank.tables.tokens, {"pk": "user#7", "id": 70})
    assert await sweep.run() == Swept(released=1, quota=100)
    assert (await bank.user())["quota"] == 1000


async def test_a_hold_in_a_part_is_swept_there(bank: Bank, sweep: Sweep) -> None:
    ledger = Ledger(bank.dynamo, bank.tables, chance=lambda: 0.99)
    for _ in range(16):
        await ledger.reserve(a_hold(0, limited=False, expires_at=NOW + 9999))
    await ledger.parts.split(7, 1)
    hold = await ledger.reserve(a_hold(50, limited=False), spread=7)
    assert hold.part == 7
    assert await sweep.run() == Swept(released=1, quota=50)
    assert sum(item["quota"] for item in await ledger.parts.items(7)) == 1000


@dataclass(frozen=True, slots=True)
class Old:
    """A hold as older versions kept it."""

    bank: Bank

    async def reserve(self, hold: Hold) -> None:
        item = {
            "request_id": hold.request_id,
            "user_id": 7,
            "token_id": 70,
            "limited": True,
            "amount": hold.amount,
            "created_at": NOW,
            "expires_at": hold.expires_at,
            "model": "m",
            "state": "open",
            "shard": 2,
        }
        await self.bank.dynamo.put({"TableName": self.bank.tables.holds, "Item": to_item(item)})


@pytest.fixture
async def old(tables: Stack) -> AsyncGenerator[Old]:
    bank = await Bank(tables.settings()).open(quota=900, remain=400)
    yield Old(bank)
    await bank.dynamo.close()


async def test_holds_of_an_older_version_are_given_back_once_and_then_forgotten(old: Old) -> None:
    hold = a_hold(100)
    await old.reserve(hold)
    legacy = LegacyHolds(old.bank.dynamo, old.bank.tables)
    assert await legacy.open() == [replace(hold, model="m")]
    assert [await legacy.release(hold, NOW) for _ in range(2)] == [True, False]
    assert await old.bank.balances() == (1000, 500)
    assert await legacy.open() == []
    assert not await legacy.forgotten()
    await legacy.forget()
    assert await legacy.forgotten()


async def test_who_finds_another_entry_finishes_by_that(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    await bank.ledger.book(hold, entry_for(hold, 40))  # a sweep that has come so far
    assert await bank.ledger.settle(hold, entry_for(hold, 55)) == "already"
    assert await bank.balances() == (960, 460)


async def test_what_was_given_up_before_it_came_to_the_token_does_not_come_there_any_more(
    bank: Bank, sweep: Sweep
) -> None:
    hold = await bank.ledger.reserve(replace(a_hold(100), limited=False, token_id=0))
    hold = replace(hold, limited=True, token_id=70)
    await bank.ledger.finish(hold, await bank.ledger.give_up(hold, NOW + 100))
    with pytest.raises(QuotaExceeded):
        await bank.ledger.reserve(hold)
    assert await bank.balances() == (1000, 500)
    assert await bank.holding() == ([], [])
