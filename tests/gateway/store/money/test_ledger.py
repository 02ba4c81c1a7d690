"""Money against a real DynamoDB: held once, charged once, given back once, by single items and no transaction."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from gateway.domain.money import Due
from gateway.errors import LedgerBusy, QuotaExceeded
from gateway.store.money.ledger import Ledger, most_each
from gateway.store.money.ledger_requests import put_tombstone
from gateway.store.money.wallet import open_holds
from tests.gateway.store.money.bank import NOW, Bank, a_hold, entry_for
from tests.support.closing import closing
from tests.support.contending.contention import INSTANT
from tests.support.contending.stack import ContendingStack

TROUBLED = frozenset({"UpdateItem", "PutItem", "TransactWriteItems"})


async def test_a_hold_leaves_both_balances_and_lies_in_both_wallets(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold())
    assert await bank.balances() == (900, 400)
    (account,), (token,) = open_holds(await bank.user()), open_holds(await bank.token())
    assert (account.request_id, account.amount, account.until, account.token_id) == (hold.request_id, 100, NOW + 60, 70)
    assert (token.request_id, token.amount, token.token_id) == (hold.request_id, 100, 0)


async def test_holding_twice_holds_once(bank: Bank) -> None:
    hold = a_hold()
    await asyncio.gather(*(bank.ledger.reserve(hold) for _ in range(5)))
    assert await bank.balances() == (900, 400)


async def test_an_unlimited_token_holds_only_from_its_owner(bank: Bank) -> None:
    await bank.ledger.reserve(a_hold(900, limited=False))
    assert await bank.balances() == (100, 500)


async def test_settling_writes_one_entry_and_gives_the_rest_back(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    assert await bank.ledger.settle(hold, entry_for(hold, 30)) == "settled"
    assert await bank.balances() == (970, 470)
    assert await bank.holding() == ([], [])
    stored = await bank.entry(hold.request_id)
    assert stored and (stored["quota"], stored["delta"], stored["details"]) == (30, -30, {"result": "complete"})
    user, token = await bank.user(), await bank.token()
    assert (user["used_quota"], user["request_count"]) == (30, 1)
    assert (token["used_quota"], token["accessed_time"]) == (30, NOW + 1)


async def test_settling_again_changes_nothing(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    outcomes = await asyncio.gather(*(bank.ledger.settle(hold, entry_for(hold, 30)) for _ in range(5)))
    assert sorted(outcomes) == ["already"] * 4 + ["settled"]
    assert await bank.ledger.settle(hold, entry_for(hold, 99)) == "already"
    assert await bank.balances() == (970, 470)
    assert (await bank.user())["request_count"] == 1


async def test_an_entry_that_is_booked_is_charged_whoever_finishes_it(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    entry = entry_for(hold, 30)
    assert (await bank.ledger.book(hold, entry)).outcome == "settled"
    assert await bank.balances() == (900, 400)
    assert [await bank.ledger.finish(hold, entry) for _ in range(3)] == [True, False, False]
    assert await bank.balances() == (970, 470)


async def test_releasing_gives_everything_back_once(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    assert sorted(await asyncio.gather(*(bank.ledger.release(hold, NOW) for _ in range(5)))).count(True) == 1
    assert await bank.ledger.release(hold, NOW) is False
    assert await bank.balances() == (1000, 500)
    assert (await bank.user()).get("request_count", 0) == 0


async def test_what_was_settled_stays_paid(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    await bank.ledger.settle(hold, entry_for(hold, 30))
    assert await bank.ledger.release(hold, NOW) is False
    assert await bank.balances() == (970, 470)


@pytest.mark.parametrize("limited", [True, False])
async def test_who_comes_after_the_tombstone_pays_by_an_entry_of_its_own(bank: Bank, limited: bool) -> None:
    hold = await bank.ledger.reserve(a_hold(100, limited=limited))
    await bank.dynamo.put(put_tombstone(bank.tables, 7, hold.request_id, NOW)["Put"])
    await bank.ledger.release(hold, NOW)
    assert await bank.ledger.settle(hold, entry_for(hold, 30)) == "late"
    assert await bank.balances() == (970, 470 if limited else 500)
    assert await bank.holding() == ([], [])
    (late,) = [entry for entry in await bank.entries() if entry["request_id"] != hold.request_id]
    assert (late["quota"], late["details"]["late"]) == (30, hold.request_id)
    assert late["request_id"] > hold.request_id  # under an id of now: sums may be past the request's own


async def test_an_answer_that_began_and_ended_within_a_second_is_charged_behind_its_tombstone(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    await bank.ledger.give_up(hold, NOW)
    made = int(datetime.strptime(f"{hold.request_id[:14]}+0000", "%Y%m%d%H%M%S%z").timestamp())
    entry = replace(entry_for(hold, 30), created_at=made)
    assert await bank.ledger.settle(hold, entry) == "late"
    assert await bank.balances() == (970, 470)


@pytest.mark.parametrize(
    ("amount", "limited", "code", "left"),
    [
        (501, True, "pre_consume_token_quota_failed", "500 left"),
        (1001, True, "insufficient_user_quota", "1000 left"),
        (1001, False, "insufficient_user_quota", "1000 left"),
    ],
)
async def test_who_has_not_enough_is_told_so_and_keeps_it(
    bank: Bank, amount: int, limited: bool, code: str, left: str
) -> None:
    hold = a_hold(amount, limited=limited)
    with pytest.raises(QuotaExceeded, match=left) as refused:
        await bank.ledger.reserve(hold)
    assert (refused.value.status, refused.value.code) == (403, code)
    assert "insufficient_user_quota" in (refused.value.code, refused.value.type)
    assert await bank.balances() == (1000, 500)
    assert await bank.holding() == ([], [])


async def test_the_whole_balance_may_be_held_and_nothing_more(bank: Bank) -> None:
    await bank.ledger.reserve(a_hold(500))
    with pytest.raises(QuotaExceeded):
        await bank.ledger.reserve(a_hold(1))
    await bank.ledger.reserve(a_hold(500, limited=False))
    assert await bank.balances() == (0, 0)


async def test_a_request_that_costs_nothing_is_held_and_settled_on_an_empty_balance(bank: Bank) -> None:
    await bank.ledger.reserve(a_hold(500))
    await bank.ledger.reserve(a_hold(500, limited=False))
    free = await bank.ledger.reserve(a_hold(0))
    assert await bank.ledger.settle(free, entry_for(free, 0)) == "settled"


async def test_a_request_that_would_have_cost_nothing_is_released(bank: Bank) -> None:
    free = await bank.ledger.reserve(a_hold(0))
    assert await bank.ledger.release(free, NOW)
    assert await bank.holding() == ([], [])


@pytest.mark.parametrize("quota", [400, 501, 5000])
async def test_what_costs_more_than_its_hold_is_charged_whole_and_the_rest_is_a_debt(bank: Bank, quota: int) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    await bank.ledger.settle(hold, entry_for(hold, quota))
    assert await bank.balances() == (1000 - quota, 500 - quota)
    stored = await bank.entry(hold.request_id)
    assert stored and stored["quota"] == quota
    if quota > 500:
        with pytest.raises(QuotaExceeded, match="0 left"):  # who is in debt is refused even what costs nothing
            await bank.ledger.reserve(a_hold(0))


async def test_a_token_deleted_meanwhile_hinders_neither_settlement_nor_release(bank: Bank) -> None:
    settled, released = [await bank.ledger.reserve(a_hold(100)) for _ in range(2)]
    await bank.delete(bank.tables.tokens, {"pk": "user#7", "id": 70})
    assert await bank.ledger.settle(settled, entry_for(settled, 30)) == "settled"
    assert await bank.ledger.release(released, NOW) is True
    assert (await bank.user())["quota"] == 970


async def test_an_account_gone_from_the_table_still_gets_its_entry(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold(100))
    await bank.delete(bank.tables.users, {"pk": "user#7"})
    assert await bank.ledger.settle(hold, entry_for(hold, 30)) == "settled"
    assert await bank.entry(hold.request_id)


async def test_only_open_holds_are_renewed(bank: Bank) -> None:
    open_, settled, released = [await bank.ledger.reserve(a_hold(10)) for _ in range(3)]
    await bank.ledger.settle(settled, entry_for(settled, 1))
    await bank.ledger.release(released, NOW)
    due = Due(quota=4, model="m", channel_id=3, prompt=1, completion=2)
    renewed = [await bank.ledger.renew(hold, NOW + 999, due=due) for hold in (open_, settled, released)]
    assert renewed == [True, False, False]
    (stored,) = open_holds(await bank.user())
    assert (stored.until, stored.token_id, stored.due) == (NOW + 999, 70, due)


@pytest.mark.parametrize("table", ["users", "tokens"])
async def test_an_item_from_before_wallets_becomes_one_with_its_first_hold(bank: Bank, table: str) -> None:
    key: dict[str, Any] = {"pk": "user#7"} | ({"id": 70} if table == "tokens" else {})
    await bank.strip(getattr(bank.tables, table), key, "holds")
    hold = await bank.ledger.reserve(a_hold(100))
    assert await bank.balances() == (900, 400)
    await bank.ledger.settle(hold, entry_for(hold, 30))
    assert await bank.balances() == (970, 470)


async def test_an_account_may_have_so_many_requests_under_way_and_no_more(bank: Bank) -> None:
    first, *_ = [await bank.ledger.reserve(a_hold(1), most_open=3) for _ in range(3)]
    with pytest.raises(LedgerBusy, match="too many requests of this account") as refused:
        await bank.ledger.reserve(a_hold(1), most_open=3)
    assert (refused.value.status, refused.value.retry_after) == (429, 1)
    await bank.ledger.settle(first, entry_for(first, 1))
    await bank.ledger.reserve(a_hold(1), most_open=3)


async def test_of_a_crowd_at_once_no_more_are_let_in_than_may_be_under_way(bank: Bank) -> None:
    found = await asyncio.gather(
        *(bank.ledger.reserve(a_hold(1), most_open=5) for _ in range(12)), return_exceptions=True
    )
    assert sum(isinstance(outcome, LedgerBusy) for outcome in found) == 7
    assert len((await bank.user())["holds"]) == 5


@pytest.mark.parametrize("most", [18, 40])
async def test_an_account_that_was_split_amid_a_crowd_has_as_much_room_as_before(bank: Bank, most: int) -> None:
    """Its own item has more of the crowd than its share: that is no reason to refuse the next."""
    ledger = bank.ledger = Ledger(bank.dynamo, bank.tables, chance=lambda: 0.0)  # always its own item
    for _ in range(17):
        await ledger.reserve(a_hold(1, limited=False), most_open=most)
    await ledger.parts.split(7, 1)
    assert ledger.parts.known[7] == 7
    for _ in range(most - 17):
        assert (await ledger.reserve(a_hold(1, limited=False), most_open=most)).part
    with pytest.raises(LedgerBusy, match="too many requests"):
        await ledger.reserve(a_hold(1, limited=False), most_open=most)
    assert await bank.free() == 1000 - most


def test_of_an_account_in_parts_each_has_twice_its_share_of_the_most() -> None:
    assert [most_each(800, others) for others in (0, 1, 7, 63)] == [800, 800, 200, 25]
    assert [most_each(0, others) for others in (0, 7)] == [0, 0]


async def test_what_must_stay_free_beside_a_hold_is_not_taken(bank: Bank) -> None:
    await bank.ledger.reserve(a_hold(250, limited=False), spare=750)
    with pytest.raises(QuotaExceeded) as refused:
        await bank.ledger.reserve(a_hold(250, limited=False), spare=501)
    assert refused.value.left == 750
    await bank.ledger.reserve(a_hold(250, limited=False), spare=500)
    assert (await bank.user())["quota"] == 500


async def test_of_many_at_once_that_leave_something_free_no_more_are_refused_than_one_after_another(bank: Bank) -> None:
    holds = [a_hold(100, limited=False) for _ in range(12)]
    found = await asyncio.gather(*(bank.ledger.reserve(hold, spare=300) for hold in holds), return_exceptions=True)
    assert sum(isinstance(outcome, QuotaExceeded) for outcome in found) == 12 - 7
    assert (await bank.user())["quota"] == 300


async def test_a_refusal_says_what_is_left_of_the_account_or_of_the_token(bank: Bank) -> None:
    for amount, left in ((1001, 1000), (501, 500)):
        with pytest.raises(QuotaExceeded) as refused:
            await bank.ledger.reserve(a_hold(amount))
        assert refused.value.left == left


async def test_two_processes_at_once_take_no_more_than_there_is(bank: Bank) -> None:
    others = Ledger(bank.dynamo, bank.tables)
    wanted = [(ledger, a_hold(90, limited=False)) for ledger in (bank.ledger, others) for _ in range(10)]
    found = await asyncio.gather(*(ledger.reserve(hold) for ledger, hold in wanted), return_exceptions=True)
    refused = [outcome for outcome in found if isinstance(outcome, QuotaExceeded)]
    assert len(refused) == 20 - 1000 // 90
    assert (await bank.user())["quota"] == 1000 % 90


async def test_a_hold_is_as_long_as_it_must_be(bank: Bank) -> None:
    await bank.ledger.reserve(a_hold(1, limited=False))
    await bank.ledger.reserve(replace(a_hold(2), expires_at=NOW))
    values = sorted((await bank.user())["holds"].values())
    assert values == [[1, NOW + 60], [2, NOW, 70]]


@pytest.mark.parametrize(
    "contending",
    [replace(INSTANT, troubled=TROUBLED, refused=0.6), replace(INSTANT, troubled=TROUBLED, refused=0.2, lost=0.4)],
    ids=["refused", "forgotten"],
    indirect=True,
)
async def test_refusals_and_lost_answers_cost_nobody_anything(contending: ContendingStack) -> None:
    bank = Bank(contending.settings())
    async with closing(bank.dynamo):
        await bank.open()
        holds = await asyncio.gather(*(bank.ledger.reserve(a_hold(10)) for _ in range(20)))
        assert (await bank.free(), (await bank.balances())[1]) == (800, 300)
        await asyncio.gather(*(bank.ledger.settle(hold, entry_for(hold, 4)) for hold in holds[:10]))
        await asyncio.gather(*(bank.ledger.release(hold, NOW) for hold in holds[10:]))
        assert (await bank.free(), (await bank.balances())[1]) == (960, 460)
        assert (await bank.user())["request_count"] == 10
        assert contending.meter.since().conflicts + contending.meter.since().lost > 0


async def test_a_hold_of_nothing_is_given_back_like_any_other(bank: Bank) -> None:
    hold = await bank.ledger.reserve(a_hold(0, limited=False))
    assert await bank.ledger.release(hold, NOW)
    assert await bank.holding() == ([], [])
