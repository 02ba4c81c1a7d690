"""The audit of a stack on which everything happened that moves money, whole and with one figure changed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cron import deps as cron_deps
from cron.deps import Deps
from cron.jobs import reconcile
from gateway.billing.charging import Term, write_terms
from gateway.clock import SystemClock, new_log_id, new_request_id
from gateway.config import RelaySettings
from gateway.domain.money import Entry, EntryType, Hold
from gateway.store.accounts import balances, tokens, users
from gateway.store.accounts.bootstrap import first_start
from gateway.store.accounts.gifts import Gift
from gateway.store.accounts.users import Correction
from gateway.store.channels import channels
from gateway.store.client.attributes import to_item
from gateway.store.client.credentials import dynamo
from gateway.store.context import Store, open_store
from gateway.store.money import logs, receipts, redemptions
from gateway.store.money.entries import Movement
from gateway.store.money.ledger import Ledger
from gateway.store.money.ledger_sums import Books
from gateway.store.money.usage import UsageSums
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.redemptions import RedemptionRow
from gateway.store.schema.tables import Tables
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from local.places import ROOT
from tests.support.clock import at_once
from tests.support.closing import closing
from tests.support.tables import Stack

CLOCK = SystemClock()
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """A stack with a past: ``alice`` has paid for two requests through channel 1, one of them refunded."""

    stack: Stack
    store: Store
    alice: UserRow
    token: TokenRow
    paid: list[str]  # request ids
    held: Hold

    def update(self, table: str, key: dict[str, Any], name: str, by: int) -> None:
        """Change one number behind the gateway's back."""
        self.store.transactor.update(
            {
                "TableName": self.stack.prefix + table,
                "Key": to_item(key),
                "UpdateExpression": "ADD #name :by",
                "ExpressionAttributeNames": {"#name": name},
                "ExpressionAttributeValues": to_item({":by": by}),
            }
        )


def hold_of(alice: UserRow, token: TokenRow, amount: int) -> Hold:
    now = CLOCK.now()
    return Hold(
        request_id=new_request_id(CLOCK),
        user_id=alice.id,
        token_id=token.id,
        limited=True,
        amount=amount,
        created_at=now,
        expires_at=now + 60,
    )


def entry_of(hold: Hold, quota: int) -> Entry:
    return Entry(
        request_id=hold.request_id,
        id=new_log_id(CLOCK),
        created_at=CLOCK.now(),
        type=EntryType.CONSUME,
        user_id=hold.user_id,
        username="alice",
        quota=quota,
        token_id=hold.token_id,
        channel_id=1,
        details={"terms": write_terms([Term("prompt", quota, "1")]), "limited": True},
    )


async def requests(stack: Stack, alice: UserRow, token: TokenRow) -> tuple[list[str], Hold]:
    """Two settled, one released, one still held."""
    async with closing(dynamo(stack.settings(), CLOCK)) as database:
        ledger = Ledger(database, Tables(stack.prefix))
        paid: list[str] = []
        for quota in (30, 12):
            hold = hold_of(alice, token, 50)
            await ledger.reserve(hold)
            await ledger.settle(hold, entry_of(hold, quota))
            paid.append(hold.request_id)
        given_back, held = hold_of(alice, token, 40), hold_of(alice, token, 25)
        for hold in (given_back, held):
            await ledger.reserve(hold)
        await ledger.release(given_back, CLOCK.now())
    return paid, held


@pytest.fixture
def history(tables: Stack) -> History:
    first_start(tables.settings(), root_password="correct horse")
    store = open_store(tables.settings())
    root = users.get(store, 1)
    assert root is not None
    channels.create(store, ChannelRow(id=0, name="c", models="m"), ["key"])
    reward = Movement(user_id=1, username="root", delta=7, type=EntryType.SYSTEM, content="invited")
    alice = users.create(store, UserRow(id=0, username="alice"), welcome=[Gift(100, "hello")], reward=reward)
    token, _ = tokens.create(store, TokenRow(id=0, user_id=alice.id, name="t", remain_quota=1000))
    users.credit(store, Movement(user_id=alice.id, username="alice", delta=900, type=EntryType.TOPUP, content="paid"))
    (code,) = redemptions.create(store, RedemptionRow(id=0, user_id=1, name="gift", quota=11), 1).values()
    row = redemptions.find(store, code)
    assert row is not None
    assert redemptions.redeem(store, row, alice, "code")
    paid, held = asyncio.run(requests(tables, alice, token))
    kept = receipts.find(store, paid[1])
    assert kept is not None
    assert receipts.refund(store, kept, "sorry") is not None
    current = users.get(store, alice.id)
    assert current is not None
    lower = Correction(balances.of_account(current).quota - 100, lambda old, new: f"{old} {new}")
    users.change(store, current, {}, correction=lower)
    asyncio.run(roll_up(tables))
    return History(tables, store, alice, token, paid, held)


async def roll_up(stack: Stack) -> None:
    """Of all there is."""
    async with closing(dynamo(stack.settings(), CLOCK)) as database:
        usage = UsageSums(database, Tables(stack.prefix))
        soon = datetime.now(UTC) + timedelta(seconds=5)
        await usage.roll_up(await usage.settled_until(f"{soon:%Y%m%d%H%M%S}{0:017}"), "202601")


def report_of(stack: Stack, *, full: bool = False) -> reconcile.Report:
    async def audited() -> reconcile.Report:
        database = dynamo(stack.settings(), CLOCK)
        try:
            return await reconcile.audit(Books(database, Tables(stack.prefix)), full=full, pause=at_once)
        finally:
            await database.close()

    report = asyncio.run(audited())
    assert report.unsettled == []  # nobody is at work
    return report


def command(stack: Stack, *more: str) -> subprocess.CompletedProcess[str]:
    """``make audit``, as a process."""
    path = os.pathsep.join(map(str, (ROOT / "shared", ROOT / "functions", ROOT)))
    arguments = ["--endpoint-url", stack.endpoint_url, "--stack-name", stack.prefix.removesuffix("-"), *more]
    return subprocess.run(
        [sys.executable, "-m", "tools.audit", *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_way_money_moves_leaves_the_books_in_agreement(history: History) -> None:
    report = report_of(history.stack)
    assert report.differences == []
    assert (report.users, report.channels) == (2, 1)
    alice = users.get(history.store, history.alice.id)
    assert alice is not None
    assert alice.quota == 100 + 900 + 11 - 30 - 25 - 100
    assert (alice.used_quota, alice.request_count) == (42, 2)


def test_the_command_says_so_and_exits_0(history: History) -> None:
    done = command(history.stack)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(": no difference\n")


def test_a_purge_keeps_them_in_agreement(history: History) -> None:
    before = report_of(history.stack).entries
    assert logs.purge(history.store, CLOCK.now() + 60) == before
    assert report_of(history.stack).differences == []
    report = report_of(history.stack, full=True)
    assert (report.differences, report.entries) == ([], 2)  # one carried entry for each account


def test_one_tampered_entry_is_named_and_exits_1(history: History) -> None:
    history.update("logs", {"owner": f"user#{history.alice.id}", "request_id": history.paid[0]}, "quota", -9)
    done = command(history.stack)
    assert done.returncode == 1
    named = f"entry {history.paid[0]} of user {history.alice.id}"
    assert f"{named}: delta is -30, the entries say -21" in done.stdout
    assert f"{named}: charged 21, but its receipt says 30" in done.stdout
    assert done.stdout.endswith("5 differences\n")  # and used quota of user, token and channel


Tamper = Callable[[History], None]
TAMPERED: dict[str, tuple[Tamper, str]] = {
    "a user's balance": (
        lambda h: h.update("users", {"pk": f"user#{h.alice.id}"}, "quota", 1),
        "user 2 (alice): balance is 882, the entries say 881",
    ),
    "a request count": (
        lambda h: h.update("users", {"pk": f"user#{h.alice.id}"}, "request_count", 1),
        "user 2 (alice): request count is 3, the entries say 2",
    ),
    "a token's used quota": (
        lambda h: h.update("tokens", {"pk": f"user#{h.alice.id}", "id": h.token.id}, "used_quota", -2),
        "token 2 of user 2 (alice): used quota is 40, the entries say 42",
    ),
    "a channel's counter": (
        lambda h: h.update("counters", {"name": "channel#1", "shard": 3}, "used_quota", 5),
        "channel 1: used quota is 47, its entries say 42",
    ),
    "a deleted entry": (
        lambda h: h.store.transactor.transact(
            {
                "TransactItems": [
                    {
                        "Delete": {
                            "TableName": h.stack.prefix + "logs",
                            "Key": to_item({"owner": "user#2", "request_id": h.paid[0]}),
                        }
                    }
                ]
            }
        ),
        "user 2 (alice): balance is 881, the entries say 911",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_else_is_changed_is_named(history: History, what: str) -> None:
    tamper, said = TAMPERED[what]
    tamper(history)
    assert said in report_of(history.stack).differences


def test_a_deleted_account_is_checked_too(history: History) -> None:
    users.delete_account(history.store, history.alice)
    assert report_of(history.stack).users == 2
    history.update("users", {"pk": "user#2"}, "quota", 1)
    assert len(report_of(history.stack).differences) == 1


def test_what_cannot_be_read_exits_2(tables: Stack) -> None:
    done = command(replace(tables, prefix="nowhere-"))
    assert done.returncode == 2
    assert done.stderr.startswith("the tables cannot be read: ")


def cron(history: History) -> Deps:
    return replace(cron_deps.build(history.stack.settings(), RelaySettings.read({})), pause=at_once)


def alices(history: History) -> Json:
    """What was kept of alice's sums."""
    key = to_item({"owner": "audit", "day_model": f"user#{history.alice.id}"})
    deps = cron(history)

    async def read() -> Json:
        try:
            return await deps.dynamo.get(deps.store.tables.usage, key) or {}
        finally:
            await deps.dynamo.close()

    return asyncio.run(read())


def test_what_was_checked_is_carried_forward_and_only_newer_entries_are_read(history: History) -> None:
    assert report_of(history.stack).differences == []
    kept = alices(history)
    assert (kept["used"], kept["requests"], kept["tokens"]) == (42, 2, {"2": 42})
    history.update("logs", {"owner": f"user#{history.alice.id}", "request_id": history.paid[0]}, "quota", -9)
    assert report_of(history.stack).differences == []  # it was read before
    assert len(report_of(history.stack, full=True).differences) == 5
    assert len(report_of(history.stack).differences) == 5  # and is told of from then on


def test_the_command_reads_all_of_it_where_it_is_asked_to(history: History) -> None:
    assert command(history.stack).returncode == 0
    history.update("logs", {"owner": f"user#{history.alice.id}", "request_id": history.paid[0]}, "quota", -9)
    assert command(history.stack).returncode == 0
    assert command(history.stack, "--full").returncode == 1


def test_a_purge_beyond_what_was_kept_is_read_again(history: History) -> None:
    assert report_of(history.stack).differences == []
    assert logs.purge(history.store, CLOCK.now() + 60) > 0
    assert report_of(history.stack).differences == []


def test_a_debt_is_told_and_is_no_difference(history: History) -> None:
    asyncio.run(overspent(history, 5000))
    report = report_of(history.stack)
    assert (report.differences, report.debtors, report.debt > 0) == ([], 1, True)
    done = command(history.stack)
    assert done.returncode == 0
    assert "1 users owe" in done.stdout


async def overspent(history: History, quota: int) -> None:
    async with closing(dynamo(history.stack.settings(), CLOCK)) as database:
        ledger = Ledger(database, Tables(history.stack.prefix))
        hold = await ledger.reserve(hold_of(history.alice, history.token, 10))
        await ledger.settle(hold, entry_of(hold, quota))


def test_sums_that_the_roll_up_owes_are_not_missed_and_those_it_made_are_checked(history: History) -> None:
    deps = cron(history)
    free, _ = tokens.create(history.store, TokenRow(id=0, user_id=history.alice.id, unlimited_quota=True))

    async def spend() -> None:
        async with closing(deps):
            hold = replace(hold_of(history.alice, free, 9), limited=False)
            await deps.ledger.reserve(hold)
            await deps.ledger.settle(hold, replace(entry_of(hold, 2), details={"limited": False}))
            await deps.ledger.release(history.held, CLOCK.now())

    asyncio.run(spend())
    assert report_of(history.stack).differences == []
    asyncio.run(roll_up(history.stack))
    assert report_of(history.stack).differences == []
    history.update("tokens", {"pk": f"user#{history.alice.id}", "id": free.id}, "used_quota", 1)
    named = f"token {free.id} of user 2 (alice): used quota is 3, the entries say 2"
    assert report_of(history.stack).differences == [named]
