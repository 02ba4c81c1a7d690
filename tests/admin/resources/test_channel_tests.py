"""Testing channels over HTTP: one, all in the background with progress, and what follows for their status."""

import asyncio
import time
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from admin.web.edge import Edge
from cron import deps as cron_deps
from cron.app import JOBS
from gateway.clock import SystemClock
from gateway.config import RelaySettings
from gateway.store.accounts import users
from gateway.store.channels import channels
from gateway.store.settings import options, progress
from gateway.upkeep.channel_tests import RUN
from tests.admin.api import Api, refused
from tests.admin.conftest import ROOT_TOKEN
from tests.support.json_server import Asked, JsonServer, Reply, json_server
from tests.support.mailbox import open_mailbox
from tests.support.tables import Stack

OPENAI, GEMINI = 1, 24
CHAT = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "I am m"}, "finish_reason": "stop"}]}
WRONG_KEY = {
    "error": {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}
}
ANSWERS: dict[str, Reply] = {
    "/v1/chat/completions": (200, CHAT),
    "/v1/embeddings": (200, {"data": [{"embedding": [0.1, 0.2, 0.3], "index": 0}], "model": "e", "usage": {}}),
    "/v1/images/generations": (200, {"created": 1, "data": [{"url": "https://example.com/a.png"}]}),
    "/v1/audio/speech": (200, b"ID3sound"),
    "/v1/audio/transcriptions": (200, {"text": "hush"}),
    "/v1/moderations": (200, {"id": "x", "results": [{"flagged": False}]}),
    "/v1/completions": (200, {"choices": [{"text": "so", "index": 0, "finish_reason": "stop"}]}),
}


def as_documented(asked: Asked) -> Reply:
    """Refuses the key ``sk-wrong``, is slow for ``sk-slow``."""
    if asked.headers["authorization"] == "Bearer sk-wrong":
        return 401, WRONG_KEY
    if asked.headers["authorization"] == "Bearer sk-slow":
        time.sleep(1.5)
    return ANSWERS[asked.path]


@pytest.fixture
def provider() -> Generator[JsonServer]:
    with json_server(as_documented) as served:
        yield served


@pytest.fixture
def api(deps: Deps, tables: Stack, application: FastAPI) -> Generator[Api]:
    """Background jobs are run at once, by the real cron function's table."""

    def start(name: str) -> None:
        run_job(tables, name)

    application.state.deps = replace(deps, start_job=start)
    with Api(Edge(application, deps.clock), ROOT_TOKEN) as opened:
        yield opened


def run_job(tables: Stack, name: str) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        built = cron_deps.build(tables.settings(), RelaySettings.read({}))
        try:
            return await JOBS[name](built)
        finally:
            await built.close()

    return asyncio.run(run())


def new_channel(api: Api, url: str, **changes: Any) -> int:
    form = {"type": OPENAI, "key": "sk-right", "name": "c", "models": "m", "base_url": url, **changes}
    assert api.root.post("/api/channel/", form)["success"]
    return api.root.get("/api/channel/")["data"][0]["id"]


def status_of(api: Api, number: int) -> int:
    return api.root.get(f"/api/channel/{number}")["data"]["status"]


def test_one_channel_is_tested_with_one_apis_question_and_answer(api: Api, provider: JsonServer) -> None:
    number = new_channel(api, provider.url, models="m,m2", model_mapping='{"m":"real"}')
    answer = api.root.get(f"/api/channel/test/{number}/?model=m")
    assert answer.pop("time") > 0
    assert answer == {"success": True, "message": "I am m", "modelName": "real", "model": "real"}
    (asked,) = provider.asked
    assert asked.json == {
        "model": "real",
        "messages": [{"role": "user", "content": "Output only your specific model name with no additional text."}],
    }
    shown = api.root.get(f"/api/channel/{number}")["data"]
    assert shown["response_time"] > 0
    assert shown["test_time"] > 0
    (entry,) = api.root.get("/api/log/?type=5")["data"]
    assert entry["content"] == "渠道 c 测试成功，响应：I am m"
    assert (entry["user_id"], entry["channel"], entry["model_name"], entry["quota"]) == (0, number, "real", 0)


@pytest.mark.parametrize(
    ("asked", "own", "tested"),
    [
        ("m2", "", "m2"),
        ("", "", "m1"),  # the first listed
        ("", "m2", "m2"),  # the channel's own
        ("nosuch", "", "m1"),
        ("m1", "m2", "m1"),
    ],
)
def test_the_model_is_the_one_asked_for_or_the_channels_own(
    api: Api, provider: JsonServer, asked: str, own: str, tested: str
) -> None:
    number = new_channel(api, provider.url, models="m1,m2", test_model=own)
    assert api.root.post(f"/api/channel/test/{number}?model={asked}")["modelName"] == tested
    assert provider.asked[0].json["model"] == tested


@pytest.mark.parametrize(
    ("model", "path", "said"),
    [
        ("text-embedding-3-small", "/v1/embeddings", "3 dimensions"),
        ("my-own-embedder", "/v1/embeddings", "3 dimensions"),
        ("dall-e-3", "/v1/images/generations", "1 image"),
        ("tts-1", "/v1/audio/speech", "8 bytes of audio/mpeg"),
        ("whisper-1", "/v1/audio/transcriptions", "hush"),
        ("omni-moderation-latest", "/v1/moderations", "ok"),
        ("gpt-3.5-turbo-instruct", "/v1/completions", "so"),
    ],
)
def test_a_channel_is_asked_for_what_its_model_does(
    api: Api, provider: JsonServer, model: str, path: str, said: str
) -> None:
    number = new_channel(api, provider.url, models=model)
    answer = api.root.get(f"/api/channel/test/{number}")
    assert provider.asked[0].path == path
    assert (answer["success"], answer["message"]) == (True, said)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((401, WRONG_KEY), "http status code: 401, error message: Incorrect API key provided"),
        ((200, {"choices": []}), "response has no choices"),
        ((200, {"choices": [{"message": {"content": None}}]}), "response content is not string"),
    ],
)
def test_a_failed_test_says_why_and_changes_no_status(
    api: Api, provider: JsonServer, reply: Reply, message: str
) -> None:
    provider.answer = lambda asked: reply
    number = new_channel(api, provider.url)
    answer = api.root.get(f"/api/channel/test/{number}")
    assert answer == refused(message, code="upstream", time=0, modelName="m", model="m")
    assert status_of(api, number) == 1
    assert api.root.get(f"/api/channel/{number}")["data"]["response_time"] == 0
    assert api.root.get("/api/log/?type=5")["data"][0]["content"] == f"渠道 c 测试失败，错误：{message}"


def test_nobody_listening_and_no_such_channel_are_failures(api: Api) -> None:
    number = new_channel(api, "http://127.0.0.1:9")
    assert api.root.get(f"/api/channel/test/{number}")["message"] == "the provider could not be reached"
    assert api.root.get("/api/channel/test/99")["message"] == "记录不存在"


def test_one_refused_key_of_several_is_not_the_last_word(api: Api, deps: Deps, provider: JsonServer) -> None:
    number = new_channel(api, provider.url)
    channels.change(deps.store, number, {}, key="sk-wrong\nsk-right")
    assert api.root.get(f"/api/channel/test/{number}")["success"]


@pytest.fixture
def automatic(deps: Deps) -> None:
    for key in ("AutomaticDisableChannelEnabled", "AutomaticEnableChannelEnabled"):
        options.put(deps.store, key, "true")
    options.put(deps.store, "ChannelDisableThreshold", "1.2")


@pytest.mark.usefixtures("automatic")
def test_a_round_takes_refused_and_slow_channels_out_and_brings_only_their_like_back(
    api: Api, provider: JsonServer
) -> None:
    good = new_channel(api, provider.url)
    wrong = new_channel(api, provider.url, key="sk-wrong")
    slow = new_channel(api, provider.url, key="sk-slow")
    by_hand = new_channel(api, provider.url, status=2)
    by_itself = new_channel(api, provider.url, status=3)
    slow_and_off = new_channel(api, provider.url, key="sk-slow", status=3)
    assert api.root.get("/api/channel/test") == {"success": True, "message": ""}
    found = [status_of(api, number) for number in (good, wrong, slow, by_hand, by_itself, slow_and_off)]
    assert found == [1, 3, 3, 2, 1, 3]
    reason = api.root.get(f"/api/channel/{slow}")["data"]["status_reason"]
    assert reason.startswith("响应时间 1.")
    assert reason.endswith("s 超过阈值 1.20s")
    run = api.root.get("/api/channel/test/progress")["data"]
    assert (run["state"], run["scope"], run["total"], run["done"], run["failed"]) == ("done", "all", 6, 6, 1)


def test_without_the_options_a_round_changes_no_status(api: Api, provider: JsonServer) -> None:
    wrong, off = new_channel(api, provider.url, key="sk-wrong"), new_channel(api, provider.url, status=3)
    assert api.root.post("/api/channel/test/?scope=all")["success"]
    assert (status_of(api, wrong), status_of(api, off)) == (1, 3)


@pytest.mark.usefixtures("automatic")
def test_the_disabled_scope_asks_only_those_out_of_service(api: Api, provider: JsonServer) -> None:
    new_channel(api, provider.url, models="on")
    new_channel(api, provider.url, models="off", status=2)
    new_channel(api, provider.url, models="auto", status=3)
    assert api.root.get("/api/channel/test?scope=disabled")["success"]
    assert {asked.json["model"] for asked in provider.asked} == {"off", "auto"}


def test_a_second_round_is_refused_while_one_goes_on(api: Api, deps: Deps) -> None:
    assert api.root.get("/api/channel/test/progress")["data"]["state"] == "idle"
    assert progress.take(deps.store, RUN, "another", "all")
    assert api.root.get("/api/channel/test") == refused("测试已在运行中", code="conflict")
    assert api.root.get("/api/channel/test/progress")["data"]["state"] == "running"
    assert not api.root.get("/api/channel/test?scope=some")["success"]


def test_a_round_that_died_is_over_after_a_while(tables: Stack, deps: Deps) -> None:
    class Later(SystemClock):
        def now(self) -> int:
            return super().now() + 181

    assert progress.take(deps.store, RUN, "dead", "all")
    later = replace(deps.store, clock=Later())
    assert progress.read(later, RUN).state == "done"
    assert progress.ask(later, RUN, "all")
    assert not progress.tell(later, RUN, "dead", progress.Progress(state="running"))
    assert run_job(tables, "test_channels")["total"] == 0


@pytest.mark.usefixtures("automatic")
def test_root_is_told_by_mail_once_of_what_a_round_changed(api: Api, deps: Deps, provider: JsonServer) -> None:
    users.change(deps.store, users.get(deps.store, 1), {"email": "root@example.com"})
    new_channel(api, provider.url, key="sk-wrong", name="<b>bad</b>")
    new_channel(api, provider.url, status=2)
    with open_mailbox() as box:
        for key, value in (("SMTPServer", "127.0.0.1"), ("SMTPPort", str(box.port)), ("SMTPFrom", "gw@example.com")):
            options.put(deps.store, key, value)
        assert api.root.get("/api/channel/test")["success"]
        assert api.root.get("/api/channel/test")["success"]
        assert box.receivers == [["root@example.com"]]
        assert "&lt;b&gt;bad&lt;/b&gt;" in box.body()
        assert "Incorrect API key provided" in box.body()
        provider.answer = lambda asked: (200, CHAT)
        assert api.root.get("/api/channel/test")["success"]
        assert len(box.mails) == 2
        assert "back in service" in box.body()


def test_root_is_told_through_the_message_pusher_and_by_mail_when_that_fails(
    api: Api, deps: Deps, tables: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = new_channel(api, "http://127.0.0.1:9", name="gone")
    assert channels.switch(deps.store, number, 3, expected=1, reason="401 invalid_api_key")
    users.change(deps.store, users.get(deps.store, 1), {"email": "root@example.com"})
    assert run_job(tables, "notify_root") == {"told": 0}  # no way to tell
    with json_server(lambda asked: (200, {"success": False, "message": "bad token"})) as pusher:
        monkeypatch.setenv("FETCH_ALLOWED_HOSTS", pusher.url.removeprefix("http://"))
        options.put(deps.store, "MessagePusherAddress", pusher.url + "/push/root")
        options.put(deps.store, "MessagePusherToken", "t0ken")
        assert run_job(tables, "notify_root") == {"told": 0}  # refused, and no mail server: kept for later
        pusher.answer = lambda asked: (200, {"success": True, "message": ""})
        assert run_job(tables, "notify_root") == {"told": 1}
        assert run_job(tables, "notify_root") == {"told": 0}
        sent = pusher.asked[-1].json
        assert sent["title"].startswith("渠道状态变更提醒")
        assert "gone" in sent["content"]
        assert "401 invalid_api_key" in sent["content"]
        assert (sent["token"], sent["url"], sent["channel"]) == ("t0ken", "", "")


def test_the_pusher_cannot_be_used_to_reach_private_addresses(
    api: Api, deps: Deps, tables: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FETCH_ALLOWED_HOSTS", raising=False)
    number = new_channel(api, "http://127.0.0.1:9")
    assert channels.switch(deps.store, number, 3, expected=1, reason="x")
    with json_server(lambda asked: (200, {"success": True})) as pusher:
        options.put(deps.store, "MessagePusherAddress", pusher.url)
        assert run_job(tables, "notify_root") == {"told": 0}
        assert not pusher.asked


def test_balances_are_asked_for_by_the_job(api: Api, deps: Deps, tables: Stack) -> None:
    reply = {"data": {"available_balance": 4}, "code": 0}
    with json_server(lambda asked: (200, reply)) as served:
        number = new_channel(api, served.url, type=25)
        new_channel(api, served.url, type=25, status=2)
        assert run_job(tables, "update_balances") == {"asked": 1, "told": 1}
    assert api.root.get(f"/api/channel/{number}")["data"]["balance"] == 4
