"""A dashboard in one answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from admin.resources.summary import LATEST, MOST_SHOWN, TOP
from admin.web.deps import Deps
from gateway.clock import new_request_id
from gateway.domain.channel import ChannelStatus
from gateway.domain.money import Entry, EntryType
from gateway.security import totp
from gateway.store.accounts import second_factors
from gateway.store.channels import channels
from gateway.store.money.ledger_requests import put_entry
from gateway.store.schema.items import UsageItem
from gateway.store.settings import options
from tests.admin.api import Api
from tests.admin.test_reads import counted


def today(ago: int = 0) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).date().isoformat()


def add(owner: str, day: str, key: str, quota: int, **more: Any) -> None:
    UsageItem(owner=owner, day_model=f"{day}#{key}", request_count=1, quota=quota, **more).save()


def put(deps: Deps, user_id: int, **changes: Any) -> None:
    wanted: dict[str, Any] = {
        "type": EntryType.CONSUME,
        "username": "alice",
        "quota": 5,
        "created_at": deps.clock.now(),
    }
    entry = Entry(request_id=new_request_id(deps.clock), id=1, user_id=user_id, **(wanted | changes))
    deps.store.transactor.transact({"TransactItems": [put_entry(deps.store.tables, entry)]})


def kinds(answer: Any) -> list[str]:
    return [item["kind"] for item in answer["everybody"]["to_do"]]


def test_an_account_sees_its_balance_its_sums_its_keys_and_its_latest_requests(api: Api, deps: Deps) -> None:
    number = api.new_user("alice", quota=700)
    owner = f"user#{number}"
    for ago in range(3):
        add(owner, today(ago), "gpt-4o", 30)
        add(owner, today(ago), "o3", 5)
    add(owner, today(20), "gpt-4o", 1000)
    for token in range(8):
        add(owner + "/token", today(), str(token), token, name=f"key-{token}", user_id=number)
    for _ in range(LATEST + 2):
        put(deps, number)
    put(deps, number, type=EntryType.TOPUP)
    answer = api.signed_in("alice").get("/api/summary?days=7")
    data = answer["data"]
    assert data["account"]["quota"] == 700
    assert data["account"]["lasts_days"] == 700 * 7 // 105
    assert data["usage"]["totals"]["quota"] == 105
    assert [row["day"] for row in data["usage"]["days"]] == [day for ago in (2, 1, 0) for day in [today(ago)] * 2]
    assert [row["name"] for row in data["usage"]["tokens"]] == [f"key-{token}" for token in (7, 6, 5, 4, 3)]
    assert [row["type"] for row in data["latest"]] == [2] * LATEST
    assert data["usage"]["complete"] is True
    assert "everybody" not in data
    assert answer["counted_until"] == 0


def test_who_used_nothing_has_no_pace(api: Api) -> None:
    api.new_user("alice", quota=700)
    data = api.signed_in("alice").get("/api/summary/")["data"]
    assert (data["account"]["lasts_days"], data["usage"]["days"], data["latest"]) == (None, [], [])
    assert not api.signed_in("alice").get("/api/summary?days=32")["success"]


def test_administrators_see_everybodys_sums_and_the_states_of_channels(api: Api, deps: Deps) -> None:
    for name, status in (("up", 1), ("off", 2), ("broken", 1)):
        made = {"name": name, "key": "k", "models": "gpt-4o", "status": status}
        assert api.root.post("/api/channel/", made)["success"]
    broken = next(row for row in channels.every(deps.store) if row.name == "broken")
    channels.switch(deps.store, broken.id, ChannelStatus.AUTO_DISABLED, expected=1, reason="status 401: wrong key")
    add("all", today(), "gpt-4o", 40)
    add("all", today(1), "o3", 2)
    add("all/hour", today(1), "23", 2)
    add("all/user", today(), "7", 40, name="alice")
    add("all/channel", today(), str(broken.id), 42)
    everybody = api.root.get("/api/summary")["data"]["everybody"]
    assert everybody["totals"]["quota"] == 42
    assert everybody["hours"][0]["key"] == "23"
    assert [row["name"] for row in everybody["users"]] == ["alice"]
    assert [row["name"] for row in everybody["channels"]] == ["broken"]
    assert everybody["channel_states"] == {"enabled": 1, "disabled": 1, "auto_disabled": 1}
    (first, *_) = everybody["to_do"]
    assert (first["kind"], first["channel_id"], first["name"]) == ("channel_out_of_service", broken.id, "broken")
    assert (first["reason"], first["count"]) == ("status 401: wrong key", 1)


def test_what_is_to_do_goes_when_it_is_done(api: Api, deps: Deps) -> None:
    made = {"name": "c", "key": "k", "models": "gpt-4o,nobodys-model,mine", "model_mapping": '{"mine": "gpt-4o"}'}
    assert api.root.post("/api/channel/", made)["success"]
    data = api.root.get("/api/summary")["data"]
    assert kinds(data) == [
        "model_without_price",
        "server_address_unset",
        "mail_unset",
        "root_without_second_factor",
        "registration_without_turnstile",
    ]
    assert data["everybody"]["to_do"][0]["name"] == "nobodys-model"
    for key, value in (
        ("ModelRatio", '{"nobodys-model": 1}'),
        ("ServerAddress", "https://gateway.example"),
        ("SMTPServer", "mail.example"),
        ("SMTPFrom", "gateway@example.org"),
        ("RegisterEnabled", "false"),
    ):
        options.put(deps.store, key, value)
    assert second_factors.enrol(deps.store, 1)
    assert kinds(api.root.get("/api/summary")["data"]) == ["root_without_second_factor"]
    factor = second_factors.get(deps.store, 1)
    assert factor is not None
    secret = deps.store.vault.open(factor.sealed_secret, "factor#1")
    assert second_factors.confirm(deps.store, factor, totp.code_at(secret, deps.clock.now() // totp.STEP))
    assert kinds(api.root.get("/api/summary")["data"]) == []


def test_however_much_there_is_an_answer_is_short_and_its_reads_are_few(api: Api, deps: Deps) -> None:
    for number in range(60):
        add("all", today(), f"m{number}", number + 1)
        add("all/user", today(), str(number), number, name=f"user-{number}")
    with counted() as counts:
        data = api.root.get("/api/summary")["data"]
    days = data["everybody"]["days"]
    assert len(days) == MOST_SHOWN + 1
    assert sum(row["quota"] for row in days) == data["everybody"]["totals"]["quota"] == sum(range(1, 61))
    assert [row["quota"] for row in days if not row["key"]] == [sum(range(1, 61 - MOST_SHOWN))]
    assert len(data["everybody"]["users"]) == TOP
    assert sum(counts.values()) <= 25, counts
