"""What waits for the same wallet becomes one write; what becomes of one step is none of the others' business."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.errors import ConditionFailed, StoreError
from gateway.store.money import wallet
from gateway.store.money.wallet import Finish, Reserve
from gateway.store.money.wallet_writer import MOST_STEPS, WalletWriter, Written
from gateway.store.schema.tables import Tables
from tests.gateway.store.money.bank import a_hold

ONE: Written = (1.0, {})
AT = wallet.of_account(Tables("t-"), 7)
OTHER = wallet.of_account(Tables("t-"), 8)


@dataclass
class Database:
    """Counts writes, and refuses those that ``refuses`` says."""

    refuses: Callable[[dict[str, Any]], Exception | None] = lambda _: None
    writes: list[dict[str, Any]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def update_measured(self, request: dict[str, Any]) -> Written:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        self.writes.append(request)
        error = self.refuses(request)
        if error is not None:
            raise error
        return ONE


def holds_of(request: dict[str, Any]) -> set[str]:
    return {name for name in request["ExpressionAttributeNames"].values() if name.isdigit()}


async def test_a_lone_step_is_written_at_once() -> None:
    database = Database()
    assert await WalletWriter(database).write(AT, Reserve(a_hold(5))) == ONE
    assert len(database.writes) == 1


async def test_a_crowd_is_few_writes_and_never_two_at_once() -> None:
    database, writer = Database(), None
    writer = WalletWriter(database)
    holds = [a_hold(5) for _ in range(100)]
    await asyncio.gather(*(writer.write(AT, Reserve(hold)) for hold in holds))
    assert len(database.writes) <= 2 + 100 // MOST_STEPS
    assert database.most_at_once == 1
    written = [hold for request in database.writes for hold in holds_of(request)]
    assert sorted(written) == sorted(hold.request_id for hold in holds)


async def test_wallets_do_not_wait_for_one_another() -> None:
    database = Database()
    writer = WalletWriter(database)
    await asyncio.gather(*(writer.write(at, Reserve(a_hold(5))) for at in (AT, OTHER)))
    assert database.most_at_once == 2


async def test_a_refused_step_hinders_no_other() -> None:
    bad = a_hold(5)

    def refuses(request: dict[str, Any]) -> Exception | None:
        return ConditionFailed([{"quota": 1}]) if bad.request_id in holds_of(request) else None

    writer = WalletWriter(Database(refuses))
    holds = [a_hold(5) for _ in range(10)] + [bad]
    found = await asyncio.gather(*(writer.write(AT, Reserve(hold)) for hold in holds), return_exceptions=True)
    assert found[:-1] == [ONE] * 10
    assert isinstance(found[-1], ConditionFailed)


async def test_two_steps_of_one_hold_are_two_writes_in_their_order() -> None:
    database = Database()
    writer, hold = WalletWriter(database), a_hold(5)
    await asyncio.gather(
        writer.write(AT, Reserve(a_hold(1))),
        writer.write(AT, Reserve(hold)),
        writer.write(AT, Finish(hold.request_id, 5)),
    )
    ours = [request for request in database.writes if hold.request_id in holds_of(request)]
    assert ["REMOVE" in request["UpdateExpression"] for request in ours] == [False, True]


async def test_a_database_that_fails_is_told_to_everybody_who_waited() -> None:
    writer = WalletWriter(Database(lambda _: StoreError("down")))
    found = await asyncio.gather(*(writer.write(AT, Reserve(a_hold(5))) for _ in range(5)), return_exceptions=True)
    assert [type(outcome) for outcome in found] == [StoreError] * 5
    with pytest.raises(StoreError):
        await writer.write(AT, Reserve(a_hold(5)))


async def test_a_caller_who_leaves_does_not_take_the_others_step_along() -> None:
    database = Database()
    writer = WalletWriter(database)
    first = asyncio.ensure_future(writer.write(AT, Reserve(a_hold(1))))
    await asyncio.sleep(0)
    leaving, staying = (asyncio.ensure_future(writer.write(AT, Reserve(a_hold(5)))) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == ONE
    await first


def kinds_of(request: dict[str, Any]) -> tuple[bool, bool]:
    """Whether holds come in, and whether some go out."""
    expression = request["UpdateExpression"]
    return "if_not_exists" in expression, "REMOVE" in expression


async def test_an_end_goes_along_with_the_next_begin_and_nobody_waits_for_it() -> None:
    database = Database()
    writer, over = WalletWriter(database, linger=30), [a_hold(5) for _ in range(3)]
    ends = [asyncio.ensure_future(writer.write(AT, Finish(hold.request_id, 5))) for hold in over]
    await asyncio.sleep(0)
    assert writer.due(7) == 0
    assert writer.due(8) is None
    assert await writer.write(AT, Reserve(a_hold(5))) == ONE
    assert await asyncio.gather(*ends) == [ONE] * 3
    assert [kinds_of(request) for request in database.writes] == [(True, True)]
    assert writer.due(7) is None


async def test_an_end_that_comes_during_a_write_lingers_after_it_too() -> None:
    database = Database()
    writer = WalletWriter(database, linger=30)
    first = asyncio.ensure_future(writer.write(AT, Reserve(a_hold(5))))
    await asyncio.sleep(0)
    end = asyncio.ensure_future(writer.write(AT, Finish(a_hold(5).request_id, 5)))
    await first
    await asyncio.sleep(0)
    assert not end.done()
    await writer.write(AT, Reserve(a_hold(5)))
    await end
    assert [kinds_of(request) for request in database.writes] == [(True, False), (True, True)]


async def test_an_end_without_company_is_written_when_it_has_waited_long_enough() -> None:
    database = Database()
    writer = WalletWriter(database, linger=0.005)
    ends = [Finish(a_hold(5).request_id, 5) for _ in range(3)]
    assert await asyncio.gather(*(writer.write(AT, end) for end in ends)) == [ONE] * 3
    assert [kinds_of(request) for request in database.writes] == [(False, True)]
    assert await writer.write(AT, ends[0]) == ONE, "and so is the next"


async def test_a_begin_that_is_refused_lets_the_ends_it_took_along_happen_before_it() -> None:
    written: list[str] = []

    def refuses(request: dict[str, Any]) -> Exception | None:
        begins, ends = kinds_of(request)
        if begins and ends:
            return ConditionFailed([{"quota": 1}])
        written.append("begin" if begins else "end")
        return None

    writer = WalletWriter(Database(refuses), linger=30)
    end = asyncio.ensure_future(writer.write(AT, Finish(a_hold(5).request_id, 5)))
    await asyncio.sleep(0)
    assert await writer.write(AT, Reserve(a_hold(5))) == ONE
    assert await end == ONE
    assert written == ["end", "begin"]


def test_what_is_taken_and_given_back_in_one_write_is_one_sum_and_needs_what_is_taken() -> None:
    taken, given = a_hold(100), a_hold(60)
    request = wallet.update(AT, [Reserve(taken), Finish(given.request_id, 60, 20, True)])
    values = [value["N"] for value in request["ExpressionAttributeValues"].values() if "N" in value]
    assert "-60" in values  # 40 back, 100 out
    assert "100" in values  # must be free
    dear = wallet.update(AT, [Reserve(taken), Finish(given.request_id, 60, 90, True)])
    assert "130" in [value["N"] for value in dear["ExpressionAttributeValues"].values() if "N" in value]
