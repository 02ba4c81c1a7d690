"""What changes how one signs in is done by who has just shown who they are; and what a new password ends."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from admin.resources.registration import RESET, VERIFICATION, reset_subject
from admin.web.deps import Deps
from admin.web.edge import Edge
from gateway.clock import SystemClock
from gateway.security import totp
from gateway.store.accounts import codes, second_factors, users
from gateway.store.context import Store
from tests.admin.api import PASSWORD, Api, refused
from tests.admin.conftest import ROOT_PASSWORD, ROOT_TOKEN

NEW = "another good one"
EMAIL = "alice@example.org"
FIRST = "请重新登录，或先通过 POST /api/user/confirm 用密码或两步验证码确认身份，10 分钟内再试"
REFUSED = refused(FIRST, code="unconfirmed")
GONE = "无权进行此操作，access token 无效"


class Watch(SystemClock):
    ahead = 0

    def now(self) -> int:
        return 1_800_000_000 + Watch.ahead


@pytest.fixture
def store(deps: Deps) -> Store:
    Watch.ahead = 0
    return replace(deps.store, clock=Watch())


@pytest.fixture
def api(deps: Deps, application: FastAPI, store: Store) -> Api:
    """The application with time standing still, and an account, whose number is 2."""
    application.state.deps = replace(deps, store=store)
    api = Api(Edge(application, store.clock), ROOT_TOKEN)
    for key, value in (("PasskeyLoginEnabled", "true"), ("WeChatServerAddress", "https://wechat.example")):
        assert api.root.put("/api/option/", {"key": key, "value": value})["success"]
    assert api.root.put("/api/option/", {"key": "WeChatAuthEnabled", "value": "true"})["success"]
    api.new_user("alice")
    return api


CHANGES: dict[str, Callable[[Api], Any]] = {
    "password": lambda who: who.put("/api/user/self", {"password": NEW}),
    "name": lambda who: who.put("/api/user/self", {"username": "alicia"}),
    "address": lambda who: who.get("/api/oauth/email/bind", params={"email": EMAIL, "code": "mailed"}),
    "passkey": lambda who: who.post("/api/user/passkey/register/begin", {}, headers={"host": "localhost"}),
    "access token": lambda who: who.get("/api/user/token"),
    "second factor": lambda who: who.post("/api/user/2fa/setup"),
    "deletion": lambda who: who.delete("/api/user/self"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_how_one_signs_in_needs_a_sign_in_of_the_last_ten_minutes(
    api: Api, store: Store, change: str
) -> None:
    alice = api.signed_in("alice")
    codes.issue(store, VERIFICATION, EMAIL, "mailed", seconds=3600)
    Watch.ahead = 600
    assert alice.get("/api/user/self")["success"]  # when somebody was seen is noted by then
    before = users.get(store, 2)
    assert CHANGES[change](alice) == REFUSED
    assert users.get(store, 2) == before
    assert alice.post("/api/user/confirm", {"password": PASSWORD})["success"]
    Watch.ahead = 1199
    assert CHANGES[change](alice)["success"]


@pytest.mark.parametrize("change", CHANGES)
def test_right_after_signing_in_nothing_more_is_asked(api: Api, store: Store, change: str) -> None:
    codes.issue(store, VERIFICATION, EMAIL, "mailed", seconds=3600)
    alice = api.signed_in("alice")
    Watch.ahead = 599
    assert CHANGES[change](alice)["success"]


@pytest.mark.parametrize("change", CHANGES)
def test_an_access_token_has_to_show_the_password_first(api: Api, store: Store, change: str) -> None:
    codes.issue(store, VERIFICATION, EMAIL, "mailed", seconds=3600)
    script = api.holding(api.signed_in("alice").get("/api/user/token")["data"])
    assert CHANGES[change](script) == REFUSED
    assert script.post("/api/user/confirm", {"password": PASSWORD})["success"]
    assert CHANGES[change](script)["success"]


def test_binding_elsewhere_and_switching_the_second_factor_on_need_it_too(api: Api, store: Store) -> None:
    alice = api.signed_in("alice")
    secret = alice.post("/api/user/2fa/setup")["data"]["secret"]
    Watch.ahead = 600
    assert alice.get("/api/oauth/wechat/bind?code=x") == REFUSED
    state = alice.get("/api/oauth/state")["data"]
    assert alice.get(f"/api/oauth/github?code=x&state={state}") == REFUSED
    code = totp.code_at(secret, store.clock.now() // totp.STEP)
    assert alice.post("/api/user/2fa/enable", {"code": code}) == REFUSED


def test_another_shown_name_and_a_form_without_changes_need_nothing(api: Api) -> None:
    alice = api.signed_in("alice")
    Watch.ahead = 600
    form = {"username": "alice", "password": "", "display_name": "Alice"}
    assert alice.put("/api/user/self", form)["success"]


def test_one_confirms_for_one_session_and_not_for_its_copies(api: Api) -> None:
    alice, other = api.signed_in("alice"), api.signed_in("alice")
    copy = Api(api.app, ROOT_TOKEN)
    copy.client.cookies.set("session", alice.client.cookies["session"])
    Watch.ahead = 600
    assert alice.post("/api/user/confirm", {"password": PASSWORD})["success"]
    assert other.get("/api/user/token") == copy.get("/api/user/token") == REFUSED
    assert alice.get("/api/user/token")["success"]


def test_guesses_at_confirming_are_counted_with_those_at_signing_in(api: Api) -> None:
    script = api.holding(api.signed_in("alice").get("/api/user/token")["data"])
    thief = Api(api.app, ROOT_TOKEN, dict(script.client.headers))
    elsewhere = [thief.raw("POST", "/api/user/confirm", json={"password": "wrong"}) for _ in range(22)]
    assert elsewhere[0].json() == refused("密码错误", code="invalid", field="password")
    assert [answer.status_code for answer in elsewhere[19:]] == [200, 429, 429]  # ten, and ten more from a known place
    assert thief.raw("POST", "/api/user/confirm", json={}).json()["message"] == "无效的参数"


def test_a_code_of_the_second_factor_confirms(api: Api, store: Store) -> None:
    alice = api.signed_in("alice")
    assert alice.post("/api/user/confirm", {"code": "123456"})["message"] == "两步验证未启用"
    secret = alice.post("/api/user/2fa/setup")["data"]["secret"]
    step = store.clock.now() // totp.STEP
    assert alice.post("/api/user/2fa/enable", {"code": totp.code_at(secret, step)})["success"]
    Watch.ahead = 600
    assert alice.get("/api/user/token") == REFUSED
    wrong = refused("两步验证码错误或已使用")
    assert alice.post("/api/user/confirm", {"code": "000000"}) == wrong
    now = store.clock.now() // totp.STEP
    assert alice.post("/api/user/confirm", {"code": totp.code_at(secret, now)})["success"]
    assert alice.get("/api/user/token")["success"]


def _enabled(who: Api, store: Store) -> Any:
    secret = who.post("/api/user/2fa/setup")["data"]["secret"]
    return who.post("/api/user/2fa/enable", {"code": totp.code_at(secret, store.clock.now() // totp.STEP)})


def _reset(api: Api, store: Store) -> Any:
    user = users.get(store, 2)
    assert user is not None
    users.change(store, user, {"email": EMAIL})
    codes.issue(store, RESET, reset_subject(user, "token"), "token", seconds=60)
    return api.post("/api/user/reset", {"email": EMAIL, "token": "token", "password": NEW})


ENDS: dict[str, Callable[[Api, Api, Store], Any]] = {
    "own password": lambda api, alice, store: alice.put("/api/user/self", {"password": NEW}),
    "password by an administrator": lambda api, alice, store: api.root.put("/api/user/", {"id": 2, "password": NEW}),
    "password by mail": lambda api, alice, store: _reset(api, store),
    "second factor": lambda api, alice, store: _enabled(alice, store),
    "signing out everywhere": lambda api, alice, store: alice.post("/api/user/logout/all"),
    "signing out everywhere by the token itself": lambda api, alice, store: api.holding(
        alice.get("/api/user/token")["data"]
    ).post("/api/user/logout/all"),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_shuts_others_out_ends_the_access_token_and_the_other_sessions(api: Api, store: Store, end: str) -> None:
    alice, other = api.signed_in("alice"), api.signed_in("alice")
    token = alice.get("/api/user/token")["data"]
    assert api.holding(token).get("/api/user/self")["success"]
    assert ENDS[end](api, alice, store)["success"]
    assert api.holding(token).get("/api/user/self")["message"] == GONE
    assert other.raw("GET", "/api/user/self").status_code == 401
    row = users.get(store, 2)
    assert row is not None
    assert (row.access_hash, row.access_created_time, row.access_used_time) == ("", 0, 0)
    stays = end in ("own password", "second factor")
    assert (alice.raw("GET", "/api/user/self").status_code == 200) is stays


def test_roots_own_token_ends_with_roots_password_too(api: Api) -> None:
    root = api.signed_in("root", ROOT_PASSWORD)
    assert root.put("/api/user/self", {"password": NEW})["success"]
    assert api.root.get("/api/user/self")["message"] == GONE


def test_when_an_access_token_was_made_and_used_is_shown_by_the_hour(api: Api) -> None:
    alice = api.signed_in("alice")
    status = "/api/user/token/status"
    assert alice.get(status)["data"] == {"exists": False, "created_time": 0, "last_used_time": 0}
    script = api.holding(alice.get("/api/user/token")["data"])
    begun = 1_800_000_000
    assert alice.get(status)["data"] == {"exists": True, "created_time": begun, "last_used_time": 0}
    for ahead, noted in ((60, 60), (3600, 60), (3660, 3660), (7000, 3660)):
        Watch.ahead = ahead
        assert script.get("/api/user/self")["success"]
        assert alice.get(status)["data"]["last_used_time"] == begun + noted


def test_a_token_that_ended_while_it_was_used_leaves_no_trace(api: Api, store: Store) -> None:
    alice = api.signed_in("alice")
    alice.get("/api/user/token")
    used = users.get(store, 2)
    assert used is not None
    alice.get("/api/user/token")
    users.note_access(store, used)
    now = users.get(store, 2)
    assert now is not None
    assert now.access_used_time == 0
    assert second_factors.get(store, 2) is None
