"""Where an account is signed in: what its owner sees of it, and how one browser, or all others, are put out."""

from collections.abc import Generator
from dataclasses import asdict, replace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from admin.web import session as web_session
from admin.web import signed
from admin.web.browsers import browser_of
from admin.web.deps import Deps
from admin.web.edge import Edge
from gateway.clock import SystemClock
from gateway.security.addresses import masked
from gateway.store.accounts import sessions
from tests.admin.api import PASSWORD, Api, refused
from tests.admin.conftest import ROOT_TOKEN
from tests.admin.test_reads import counted

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)
ANDROID = "Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 "
    "Mobile/15E148 Safari/604.1"
)
NOT_FOUND = refused("记录不存在", code="not_found")
HOUR = 3600


class Watch(SystemClock):
    ahead = 0

    def now(self) -> int:
        return 1_800_000_000 + Watch.ahead


@pytest.fixture
def held(deps: Deps) -> Deps:
    Watch.ahead = 0
    return replace(deps, store=replace(deps.store, clock=Watch()))


@pytest.fixture
def api(held: Deps, application: FastAPI) -> Generator[Api, Any]:
    """The application with time standing still, and an account, whose number is 2."""
    application.state.deps = held
    with Api(Edge(application, held.store.clock), ROOT_TOKEN) as opened:
        opened.new_user("alice")
        yield opened


def sign_in(api: Api, agent: str) -> Api:
    browser = Api(api.app, ROOT_TOKEN, {"user-agent": agent})
    assert browser.post("/api/user/login", {"username": "alice", "password": PASSWORD})["success"]
    return browser


def fill(held: Deps, *, from_second: int) -> None:
    """As many other browsers sign in as a list has room for, a second after another."""
    for number in range(sessions.MOST):
        Watch.ahead = from_second + number
        now, until = Watch().now(), Watch().now() + web_session.LIFETIME
        names = {"nonce": f"n{number}", "browser": "Edge", "system": "Windows", "network": ""}
        sessions.add(held.store, 2, 0, sessions.KnownSession(created_time=now, used_time=now, until=until, **names))


def shown(browser: Api) -> list[dict[str, Any]]:
    return browser.get("/api/user/session")["data"]


def is_in(browser: Api) -> bool:
    return browser.raw("GET", "/api/user/self").status_code == 200


def test_every_browser_is_listed_and_ones_own_is_marked(api: Api) -> None:
    desk = sign_in(api, WINDOWS)
    Watch.ahead = 60
    phone = sign_in(api, IPHONE)
    newest, oldest = shown(desk)
    assert (newest["browser"], newest["system"], newest["own"]) == ("Safari", "iOS", False)
    assert (oldest["browser"], oldest["system"], oldest["own"]) == ("Chrome", "Windows", True)
    assert newest["created_time"] - oldest["created_time"] == 60
    assert oldest["expires_time"] == oldest["created_time"] + web_session.LIFETIME
    assert [one["own"] for one in shown(phone)] == [True, False]
    assert api.root.get("/api/user/session")["data"] == []


def test_use_is_noted_once_an_hour(api: Api, held: Deps) -> None:
    desk = sign_in(api, WINDOWS)
    for ahead, noted in ((HOUR - 1, 0), (HOUR, HOUR), (2 * HOUR - 1, HOUR), (2 * HOUR, 2 * HOUR)):
        Watch.ahead = ahead
        (own,) = shown(desk)
        assert own["last_used_time"] - own["created_time"] == noted
    with counted() as counts:
        assert is_in(desk)
    assert counts["TransactWriteItems"] == 0
    assert counts["BatchGetItem"] == 1, "the account and its list are one read"


def test_a_session_that_is_ended_is_refused_at_its_next_request(api: Api) -> None:
    desk, phone = sign_in(api, WINDOWS), sign_in(api, ANDROID)
    (lost,) = [one["id"] for one in shown(desk) if not one["own"]]
    assert desk.delete(f"/api/user/session/{lost}")["success"]
    assert phone.raw("GET", "/api/user/self").status_code == 401
    assert [one["own"] for one in shown(desk)] == [True]
    assert desk.delete(f"/api/user/session/{lost}") == NOT_FOUND


def test_nobody_ends_a_session_of_somebody_else(api: Api) -> None:
    desk = sign_in(api, WINDOWS)
    (own,) = shown(desk)
    api.new_user("mallory")
    for other in (api.signed_in("mallory"), api.root):
        assert other.delete(f"/api/user/session/{own['id']}") == NOT_FOUND
    assert is_in(desk)


def test_all_others_end_and_the_own_one_goes_on(api: Api, held: Deps) -> None:
    others = [sign_in(api, ANDROID)]
    fill(held, from_second=1)
    others.append(sign_in(api, ANDROID))
    desk = sign_in(api, WINDOWS)
    assert [one["browser"] for one in shown(desk)].count("Firefox") == 1
    token = desk.get("/api/user/token")["data"]
    (before,) = [one for one in shown(desk) if one["own"]]
    assert desk.delete("/api/user/session")["success"]
    assert not any(is_in(other) for other in others), "also those that are not listed any more"
    assert shown(desk) == [before]
    assert is_in(api.holding(token))
    assert api.holding(token).delete("/api/user/session")["success"]
    assert not is_in(desk)


def test_the_list_keeps_those_that_were_used_last_and_is_not_written_by_turns(api: Api, held: Deps) -> None:
    first = sign_in(api, WINDOWS)
    fill(held, from_second=1)
    newest = sign_in(api, ANDROID)
    assert len(shown(newest)) == sessions.MOST
    with counted() as counts:
        assert is_in(first)
    assert counts["TransactWriteItems"] == 0
    assert "Chrome" not in {one["browser"] for one in shown(newest)}
    Watch.ahead += HOUR
    assert [one["browser"] for one in shown(first) if one["own"]] == ["Chrome"]
    assert len(shown(first)) == sessions.MOST


def test_signing_out_and_a_new_password_take_sessions_off_the_list(api: Api) -> None:
    desk, phone = sign_in(api, WINDOWS), sign_in(api, ANDROID)
    assert len(shown(desk)) == 2
    assert phone.get("/api/user/logout")["success"]
    assert len(shown(desk)) == 1
    sign_in(api, ANDROID)
    assert desk.put("/api/user/self", {"password": "another good one"})["success"]
    assert [one["own"] for one in shown(desk)] == [True]


def test_a_session_from_before_there_was_a_list_gets_in_when_it_is_used(api: Api, held: Deps) -> None:
    desk = sign_in(api, WINDOWS)
    sessions.clear(held.store, 2)
    (own,) = shown(desk)
    assert (own["own"], own["browser"]) == (True, "Chrome")


def test_what_is_noted_with_an_old_list_does_not_bring_back_what_was_ended(held: Deps, api: Api) -> None:
    sign_in(api, WINDOWS)
    user, listed = sessions.with_account(held.store, 2)
    assert user is not None
    (ended,) = listed.sessions
    assert sessions.remove(held.store, 2, ended.nonce)
    sessions.note_use(held.store, listed, user.session_version, replace(ended, used_time=ended.used_time + 2 * HOUR))
    assert sessions.with_account(held.store, 2)[1].sessions == ()


def test_a_list_is_forgotten_with_its_account_and_when_it_is_over(api: Api, held: Deps) -> None:
    desk = sign_in(api, WINDOWS)
    _, listed = sessions.with_account(held.store, 2)
    assert listed.good(0, Watch().now()) == listed.sessions
    assert listed.good(0, Watch().now() + web_session.LIFETIME) == ()
    assert desk.delete("/api/user/self")["success"]
    assert sessions.with_account(held.store, 2)[1].stored == ""


def test_no_list_holds_what_the_cookie_is_made_of(api: Api, held: Deps) -> None:
    desk = sign_in(api, WINDOWS)
    (listed,) = sessions.with_account(held.store, 2)[1].sessions
    assert listed.nonce not in desk.raw("GET", "/api/user/session").text
    forged = web_session.Session(listed.nonce, listed.until, 2)
    api.client.cookies.set("session", signed.sealed(asdict(forged), b"a guess", "session"))
    assert not is_in(api)


@pytest.mark.parametrize(
    ("agent", "family", "system"),
    [
        (WINDOWS, "Chrome", "Windows"),
        (WINDOWS + " Edg/150.0.0.0", "Edge", "Windows"),
        (WINDOWS + " OPR/130.0.0.0", "Opera", "Windows"),
        (ANDROID, "Firefox", "Android"),
        (IPHONE, "Safari", "iOS"),
        (IPHONE.replace("Version/19.0", "CriOS/150.0.1"), "Chrome", "iOS"),
        (WINDOWS.replace("Windows NT 10.0; Win64; x64", "X11; CrOS x86_64 14541.0.0"), "Chrome", "ChromeOS"),
        (WINDOWS.replace("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7"), "Chrome", "macOS"),
        (WINDOWS.replace("Windows NT 10.0; Win64; x64", "X11; Linux x86_64"), "Chrome", "Linux"),
        ("curl/8.15.0", "curl", ""),
        ("", "", ""),
    ],
)
def test_a_browser_is_known_by_its_family_and_system(agent: str, family: str, system: str) -> None:
    headers = [(b"user-agent", agent.encode())]
    browser = browser_of(HTTPConnection({"type": "http", "headers": headers, "client": ("203.0.113.9", 1)}))
    assert (browser.family, browser.system, browser.network) == (family, system, "203.0.113.0/24")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("testclient", ""),
    ],
)
def test_an_address_is_kept_as_the_network_around_it(address: str, network: str) -> None:
    assert masked(address) == network
