"""Attacks that are refused: fields nobody may set, roles nobody may reach, others' things and sessions, other sites.

Elsewhere: numbers in ``test_attacks_on_money``; mail and addresses in ``test_attacks_by_mail_and_address``; HTML in
``test_content``; sign-in elsewhere (state, replay) in ``test_oauth``; who may call what at all in ``test_roles``; what
answers show in ``test_secrets``; guessing of passwords and codes in ``test_account`` and ``test_second_factor``.
"""

import base64
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
from starlette.testclient import TestClient

from admin.resources import account, channels, redemptions, registration, routers, tokens, users
from admin.web.deps import Deps
from admin.web.gate import GatedRoute, needs_of, refuses_other_sites
from gateway.domain.identity import Role
from gateway.store.accounts import second_factors
from gateway.store.accounts import tokens as token_store
from gateway.store.accounts import users as user_store
from gateway.store.channels import channels as channel_store
from gateway.store.money import redemptions as code_store
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.redemptions import RedemptionRow
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.admin.api import BROWSER, PASSWORD, Api
from tests.admin.conftest import ROOT_TOKEN
from tests.admin.routes import filled, gated_routes

# ---- fields that a body may not set

# What one-api's rows have, or other gateways take, under names of their own.
FOREIGN = {
    **dict.fromkeys(
        ("access_token", "verification_code", "key_hash", "created_at", "deleted_at", "pk", "kind"), "forged"
    ),
    **dict.fromkeys(("is_admin", "admin", "is_root"), True),
    **dict.fromkeys(("aff_count", "aff_quota", "aff_history_quota", "redeemed_by"), 777),
}


def forged(row: type, form: type) -> dict[str, Any]:
    """Every attribute of a row that the form does not take, with a value that would be noticed."""
    defaults = {name: field.type for name, field in row.__dataclass_fields__.items()}
    taken = set(form.model_fields)
    values: dict[str, Any] = {"int": 777, "str": "forged", "bool": True, "dict": {"forged": [777, 777]}}
    own = {name: values[kind if isinstance(kind, str) else kind.__name__] for name, kind in defaults.items()}
    return {name: value for name, value in (FOREIGN | own).items() if name not in taken}


def unchanged(before: Any, after: Any, *but: str) -> None:
    was, now = asdict(before), asdict(after)
    assert {name: now[name] for name in was if was[name] != now[name] and name not in but} == {}


def test_an_administrators_edit_of_a_user_sets_nothing_else(api: Api, deps: Deps) -> None:
    number = api.new_user("alice")
    before = user_store.get(deps.store, number)
    extra = forged(UserRow, users.EditedUser)
    assert {
        "email",
        "github_id",
        "oidc_id",
        "used_quota",
        "access_hash",
        "inviter_id",
        "session_version",
    } <= extra.keys()
    assert api.root.put("/api/user/", {**extra, "id": number, "display_name": "A"})["success"]
    unchanged(before, user_store.get(deps.store, number), "display_name")


def test_a_users_own_profile_sets_nothing_else(api: Api, deps: Deps) -> None:
    number = api.new_user("alice")
    alice = api.signed_in("alice")
    assert alice.get("/api/user/self")["success"]  # when somebody was seen is noted by then
    before = user_store.get(deps.store, number)
    extra = forged(UserRow, account.Profile)
    assert {"role", "status", "quota", "group", "email"} <= extra.keys()
    assert alice.put("/api/user/self", {**extra, "display_name": "A"})["success"]
    unchanged(before, user_store.get(deps.store, number), "display_name")
    assert user_store.get(deps.store, 777) is None


@pytest.mark.parametrize(
    ("path", "form"), [("/api/user/register", registration.Registration), ("/api/user/", users.NewUser)]
)
def test_a_new_account_is_what_every_new_account_is(api: Api, deps: Deps, path: str, form: type) -> None:
    honest, greedy = {"username": "honest", "password": PASSWORD}, {"username": "greedy", "password": PASSWORD}
    assert api.root.post(path, honest)["success"]
    assert api.root.post(path, {**forged(UserRow, form), "email": "", **greedy})["success"]
    (one, other) = (user_store.find(deps.store, "username", name) for name in ("honest", "greedy"))
    assert one is not None and other is not None
    unchanged(one, other, "id", "username", "password", "display_name", "aff_code", "created_time")


def test_a_token_is_the_callers_and_new_whatever_its_form_says(api: Api, deps: Deps) -> None:
    number = api.new_user("alice")
    alice = api.signed_in("alice")
    made = alice.post("/api/token/", {**forged(TokenRow, tokens.TokenForm), "name": "t"})["data"]
    row = token_store.get(deps.store, number, made["id"])
    assert row is not None
    assert (row.user_id, row.status, row.used_quota, row.id != 777) == (number, 1, 0, True)
    assert "forged" not in asdict(row).values() and 777 not in asdict(row).values()
    extra = forged(TokenRow, tokens.EditedToken)
    assert alice.put("/api/token/", {**extra, "id": row.id, "name": "u"})["success"]
    unchanged(row, token_store.get(deps.store, number, row.id), "name")


def test_a_channels_measures_and_seal_are_not_the_forms(api: Api, deps: Deps) -> None:
    extra = forged(ChannelRow, channels.ChannelForm)
    assert {"balance", "response_time", "sealed_key", "told_status", "revision", "created_time"} <= extra.keys()
    assert api.root.post("/api/channel/", {**extra, "type": 1, "name": "c", "key": "k", "models": "m"})["success"]
    (row,) = channel_store.every(deps.store)
    assert "forged" not in asdict(row).values() and 777 not in asdict(row).values()
    assert channel_store.opened(deps.store, row) == "k"
    extra = forged(ChannelRow, channels.EditedChannel)  # has a revision of its own
    assert api.root.put("/api/channel/", {**extra, "id": row.id, "name": "d"})["success"]
    unchanged(row, channel_store.get(deps.store, row.id), "name", "revision")


def test_a_codes_maker_and_fate_are_not_the_forms(api: Api, deps: Deps) -> None:
    extra = forged(RedemptionRow, redemptions.NewRedemptions)
    assert {"user_id", "status", "redeemed_time", "redeemed_by"} <= extra.keys()
    assert api.root.post("/api/redemption/", {**extra, "name": "c", "quota": 5, "count": 1})["success"]
    (shown,) = api.root.get("/api/redemption/")["data"]
    row = code_store.get(deps.store, shown["id"])
    assert row is not None
    assert "forged" not in asdict(row).values() and 777 not in asdict(row).values()
    extra = forged(RedemptionRow, redemptions.EditedRedemption)
    assert api.root.put("/api/redemption/", {**extra, "id": row.id, "name": "d"})["success"]
    unchanged(row, code_store.get(deps.store, row.id), "name")


# ---- roles

CHANGES: dict[str, tuple[str, str, Callable[[UserRow], Any]]] = {
    "name": ("PUT", "/api/user/", lambda user: {"id": user.id, "username": "taken over"}),
    "password": ("PUT", "/api/user/", lambda user: {"id": user.id, "password": "another one"}),
    "quota": ("PUT", "/api/user/", lambda user: {"id": user.id, "quota": 5}),
    "group": ("PUT", "/api/user/", lambda user: {"id": user.id, "group": "svip"}),
    "status": ("PUT", "/api/user/", lambda user: {"id": user.id, "status": 2}),
    "to admin": ("PUT", "/api/user/", lambda user: {"id": user.id, "role": 10}),
    "to root": ("PUT", "/api/user/", lambda user: {"id": user.id, "role": 100}),
    "to common": ("PUT", "/api/user/", lambda user: {"id": user.id, "role": 1}),
    **{
        action: ("POST", "/api/user/manage", lambda user, action=action: {"username": user.username, "action": action})
        for action in ("disable", "enable", "delete", "promote", "demote")
    },
    **{
        f"{action} with others": (
            "POST",
            "/api/user/batch",
            lambda user, action=action: {"ids": [user.id], "action": action},
        )
        for action in ("disable", "enable", "delete")
    },
    "delete by number": ("DELETE", "/api/user/{}", lambda user: None),
    "second factor": ("DELETE", "/api/user/{}/2fa", lambda user: None),
    "passkeys": ("DELETE", "/api/user/{}/passkey", lambda user: None),
}


def attempt(caller: Api, change: str, target: UserRow) -> Any:
    method, path, body = CHANGES[change]
    return caller.raw(method, path.format(target.id), json=body(target)).json()


def test_every_route_that_changes_a_user_is_among_the_changes() -> None:
    known = {(method, path.rstrip("/").format("{user_id}")) for method, path, _ in CHANGES.values()}
    found = {(method, path) for method, path, _ in gated_routes() if method != "GET" and path.startswith("/api/user")}
    of_oneself = {path for _, path in found if path.split("/")[3:4] and path.split("/")[3] in OWN}
    making = {("POST", "/api/user")}
    assert {pair for pair in found - making if pair[1] not in of_oneself} == known


OWN = {"self", "login", "register", "reset", "2fa", "passkey", "topup", "token", "logout", "confirm", "session"}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ROOT])
def test_an_administrator_changes_nobody_of_the_same_role_or_above(api: Api, deps: Deps, role: Role) -> None:
    api.new_user("admin", role=10)
    admin = api.signed_in("admin")
    number = api.new_user("equal", role=10) if role == Role.ADMIN else 1
    assert admin.get("/api/user/self")["success"]  # when somebody was seen is noted by then
    itself = user_store.find(deps.store, "username", "admin")
    target = user_store.get(deps.store, number)
    assert target is not None and itself is not None
    second_factors.enrol(deps.store, target.id)
    factor = second_factors.get(deps.store, target.id)
    for change, somebody in itertools.product(CHANGES, (target, itself)):
        assert attempt(admin, change, somebody)["success"] is False, change
        assert user_store.get(deps.store, somebody.id) == somebody, change
    assert second_factors.get(deps.store, target.id) == factor


@pytest.mark.parametrize("change", ["to admin", "to root", "promote"])
def test_an_administrator_raises_nobody(api: Api, deps: Deps, change: str) -> None:
    api.new_user("admin", role=10)
    target = user_store.get(deps.store, api.new_user("alice"))
    assert target is not None
    assert attempt(api.signed_in("admin"), change, target)["success"] is False
    assert user_store.get(deps.store, target.id) == target


@pytest.mark.parametrize("role", [10, 11, 99, 100, 101, 2**53 - 1])
def test_nobody_is_made_with_a_role(api: Api, deps: Deps, role: int) -> None:
    api.new_user("admin", role=10)
    form = {"username": "made", "password": PASSWORD, "role": role}
    for caller in (api.signed_in("admin"), api.root):
        caller.post("/api/user/", form)
        made = user_store.find(deps.store, "username", "made")
        assert made is None or made.role == Role.COMMON


@pytest.mark.parametrize("role", [-1, 2, 9, 11, 99, 101])
def test_there_are_no_roles_between(api: Api, deps: Deps, role: int) -> None:
    target = user_store.get(deps.store, api.new_user("alice"))
    assert target is not None
    assert not api.root.put("/api/user/", {"id": target.id, "role": role})["success"]
    assert user_store.get(deps.store, target.id) == target


# ---- others' things


def test_guessed_numbers_reach_nobody_elses_token(api: Api, deps: Deps) -> None:
    number = api.new_user("alice")
    api.new_user("bob", role=10)
    made = api.signed_in("alice").post("/api/token/", {"name": "hers"})["data"]
    row = token_store.get(deps.store, number, made["id"])
    bob = api.signed_in("bob")  # not even an administrator
    for method, path, body in (
        ("GET", f"/api/token/{made['id']}", None),
        ("PUT", "/api/token/", {"id": made["id"], "name": "his", "user_id": number}),
        ("PUT", "/api/token/?status_only=true", {"id": made["id"], "status": 2}),
        ("DELETE", f"/api/token/{made['id']}", None),
    ):
        assert bob.raw(method, path, json=body).json()["success"] is False, method
    assert token_store.get(deps.store, number, made["id"]) == row
    for path in ("/api/token/", "/api/token/search?keyword=hers"):
        assert all(token["user_id"] != number for token in bob.get(path, params={"user_id": number})["data"])


@pytest.mark.parametrize("path", ["/api/log/self", "/api/log/self/search?keyword=2", "/api/user/dashboard"])
def test_no_parameter_opens_somebody_elses_entries(api: Api, deps: Deps, path: str) -> None:
    number = api.new_user("alice", quota=5_000)
    assert api.signed_in("alice").get("/api/log/self")["data"]  # where her quota comes from
    api.new_user("bob")
    bob = api.signed_in("bob")
    forged_query = {"user_id": number, "username": "alice", "id": number, "channel": 0, "type": 0}
    assert not bob.get(path, params=forged_query)["data"]
    assert bob.get("/api/log/self/stat", params=forged_query)["data"]["quota"] == 0


# ---- sessions


def test_a_session_that_somebody_planted_never_becomes_an_account(api: Api) -> None:
    api.new_user("alice")
    attacker = Api(api.app, ROOT_TOKEN)
    attacker.get("/api/oauth/state")
    planted = attacker.client.cookies["session"]
    victim = Api(api.app, ROOT_TOKEN)
    victim.client.cookies.set("session", planted, domain="testserver.local")
    assert victim.post("/api/user/login", {"username": "alice", "password": PASSWORD})["success"]
    assert victim.client.cookies["session"] != planted
    assert attacker.raw("GET", "/api/user/self").status_code == 401


def test_signing_in_again_leaves_no_older_session_behind_in_the_cookie(api: Api) -> None:
    api.new_user("alice")
    api.new_user("bob")
    browser = api.signed_in("alice")
    first = browser.client.cookies["session"]
    assert browser.post("/api/user/login", {"username": "bob", "password": PASSWORD})["success"]
    assert browser.get("/api/user/self")["data"]["username"] == "bob"
    assert browser.client.cookies["session"] != first


@pytest.mark.parametrize("part", ["user_id", "version", "until"])
def test_a_session_that_was_written_over_is_none(api: Api, part: str) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    body, _, signature = alice.client.cookies["session"].partition(".")
    fields = json.loads(base64.urlsafe_b64decode(body + "==")) | {part: 1}
    forged_body = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()
    for cookie in (f"{forged_body}.{signature}", f"{forged_body}.", forged_body, f"{body}.{signature[:-1]}", "."):
        other = Api(api.app, ROOT_TOKEN)
        other.client.cookies.set("session", cookie)
        assert other.raw("GET", "/api/user/self").status_code == 401


# ---- other sites

FROM_ELSEWHERE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    {"origin": "https://evil.example"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://testserver:8080"},
    {"origin": "null"},
]


def from_many_places(api: Api, cookie: str = "") -> Iterator[TestClient]:
    """Browsers at ever new addresses, so that no limit is what refuses them."""
    for number in itertools.count(1):
        with TestClient(api.app, headers=BROWSER, client=(f"10.0.{number // 250}.{number % 250}", 1)) as client:
            if cookie:
                client.cookies.set("session", cookie)
            yield client


# What anybody may call from anywhere.
OPEN = (
    *("status", "notice", "about", "home_page_content", "announcement", "pricing", "health/public"),
    *("openapi.json", "docs", "docs/page.css", "docs/page.js"),
)
READING = {("GET", f"/api/{name}") for name in OPEN}


def test_what_other_sites_may_ask_for_only_reads() -> None:
    needed = {
        (method, path): needs_of(route.endpoint)
        for router in routers()
        for route in router.routes
        if isinstance(route, GatedRoute)
        for method, path in itertools.product(route.methods or (), (route.path,))
    }
    answered = {
        key for key, asked in needed.items() if asked.role == Role.GUEST and not refuses_other_sites(asked, {key[0]})
    }
    assert answered - {("GET", "/api/user/logout")} == READING


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_no_other_site_uses_a_browsers_session_or_gives_it_one(api: Api, deps: Deps, headers: dict[str, str]) -> None:
    number = api.new_user("boss", role=100)
    before = user_store.get(deps.store, number)
    browsers = from_many_places(api, api.signed_in("boss").client.cookies["session"])
    for method, path, _ in gated_routes():
        if (method, path) not in READING:
            answer = next(browsers).request(method, filled(path, number), headers=headers, json={})
            assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None), (method, path)
    assert user_store.get(deps.store, number) == before


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=lambda headers: " ".join(headers.values()))
def test_another_site_is_told_by_whatever_the_browser_says(api: Api, headers: dict[str, str]) -> None:
    api.new_user("alice")
    assert api.signed_in("alice").raw("GET", "/api/user/token", headers=headers).status_code == 403
    form = {"username": "alice", "password": PASSWORD}
    assert api.raw("POST", "/api/user/login", json=form, headers=headers).status_code == 403


def test_one_apis_changing_gets_work_from_our_own_pages(api: Api) -> None:
    api.new_user("alice")
    alice = api.signed_in("alice")
    for headers in ({"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": "http://testserver"}, {}):
        assert alice.get("/api/user/token", headers=headers)["success"]


# ---- redirects


def test_no_answer_sends_a_browser_anywhere(api: Api) -> None:
    away = "https://evil.example/"
    names = ("next", "redirect", "redirect_uri", "redirect_url", "return_to", "url", "callback", "state", "code")
    for (method, path, _), browser in zip(gated_routes(), from_many_places(api), strict=False):
        for asked in (filled(path), filled(path, "%2F%2Fevil.example"), filled(path) + "//evil.example"):
            answer = browser.request(
                method,
                asked,
                params=dict.fromkeys(names, away),
                headers={"host": "evil.example"},
                follow_redirects=False,
            )
            assert not 300 <= answer.status_code < 400, (method, asked)
            assert {"location", "refresh"}.isdisjoint(answer.headers)


def test_no_answer_may_be_read_by_another_site(api: Api) -> None:
    """one-api answers ``*`` together with credentials."""
    headers = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    for method, path in (("GET", "/api/status"), ("GET", "/api/user/self"), ("OPTIONS", "/api/user/self")):
        answer = api.root.raw(method, path, headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
