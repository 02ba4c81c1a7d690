"""Signing in with OpenID Connect as the standard has it: discovery, PKCE, and a nonce in the ID token."""

from copy import copy
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.admin.api import Api, refused
from tests.admin.resources.test_oauth import STATE_REFUSED, api, browser, providers
from tests.support.identity_servers import IdentityServers

__all__ = ["api", "providers"]

REFUSED = refused("无法连接至 OIDC 服务器，请稍后重试！", code="upstream")
MONA = {"sub": "sub-1", "name": "Mona", "preferred_username": "mona"}


@pytest.fixture(autouse=True)
def discovered(api: Api, providers: IdentityServers) -> None:
    """The operator named the discovery document and nothing else."""
    settings = {
        "OidcWellKnown": f"http://127.0.0.1:{providers.port}/.well-known/openid-configuration",
        "OidcAuthorizationEndpoint": "",
        "OidcTokenEndpoint": "",
        "OidcUserinfoEndpoint": "",
    }
    for key, value in settings.items():
        assert api.root.put("/api/option/", {"key": key, "value": value})["success"], key


def begun(who: Api) -> tuple[str, dict[str, str]]:
    """Where a browser is sent, and the query of that."""
    answer = who.get("/api/oauth/oidc/authorize")
    assert answer["success"], answer
    address: str = answer["data"]
    return address, {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def come_back(who: Api, providers: IdentityServers, **person: Any) -> Any:
    address, query = begun(who)
    code = providers.authorize(address, **(person or MONA))
    return who.get("/api/oauth/oidc", params={"code": code, "state": query["state"]})


def test_the_discovery_document_says_where_to_go(api: Api, providers: IdentityServers) -> None:
    address, query = begun(browser(api))
    assert address.startswith(f"http://127.0.0.1:{providers.port}/authorize?")
    assert query["redirect_uri"] == "https://gateway.example/oauth/oidc"
    assert (query["client_id"], query["response_type"], query["scope"]) == ("id", "code", "openid profile email")
    assert query["code_challenge_method"] == "S256"
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3


def test_a_sign_in_shows_its_verifier_and_gets_its_nonce_back(api: Api, providers: IdentityServers) -> None:
    who = browser(api)
    assert come_back(who, providers)["data"]["username"] == "mona"
    assert who.get("/api/user/self")["data"]["oidc_id"] == "sub-1"
    (_, fields) = providers.log[-1]
    assert len(fields["code_verifier"]) == 43
    assert come_back(who, providers)["message"] == "bind"


WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another subject": {"sub": "sub-2"},
    "another client": {"aud": "x"},
    "clients without us": {"aud": ["x", "y"]},
    "authorized party": {"azp": "x"},
    "expired": {"exp": 1},
    "no end": {"exp": None},
    "an end that is no number": {"exp": []},
    "an end beyond all time": {"exp": float("inf")},
    "no subject": {"sub": None},
    "another issuer": {"iss": "https://evil.example"},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
def test_an_id_token_that_is_not_ours_signs_nobody_in(
    api: Api, providers: IdentityServers, claims: dict[str, Any]
) -> None:
    providers.claims = claims
    assert come_back(browser(api), providers) == REFUSED


def test_an_audience_may_be_a_list(api: Api, providers: IdentityServers) -> None:
    providers.claims = {"aud": ["id", "x"], "azp": "id"}
    assert come_back(browser(api), providers)["success"]


@pytest.mark.parametrize("token", ["", "a.b", "a.!!.c", "a.W10.c", "é.é.é", 5, None])
def test_an_id_token_that_is_none_signs_nobody_in(
    api: Api, providers: IdentityServers, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given(*_: object) -> Any:
        return token

    monkeypatch.setattr(providers, "id_token", given)
    assert come_back(browser(api), providers) == REFUSED


def test_a_stolen_code_is_worth_nothing_in_another_browser(api: Api, providers: IdentityServers) -> None:
    victim, thief = browser(api), browser(api)
    address, query = begun(victim)
    code = providers.authorize(address, **MONA)
    refused = thief.raw("GET", "/api/oauth/oidc", params={"code": code, "state": query["state"]})
    assert (refused.status_code, refused.json()) == (403, STATE_REFUSED)
    _, own = begun(thief)
    assert thief.get("/api/oauth/oidc", params={"code": code, "state": own["state"]}) == REFUSED


def test_a_state_with_proof_is_not_good_for_a_sign_in_without(api: Api, providers: IdentityServers) -> None:
    who = browser(api)
    _, query = begun(who)
    plain = who.get("/api/oauth/state")["data"]
    for provider, state in (("github", query["state"]), ("oidc", f"p-{plain}"), ("oidc", query["state"][2:])):
        answer = who.raw("GET", f"/api/oauth/{provider}", params={"code": "x", "state": state})
        assert answer.status_code == 403, provider


def test_what_is_configured_goes_before_what_is_discovered(api: Api, providers: IdentityServers) -> None:
    local = f"http://127.0.0.1:{providers.port}"
    settings = {
        "OidcAuthorizationEndpoint": "https://login.example/start?tenant=1",
        "OidcTokenEndpoint": f"{local}/token",
        "OidcUserinfoEndpoint": f"{local}/userinfo",
    }
    for key, value in settings.items():
        api.root.put("/api/option/", {"key": key, "value": value})
    providers.issuer = "https://evil.example"  # is not asked
    address, query = begun(browser(api))
    assert address.startswith("https://login.example/start?tenant=1&client_id=id&")
    assert query["tenant"] == "1"
    assert come_back(browser(api), providers)["success"]


def test_a_discovery_document_of_another_issuer_or_of_nobody_is_not_followed(
    api: Api, providers: IdentityServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    providers.issuer = "https://evil.example"
    assert browser(api).get("/api/oauth/oidc/authorize") == REFUSED
    others: list[Any] = [{}, [], "text", {"issuer": f"http://127.0.0.1:{providers.port}", "token_endpoint": 5}]
    for document in others:
        monkeypatch.setattr(providers, "discovery", partial(copy, document))
        assert browser(api).get("/api/oauth/oidc/authorize") == REFUSED
    api.root.put("/api/option/", {"key": "OidcWellKnown", "value": ""})
    assert browser(api).get("/api/oauth/oidc/authorize") == REFUSED


def test_it_is_switched_on_with_a_client_and_a_discovery_document(api: Api) -> None:
    def switch(key: str, value: str) -> bool:
        return api.root.put("/api/option/", {"key": key, "value": value})["success"]

    assert switch("OidcEnabled", "false")
    answer = browser(api).get("/api/oauth/oidc/authorize")
    assert answer["message"] == "管理员未开启通过 OIDC 登录以及注册"
    assert switch("OidcEnabled", "true")
    assert switch("OidcWellKnown", "")
    assert not switch("OidcEnabled", "true")
