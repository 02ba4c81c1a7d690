"""Signing in with accounts elsewhere, against providers that behave as documented; and what attackers try."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from admin.app import create_app
from admin.web.deps import Deps
from gateway.security.safe_fetch import Fetcher
from gateway.store.accounts import passkeys, users
from tests.admin.api import Api, refused
from tests.admin.conftest import ROOT_TOKEN
from tests.admin.elsewhere import PEOPLE, begun, browser, come_back, switched_on
from tests.support.identity_servers import IdentityServers, identity_servers

STATE_REFUSED = refused("state is empty or not same")


@pytest.fixture
def providers() -> Generator[IdentityServers]:
    with identity_servers() as running:
        yield running


@pytest.fixture
def api(deps: Deps, application: FastAPI, providers: IdentityServers) -> Api:
    """The application with every provider switched on."""
    return switched_on(deps, application, providers)


@pytest.mark.parametrize("provider", PEOPLE)
def test_the_first_sign_in_makes_an_account_and_the_next_finds_it(
    api: Api, deps: Deps, providers: IdentityServers, provider: str
) -> None:
    person, subject = PEOPLE[provider]
    first, second = browser(api), browser(api)
    made = come_back(first, provider, providers.code_for(**person))["data"]
    found = come_back(second, provider, providers.code_for(**person))["data"]
    assert made["id"] == found["id"] == 2
    assert (made["role"], made["display_name"]) == (1, "Mona")
    assert made["username"] == ("mona" if provider == "oidc" else f"{provider}_2")
    assert getattr(users.get(deps.store, 2), f"{provider}_id") == subject
    assert second.get("/api/user/self")["data"]["id"] == 2
    assert [token["name"] for token in second.get("/api/token/")["data"]] == ["default"]


@pytest.mark.parametrize("provider", PEOPLE)
def test_who_is_signed_in_binds_instead(api: Api, providers: IdentityServers, provider: str) -> None:
    person, subject = PEOPLE[provider]
    api.new_user("alice")
    api.new_user("bob")
    alice, bob = api.signed_in("alice"), api.signed_in("bob")
    bound = come_back(alice, provider, providers.code_for(**person))
    assert bound == {"success": True, "message": "bind"}
    assert alice.get("/api/user/self")["data"][f"{provider}_id"] == subject
    taken = come_back(bob, provider, providers.code_for(**person))
    assert not taken["success"]
    assert "已被绑定" in taken["message"]
    assert alice.delete(f"/api/oauth/{provider}/bind")["success"]
    assert come_back(bob, provider, providers.code_for(**person))["message"] == "bind"


def test_oidc_asks_with_a_form_and_its_redirect_address(api: Api, providers: IdentityServers) -> None:
    come_back(browser(api), "oidc", providers.code_for(sub="1"))
    (_, fields) = providers.log[-1]
    assert fields["redirect_uri"] == "https://gateway.example/oauth/oidc"
    assert fields["grant_type"] == "authorization_code"


@pytest.mark.parametrize(("verified", "kept"), [(True, "mona@example.org"), (False, ""), ("true", ""), (None, "")])
def test_only_a_verified_address_is_taken_over(
    api: Api, deps: Deps, providers: IdentityServers, verified: Any, kept: str
) -> None:
    come_back(browser(api), "oidc", providers.code_for(sub="1", email="mona@example.org", email_verified=verified))
    user = users.get(deps.store, 2)
    assert user is not None
    assert user.email == kept


@pytest.mark.parametrize("name", ["root", "x" * 40, "line\nbreak", ""])
def test_a_name_that_does_not_do_is_replaced(api: Api, providers: IdentityServers, name: str) -> None:
    made = come_back(browser(api), "oidc", providers.code_for(sub="1", preferred_username=name))
    assert made["data"]["username"] == "oidc_2"


def test_wechat_signs_in_and_binds_with_a_code(api: Api, providers: IdentityServers) -> None:
    made = browser(api).get("/api/oauth/wechat", params={"code": providers.code_for(id="wx 1")})
    assert made["data"]["username"] == "wechat_2"
    api.new_user("alice")
    alice = api.signed_in("alice")
    taken = alice.get("/api/oauth/wechat/bind", params={"code": providers.code_for(id="wx 1")})
    assert taken["message"] == "该微信账号已被绑定"
    bound = alice.get("/api/oauth/wechat/bind", params={"code": providers.code_for(id="wx 2")})
    assert bound == {"success": True, "message": ""}
    wrong = browser(api).get("/api/oauth/wechat?code=nonsense")
    assert wrong["message"] == "验证码错误或已过期"


def test_another_site_cannot_sign_a_browser_in_with_a_wechat_code(api: Api, providers: IdentityServers) -> None:
    query = {"code": providers.code_for(id="wx 1")}
    answer = browser(api).raw("GET", "/api/oauth/wechat", params=query, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("provider", PEOPLE)
def test_a_state_works_once_in_the_browser_it_was_made_for(api: Api, providers: IdentityServers, provider: str) -> None:
    person, _ = PEOPLE[provider]
    victim, attacker = browser(api), browser(api)
    code = providers.code_for(**person)
    state = begun(attacker, provider, code)
    begun(victim, provider, providers.code_for(**person))
    tries = [
        (victim, {"code": providers.code_for(**person), "state": state}),
        (victim, {"code": providers.code_for(**person), "state": ""}),
        (victim, {"code": providers.code_for(**person)}),
        (browser(api), {"code": providers.code_for(**person), "state": state}),
    ]
    for who, query in tries:
        answer = who.raw("GET", f"/api/oauth/{provider}", params=query)
        assert (answer.status_code, answer.json()) == (403, STATE_REFUSED)
    good = {"code": code, "state": state}
    assert attacker.get(f"/api/oauth/{provider}", params=good)["success"]
    replayed = attacker.raw("GET", f"/api/oauth/{provider}", params=good)
    assert replayed.status_code == 403


@pytest.mark.parametrize(
    ("provider", "message"),
    [
        ("github", "无法连接至 GitHub 服务器，请稍后重试！"),
        ("oidc", "无法连接至 OIDC 服务器，请稍后重试！"),
        ("lark", "无法连接至飞书服务器，请稍后重试！"),
    ],
)
def test_a_code_the_provider_does_not_know_signs_nobody_in(api: Api, provider: str, message: str) -> None:
    assert come_back(browser(api), provider, "stolen") == refused(message)
    assert come_back(browser(api), provider, "") == refused("无效的参数")


@pytest.mark.parametrize("person", [{}, {"id": "text"}, {"sub": ""}, {"open_id": None}, {"id": None, "sub": 5}])
@pytest.mark.parametrize("provider", PEOPLE)
def test_a_provider_that_names_nobody_signs_nobody_in(
    api: Api, deps: Deps, providers: IdentityServers, provider: str, person: dict[str, Any]
) -> None:
    assert not come_back(browser(api), provider, providers.code_for(**person))["success"]
    assert users.get(deps.store, 2) is None


def test_github_is_bound_to_the_number_and_not_to_a_name_that_can_change_hands(
    api: Api, providers: IdentityServers
) -> None:
    first = come_back(browser(api), "github", providers.code_for(id=1, login="octocat"))["data"]
    other = come_back(browser(api), "github", providers.code_for(id=2, login="octocat"))["data"]
    assert first["id"] != other["id"]


def test_switched_off_providers_and_closed_registration_refuse(api: Api, providers: IdentityServers) -> None:
    person, _ = PEOPLE["github"]
    api.root.put("/api/option/", {"key": "RegisterEnabled", "value": "false"})
    closed = come_back(browser(api), "github", providers.code_for(**person))
    assert closed["message"] == "管理员关闭了新用户注册"
    for key, value in (("GitHubOAuthEnabled", "false"), ("OidcEnabled", "false"), ("LarkClientId", "")):
        api.root.put("/api/option/", {"key": key, "value": value})
    api.root.put("/api/option/", {"key": "WeChatAuthEnabled", "value": "false"})
    for provider in PEOPLE:
        answer = come_back(browser(api), provider, providers.code_for(**person))
        assert answer["message"].startswith("管理员未开启通过"), provider
    assert browser(api).get("/api/oauth/wechat?code=x")["message"].startswith("管理员未开启通过微信")


def test_a_banned_user_is_not_signed_in(api: Api, providers: IdentityServers) -> None:
    person, _ = PEOPLE["github"]
    come_back(browser(api), "github", providers.code_for(**person))
    api.root.put("/api/user/", {"id": 2, "status": 2})
    again = come_back(browser(api), "github", providers.code_for(**person))
    assert again == refused("用户已被封禁")


def test_endpoints_on_private_addresses_are_not_asked(deps: Deps, api: Api, providers: IdentityServers) -> None:
    guarded = Api(create_app(replace(deps, fetcher=Fetcher())), ROOT_TOKEN)
    answer = come_back(guarded, "oidc", providers.code_for(sub="1"))
    assert answer["message"] == "无法连接至 OIDC 服务器，请稍后重试！"
    assert providers.log == []


@pytest.mark.parametrize("subject", ["s" * 256, " ", "line\nbreak"])
def test_an_identity_that_cannot_be_one_signs_nobody_in(api: Api, providers: IdentityServers, subject: str) -> None:
    answer = come_back(browser(api), "oidc", providers.code_for(sub=subject))
    assert answer["message"] == "返回值非法，用户字段为空，请稍后重试！"


@pytest.mark.parametrize("email", ["none", "a@example.org\r\nBcc: b@example.org", "x" * 50 + "@example.org"])
def test_a_verified_address_that_is_none_is_not_taken_over(
    api: Api, deps: Deps, providers: IdentityServers, email: str
) -> None:
    come_back(browser(api), "oidc", providers.code_for(sub="1", email=email, email_verified=True))
    user = users.get(deps.store, 2)
    assert user is not None
    assert user.email == ""


def test_the_only_way_into_an_account_stays(api: Api, deps: Deps, providers: IdentityServers) -> None:
    person, _ = PEOPLE["github"]
    mona = browser(api)
    come_back(mona, "github", providers.code_for(**person))
    last = refused("这是您唯一的登录方式，请先设置密码或邮箱", code="conflict")
    assert mona.delete("/api/oauth/github/bind") == last
    assert mona.delete("/api/oauth/lark/bind")["success"]  # it has none
    ring = passkeys.opened(deps.store, 2)
    key = passkeys.Passkey(id="key", rp_id="x", public_key="", sign_count=0, name="", created_time=1)
    assert passkeys.add(deps.store, ring, key)
    assert mona.delete("/api/oauth/github/bind")["success"]
    assert mona.delete("/api/user/passkey/key") == last
    assert mona.put("/api/user/self", {"password": "a good one"})["success"]
    assert mona.delete("/api/user/passkey/key")["success"]


def test_a_state_for_one_provider_is_not_good_for_another(api: Api, providers: IdentityServers) -> None:
    for meant in ("github", "lark", "oidc"):
        for provider, (person, _) in PEOPLE.items():
            who = browser(api)
            state = who.get("/api/oauth/state", params={"provider": meant})["data"]
            query = {"code": providers.code_for(**person), "state": state}
            answer = who.raw("GET", f"/api/oauth/{provider}", params=query)
            right = provider == meant != "oidc"  # whose states are those of its own beginning
            assert (answer.status_code == 200) is right, (meant, provider)
    assert browser(api).get("/api/oauth/state?provider=nobody")["message"] == "无效的参数"


def test_a_sign_in_with_openid_connect_that_began_without_nonce_and_challenge_is_refused(
    api: Api, providers: IdentityServers
) -> None:
    who = browser(api)
    for asked in ("/api/oauth/state", "/api/oauth/state?provider=oidc"):
        query = {"code": providers.code_for(sub="1"), "state": who.get(asked)["data"]}
        answer = who.raw("GET", "/api/oauth/oidc", params=query)
        assert (answer.status_code, answer.json()) == (403, STATE_REFUSED)
    assert providers.log == []


def test_one_apis_site_is_led_through_the_gateway_to_openid_connect(api: Api, providers: IdentityServers) -> None:
    endpoint = api.get("/api/status")["data"]["oidc_authorization_endpoint"]
    assert endpoint == "https://gateway.example/api/oauth/oidc/authorize"
    who, thief = browser(api), browser(api)
    state = who.get("/api/oauth/state")["data"]
    path = endpoint.removeprefix("https://gateway.example")
    asked = {"client_id": "id", "redirect_uri": "https://evil.example", "response_type": "code", "state": state}
    assert thief.raw("GET", path, params=asked).status_code == 403
    sent = who.raw("GET", path, params=asked)
    assert sent.status_code == 303
    query = httpx.URL(sent.headers["location"]).params
    assert sent.headers["location"].startswith(f"{providers.url}/authorize?")
    assert query["redirect_uri"] == "https://gateway.example/oauth/oidc"
    assert query["nonce"] and query["code_challenge"] and query["state"] != state
    assert who.raw("GET", path, params=asked).status_code == 403  # used up
    named = who.get("/api/oauth/state?provider=oidc")["data"]
    assert who.raw("GET", path, params={"state": named}).status_code == 303
