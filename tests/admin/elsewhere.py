"""Signing in elsewhere, for tests: every provider switched on, and the whole round of a browser."""

from dataclasses import replace
from typing import Any

import httpx
from fastapi import FastAPI

from admin.web.deps import Deps
from admin.web.edge import Edge
from tests.admin.api import Api
from tests.admin.conftest import ROOT_TOKEN
from tests.support.identity_servers import IdentityServers, ReroutingFetcher

PEOPLE: dict[str, tuple[dict[str, Any], str]] = {  # what the provider's page says, and what that comes to
    "github": ({"id": 583231, "login": "octocat", "name": "Mona"}, "583231"),
    "oidc": ({"sub": "sub-1", "name": "Mona", "preferred_username": "mona"}, "sub-1"),
    "lark": ({"open_id": "ou_1", "name": "Mona"}, "ou_1"),
}


class NotSent(Exception):
    """The browser was not sent to the provider; ``answer`` says why."""

    def __init__(self, answer: Any) -> None:
        super().__init__(str(answer))
        self.answer = answer


def switched_on(deps: Deps, application: FastAPI, providers: IdentityServers) -> Api:
    """The application with every provider switched on."""
    fetcher = ReroutingFetcher(frozenset({"127.0.0.1"}), port=providers.port)
    application.state.deps = replace(deps, fetcher=fetcher)
    api = Api(Edge(application, deps.clock), ROOT_TOKEN)
    settings = providers.options() | {"ServerAddress": "https://gateway.example"}
    set_all = api.root.put("/api/option/batch", {"values": settings})
    assert set_all["success"], set_all
    return api


def browser(api: Api) -> Api:
    """Somebody's browser, with a cookie jar of its own."""
    return Api(api.app, ROOT_TOKEN)


def begun(who: Api, provider: str, code: str) -> str:
    """The state with which a browser comes back from the provider's page, where it got this code.

    As one-api's site does it: it sends the browser to the provider, or for OpenID Connect to the gateway.
    """
    state = who.get("/api/oauth/state")["data"]
    if provider != "oidc":
        return state
    sent = who.raw("GET", "/api/oauth/oidc/authorize", params={"client_id": "id", "state": state})
    if sent.status_code != 303:
        raise NotSent(sent.json())
    page = httpx.URL(sent.headers["location"]).copy_merge_params({"code": code})
    return httpx.get(page, trust_env=False).json()["state"]


def come_back(who: Api, provider: str, code: str) -> Any:
    """The whole round: a state, the provider's page (which made the code), the callback."""
    if provider == "wechat":
        return who.get("/api/oauth/wechat", params={"code": code})
    try:
        state = begun(who, provider, code)
    except NotSent as refused:
        return refused.answer
    return who.get(f"/api/oauth/{provider}", params={"code": code, "state": state})
