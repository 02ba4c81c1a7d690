"""The second factor: enrolment, signing in by two steps, backup codes, guesses, and who may take it off."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from gateway.clock import SystemClock
from gateway.security import totp
from gateway.store.schema.items import UserItem
from tests.admin.api import PASSWORD, Api

WRONG = "两步验证码错误或已使用"


class Watch(SystemClock):
    """A clock that is set by hand."""

    ahead = 0

    def now(self) -> int:
        return 1_800_000_000 + Watch.ahead


@pytest.fixture
def alice(api: Api, deps: Deps, application: FastAPI) -> Api:
    """Signed in, with time standing still."""
    Watch.ahead = 0
    application.state.deps = replace(deps, store=replace(deps.store, clock=Watch()))
    api.new_user("alice")
    return api.signed_in("alice")


def code_of(secret: str, later: int = 0) -> str:
    Watch.ahead += later
    return totp.code_at(secret, Watch().now() // totp.STEP)


def enrolled(alice: Api) -> tuple[str, list[str]]:
    """The secret and the backup codes of a factor that is on."""
    secret = alice.post("/api/user/2fa/setup")["data"]["secret"]
    answer = alice.post("/api/user/2fa/enable", {"code": code_of(secret)})
    assert answer["success"], answer
    return secret, answer["data"]


def first_step(api: Api) -> str:
    other = api.raw("POST", "/api/user/login", json={"username": "alice", "password": PASSWORD})
    assert "set-cookie" not in other.headers
    data = other.json()["data"]
    assert data["require_2fa"] is True
    assert set(data) == {"require_2fa", "ticket"}
    return data["ticket"]


def second_step(api: Api, ticket: str, code: str) -> dict[str, Any]:
    return api.post("/api/user/login/2fa", {"ticket": ticket, "code": code})


def test_a_factor_is_on_only_after_a_right_first_code(api: Api, alice: Api) -> None:
    made = alice.post("/api/user/2fa/setup")["data"]
    assert made["uri"].startswith("otpauth://totp/One%20API:alice?secret=" + made["secret"])
    assert alice.get("/api/user/2fa/status")["data"] == {"enabled": False, "backup_codes_remaining": 0}
    assert api.post("/api/user/login", {"username": "alice", "password": PASSWORD})["data"]["username"] == "alice"
    assert alice.post("/api/user/2fa/enable", {"code": "000000"})["message"] == WRONG
    backup = alice.post("/api/user/2fa/enable", {"code": code_of(made["secret"])})["data"]
    assert len(set(backup)) == 10
    assert alice.get("/api/user/2fa/status")["data"] == {"enabled": True, "backup_codes_remaining": 10}
    assert not alice.post("/api/user/2fa/setup")["success"]
    assert not alice.post("/api/user/2fa/enable", {"code": code_of(made["secret"], 60)})["success"]


def test_signing_in_takes_two_steps_and_each_code_and_ticket_works_once(api: Api, alice: Api) -> None:
    secret, _ = enrolled(alice)
    ticket = first_step(api)
    assert second_step(api, ticket, code_of(secret))["message"] == WRONG  # confirmed the factor already
    code = code_of(secret, 30)
    fresh = Api(api.app, "")
    assert second_step(fresh, ticket, code)["data"]["username"] == "alice"
    assert fresh.get("/api/user/self")["success"]
    assert second_step(api, first_step(api), code)["message"] == WRONG
    assert not second_step(api, ticket, code_of(secret, 30))["success"]


def test_a_ticket_is_no_session_and_a_session_no_ticket(api: Api, alice: Api) -> None:
    secret, _ = enrolled(alice)
    ticket = first_step(api)
    assert api.raw("GET", "/api/user/self", headers={"cookie": f"session={ticket}"}).status_code == 401
    session = alice.client.cookies["session"]
    assert not second_step(Api(api.app, ""), session, code_of(secret, 30))["success"]
    for ticket in ("", "x", "x.y", first_step(api) + "x"):
        assert not second_step(api, ticket, code_of(secret))["success"]


def test_a_ticket_ends_with_its_time_and_with_the_password(api: Api, alice: Api) -> None:
    secret, _ = enrolled(alice)
    ticket = first_step(api)
    assert not second_step(api, ticket, code_of(secret, 301))["success"]
    ticket = first_step(api)
    assert alice.put("/api/user/self", {"password": "another one"})["success"]
    assert not second_step(api, ticket, code_of(secret, 30))["success"]


def test_a_backup_code_works_once_however_it_is_written(api: Api, alice: Api) -> None:
    _, backup = enrolled(alice)
    written = f" {backup[0][:5]}-{backup[0][5:]} "
    assert second_step(Api(api.app, ""), first_step(api), written)["success"]
    assert second_step(api, first_step(api), backup[0])["message"] == WRONG
    assert alice.get("/api/user/2fa/status")["data"]["backup_codes_remaining"] == 9


def test_new_backup_codes_void_the_old_and_need_a_code(api: Api, alice: Api) -> None:
    secret, backup = enrolled(alice)
    assert alice.post("/api/user/2fa/backup_codes", {"code": "000000"})["message"] == WRONG
    renewed = alice.post("/api/user/2fa/backup_codes", {"code": code_of(secret, 30)})["data"]
    assert not set(renewed) & set(backup)
    assert not second_step(api, first_step(api), backup[1])["success"]


def test_guesses_are_counted_for_the_account_whoever_makes_them(api: Api, alice: Api) -> None:
    secret, _ = enrolled(alice)  # one guess
    ticket = first_step(api)
    for number in range(4):
        assert second_step(api, ticket, f"{number:06d}")["message"] == WRONG
    answer = api.raw("POST", "/api/user/login/2fa", json={"ticket": ticket, "code": code_of(secret)})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_switching_off_needs_a_code_and_then_one_step_is_enough(api: Api, alice: Api) -> None:
    secret, _ = enrolled(alice)
    assert not alice.post("/api/user/2fa/disable", {})["success"]
    assert alice.post("/api/user/2fa/disable", {"code": code_of(secret, 30)})["success"]
    assert alice.post("/api/user/2fa/disable", {"code": code_of(secret, 30)})["message"] == "两步验证未启用"
    assert api.post("/api/user/login", {"username": "alice", "password": PASSWORD})["data"]["username"] == "alice"


def test_administrators_take_it_off_those_below_them(api: Api, alice: Api) -> None:
    enrolled(alice)
    number = alice.get("/api/user/self")["data"]["id"]
    equal = api.new_user("equal", role=10)
    api.new_user("admin", role=10)
    admin = api.signed_in("admin")
    assert not admin.delete(f"/api/user/{equal}/2fa")["success"]
    assert not api.root.delete("/api/user/1/2fa")["success"]
    assert not admin.delete("/api/user/99/2fa")["success"]
    assert admin.delete(f"/api/user/{number}/2fa")["success"]
    assert api.post("/api/user/login", {"username": "alice", "password": PASSWORD})["data"]["username"] == "alice"


def test_neither_secret_nor_backup_code_is_stored_readable(alice: Api) -> None:
    secret, backup = enrolled(alice)
    number = alice.get("/api/user/self")["data"]["id"]
    query: Any = UserItem.query(f"factor#{number}")
    stored = str([answer["Items"] for answer in query.page_iter])
    assert "sealed_secret" in stored
    assert secret not in stored
    assert not [code for code in backup if code in stored]
