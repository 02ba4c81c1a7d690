"""Receivers of alarms: tried by a button, an account's own chosen, kept sealed and used."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from gateway.security.safe_fetch import Fetcher
from gateway.store.accounts import users
from tests.admin.api import Api
from tests.support.json_server import Asked, JsonServer, Reply, json_server


def room(asked: Asked) -> Reply:
    """Feishu, whose room ``/bad`` is gone."""
    return 200, {"code": 0} if asked.path != "/bad" else {"code": 19001, "msg": "param invalid"}


@pytest.fixture
def there(deps: Deps, application: FastAPI) -> Generator[JsonServer]:
    with json_server(room) as server:
        allowed = frozenset({server.url.removeprefix("http://")})
        application.state.deps = replace(deps, fetcher=Fetcher(allowed))
        yield server


@pytest.fixture
def alice(api: Api) -> Api:
    api.new_user("alice")
    return api.signed_in("alice")


def own(caller: Api) -> dict[str, Any]:
    return caller.get("/api/user/self/alarm")["data"]


def choose(caller: Api, **body: Any) -> Any:
    return caller.put("/api/user/self/alarm", body)


def test_root_tries_every_receiver_and_is_told_of_each(api: Api, there: JsonServer) -> None:
    assert api.root.post("/api/option/test/alarm")["message"] == "尚未设置任何告警接收方"
    for key, value in (("AlarmFeishuAddress", there.url + "/bad"), ("AlarmWebhookAddress", there.url + "/hook")):
        assert api.root.put("/api/option/", {"key": key, "value": value})["success"]
    webhook, feishu = api.root.post("/api/option/test/alarm")["data"]
    assert webhook == {"receiver": "webhook", "sent": True, "message": ""}
    assert (feishu["receiver"], feishu["sent"]) == ("feishu", False)
    assert "param invalid" in feishu["message"]
    assert len(there.asked) == 2


def test_an_account_chooses_where_it_is_told_and_tries_it(alice: Api, there: JsonServer) -> None:
    assert alice.post("/api/user/self/alarm/test")["message"] == "尚未设置任何告警接收方"
    assert choose(alice, receiver="feishu", settings={"address": there.url + "/good", "secret": "s"})["success"]
    assert own(alice)["receiver"] == "feishu"
    assert alice.post("/api/user/self/alarm/test")["success"]
    assert there.asked[-1].json["sign"]
    choose(alice, receiver="feishu", settings={"address": there.url + "/bad"})
    assert "param invalid" in alice.post("/api/user/self/alarm/test")["message"]
    assert choose(alice, receiver="")["success"]
    assert own(alice)["receiver"] == ""


def test_what_was_chosen_is_sealed_and_only_a_chat_is_shown(alice: Api, deps: Deps) -> None:
    settings = {"token": "7:secret", "chat": "-100", "other": "x"}
    assert choose(alice, receiver="telegram", settings=settings)["success"]
    assert own(alice)["settings"] == {"chat": "-100"}
    row = users.get(deps.store, 2)
    assert row is not None and row.alarm.startswith("v1.") and "secret" not in row.alarm
    assert "7:secret" not in alice.raw("GET", "/api/user/self").text


def test_a_threshold_of_ones_own_stays_until_it_is_given_up(alice: Api) -> None:
    assert (own(alice)["quota_remind_threshold"], own(alice)["default_threshold"]) == (-1, 1000)
    assert choose(alice, quota_remind_threshold=5000)["success"]
    choose(alice, receiver="")
    assert own(alice)["quota_remind_threshold"] == 5000
    assert choose(alice, quota_remind_threshold=-1)["success"]
    assert own(alice)["quota_remind_threshold"] == -1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"quota_remind_threshold": -2}, "额度提醒阈值必须在"),
        ({"receiver": "pigeon"}, "receiver 必须是以下之一"),
        ({"receiver": "slack"}, "address 不能为空"),
        ({"receiver": "slack", "settings": {"address": "ftp://x"}}, "address 必须为空，或以 https:// 或 http:// 开头"),
        ({"receiver": "webhook", "settings": {"address": "https://x", "secret": "a\nb"}}, "secret 必须是单行文本"),
    ],
)
def test_a_choice_that_cannot_work_is_refused(alice: Api, body: dict[str, Any], message: str) -> None:
    assert message in choose(alice, **body)["message"]


def test_no_receiver_leads_inside(alice: Api) -> None:
    for address in ("https://127.0.0.1/x", "http://gate.example/x", "https://169.254.169.254/latest"):
        assert choose(alice, receiver="webhook", settings={"address": address})["success"]
        assert not alice.post("/api/user/self/alarm/test")["success"]
