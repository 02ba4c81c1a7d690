"""Guessing of passwords and access tokens is slowed down, and nobody is locked out of an account of theirs for ever."""

from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from admin.resources.registration import reset_subject
from admin.web.deps import Deps
from admin.web.edge import Edge
from gateway.clock import SystemClock
from gateway.security import passwords
from gateway.store.accounts import codes, users
from tests.admin.api import PASSWORD, Api, client_of, refused
from tests.admin.conftest import ROOT_TOKEN

HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


class Watch(SystemClock):
    """A clock that is set by hand; a window of fifteen minutes has just begun."""

    ahead = 0

    def now(self) -> int:
        return 1_800_000_000 + Watch.ahead


@pytest.fixture
def watch() -> Watch:
    Watch.ahead = 0
    return Watch()


@pytest.fixture
def timed(deps: Deps, application: FastAPI, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The application with time standing still, without the limit on all critical requests of an address."""
    monkeypatch.setattr("admin.web.gate.CRITICAL_LIMIT", 0)
    application.state.deps = replace(deps, store=replace(deps.store, clock=watch))
    api = Api(Edge(application, watch), ROOT_TOKEN)
    api.new_user("alice")
    return api


def tried(api: Api, username: str, password: str = "wrong one", *, place: str = ELSEWHERE) -> Any:
    client = client_of(api.app, address=place)
    return client.post("/api/user/login", json={"username": username, "password": password})


def guessed(api: Api, username: str, times: int, *, place: str = ELSEWHERE) -> list[int]:
    return [tried(api, username, place=place).status_code for _ in range(times)]


@pytest.mark.parametrize("username", ["alice", "nobody"])
def test_ten_wrong_passwords_for_a_name_are_enough_whether_somebody_has_it_or_not(timed: Api, username: str) -> None:
    assert guessed(timed, username, 11) == [200] * 10 + [429]
    answer = tried(timed, f" {username.upper()} ", PASSWORD, place="192.0.2.1")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "900"
    assert answer.json() == refused("请求过于频繁，请 900 秒后重试", code="limited")
    limits = {name: value for name, value in answer.headers.items() if name.startswith("x-ratelimit")}
    assert limits == {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "900"}


def test_the_right_password_is_not_taken_either_until_the_window_ends(timed: Api) -> None:
    guessed(timed, "alice", 10)
    assert tried(timed, "alice", PASSWORD).status_code == 429
    Watch.ahead = 899
    assert tried(timed, "alice", PASSWORD).headers["retry-after"] == "1"
    Watch.ahead = 900
    assert tried(timed, "alice", PASSWORD).json()["success"]


def test_the_right_password_forgets_the_wrong_ones(timed: Api) -> None:
    for _ in range(3):
        assert guessed(timed, "alice", 9) == [200] * 9
        assert tried(timed, "alice", PASSWORD).json()["success"]


def test_guesses_at_one_name_leave_other_names_alone(timed: Api) -> None:
    timed.new_user("bob")
    guessed(timed, "alice", 11)
    assert tried(timed, "bob", PASSWORD).json()["success"]


def test_an_owner_gets_in_from_where_they_did_lately_and_a_session_is_not_touched(timed: Api) -> None:
    session = timed.signed_in("alice")
    assert tried(timed, "alice", PASSWORD, place=HOME).json()["success"]
    guessed(timed, "alice", 30)
    assert session.get("/api/user/self")["success"]
    assert tried(timed, "alice", PASSWORD, place=HOME).json()["success"]
    guessed(timed, "alice", 11)
    assert guessed(timed, "alice", 11, place=HOME) == [200] * 10 + [429]  # what was learnt at home, too, has its limit
    Watch.ahead = 31 * 86_400
    guessed(timed, "alice", 10)
    assert tried(timed, "alice", PASSWORD, place=HOME).status_code == 429


def test_a_reset_password_works_at_once(timed: Api, deps: Deps, watch: Watch) -> None:
    user = users.find(deps.store, "username", "alice")
    assert user is not None
    users.change(deps.store, user, {"email": "alice@example.org"})
    for name in ("alice", "alice@example.org"):
        guessed(timed, name, 11)
    store = replace(deps.store, clock=watch)
    codes.issue(store, "reset", reset_subject(user, "token"), "token", seconds=60)
    chosen = {"email": "alice@example.org", "token": "token", "password": "chosen by me"}
    assert timed.post("/api/user/reset", chosen)["success"]
    for name in ("alice", "alice@example.org"):
        assert tried(timed, name, "chosen by me").json()["success"]


def test_a_name_that_nobody_has_costs_as_much_work_as_one_that_somebody_has(
    timed: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, stored: str, given: str) -> bool:
        verified.append(stored)
        return verify(hasher, stored, given)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for name in ("alice", "nobody", "alice@example.org"):
        verified.clear()
        assert tried(timed, name).json()["success"] is False
        (stored,) = verified
        assert not passwords.outdated(stored)  # of the cost that every password's hash has


def test_unknown_access_tokens_are_limited_by_address_and_good_ones_are_not(timed: Api) -> None:
    statuses = [timed.holding(f"guess{number}").raw("GET", "/api/user/self").status_code for number in range(31)]
    assert statuses == [200] * 30 + [429]
    assert timed.root.get("/api/user/self")["success"]
    Watch.ahead = 900
    assert timed.holding("guess").raw("GET", "/api/user/self").status_code == 200


def test_every_answer_says_what_is_left_of_its_tightest_limit(deps: Deps, application: FastAPI, watch: Watch) -> None:
    settings = replace(deps.settings, global_api_rate_limit=3, global_web_rate_limit=2)
    application.state.deps = replace(deps, settings=settings, store=replace(deps.store, clock=watch))
    api = Api(Edge(application, watch), ROOT_TOKEN)

    def told(method: str, path: str, **options: Any) -> tuple[int, ...]:
        answer = api.raw(method, path, **options)
        names = ("limit", "remaining", "reset")
        return (answer.status_code, *(int(answer.headers[f"x-ratelimit-{name}"]) for name in names))

    assert told("GET", "/api/status") == (200, 3, 2, 180)
    assert told("GET", "/api/user/self") == (401, 3, 1, 180)
    assert told("POST", "/api/user/login", json={}) == (200, 3, 0, 180)
    assert told("GET", "/api/status") == (429, 3, 0, 180)
    assert told("GET", "/api/nope") == (404, 2, 1, 180)


def test_without_limits_nothing_is_said_of_them(api: Api) -> None:
    assert not [name for name in api.raw("GET", "/api/status").headers if name.startswith("x-ratelimit")]
