"""Limits by address count networks: who has many addresses to choose from has one share."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from admin.web.edge import Edge
from gateway.security.addresses import counted_as
from tests.admin.api import PASSWORD, Api, client_of
from tests.admin.conftest import ROOT_TOKEN
from tests.admin.web.test_limits import Watch, guessed, tried


@pytest.fixture
def api(deps: Deps, application: FastAPI) -> Api:
    settings = replace(deps.settings, global_api_rate_limit=3, global_web_rate_limit=2)
    application.state.deps = replace(deps, settings=settings, store=replace(deps.store, clock=Watch()))
    return Api(Edge(application, Watch()), ROOT_TOKEN)


def asked(api: Api, address: str, path: str = "/api/status", **sent: Any) -> int:
    client = client_of(api.app, address=address)
    return client.request("POST" if sent else "GET", path, **sent).status_code


@pytest.mark.parametrize(("path", "most"), [("/api/status", 3), ("/api/nope", 2)])
def test_all_addresses_of_a_network_have_one_share(api: Api, path: str, most: int) -> None:
    statuses = [asked(api, f"2001:db8:1:2:{number:x}::{number:x}", path) for number in range(1, most + 2)]
    assert [status == 429 for status in statuses] == [False] * most + [True]
    assert asked(api, "2001:db8:1:3::1", path) != 429


def test_a_wide_network_has_the_share_of_a_few_hosts(api: Api) -> None:
    statuses = [asked(api, f"2001:db8:1:{number:x}::1") for number in range(1, 50)]
    assert statuses == [200] * 48 + [429]
    assert asked(api, "2001:db8:2::1") == 200


def test_addresses_of_the_older_kind_count_alone_also_where_they_are_written_the_newer_way(api: Api) -> None:
    spellings = ["198.51.100.7", "::ffff:198.51.100.7", "198.51.100.7", "::ffff:c633:6407"]
    assert [asked(api, address) for address in spellings] == [200] * 3 + [429]
    assert asked(api, "198.51.100.8") == 200


def test_registering_and_unknown_access_tokens_count_networks_too(deps: Deps, application: FastAPI) -> None:
    application.state.deps = replace(deps, store=replace(deps.store, clock=Watch()))
    api = Api(Edge(application, Watch()), ROOT_TOKEN)
    addresses = [f"2001:db8:1:2::{number:x}" for number in range(1, 40)]
    assert [asked(api, one, "/api/user/register", json={}) for one in addresses[:21]] == [200] * 20 + [429]
    token = {"authorization": "guess"}
    clients = [client_of(api.app, address=one, headers=token) for one in addresses]
    assert [client.get("/api/user/self").status_code for client in clients[:31]] == [200] * 30 + [429]


def test_an_owner_is_known_by_the_network_whatever_address_it_has_today(
    deps: Deps, application: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.web.gate.CRITICAL_LIMIT", 0)
    application.state.deps = replace(deps, store=replace(deps.store, clock=Watch()))
    api = Api(Edge(application, Watch()), ROOT_TOKEN)
    api.new_user("alice")
    assert tried(api, "alice", PASSWORD, place="2001:db8:1:2::1").json()["success"]
    guessed(api, "alice", 11)
    assert tried(api, "alice", PASSWORD, place="2001:db8:1:2:aaaa::9").json()["success"]
    guessed(api, "alice", 11)
    assert tried(api, "alice", PASSWORD, place="2001:db8:1:3::1").status_code == 429


def test_what_is_no_address_counts_as_it_is() -> None:
    assert counted_as("testclient") == ("testclient", "")
    assert counted_as("fe80::1%eth0") == ("fe80::/64", "fe80::/48")
