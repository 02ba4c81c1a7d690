"""What jobs tell the operator and the owners of accounts, to whom, and never twice."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from typing import Any

import pytest

from cron import app
from cron.deps import Deps, build
from cron.jobs import notify_root, remind, roll_up, update_balances
from gateway.alarms.office import MARK, Item
from gateway.alarms.personal import Personal
from gateway.config import RelaySettings
from gateway.domain.money import Entry, EntryType
from gateway.store.accounts import codes, users
from gateway.store.accounts.bootstrap import first_start
from gateway.store.channels import channels
from gateway.store.money.ledger_requests import put_entry
from gateway.store.money.reminders import Reminders
from gateway.store.schema.channels import ChannelRow
from gateway.store.settings import options
from tests.cron.jobs.test_roll_up import DaysAgo, request_id
from tests.support.clock import at_once
from tests.support.json_server import Asked, JsonServer, Reply, json_server
from tests.support.mailbox import Mailbox, open_mailbox
from tests.support.tables import Stack


@pytest.fixture
def room() -> Generator[JsonServer]:
    """Feishu and DingTalk in one."""
    with json_server(lambda asked: (200, {"code": 0, "errcode": 0})) as server:
        yield server


@pytest.fixture
async def deps(tables: Stack, room: JsonServer, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Deps]:
    monkeypatch.setenv("FETCH_ALLOWED_HOSTS", room.url.removeprefix("http://"))
    monkeypatch.setattr("gateway.alarms.sending.PAUSES", ())
    first_start(tables.settings(), root_password="correct horse", clock=DaysAgo())
    made = replace(build(tables.settings(), RelaySettings.read({})), pause=at_once)
    options.put(made.store, "AlarmFeishuAddress", room.url + "/feishu")
    yield made
    await made.close()


def gone(deps: Deps, name: str = "gone") -> ChannelRow:
    """A channel that went out of service."""
    (row,) = channels.create(deps.store, ChannelRow(id=0, name=name, type=1, models="m", group="default"), ["k"])
    assert channels.switch(deps.store, row.id, 3, expected=1, reason="401")
    return row


def texts(room: JsonServer, path: str = "/feishu") -> list[str]:
    return [asked.json["content"]["text"] for asked in room.asked if asked.path == path]


async def test_every_receiver_is_told_of_a_channel_and_once(deps: Deps, room: JsonServer) -> None:
    options.put(deps.store, "AlarmDingTalkAddress", room.url + "/dingtalk")
    row = gone(deps)
    assert await notify_root.run(deps) == {"told": 1}
    assert await notify_root.run(deps) == {"told": 0}
    assert [asked.path for asked in room.asked] == ["/feishu", "/dingtalk"]
    assert "gone" in texts(room)[0]
    for status, before in ((1, 3), (3, 1)):  # and again, though the same happens again within minutes
        assert channels.switch(deps.store, row.id, status, expected=before, reason="401")
        assert await notify_root.run(deps) == {"told": 1}
    assert len(texts(room)) == 3


async def test_a_run_that_died_before_it_said_so_tells_nobody_twice(deps: Deps, room: JsonServer) -> None:
    row = gone(deps)
    assert codes.mark(deps.store, MARK, f"channel_disabled {row.id} feishu", seconds=60)
    assert await notify_root.run(deps) == {"told": 1}
    assert not room.asked


async def test_who_refuses_is_asked_again_and_the_others_are_not(deps: Deps, room: JsonServer) -> None:
    options.put(deps.store, "AlarmDingTalkAddress", room.url + "/dingtalk")
    room.answer = lambda asked: (200, {"code": 1})
    gone(deps)
    assert await notify_root.run(deps) == {"told": 0}
    room.answer = lambda asked: (200, {"code": 0, "errcode": 1})
    assert await notify_root.run(deps) == {"told": 1}
    assert await notify_root.run(deps) == {"told": 0}
    assert len(room.asked) == 4


async def test_a_route_chooses_receivers_and_an_empty_one_tells_nobody(deps: Deps, room: JsonServer) -> None:
    options.put(deps.store, "AlarmDingTalkAddress", room.url + "/dingtalk")
    options.put(deps.store, "AlarmRoutes", '{"channel_disabled": ["dingtalk"], "channel_enabled": []}')
    row = gone(deps)
    assert await notify_root.run(deps) == {"told": 1}
    assert channels.switch(deps.store, row.id, 1, expected=3, reason="")
    assert await notify_root.run(deps) == {"told": 1}
    assert [asked.path for asked in room.asked] == ["/dingtalk"]


async def test_what_nobody_took_goes_by_mail_to_whom_the_operator_named(deps: Deps, room: JsonServer) -> None:
    room.answer = lambda asked: (200, {"code": 9})
    with open_mailbox() as box:
        _mail(deps, box)
        options.put(deps.store, "AlarmMailTo", "ops@example.com;night@example.com")
        gone(deps)
        assert await notify_root.run(deps) == {"told": 1}
        assert box.receivers == [["ops@example.com", "night@example.com"]]


async def test_a_low_balance_of_a_channel_is_told_once_until_it_is_up_again(deps: Deps, room: JsonServer) -> None:
    told: dict[str, Any] = {"data": {"available_balance": 4}, "code": 0}

    def provider(asked: Asked) -> Reply:
        return 200, told

    with json_server(provider) as served:
        wanted = ChannelRow(id=0, name="moon", type=25, models="m", group="default", base_url=served.url)
        channels.create(deps.store, wanted, ["k"])
        for threshold, balance, told_so_far in (("0", 4, 0), ("5", 4, 1), ("5", 3, 1), ("5", 6, 1), ("5", 2, 2)):
            options.put(deps.store, "ChannelBalanceThreshold", threshold)
            told["data"] = {"available_balance": balance}
            assert (await update_balances.run(deps))["told"] == 1
            assert len(texts(room)) == told_so_far, (threshold, balance)
    assert "moon" in texts(room)[0]


async def test_usage_that_was_not_believed_is_told(deps: Deps, room: JsonServer) -> None:
    common: dict[str, Any] = {"created_at": deps.clock.now(), "type": EntryType.CONSUME, "user_id": 7, "quota": 1}
    asked = [request_id(100), request_id(101)]
    for number, details in enumerate(({}, {"quarantined": "absurd"})):
        entry = Entry(request_id=asked[number], id=number + 1, username="a", details=details, **common)
        deps.store.transactor.transact({"TransactItems": [put_entry(deps.store.tables, entry)]})
    assert (await roll_up.run(deps, lag=0))["entries"] == 2
    (text,) = texts(room)
    assert asked[1] in text and asked[0] not in text
    await roll_up.run(deps, lag=0)
    assert len(texts(room)) == 1


def test_a_job_that_fails_is_told_once_an_hour(deps: Deps, room: JsonServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_: Deps) -> dict[str, Any]:
        raise RuntimeError("detail")

    monkeypatch.setattr(app, "build", lambda: replace(deps))
    monkeypatch.setitem(app.JOBS, "audit", fails)  # pyright: ignore
    for _ in range(2):
        with pytest.raises(RuntimeError):
            app.handler({"job": "audit"})
    (text,) = texts(room)
    assert "audit" in text and "detail" not in text


@pytest.mark.parametrize(("threshold", "told"), [(-1, 0), (0, 0), (50, 0), (60, 1)])
async def test_an_account_is_told_below_its_own_threshold(
    deps: Deps, room: JsonServer, threshold: int, told: int
) -> None:
    options.put(deps.store, "QuotaRemindThreshold", "20")
    await _fallen(deps, room.url + "/own", remind_threshold=threshold)
    assert (await remind.run(deps))["told"] == told
    assert (await remind.run(deps))["told"] == 0
    assert len(texts(room, "/own")) == told


async def test_where_its_own_receiver_refuses_a_mail_is_sent(deps: Deps, room: JsonServer) -> None:
    room.answer = lambda asked: (200, {"code": 9})
    await _fallen(deps, room.url + "/own", remind_threshold=60)
    assert await remind.run(deps) == {"told": 0, "failed": 1, "recovered": 0}
    with open_mailbox() as box:
        _mail(deps, box)
        assert (await remind.run(deps))["told"] == 1
        assert (await remind.run(deps))["told"] == 0
        assert box.receivers == [["root@example.com"]]


def test_what_is_told_together_has_one_name(deps: Deps, room: JsonServer) -> None:
    items = [Item(event="job_failed", key=key, html=f"<p>{key}</p>") for key in ("a", "b")]
    options.put(deps.store, "AlarmWebhookAddress", room.url + "/hook")
    office = deps.office(options.current(deps.store))
    assert office.tell("s", items).reached == {"a", "b"}
    (sent,) = [asked for asked in room.asked if asked.path == "/hook"]
    assert len(sent.headers["webhook-id"]) == 32
    assert sent.json["text"] == "a\n\nb"


async def _fallen(deps: Deps, address: str, *, remind_threshold: int) -> None:
    """Root has 50 left, and somewhere to be told of it."""
    root = users.get(deps.store, 1)
    assert root is not None
    alarm = Personal("feishu", {"address": address}).sealed(deps.store.vault, 1)
    changes = {"alarm": alarm, "remind_threshold": remind_threshold, "email": "root@example.com", "quota": 50}
    await asyncio.to_thread(users.change, deps.store, root, changes)
    await Reminders(deps.dynamo, deps.ledger.tables).queue(1, 0, deps.clock.now(), crossed=True)


def _mail(deps: Deps, box: Mailbox) -> None:
    for key, value in (("SMTPServer", "127.0.0.1"), ("SMTPPort", str(box.port)), ("SMTPFrom", "gw@example.com")):
        options.put(deps.store, key, value)
