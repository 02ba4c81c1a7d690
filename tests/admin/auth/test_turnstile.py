"""Turnstile: a proof that a human asks is good for one browser, a few minutes and a few uses."""

from collections.abc import Generator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from admin.web import session
from admin.web.deps import Deps
from admin.web.edge import Edge
from gateway.clock import SystemClock
from tests.admin.api import Api, refused
from tests.admin.conftest import ROOT_TOKEN
from tests.admin.elsewhere import browser
from tests.support.identity_servers import IdentityServers, ReroutingFetcher, identity_servers

EMPTY = refused("Turnstile token 为空")
FORM = {"username": "alice", "password": "a good one"}


class Watch(SystemClock):
    ahead = 0

    def now(self) -> int:
        return 1_800_000_000 + Watch.ahead


@pytest.fixture
def providers() -> Generator[IdentityServers]:
    with identity_servers() as running:
        yield running


@pytest.fixture
def api(deps: Deps, application: FastAPI, providers: IdentityServers, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The application with time standing still, and the check switched on."""
    monkeypatch.setattr("admin.web.gate.CRITICAL_LIMIT", 0)
    Watch.ahead = 0
    fetcher = ReroutingFetcher(frozenset({"127.0.0.1"}), port=providers.port)
    application.state.deps = replace(deps, fetcher=fetcher, store=replace(deps.store, clock=Watch()))
    api = Api(Edge(application, Watch()), ROOT_TOKEN)
    settings = {"TurnstileSiteKey": "site", "TurnstileSecretKey": "right", "TurnstileCheckEnabled": "true"}
    for key, value in settings.items():
        assert api.root.put("/api/option/", {"key": key, "value": value})["success"]
    return api


def test_turnstile_is_proven_once_for_a_few_minutes(api: Api) -> None:
    who = browser(api)
    assert who.post("/api/user/register?turnstile=robot", FORM)["message"].startswith("Turnstile 校验失败")
    assert who.post("/api/user/register?turnstile=human", FORM)["success"]
    Watch.ahead = 599
    assert who.post("/api/user/register", FORM | {"username": "bob"})["success"]
    assert browser(api).post("/api/user/register", FORM) == EMPTY
    Watch.ahead = 600
    assert who.post("/api/user/register", FORM | {"username": "carol"}) == EMPTY
    assert who.post("/api/user/register?turnstile=human", FORM | {"username": "carol"})["success"]


def test_a_proof_is_used_a_few_times_whichever_browsers_have_it(api: Api) -> None:
    who = browser(api)
    assert who.post("/api/user/register?turnstile=human", FORM)["success"]
    copies = [browser(api) for _ in range(12)]
    for copy in copies:
        copy.client.cookies.set("session", who.client.cookies["session"])
    answers = [copy.get("/api/verification?email=nobody") == EMPTY for copy in copies]
    assert answers == [False] * 10 + [True] * 2


def test_a_cookie_from_when_a_proof_was_good_for_a_session_is_none(api: Api, deps: Deps) -> None:
    who = browser(api)
    old = replace(session.Session("nonce", Watch().now() + 1000), human=True)
    who.client.cookies.set("session", session.sealed(old, deps.session_secret))
    assert who.post("/api/user/register", FORM) == EMPTY
