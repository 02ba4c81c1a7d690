"""A wallet under load is several items; the last of its balance can be spent all the same."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from gateway.errors import QuotaExceeded
from gateway.store.money.ledger import Ledger
from gateway.store.money.wallet_parts import Balance
from tests.gateway.store.money.bank import Bank, a_hold, entry_for
from tests.support.closing import closing
from tests.support.tables import Stack


async def crowd(bank: Bank) -> None:
    """So many holds of nothing that a split makes sense."""
    for _ in range(16):
        await bank.ledger.reserve(a_hold(0, limited=False))


async def total(bank: Bank) -> int:
    return Balance.of(await bank.ledger.parts.items(7)).free


async def test_splitting_shares_out_what_is_free_and_new_holds_go_everywhere(bank: Bank) -> None:
    await crowd(bank)
    await bank.ledger.parts.split(7, 10)
    user = await bank.user()
    assert (user["parts"], user["spread"], user["quota"], await total(bank)) == (7, True, 125, 1000)
    holds = [await bank.ledger.reserve(a_hold(1, limited=False)) for _ in range(80)]
    assert len(Counter(hold.part for hold in holds)) > 4
    for hold in holds:
        await bank.ledger.settle(hold, entry_for(hold, 1))
    assert await total(bank) == 920
    assert Balance.of(await bank.ledger.parts.items(7)).used_quota == 80
    assert Balance.of(await bank.ledger.parts.items(7)).request_count == 80


async def test_small_balances_stay_whole(bank: Bank) -> None:
    await crowd(bank)
    await bank.ledger.parts.split(7, 100)
    user = await bank.user()
    assert not user.get("parts")
    assert user["quota"] == 1000


async def test_what_no_part_can_pay_is_paid_by_all_of_them(bank: Bank) -> None:
    await crowd(bank)
    await bank.ledger.parts.split(7, 10)
    hold = await bank.ledger.reserve(a_hold(900, limited=False))
    assert hold.part == 0
    assert await total(bank) == 100
    await bank.ledger.settle(hold, entry_for(hold, 900))
    last = await bank.ledger.reserve(a_hold(100, limited=False))
    with pytest.raises(QuotaExceeded, match="0 left"):
        await bank.ledger.reserve(a_hold(1, limited=False))
    await bank.ledger.release(last, 0)
    assert await total(bank) == 100


async def test_a_process_that_knows_of_no_parts_finds_what_they_have(bank: Bank) -> None:
    await crowd(bank)
    await bank.ledger.parts.split(7, 10)
    stranger = Ledger(bank.dynamo, bank.tables)
    await stranger.reserve(a_hold(500, limited=False))
    assert await total(bank) == 500


async def test_gathering_and_splitting_under_load_lose_nothing(bank: Bank) -> None:
    await crowd(bank)
    ledgers = [Ledger(bank.dynamo, bank.tables) for _ in range(3)]

    async def spend(ledger: Ledger) -> int:
        hold = await ledger.reserve(a_hold(3, limited=False), spread=7)
        await ledger.settle(hold, entry_for(hold, 2))
        return 2

    work = [spend(ledger) for ledger in ledgers for _ in range(30)]
    work += [ledger.parts.split(7, 1) for ledger in ledgers]
    work += [ledger.parts.gather(7, 1) for ledger in ledgers]
    found = await asyncio.gather(*work)
    spent = sum(2 for outcome in found[:90] if outcome == 2)
    items = await bank.ledger.parts.items(7)
    assert (Balance.of(items).free, Balance.of(items).held) == (1000 - spent, 0)


async def test_a_wallet_that_has_grown_is_split_by_whoever_notices(bank: Bank) -> None:
    ledger = Ledger(bank.dynamo, bank.tables, chance=lambda: 0.0)
    for _ in range(60):
        await ledger.reserve(a_hold(1, limited=False))
    async with asyncio.timeout(5):
        while 7 not in ledger.parts.known:
            await asyncio.sleep(0.05)
    assert (await bank.user())["parts"] == 7
    assert await total(bank) == 940


async def test_parts_become_more_with_what_is_open_and_not_with_who_looks(tables: Stack) -> None:
    bank = Bank(tables.settings())
    async with closing(bank.dynamo):
        await bank.open(quota=10_000)
        bank.ledger = Ledger(bank.dynamo, bank.tables, chance=lambda: 0.99)  # nobody else splits meanwhile
        await crowd(bank)
        for _ in range(4):
            await bank.ledger.parts.split(7, 1)
        assert (await bank.user())["parts"] == 7
        for _ in range(120):
            await bank.ledger.reserve(a_hold(1, limited=False))
        await bank.ledger.parts.split(7, 0)
        assert (await bank.user())["parts"] == 15
        assert await total(bank) == 9880


async def test_where_the_end_of_a_hold_waits_the_next_is_reserved(bank: Bank) -> None:
    await crowd(bank)
    await bank.ledger.parts.split(7, 10)
    ledger = Ledger(bank.dynamo, bank.tables, chance=lambda: 0.99, linger=30)
    ledger.parts.known[7] = 7
    there = await ledger.reserve(replace(a_hold(10, limited=False), part=3))
    ending = asyncio.ensure_future(ledger.release(there, there.created_at))
    while ledger.writer.due(7) is None:
        await asyncio.sleep(0)
    assert [(await ledger.reserve(a_hold(10, limited=False))).part for _ in range(2)] == [3, 7]
    assert await ending
