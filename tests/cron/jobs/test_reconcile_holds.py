"""The audit of accounts that have holds: finished by half, in parts, in any order, and of tokens alone."""

import asyncio
from dataclasses import replace

from cron.jobs import reconcile
from gateway.store.accounts import tokens
from gateway.store.client.credentials import dynamo
from gateway.store.money import wallet
from gateway.store.money.ledger import Ledger
from gateway.store.money.ledger_sums import Books
from gateway.store.money.wallet import Finish, Reserve
from gateway.store.schema.tables import Tables
from tests.cron.jobs.test_reconcile import CLOCK, History, Json, cron, entry_of, history, hold_of, report_of
from tests.support.clock import at_once
from tests.support.closing import closing
from tests.support.parts import split

__all__ = ["history"]


async def half_finished(history: History) -> None:
    """One whose entry is there and whose wallets are not written; one of which only the token is."""
    async with closing(dynamo(history.stack.settings(), CLOCK)) as database:
        ledger = Ledger(database, Tables(history.stack.prefix))
        holds = [await ledger.reserve(hold_of(history.alice, history.token, 10)) for _ in range(2)]
        for hold in holds:
            await ledger.book(hold, entry_of(hold, 4))
        step = Finish(holds[0].request_id, 10, 4, True, CLOCK.now())
        await ledger.writer.write(wallet.of_token(ledger.tables, history.alice.id, history.token.id), step)


def test_entries_whose_holds_are_still_there_are_not_expected_of_the_wallets_yet(history: History) -> None:
    asyncio.run(half_finished(history))
    assert report_of(history.stack).differences == []


class InAnotherOrder(Books):
    """Of a database that answers a wallet's holds in another order each time, as it may."""

    turned = 0

    async def wallets(self, user_id: int) -> list[Json]:
        InAnotherOrder.turned += 1
        order = -1 if InAnotherOrder.turned % 2 else 1
        found = await super().wallets(user_id)
        return [item | {"holds": dict(sorted(item.get("holds", {}).items())[::order])} for item in found]


def test_holds_that_come_in_another_order_are_no_movement(history: History) -> None:
    async def audited() -> reconcile.Report:
        database = dynamo(history.stack.settings(), CLOCK)
        try:
            ledger = Ledger(database, Tables(history.stack.prefix))
            for _ in range(3):
                await ledger.reserve(hold_of(history.alice, history.token, 1))
            return await reconcile.audit(InAnotherOrder(database, ledger.tables), pause=at_once)
        finally:
            await database.close()

    report = asyncio.run(audited())
    assert (report.users, report.differences, report.unsettled) == (2, [], [])


def test_an_account_in_parts_is_added_up(history: History) -> None:
    deps = cron(history)

    async def spend() -> None:
        async with closing(deps):
            await split(deps.ledger, history.alice.id)
            for part in (0, 3, 5):
                hold = replace(hold_of(history.alice, history.token, 9), part=part)
                await deps.ledger.reserve(hold)
                if part:
                    await deps.ledger.settle(hold, entry_of(hold, 2))

    asyncio.run(spend())
    assert report_of(history.stack).differences == []
    history.update("users", {"pk": f"wallet#{history.alice.id}#3"}, "quota", 1)
    assert len(report_of(history.stack).differences) == 1


def test_a_hold_that_only_a_token_has_is_freed_when_nobody_can_be_at_work_on_it(history: History) -> None:
    deps = cron(history)
    old = replace(hold_of(history.alice, history.token, 30), expires_at=CLOCK.now() - 100_000)

    async def leave() -> Json:
        at = wallet.of_token(deps.ledger.tables, history.alice.id, history.token.id)
        for hold in (old, hold_of(history.alice, history.token, 5)):
            await deps.ledger.writer.write(at, Reserve(hold))
        try:
            return await reconcile.run(deps)
        finally:
            await deps.dynamo.close()

    assert asyncio.run(leave())["freed"] == 1
    token = tokens.get(history.store, history.alice.id, history.token.id)
    assert token is not None
    assert sorted(hold[0] for hold in token.holds.values()) == [5, 25]
    assert token.remain_quota == 1000 - 30 - 25 - 5
