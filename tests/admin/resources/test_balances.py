"""Balances while requests are under way, over parts, and in debt: shown, moved, set, deleted."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.clock import SystemClock, new_log_id, new_request_id
from gateway.domain.money import Entry, EntryType, Hold
from gateway.store.accounts import tokens, users
from gateway.store.accounts.users import Correction
from gateway.store.client.attributes import to_item
from gateway.store.client.credentials import dynamo
from gateway.store.client.pages import Part
from gateway.store.money import receipts, redemptions
from gateway.store.money.ledger import Ledger
from gateway.store.money.wallet_parts import Balance
from gateway.store.schema.redemptions import RedemptionRow
from gateway.store.schema.tables import Tables
from tests.admin.api import Api
from tests.admin.resources.test_users import the_sum_of_entries
from tests.support.parts import split
from tests.support.tables import Stack

CLOCK = SystemClock()
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Relay:
    """What requests do to the balances of one account and its token."""

    stack: Stack
    user_id: int
    token_id: int

    def run(self, work: Callable[[Ledger], Awaitable[Any]]) -> Any:
        async def worked() -> Any:
            database = dynamo(self.stack.settings(), CLOCK)
            try:
                return await work(Ledger(database, Tables(self.stack.prefix)))
            finally:
                await database.close()

        return asyncio.run(worked())

    def hold(self, amount: int, *, limited: bool = False) -> Hold:
        now = CLOCK.now()
        hold = Hold(
            request_id=new_request_id(CLOCK),
            user_id=self.user_id,
            token_id=self.token_id,
            limited=limited,
            amount=amount,
            created_at=now,
            expires_at=now + 60,
        )

        async def reserve(ledger: Ledger) -> Hold:
            (account, *parts) = await ledger.parts.items(self.user_id)
            return await ledger.reserve(hold, spread=len(parts) if account.get("spread") else 0)

        return self.run(reserve)

    def settle(self, hold: Hold, quota: int) -> Entry:
        entry = Entry(
            request_id=hold.request_id,
            id=new_log_id(CLOCK),
            created_at=CLOCK.now(),
            type=EntryType.CONSUME,
            user_id=hold.user_id,
            username="alice",
            quota=quota,
            token_id=hold.token_id,
            details={"limited": hold.limited},
        )
        assert self.run(lambda ledger: ledger.settle(hold, entry)) == "settled"
        return entry

    def split(self) -> None:
        self.run(lambda ledger: split(ledger, self.user_id))

    def owe(self, debt: int, *, limited: bool = False) -> None:
        """Spend everything, and so much more."""
        left = self.balance().free
        self.settle(self.hold(left, limited=limited), left + debt)

    def balance(self) -> Balance:
        return Balance.of(self.run(lambda ledger: ledger.parts.items(self.user_id)))


@pytest.fixture
def relay(api: Api, deps: Deps, tables: Stack) -> Relay:
    number = api.new_user("alice", quota=1000)
    (token, *_) = tokens.page(deps.store, number, Part()).rows
    tokens.change(deps.store, token, {"unlimited_quota": False, "remain_quota": 500})
    return Relay(tables, number, token.id)


def shown(api: Api, relay: Relay) -> tuple[int, int, int]:
    """Quota, held and debt, which every address shows alike."""
    account = api.root.get(f"/api/user/{relay.user_id}")["data"]
    (listed,) = [row for row in api.root.get("/api/user/")["data"] if row["id"] == relay.user_id]
    (found,) = api.root.get("/api/user/search?keyword=alice")["data"]
    (sorted_,) = [row for row in api.root.get("/api/user/?order=quota")["data"] if row["id"] == relay.user_id]
    own = api.signed_in("alice").get("/api/user/self")["data"]
    assert account == listed == found == sorted_ == own | {"last_seen": account["last_seen"], "note": ""}
    return account["quota"], account["held"], account["debt"]


def put_quota(api: Api, relay: Relay, quota: int) -> Json:
    return api.root.put("/api/user/", {"id": relay.user_id, "quota": quota})


def test_what_is_held_is_still_the_callers(api: Api, relay: Relay) -> None:
    hold = relay.hold(300)
    assert shown(api, relay) == (1000, 300, 0)
    relay.settle(hold, 10)
    assert shown(api, relay) == (990, 0, 0)


def test_an_account_in_parts_is_shown_as_one(api: Api, relay: Relay) -> None:
    relay.split()
    held = [relay.hold(10) for _ in range(20)]
    assert {hold.part for hold in held} != {0}
    assert shown(api, relay) == (1000, 200, 0)
    for hold in held:
        relay.settle(hold, 3)
    assert shown(api, relay) == (940, 0, 0)
    account = api.root.get(f"/api/user/{relay.user_id}")["data"]
    assert (account["used_quota"], account["request_count"]) == (60, 20)


def test_a_debt_is_shown_beside_an_empty_balance_and_paid_by_whatever_comes(api: Api, deps: Deps, relay: Relay) -> None:
    relay.owe(50)
    assert shown(api, relay) == (0, 0, 50)
    assert api.root.post("/api/topup", {"user_id": relay.user_id, "quota": 30})["success"]
    assert shown(api, relay) == (0, 0, 20)
    assert api.root.post("/api/topup", {"user_id": relay.user_id, "quota": 30})["success"]
    assert shown(api, relay) == (10, 0, 0)
    assert the_sum_of_entries(deps, relay.user_id) == 10


def test_a_form_sent_back_as_it_was_shown_changes_nothing(api: Api, relay: Relay) -> None:
    relay.owe(50)
    assert put_quota(api, relay, 0)["success"]
    assert shown(api, relay) == (0, 0, 50)
    assert put_quota(api, relay, 40)["success"]
    assert shown(api, relay) == (40, 0, 0)
    hold = relay.hold(15)
    assert put_quota(api, relay, 40)["success"]
    assert shown(api, relay) == (40, 15, 0)
    relay.settle(hold, 15)
    assert shown(api, relay) == (25, 0, 0)


def test_a_balance_is_set_around_what_is_held_and_never_below(api: Api, relay: Relay) -> None:
    hold = relay.hold(300)
    refused = put_quota(api, relay, 299)
    assert not refused["success"]
    assert "300" in refused["message"]
    assert shown(api, relay) == (1000, 300, 0)
    assert put_quota(api, relay, 300)["success"]
    assert shown(api, relay) == (300, 300, 0)
    relay.settle(hold, 100)
    assert shown(api, relay) == (200, 0, 0)
    assert put_quota(api, relay, 0)["success"]
    assert shown(api, relay) == (0, 0, 0)


@pytest.mark.parametrize("quota", [0, 1, 999, 1001, 5000])
def test_a_balance_in_parts_is_set_like_any_other(api: Api, deps: Deps, relay: Relay, quota: int) -> None:
    relay.split()
    assert put_quota(api, relay, quota)["success"]
    assert shown(api, relay) == (quota, 0, 0)
    assert the_sum_of_entries(deps, relay.user_id) == quota


def test_two_who_set_a_balance_at_once_do_not_add_up(deps: Deps, relay: Relay) -> None:
    user = users.get(deps.store, relay.user_id)
    assert user is not None

    def write(quota: int) -> None:
        users.change(deps.store, user, {}, correction=Correction(quota, lambda old, new: f"{old} {new}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [2000] * 3))
    assert relay.balance().free == 2000


@pytest.mark.parametrize("debt", [0, 70])
@pytest.mark.parametrize("in_parts", [False, True])
def test_whatever_gives_quota_gives_it_to_parts_and_to_debtors(
    api: Api, deps: Deps, relay: Relay, in_parts: bool, debt: int
) -> None:
    charged = relay.settle(relay.hold(100), 100)
    if in_parts:
        relay.split()
    if debt:
        relay.owe(debt)
    before = relay.balance().free
    user = users.get(deps.store, relay.user_id)
    assert user is not None
    (code,) = redemptions.create(deps.store, RedemptionRow(id=0, user_id=1, name="gift", quota=11), 1).values()
    assert api.signed_in("alice").post("/api/user/topup", {"key": code})["success"]
    kept = receipts.find(deps.store, charged.request_id, user_id=relay.user_id)
    assert kept is not None
    assert receipts.refund(deps.store, kept, "sorry") is not None
    api.root.put("/api/option/", {"key": "QuotaForInviter", "value": "7"})
    invited = {"username": "bob", "password": "p" * 10, "aff_code": user.aff_code}
    assert api.post("/api/user/register", invited)["success"]
    assert api.root.post("/api/topup", {"user_id": relay.user_id, "quota": 500})["success"]
    assert relay.balance().free == before + 11 + 100 + 7 + 500
    assert the_sum_of_entries(deps, relay.user_id) == relay.balance().free


def test_an_account_that_is_deleted_meanwhile_is_charged_all_the_same(api: Api, deps: Deps, relay: Relay) -> None:
    relay.split()
    holds = [relay.hold(20) for _ in range(10)]
    assert api.root.delete(f"/api/user/{relay.user_id}")["success"]
    for hold in holds:
        relay.settle(hold, 5)
    assert (relay.balance().free, relay.balance().held, relay.balance().used_quota) == (950, 0, 50)
    gone = users.get(deps.store, relay.user_id)
    assert gone is not None
    assert gone.status == 3


def test_a_token_that_is_deleted_meanwhile_does_not_come_back(api: Api, deps: Deps, relay: Relay) -> None:
    hold = relay.hold(100, limited=True)
    assert api.signed_in("alice").delete(f"/api/token/{relay.token_id}")["success"]
    relay.settle(hold, 30)
    assert relay.balance().free == 970
    assert tokens.get(deps.store, relay.user_id, relay.token_id) is None
    key = to_item({"pk": f"user#{relay.user_id}", "id": relay.token_id})
    assert relay.run(lambda ledger: ledger.dynamo.get(ledger.tables.tokens, key)) is None


def token(api: Api, relay: Relay) -> tuple[int, int, int]:
    alice = api.signed_in("alice")
    found = alice.get(f"/api/token/{relay.token_id}")["data"]
    (listed,) = [row for row in alice.get("/api/token/")["data"] if row["id"] == relay.token_id]
    assert found == listed
    return found["remain_quota"], found["held"], found["debt"]


def test_what_is_left_of_a_token_is_shown_and_set_around_what_is_held(api: Api, relay: Relay) -> None:
    alice = api.signed_in("alice")
    hold = relay.hold(200, limited=True)
    assert token(api, relay) == (500, 200, 0)
    assert alice.put("/api/token/", {"id": relay.token_id, "name": "n", "remain_quota": 500})["success"]
    assert token(api, relay) == (500, 200, 0)
    assert not alice.put("/api/token/", {"id": relay.token_id, "remain_quota": 199})["success"]
    assert alice.put("/api/token/", {"id": relay.token_id, "remain_quota": 250})["data"]["remain_quota"] == 250
    relay.settle(hold, 80)
    assert token(api, relay) == (170, 0, 0)


def test_a_token_in_debt_is_refilled_to_what_is_asked_for(api: Api, relay: Relay) -> None:
    alice = api.signed_in("alice")
    relay.settle(relay.hold(500, limited=True), 530)
    assert token(api, relay) == (0, 0, 30)
    assert alice.put("/api/token/", {"id": relay.token_id, "remain_quota": 0})["success"]
    assert token(api, relay) == (0, 0, 30)
    assert alice.put("/api/token/", {"id": relay.token_id, "remain_quota": 60})["success"]
    assert token(api, relay) == (60, 0, 0)
