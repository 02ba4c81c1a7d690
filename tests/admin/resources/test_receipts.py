"""Receipts that compute again, and refunds that are given once."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import pytest

from admin.web.deps import Deps
from gateway.billing.charging import charge, write_terms
from gateway.billing.pricing import PriceBook
from gateway.clock import SystemClock, new_request_id
from gateway.domain.money import Entry, EntryType
from gateway.domain.usage import Usage
from gateway.store.accounts import tokens, users
from gateway.store.client.expressions import put
from gateway.store.money import logs, receipts
from gateway.store.money.ledger_requests import put_entry
from gateway.store.money.ledger_sums import Sums
from gateway.store.schema.items import LogItem
from gateway.store.settings import options
from tests.admin.api import Api, refused

NOW = SystemClock().now()
REQUEST = new_request_id(SystemClock())
USED = Usage(prompt=1000, cached=800, completion=200)


def written(deps: Deps, **changes: Any) -> Entry:
    """A consumption of user 2 at today's prices, as the relay writes one."""
    book = PriceBook.from_options({"GroupRatio": '{"vip": 0.8}'})
    cost = charge(book.price("gpt-4o", 1), USED, Fraction(4, 5))
    details = {
        "usage": {"prompt": "1000", "cached": "800", "completion": "200"},
        "group": "vip",
        "requested_model": "gpt-4o",
        "result": "complete",
        "price_version": cost.price_version,
        "terms": write_terms(cost.terms),
        "limited": False,
        "response_id": "chatcmpl-7",
    } | changes.pop("details", {})
    given = {"request_id": REQUEST, "user_id": 2, "username": "alice", "quota": cost.quota, "token_id": 2} | changes
    entry = Entry(
        id=7, created_at=NOW, type=EntryType.CONSUME, model_name="gpt-4o", channel_id=3, details=details, **given
    )
    deps.store.transactor.transact({"TransactItems": [put_entry(deps.store.tables, entry)]})
    return entry


@pytest.fixture
def alice(api: Api) -> Api:
    api.new_user("alice", quota=5000)
    return api.signed_in("alice")


def test_a_receipt_computes_to_the_charge_after_prices_have_changed(alice: Api, api: Api, deps: Deps) -> None:
    entry = written(deps)
    api.root.put("/api/option/", {"key": "ModelRatio", "value": '{"gpt-4o": 999}'})
    assert options.current(deps.store)["ModelRatio"] == '{"gpt-4o": 999}'
    shown = alice.get(f"/api/log/receipt/{REQUEST}")["data"]
    assert shown["quota"] == shown["computed"] == entry.quota == 2800  # (200 × 2.5 + 800 × 1.25 + 200 × 10) × 0.8
    assert shown["agrees"]
    assert [(term["name"], term["amount"], term["price"]) for term in shown["terms"]] == [
        ("prompt", 200, "2.5"),
        ("cached", 800, "1.25"),
        ("completion", 200, "10"),
        ("group_ratio", 1, "0.8"),
    ]
    assert (shown["group"], shown["result"], shown["channel"]) == ("vip", "complete", 3)
    assert (shown["username"], shown["refunded_by"]) == ("alice", "")
    assert shown["usage"] == {"prompt": "1000", "cached": "800", "completion": "200"}
    assert shown["price_version"] == entry.details["price_version"]


def test_a_receipt_is_found_by_response_id_too(alice: Api, api: Api, deps: Deps) -> None:
    written(deps)
    for caller in (alice, api.root):
        assert caller.get("/api/log/receipt/chatcmpl-7")["data"]["request_id"] == REQUEST
        assert not caller.get("/api/log/receipt/chatcmpl-8")["success"]


def test_nobody_but_owner_and_administrators_sees_a_receipt(alice: Api, api: Api, deps: Deps) -> None:
    written(deps)
    api.new_user("mallory")
    mallory = api.signed_in("mallory")
    for name in (REQUEST, "chatcmpl-7"):
        assert mallory.get(f"/api/log/receipt/{name}") == refused("没有找到该请求的记录", code="not_found")
        assert api.root.get(f"/api/log/receipt/{name}")["success"]


@pytest.mark.parametrize("name", ["0", "1", "9" * 31, "a" * 300, "%00", "%F0%9F%92%B0"])
def test_what_names_no_entry_finds_none(alice: Api, api: Api, name: str) -> None:
    for caller in (alice, api.root):
        assert not caller.get(f"/api/log/receipt/{name}")["success"]


def test_a_shortfall_explains_a_charge_below_its_terms(alice: Api, deps: Deps) -> None:
    written(deps, quota=2000, details={"shortfall": 800})
    shown = alice.get(f"/api/log/receipt/{REQUEST}")["data"]
    assert (shown["quota"], shown["computed"], shown["shortfall"], shown["agrees"]) == (2000, 2800, 800, True)


def test_a_tampered_charge_does_not_agree(alice: Api, deps: Deps) -> None:
    written(deps, quota=2799)
    assert not alice.get(f"/api/log/receipt/{REQUEST}")["data"]["agrees"]


def test_an_entry_in_quarantine_shows_its_reservation(alice: Api, deps: Deps) -> None:
    held = {"terms": '[["reservation",1,"123"]]', "quarantined": "no request uses that"}
    written(deps, quota=123, details=held)
    shown = alice.get(f"/api/log/receipt/{REQUEST}")["data"]
    assert (shown["quota"], shown["computed"], shown["agrees"]) == (123, 123, True)
    assert shown["quarantined"] == "no request uses that"


def test_a_correction_of_a_balance_keeps_no_receipt(alice: Api) -> None:
    (correction,) = alice.get("/api/log/self?type=3")["data"]
    answer = alice.get(f"/api/log/receipt/{correction['request_id']}")
    assert answer == refused("该记录没有账单明细")


def rolled_up(deps: Deps) -> None:
    """As if the roll-up had added every entry there is: only then may one be cleared out."""
    for shard in range(4):
        cursor = {"owner": "cursor", "day_model": str(shard), "request_id": "9" * 31}
        deps.store.transactor.transact({"TransactItems": [put(deps.store.tables.usage, cursor)]})


def balance(deps: Deps) -> tuple[int, int]:
    """Of the account, and the sum of its entries."""
    sums = Sums()
    for item in LogItem.query("user#2"):
        values = item.attribute_values
        sums.add(values | {"details": item.details.as_dict()} if item.details is not None else values)
    user = users.get(deps.store, 2)
    assert user is not None
    return user.quota, sums.balance + 2800  # the seeded entry took nothing


def test_a_refund_gives_the_charge_back_once(alice: Api, api: Api, deps: Deps) -> None:
    written(deps)
    first = api.root.post("/api/log/refund", {"request_id": REQUEST, "remark": "wrong model"})["data"]
    assert (first["quota"], first["repeated"]) == (2800, False)
    again = api.root.post("/api/log/refund", {"request_id": REQUEST})["data"]
    assert [who.get(f"/api/log/receipt/{REQUEST}")["data"]["refunded_by"] for who in (alice, api.root)] == [
        first["request_id"]
    ] * 2
    assert again == {**first, "repeated": True}
    assert balance(deps) == (7800, 7800)
    (entry,) = alice.get("/api/log/self?type=6")["data"]
    assert (entry["quota"], entry["request_id"]) == (2800, first["request_id"])
    assert entry["content"] == f"退还 ＄0.005600 额度，请求 {REQUEST}：wrong model"


def test_fifty_refunds_at_the_same_time_give_it_back_once(alice: Api, deps: Deps) -> None:
    written(deps)
    kept = receipts.find(deps.store, REQUEST)
    assert kept is not None
    with ThreadPoolExecutor(50) as pool:
        given = list(pool.map(lambda _: receipts.refund(deps.store, kept, "sorry"), range(50)))
    assert [refund.repeated for refund in given if refund is not None].count(False) == 1
    assert len({refund.request_id for refund in given if refund is not None}) == 1
    assert balance(deps) == (7800, 7800)


def test_a_refund_of_what_a_limited_token_paid_goes_back_to_the_token_too(alice: Api, api: Api, deps: Deps) -> None:
    made = alice.post("/api/token/", {"name": "limited", "remain_quota": 100})["data"]
    written(deps, token_id=made["id"], details={"limited": True})
    assert api.root.post("/api/log/refund", {"request_id": REQUEST})["success"]
    assert alice.get(f"/api/token/{made['id']}")["data"]["remain_quota"] == 2900
    assert balance(deps) == (7800, 7800)


@pytest.mark.parametrize("change", ["deleted", "unlimited"])
def test_a_token_that_no_longer_counts_does_not_stop_a_refund(alice: Api, api: Api, deps: Deps, change: str) -> None:
    made = alice.post("/api/token/", {"name": "limited", "remain_quota": 100})["data"]
    written(deps, token_id=made["id"], details={"limited": True})
    row = tokens.get(deps.store, 2, made["id"])
    assert row is not None
    if change == "deleted":
        tokens.remove(deps.store, row)
    else:
        tokens.change(deps.store, row, {"unlimited_quota": True})
    assert api.root.post("/api/log/refund", {"request_id": REQUEST})["data"]["quota"] == 2800
    assert balance(deps) == (7800, 7800)


@pytest.mark.parametrize("cost", [0, 40, None])
def test_what_a_request_cost_the_operator_is_shown_to_administrators(
    alice: Api, api: Api, deps: Deps, cost: int | None
) -> None:
    written(deps, cost=cost)
    assert api.root.get(f"/api/log/receipt/{REQUEST}")["data"]["cost"] == cost
    assert "cost" not in alice.get(f"/api/log/receipt/{REQUEST}")["data"]
    assert "cost" not in alice.raw("GET", "/api/log/self").text


def test_what_is_not_consumption_is_not_refunded(alice: Api, api: Api, deps: Deps) -> None:
    (correction,) = alice.get("/api/log/self?type=3")["data"]
    answer = api.root.post("/api/log/refund", {"request_id": correction["request_id"]})
    assert answer == refused("只能退还消费记录")
    written(deps, quota=0)
    assert api.root.post("/api/log/refund", {"request_id": REQUEST})["message"] == "该记录没有扣费"
    for body in ({}, {"request_id": "nonsense"}, {"request_id": "1" * 31}):
        assert api.root.post("/api/log/refund", body)["message"] == "没有找到该请求的记录"


def test_a_purged_entry_is_not_refunded_and_a_purged_refund_stays_in_the_balance(
    alice: Api, api: Api, deps: Deps
) -> None:
    written(deps)
    kept = receipts.find(deps.store, REQUEST)
    assert kept is not None
    rolled_up(deps)
    assert logs.purge(deps.store, NOW + 3600) > 0
    assert receipts.refund(deps.store, kept, "late") is None
    assert not api.root.post("/api/log/refund", {"request_id": REQUEST})["success"]
    assert balance(deps) == (5000, 5000)
