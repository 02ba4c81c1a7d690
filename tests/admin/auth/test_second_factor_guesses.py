"""Guessing codes of a second factor: windows that grow, an owner who is told and not kept out."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from admin.resources.registration import RESET, reset_subject
from admin.web.deps import Deps
from admin.web.edge import Edge
from gateway.clock import SystemClock
from gateway.security import totp
from gateway.store.accounts import codes, second_factors, users
from gateway.store.context import Store
from tests.admin.api import PASSWORD, Api, client_of
from tests.admin.conftest import ROOT_TOKEN
from tests.support.mailbox import Mailbox, open_mailbox

DAY = 86_400
BEGUN = 30 * DAY * 700  # a month, a day and five minutes begin
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


class Watch(SystemClock):
    ahead = 0

    def now(self) -> int:
        return BEGUN + Watch.ahead


@pytest.fixture
def store(deps: Deps) -> Store:
    Watch.ahead = 0
    return replace(deps.store, clock=Watch())


@pytest.fixture
def api(deps: Deps, application: FastAPI, store: Store, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setattr("admin.web.gate.CRITICAL_LIMIT", 0)
    application.state.deps = replace(deps, store=store)
    api = Api(Edge(application, Watch()), ROOT_TOKEN)
    user = users.get(store, api.new_user("alice"))
    assert user is not None
    users.change(store, user, {"email": "alice@example.org"})
    return api


@pytest.fixture
def mailbox(api: Api) -> Generator[Mailbox]:
    with open_mailbox() as box:
        for key, value in (("SMTPServer", "127.0.0.1"), ("SMTPPort", str(box.port)), ("SMTPFrom", "g@example.org")):
            assert api.root.put("/api/option/", {"key": key, "value": value})["success"]
        yield box


@pytest.fixture
def secret(store: Store) -> str:
    secret = second_factors.enrol(store, 2)
    factor = second_factors.get(store, 2)
    assert secret is not None and factor is not None
    assert second_factors.confirm(store, factor, totp.code_at(secret, BEGUN // totp.STEP - 1)) is not None
    return secret


def code(secret: str) -> str:
    return totp.code_at(secret, Watch().now() // totp.STEP)


def tried(api: Api, code: str, *, place: str = ELSEWHERE, password: str = PASSWORD) -> Any:
    client = client_of(api.app, address=place)
    first = client.post("/api/user/login", json={"username": "alice", "password": password}).json()
    return client.post("/api/user/login/2fa", json={"ticket": first["data"]["ticket"], "code": code})


def guessed(api: Api, times: int, place: str = ELSEWHERE) -> list[int]:
    return [tried(api, "000000", place=place).status_code for _ in range(times)]


def test_a_patient_guesser_has_twenty_a_day_and_sixty_a_month(api: Api, secret: str) -> None:
    passed: list[int] = []
    for day in range(5):
        for window in range(6):
            Watch.ahead = day * DAY + window * 300
            passed.append(guessed(api, 6).count(200))
    assert passed == [5, 5, 5, 5, 0, 0] * 3 + [0, 0, 0, 0, 0, 0] * 2
    Watch.ahead = 5 * DAY
    assert int(tried(api, code(secret)).headers["retry-after"]) == 25 * DAY
    Watch.ahead = 30 * DAY
    assert tried(api, code(secret)).json()["success"]


def test_right_codes_use_nothing_up(api: Api, secret: str) -> None:
    for number in range(70):
        Watch.ahead = number * 150
        assert tried(api, code(secret)).json()["success"], number


def test_who_knows_the_password_does_not_keep_the_owner_out_of_where_they_were(api: Api, secret: str) -> None:
    Watch.ahead = 60
    assert tried(api, code(secret), place=HOME).json()["success"]
    for window in range(1, 6):
        Watch.ahead = window * 300
        guessed(api, 6)
    assert tried(api, code(secret)).status_code == 429
    assert tried(api, code(secret), place=HOME).json()["success"]
    guessed(api, 20, HOME)
    Watch.ahead += 30
    assert tried(api, code(secret), place=HOME).status_code == 429  # and has a limit there, too


def test_the_owner_is_told_once_a_day(api: Api, secret: str, mailbox: Mailbox) -> None:
    guessed(api, 5)
    assert not mailbox.mails
    guessed(api, 3)
    assert mailbox.receivers == [["alice@example.org"]]
    assert "请立即修改密码" in mailbox.body() and "set a new one" in mailbox.body()
    Watch.ahead = DAY
    guessed(api, 7)
    assert len(mailbox.mails) == 2


def test_without_mail_guesses_are_refused_all_the_same(api: Api, secret: str) -> None:
    assert guessed(api, 7) == [200] * 5 + [429] * 2


def test_a_new_password_by_mail_lets_the_owner_in_at_once(api: Api, store: Store, secret: str) -> None:
    guessed(api, 7)
    user = users.get(store, 2)
    assert user is not None
    codes.issue(store, RESET, reset_subject(user, "token"), "token", seconds=60)
    chosen = {"email": "alice@example.org", "token": "token", "password": "chosen by me"}
    assert api.post("/api/user/reset", chosen)["success"]
    assert tried(api, code(secret), password="chosen by me").json()["success"]
