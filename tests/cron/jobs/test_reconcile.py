"""The audit of a stack on which everything happened that moves money, whole and with one figure changed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cron.jobs import reconcile
from gateway.billing.charging import Term, write_terms
from gateway.clock import SystemClock, new_log_id, new_request_id
from gateway.domain.money import Entry, EntryType, Hold
from gateway.store.accounts import tokens, users
from gateway.store.accounts.bootstrap import first_start
from gateway.store.accounts.users import Correction, Gift
from gateway.store.channels import channels
from gateway.store.client.attributes import to_item
from gateway.store.client.credentials import dynamo
from gateway.store.context import Store, open_store
from gateway.store.money import logs, receipts, redemptions
from gateway.store.money.entries import Movement
from gateway.store.money.ledger import Ledger
from gateway.store.money.ledger_sums import Books
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.redemptions import RedemptionRow
from gateway.store.schema.tables import Tables
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from local.places import ROOT
from tests.support.tables import Stack

CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class History:
    """A stack with a past: ``alice`` has paid for two requests through channel 1, one of them refunded."""

    stack: Stack
    store: Store
    alice: UserRow
    token: TokenRow
    paid: list[str]  # request ids

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


async def requests(stack: Stack, alice: UserRow, token: TokenRow) -> list[str]:
    """Two settled, one released, one still held."""
    database = dynamo(stack.settings(), CLOCK)
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
    await database.close()
    return paid


@pytest.fixture
def history(tables: Stack) -> History:
    first_start(tables.settings(), root_password="correct horse")
    store = open_store(tables.settings())
    root = users.get(store, 1)
    assert root is not None
    channels.create(store, ChannelRow(id=0, name="c", models="m"), ["key"])
    reward = Movement(user_id=1, username="root", delta=7, type=EntryType.SYSTEM, content="invited")
    alice = users.create(store, UserRow(id=0, username="alice"), gifts=[Gift(100, "hello")], reward=reward)
    token, _ = tokens.create(store, TokenRow(id=0, user_id=alice.id, name="t", remain_quota=1000))
    users.credit(store, Movement(user_id=alice.id, username="alice", delta=900, type=EntryType.TOPUP, content="paid"))
    (code,) = redemptions.create(store, RedemptionRow(id=0, user_id=1, name="gift", quota=11), 1)
    row = redemptions.find(store, code)
    assert row is not None
    assert redemptions.redeem(store, row, alice, "code")
    paid = asyncio.run(requests(tables, alice, token))
    kept = receipts.find(store, paid[1])
    assert kept is not None
    assert receipts.refund(store, kept, "sorry") is not None
    current = users.get(store, alice.id)
    assert current is not None
    users.change(store, current, {}, correction=Correction(current.quota - 100, lambda old, new: f"{old} {new}"))
    return History(tables, store, alice, token, paid)


def report_of(stack: Stack) -> reconcile.Report:
    async def audited() -> reconcile.Report:
        database = dynamo(stack.settings(), CLOCK)
        try:
            return await reconcile.audit(Books(database, Tables(stack.prefix)))
        finally:
            await database.close()

    return asyncio.run(audited())


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
    assert (report.differences, report.unsettled) == ([], [])
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
    report = report_of(history.stack)
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
        "user 2 (alice): balance is 857, the entries say 856",
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
        "user 2 (alice): balance is 856, the entries say 886",
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
