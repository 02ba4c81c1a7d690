"""The sweep: what a dead process held comes back, what is alive stays."""

from dataclasses import replace
from typing import Any

import pytest

from cron.deps import Deps, build
from cron.jobs import release_holds
from gateway.errors import StoreError
from gateway.store.schema.tables import HOLD_SHARDS
from tests.gateway.store.money.test_ledger import NOW, Bank, a_hold, entry_for
from tests.support.clock import FixedClock
from tests.support.tables import Stack


async def opened(tables: Stack) -> tuple[Bank, Deps, FixedClock]:
    bank = await Bank(tables.settings()).open(quota=100_000, remain=100_000)
    clock = FixedClock(NOW)
    return bank, replace(build(tables.settings()), clock=clock), clock


async def test_expired_holds_come_back_and_others_stay(tables: Stack) -> None:
    bank, deps, clock = await opened(tables)
    expired = [a_hold(100, expires_at=NOW + 5) for _ in range(7)]
    alive, settled = a_hold(1000, expires_at=NOW + 60), a_hold(1, expires_at=NOW + 5)
    for hold in (*expired, alive, settled):
        await bank.ledger.reserve(hold)
    await bank.ledger.settle(settled, entry_for(settled, 1))
    assert await release_holds.run(deps) == {"released": 0, "quota": 0, "failed": 0}
    clock.pass_(6)
    assert await release_holds.run(deps) == {"released": 7, "quota": 700, "failed": 0}
    assert await release_holds.run(deps) == {"released": 0, "quota": 0, "failed": 0}
    assert await bank.balances() == (100_000 - 1001, 100_000 - 1001)
    for hold in expired:
        stored = await bank.hold(hold)
        assert stored and (stored["state"], stored["released_at"]) == ("released", NOW + 6)
    await bank.dynamo.close()
    await deps.close()


async def test_more_than_one_page_of_a_shard_comes_back(tables: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_holds, "BATCH", 3)
    bank, deps, clock = await opened(tables)
    for _ in range(9 * HOLD_SHARDS):
        await bank.ledger.reserve(a_hold(1, expires_at=NOW))
    clock.pass_(1)
    assert (await release_holds.run(deps))["released"] == 9 * HOLD_SHARDS
    assert await bank.balances() == (100_000, 100_000)
    await bank.dynamo.close()
    await deps.close()


class Unwilling:
    """A ledger that cannot release one of the holds."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self.stubborn = ""
        self.looked = 0

    async def stale(self, *args: Any) -> list[Any]:
        self.looked += 1
        return await self._bank.ledger.stale(*args)

    async def release(self, hold: Any, now: int) -> bool:
        if hold.request_id == self.stubborn:
            raise StoreError("out of order")
        return await self._bank.ledger.release(hold, now)


async def test_one_hold_that_cannot_be_released_hinders_neither_the_others_nor_the_end(
    tables: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_holds, "BATCH", 1)
    bank, deps, clock = await opened(tables)
    ledger = Unwilling(bank)
    holds = [a_hold(1, expires_at=NOW + 1)] + [a_hold(1, expires_at=NOW) for _ in range(6)]
    for hold in holds:
        await bank.ledger.reserve(hold)
    ledger.stubborn = holds[0].request_id
    clock.pass_(5)
    figures = await release_holds.run(replace(deps, ledger=ledger))  # type: ignore[arg-type]
    assert (figures["released"], figures["failed"]) == (6, 1)
    assert ledger.looked < 20
    await bank.dynamo.close()
    await deps.close()
