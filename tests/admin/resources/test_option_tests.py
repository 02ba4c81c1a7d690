"""Tests of settings: they really send and ask, and say what failed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from gateway.security.safe_fetch import Fetcher
from gateway.store.settings import options
from tests.admin.api import Api
from tests.support.json_server import Asked, JsonServer, Reply, json_server
from tests.support.mailbox import open_mailbox


@pytest.fixture
def server(application: FastAPI, deps: Deps, api: Api) -> Iterator[JsonServer]:
    """A pusher and an OpenID provider, at an address that may be asked."""

    def answer(asked: Asked) -> Reply:
        return 200, {"success": True}

    with json_server(answer) as opened:
        application.state.deps = replace(deps, fetcher=Fetcher(frozenset({"127.0.0.1"})))
        yield opened


def test_a_mail_is_sent_to_whom_one_names(api: Api, deps: Deps) -> None:
    with open_mailbox() as mailbox:
        for key, value in {"SMTPServer": "127.0.0.1", "SMTPPort": str(mailbox.port), "SMTPFrom": "a@b.example"}.items():
            options.put(deps.store, key, value)
        answer = api.root.post("/api/option/test/mail", {"to": "root@example.org"})
        assert answer["data"] == {"to": "root@example.org"}
        assert mailbox.receivers == [["root@example.org"]] and "The settings work." in mailbox.body()
    failed = api.root.post("/api/option/test/mail", {"to": "root@example.org"})
    assert (failed["success"], failed["code"]) == (False, "upstream")
    nobody = api.root.post("/api/option/test/mail", {})
    assert (nobody["code"], nobody["field"]) == ("invalid", "to")


def test_the_pusher_is_told_and_what_it_says_is_said(api: Api, deps: Deps, server: JsonServer) -> None:
    missing = api.root.post("/api/option/test/pusher")
    assert (missing["code"], missing["field"]) == ("conflict", "MessagePusherAddress")
    options.put(deps.store, "MessagePusherAddress", server.url)
    assert api.root.post("/api/option/test/pusher")["success"]
    assert server.asked[-1].json["title"]
    server.answer = lambda asked: (200, {"success": False, "message": "bad token"})
    refused = api.root.post("/api/option/test/pusher")
    assert "bad token" in refused["message"] and refused["code"] == "upstream"


def test_the_openid_provider_is_asked_for_its_endpoints(api: Api, deps: Deps, server: JsonServer) -> None:
    assert api.root.post("/api/option/test/oidc")["code"] == "conflict"
    ends = {"authorization": "https://id/a", "token": "https://id/t", "userinfo": "https://id/u"}
    document = {"issuer": server.url, **{f"{name}_endpoint": address for name, address in ends.items()}}
    server.answer = lambda asked: (200, document)
    options.put(deps.store, "OidcWellKnown", f"{server.url}/.well-known/openid-configuration")
    assert api.root.post("/api/option/test/oidc")["data"] == {"issuer": server.url, **ends}
    server.answer = lambda asked: (404, {})
    refused = api.root.post("/api/option/test/oidc")
    assert (refused["code"], "discovery" in refused["message"]) == ("upstream", True)


def test_they_are_limited_like_signing_in(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.web.gate.CRITICAL_LIMIT", 1)
    statuses = [api.root.raw("POST", "/api/option/test/pusher").status_code for _ in range(2)]
    assert statuses == [200, 429]
