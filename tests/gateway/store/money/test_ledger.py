"""Money against a real DynamoDB: held once, settled once, given back once, never below zero."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import pytest

from gateway.clock import SystemClock, new_log_id, new_request_id
from gateway.config import StoreSettings
from gateway.domain.money import Entry, EntryType, Hold
from gateway.errors import ConditionFailed, QuotaExceeded
from gateway.store.accounts.tokens import create_actions as token_actions
from gateway.store.accounts.users import create_actions as user_actions
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.credentials import dynamo
from gateway.store.money.ledger import Ledger
from gateway.store.money.ledger_requests import hold_from, hold_item
from gateway.store.schema.tables import HOLD_SHARDS, Tables, hold_shard
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.support.contending.contention import INSTANT
from tests.support.contending.stack import ContendingStack
from tests.support.tables import Stack

CLOCK = SystemClock()
NOW = 1_800_000_000


class Bank:
    """A ledger over one user (7) with one limited token (70), and everything that lies in the tables."""

    def __init__(self, settings: StoreSettings) -> None:
        self.dynamo: Dynamo = dynamo(settings, CLOCK)
        self.tables = Tables(settings.table_prefix)
        self.ledger = Ledger(self.dynamo, self.tables)

    async def open(self, quota: int = 1000, remain: int = 500) -> "Bank":
        user = UserRow(id=7, username="u", quota=quota, aff_code="a7")
        token = TokenRow(id=70, user_id=7, key_hash="h", remain_quota=remain)
        actions = user_actions(self.tables, user) + token_actions(self.tables, token)
        await self.dynamo.transact({"TransactItems": actions})
        return self

    async def user(self) -> dict[str, Any]:
        return await self.dynamo.get(self.tables.users, to_item({"pk": "user#7"})) or {}

    async def token(self) -> dict[str, Any]:
        return await self.dynamo.get(self.tables.tokens, to_item({"pk": "user#7", "id": 70})) or {}

    async def balances(self) -> tuple[int, int]:
        return (await self.user())["quota"], (await self.token())["remain_quota"]

    async def hold(self, hold: Hold) -> dict[str, Any] | None:
        return await self.dynamo.get(self.tables.holds, to_item({"request_id": hold.request_id}))

    async def entry(self, hold: Hold) -> dict[str, Any] | None:
        return await self.dynamo.get(self.tables.logs, to_item({"owner": "user#7", "request_id": hold.request_id}))

    async def channel_used(self) -> int:
        request = {
            "TableName": self.tables.counters,
            "KeyConditionExpression": "#name = :name",
            "ExpressionAttributeNames": {"#name": "name"},
            "ExpressionAttributeValues": to_item({":name": "channel#3"}),
        }
        return sum(shard["used_quota"] for shard in await self.dynamo.query(request))

    async def delete(self, table: str, key: dict[str, Any]) -> None:
        await self.dynamo.transact({"TransactItems": [{"Delete": {"TableName": table, "Key": to_item(key)}}]})


@pytest.fixture
async def bank(tables: Stack) -> AsyncGenerator[Bank]:
    made = await Bank(tables.settings()).open()
    yield made
    await made.dynamo.close()


def a_hold(amount: int = 100, *, limited: bool = True, expires_at: int = NOW + 60) -> Hold:
    return Hold(
        request_id=new_request_id(CLOCK),
        user_id=7,
        token_id=70,
        limited=limited,
        amount=amount,
        created_at=NOW,
        expires_at=expires_at,
        model="m",
    )


def entry_for(hold: Hold, quota: int) -> Entry:
    return Entry(
        request_id=hold.request_id,
        id=new_log_id(CLOCK),
        created_at=NOW + 1,
        type=EntryType.CONSUME,
        user_id=7,
        username="u",
        quota=quota,
        token_id=70,
        token_name="t",
        model_name="m",
        channel_id=3,
        details={"result": "complete"},
    )


async def test_a_hold_leaves_both_balances_and_lies_open(bank: Bank) -> None:
    hold = a_hold()
    await bank.ledger.reserve(hold)
    assert await bank.balances() == (900, 400)
    stored = await bank.hold(hold)
    assert stored and stored["state"] == "open"
    assert hold_from(stored) == hold


async def test_holding_twice_holds_once(bank: Bank) -> None:
    hold = a_hold()
    await asyncio.gather(*(bank.ledger.reserve(hold) for _ in range(5)))
    assert await bank.balances() == (900, 400)


async def test_an_unlimited_token_holds_only_from_its_owner(bank: Bank) -> None:
    await bank.ledger.reserve(a_hold(900, limited=False))
    assert await bank.balances() == (100, 500)


async def test_settling_writes_one_entry_and_gives_the_rest_back(bank: Bank) -> None:
    hold = a_hold(100)
    await bank.ledger.reserve(hold)
    assert await bank.ledger.settle(hold, entry_for(hold, 30)) == "settled"
    assert await bank.balances() == (970, 470)
    assert await bank.hold(hold) is None
    stored = await bank.entry(hold)
    assert stored and (stored["quota"], stored["delta"], stored["details"]) == (30, -30, {"result": "complete"})
    user, token = await bank.user(), await bank.token()
    assert (user["used_quota"], user["request_count"]) == (30, 1)
    assert (token["used_quota"], token["accessed_time"]) == (30, NOW + 1)
    assert await bank.channel_used() == 30


async def test_settling_again_changes_nothing(bank: Bank) -> None:
    hold = a_hold(100)
    await bank.ledger.reserve(hold)
    outcomes = await asyncio.gather(*(bank.ledger.settle(hold, entry_for(hold, 30)) for _ in range(5)))
    assert sorted(outcomes).count("settled") == 1
    assert set(outcomes) == {"settled", "already"}
    assert await bank.ledger.settle(hold, entry_for(hold, 99)) == "already"
    assert await bank.balances() == (970, 470)


async def test_releasing_gives_everything_back_once(bank: Bank) -> None:
    hold = a_hold(100)
    await bank.ledger.reserve(hold)
    assert sorted(await asyncio.gather(*(bank.ledger.release(hold, NOW) for _ in range(5)))).count(True) == 1
    assert await bank.ledger.release(hold, NOW) is False
    assert await bank.balances() == (1000, 500)
    stored = await bank.hold(hold)
    assert stored and (stored["state"], stored["released_at"]) == ("released", NOW)


async def test_what_was_released_stays_free_and_what_was_settled_stays_paid(bank: Bank) -> None:
    released, settled = a_hold(100), a_hold(100)
    for hold in (released, settled):
        await bank.ledger.reserve(hold)
    await bank.ledger.release(released, NOW)
    assert await bank.ledger.settle(released, entry_for(released, 30)) == "released"
    assert await bank.entry(released) is None
    await bank.ledger.settle(settled, entry_for(settled, 30))
    assert await bank.ledger.release(settled, NOW) is False
    assert await bank.balances() == (970, 470)


async def test_a_settlement_and_a_sweep_at_once_cannot_both_win(bank: Bank) -> None:
    for _ in range(10):
        before = await bank.balances()
        hold = a_hold(20)
        await bank.ledger.reserve(hold)
        outcome, released = await asyncio.gather(
            bank.ledger.settle(hold, entry_for(hold, 5)), bank.ledger.release(hold, NOW)
        )
        assert (outcome == "settled") is not released
        paid = 0 if released else 5
        assert await bank.balances() == (before[0] - paid, before[1] - paid)


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
    assert await bank.balances() == (1000, 500)
    assert await bank.hold(hold) is None


async def test_the_whole_balance_may_be_held_and_nothing_more(bank: Bank) -> None:
    await bank.ledger.reserve(a_hold(500))
    with pytest.raises(QuotaExceeded):
        await bank.ledger.reserve(a_hold(1))
    await bank.ledger.reserve(a_hold(500, limited=False))
    assert await bank.balances() == (0, 0)


async def test_a_request_that_costs_nothing_is_held_and_settled_on_an_empty_balance(bank: Bank) -> None:
    await bank.ledger.reserve(a_hold(500))
    await bank.ledger.reserve(a_hold(500, limited=False))
    free = a_hold(0)
    await bank.ledger.reserve(free)
    assert await bank.ledger.settle(free, entry_for(free, 0)) == "settled"


@pytest.mark.parametrize(
    ("quota", "charged", "balances"),
    [(400, 400, (600, 100)), (500, 500, (500, 0)), (501, 500, (500, 0)), (10**9, 500, (500, 0))],
)
async def test_what_costs_more_than_its_hold_takes_what_is_there_and_notes_the_rest(
    bank: Bank, quota: int, charged: int, balances: tuple[int, int]
) -> None:
    hold = a_hold(100)
    await bank.ledger.reserve(hold)
    assert await bank.ledger.settle(hold, entry_for(hold, quota)) == "settled"
    assert await bank.balances() == balances
    stored = await bank.entry(hold)
    assert stored and stored["quota"] == charged
    assert stored["details"].get("shortfall", 0) == quota - charged


async def test_the_user_may_be_the_one_who_has_not_enough(bank: Bank) -> None:
    hold = a_hold(100, limited=False)
    await bank.ledger.reserve(hold)
    await bank.ledger.settle(hold, entry_for(hold, 5000))
    assert await bank.balances() == (0, 500)
    stored = await bank.entry(hold)
    assert stored and (stored["quota"], stored["details"]["shortfall"]) == (1000, 4000)


async def test_many_dear_settlements_at_once_never_leave_less_than_nothing(bank: Bank) -> None:
    holds = [a_hold(10) for _ in range(20)]
    for hold in holds:
        await bank.ledger.reserve(hold)
    await asyncio.gather(*(bank.ledger.settle(hold, entry_for(hold, 90)) for hold in holds))
    entries = [await bank.entry(hold) for hold in holds]
    spent = sum(entry["quota"] for entry in entries if entry)
    short = sum(entry["details"].get("shortfall", 0) for entry in entries if entry)
    assert spent + short == 20 * 90
    assert await bank.balances() == (1000 - spent, 500 - spent)
    assert spent <= 500


async def test_a_token_deleted_meanwhile_hinders_neither_settlement_nor_release(bank: Bank) -> None:
    settled, released, dear = a_hold(100), a_hold(100), a_hold(100)
    for hold in (settled, released, dear):
        await bank.ledger.reserve(hold)
    await bank.delete(bank.tables.tokens, {"pk": "user#7", "id": 70})
    assert await bank.ledger.settle(settled, entry_for(settled, 30)) == "settled"
    assert await bank.ledger.release(released, NOW) is True
    assert await bank.ledger.settle(dear, entry_for(dear, 10**6)) == "settled"
    stored = await bank.entry(dear)
    assert stored and stored["quota"] == 970
    assert (await bank.user())["quota"] == 0


async def test_a_user_gone_from_the_table_is_an_error_and_the_hold_stays(bank: Bank) -> None:
    hold = a_hold(100)
    await bank.ledger.reserve(hold)
    await bank.delete(bank.tables.users, {"pk": "user#7"})
    with pytest.raises(ConditionFailed):
        await bank.ledger.settle(hold, entry_for(hold, 30))
    with pytest.raises(ConditionFailed):
        await bank.ledger.release(hold, NOW)
    assert (await bank.hold(hold) or {})["state"] == "open"


async def test_only_open_holds_are_renewed(bank: Bank) -> None:
    open_, settled, released = a_hold(10), a_hold(10), a_hold(10)
    for hold in (open_, settled, released):
        await bank.ledger.reserve(hold)
    await bank.ledger.settle(settled, entry_for(settled, 1))
    await bank.ledger.release(released, NOW)
    renewed = [await bank.ledger.renew(hold.request_id, NOW + 999) for hold in (open_, settled, released)]
    assert renewed == [True, False, False]
    assert await bank.ledger.renew("unknown", NOW) is False
    stored = await bank.hold(open_)
    assert stored and stored["expires_at"] == NOW + 999
    assert await bank.hold(settled) is None


async def test_stale_are_the_open_holds_whose_time_is_over_oldest_first(bank: Bank) -> None:
    holds = [a_hold(1, expires_at=NOW + second) for second in (3, 1, 2, 9)]
    released = a_hold(1, expires_at=NOW)
    for hold in (*holds, released):
        await bank.ledger.reserve(hold)
    await bank.ledger.release(released, NOW)
    found: list[Hold] = []
    for shard in range(HOLD_SHARDS):
        part = await bank.ledger.stale(NOW + 9, shard)
        assert [hold.expires_at for hold in part] == sorted(hold.expires_at for hold in part)
        assert all(hold_shard(hold.request_id) == shard for hold in part)
        found += part
    assert sorted(hold.expires_at for hold in found) == [NOW + 1, NOW + 2, NOW + 3]


async def test_a_page_of_stale_holds_is_no_longer_than_asked(bank: Bank) -> None:
    shards: dict[int, int] = {}
    for _ in range(20):
        hold = a_hold(1, expires_at=NOW)
        await bank.ledger.reserve(hold)
        shard = hold_shard(hold.request_id)
        shards[shard] = shards.get(shard, 0) + 1
    for shard, count in shards.items():
        assert len(await bank.ledger.stale(NOW + 1, shard, 2)) == min(2, count)


@pytest.mark.parametrize(
    "contending",
    [replace(INSTANT, refused=0.6), replace(INSTANT, refused=0.2, lost=0.4)],
    ids=["refused", "forgotten"],
    indirect=True,
)
async def test_lost_races_and_lost_answers_cost_nobody_anything(contending: ContendingStack) -> None:
    bank = await Bank(contending.settings()).open()
    holds = [a_hold(10) for _ in range(20)]
    await asyncio.gather(*(bank.ledger.reserve(hold) for hold in holds))
    assert await bank.balances() == (800, 300)
    await asyncio.gather(*(bank.ledger.settle(hold, entry_for(hold, 4)) for hold in holds[:10]))
    await asyncio.gather(*(bank.ledger.release(hold, NOW) for hold in holds[10:]))
    assert await bank.balances() == (960, 460)
    assert (await bank.user())["request_count"] == 10
    assert contending.meter.since().conflicts + contending.meter.since().lost > 0
    await bank.dynamo.close()


def test_a_hold_goes_into_its_item_and_back() -> None:
    hold = a_hold()
    assert hold_from(hold_item(hold) | {"state": "open", "shard": 3}) == hold
