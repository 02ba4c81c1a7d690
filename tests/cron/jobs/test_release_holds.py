"""The sweep as a job: what a dead process held comes back, also of an older stack, and what is alive stays."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cron.deps import Deps, build
from cron.jobs import release_holds
from gateway.errors import StoreError
from gateway.store.client.attributes import to_item
from gateway.store.money.wallet_parts import Balance
from gateway.store.schema.tables import HOLD_SHARDS
from tests.gateway.store.money.bank import NOW, Bank, a_hold, entry_for
from tests.support.clock import FixedClock
from tests.support.tables import Stack

NOTHING = {"settled": 0, "charged": 0, "released": 0, "quota": 0, "failed": 0}


@dataclass(frozen=True, slots=True)
class World:
    bank: Bank
    deps: Deps
    clock: FixedClock

    async def run(self) -> dict[str, Any]:
        return await release_holds.run(self.deps)

    async def leave_of_old(self, number: int, *, expires_at: int, limited: bool = True) -> None:
        """A hold as an older stack left it: taken from the balances, in an item of its own."""
        tables, shard = self.bank.tables, number % HOLD_SHARDS
        item = {"request_id": f"{number:031d}", "shard": shard, "state": "open", "user_id": 7, "token_id": 70}
        item |= {"limited": limited, "amount": 10, "created_at": NOW - 100, "expires_at": expires_at, "model": "m"}
        await self.bank.dynamo.put({"TableName": tables.holds, "Item": to_item(item)})
        for table, key, name in (
            (tables.users, {"pk": "user#7"}, "quota"),
            (tables.tokens, {"pk": "user#7", "id": 70}, "remain_quota"),
        ):
            if name == "quota" or limited:
                change = {"TableName": table, "Key": to_item(key), "UpdateExpression": f"ADD {name} :less"}
                await self.bank.dynamo.update(change | {"ExpressionAttributeValues": to_item({":less": -10})})


@pytest.fixture
async def world(tables: Stack) -> AsyncGenerator[World]:
    bank = await Bank(tables.settings()).open(quota=100_000, remain=100_000)
    clock = FixedClock(NOW)
    deps = replace(build(tables.settings()), clock=clock)
    yield World(bank, deps, clock)
    await bank.dynamo.close()
    await deps.close()


async def test_expired_holds_come_back_and_others_stay(world: World) -> None:
    ledger = world.bank.ledger
    expired = [a_hold(100, expires_at=NOW + 5) for _ in range(7)]
    alive, settled = a_hold(1000, expires_at=NOW + 60), a_hold(1, expires_at=NOW + 5)
    for hold in (*expired, alive, settled):
        await ledger.reserve(hold)
    await ledger.settle(settled, entry_for(settled, 1))
    assert await world.run() == NOTHING
    world.clock.pass_(6)
    assert await world.run() == NOTHING | {"released": 7, "quota": 700}
    assert await world.run() == NOTHING
    assert await world.bank.balances() == (100_000 - 1001, 100_000 - 1001)
    for hold in expired:
        stored = await world.bank.entry(hold.request_id)
        assert stored and (stored["type"], stored["created_at"]) == (7, NOW + 6)


async def test_one_wallet_with_many_holds_comes_back_in_one_run(world: World) -> None:
    for _ in range(36):
        await world.bank.ledger.reserve(a_hold(1, expires_at=NOW))
    world.clock.pass_(1)
    assert (await world.run())["released"] == 36
    whole = Balance.of(await world.bank.ledger.parts.items(7))  # such a crowd may have split it
    assert (whole.free, whole.held) == (100_000, 0)


async def test_one_hold_that_cannot_be_released_hinders_neither_the_others_nor_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds = [a_hold(1, expires_at=NOW + 1)] + [a_hold(1, expires_at=NOW) for _ in range(6)]
    for hold in holds:
        await world.bank.ledger.reserve(hold)
    put = world.deps.dynamo.put

    async def unwilling(request: dict[str, Any]) -> None:
        if holds[0].request_id in str(request):
            raise StoreError("out of order")
        await put(request)

    monkeypatch.setattr(world.deps.dynamo, "put", unwilling)
    world.clock.pass_(5)
    figures = await world.run()
    assert (figures["released"], figures["failed"]) == (6, 1)
    monkeypatch.undo()
    assert (await world.run())["released"] == 1
    assert await world.bank.balances() == (100_000, 100_000)


async def test_what_an_older_stack_held_comes_back_and_is_forgotten(world: World) -> None:
    for number in range(9):
        await world.leave_of_old(number, expires_at=NOW - 1, limited=number % 2 == 0)
    await world.leave_of_old(9, expires_at=NOW + 60)
    assert await world.bank.balances() == (99_900, 99_940)
    assert await world.run() == NOTHING | {"released": 9, "quota": 90}
    assert await world.bank.balances() == (99_990, 99_990)
    assert await world.run() == NOTHING
    world.clock.pass_(61)
    assert (await world.run())["released"] == 1
    assert await world.bank.balances() == (100_000, 100_000)
    assert await world.run() == NOTHING
    note = to_item({"scope": "meta", "key": "legacy_holds"})
    assert await world.bank.dynamo.get(world.bank.tables.options, note) is not None
