"""What a browser learns before anybody signs in."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps, connect
from tests.admin.api import Api
from tests.admin.conftest import fake_job
from tests.support.tables import Stack


def status(api: Api) -> dict[str, Any]:
    return api.get("/api/status")["data"]


def test_each_way_in_is_told_and_follows_its_option(api: Api) -> None:
    first = status(api)
    assert first["register_enabled"] and first["password_login"] and first["password_register"]
    assert (first["lark_login"], first["email_domains"]) == (False, [])
    for key, value in {
        "RegisterEnabled": "false",
        "PasswordLoginEnabled": "false",
        "PasswordRegisterEnabled": "false",
        "LarkClientId": "cli_1",
        "EmailDomainWhitelist": "example.org,example.com",
        "EmailDomainRestrictionEnabled": "true",
    }.items():
        assert api.root.put("/api/option/", {"key": key, "value": value})["success"]
    then = status(api)
    assert not (then["register_enabled"] or then["password_login"] or then["password_register"])
    assert (then["lark_login"], then["email_domains"]) == (True, ["example.org", "example.com"])


@pytest.mark.parametrize(("option", "field"), [("PublicPricing", "pricing_public"), ("PublicStatus", "status_public")])
def test_pages_are_public_where_the_operator_says_all(api: Api, option: str, field: str) -> None:
    assert status(api)[field] is False
    assert api.root.put("/api/option/", {"key": option, "value": "all"})["success"]
    assert status(api)[field] is True


def test_the_relay_is_where_the_site_is_unless_something_else_is_known(
    api: Api, deps: Deps, application: FastAPI
) -> None:
    assert (status(api)["server_address"], status(api)["relay_base_url"]) == ("", "http://testserver/v1")
    assert api.root.put("/api/option/", {"key": "ServerAddress", "value": "https://gateway.example/"})["success"]
    assert status(api)["server_address"] == "https://gateway.example"
    assert status(api)["relay_base_url"] == "https://gateway.example/v1"
    elsewhere = replace(deps.settings, relay_base_url="https://relay.example/v1/")
    application.state.deps = replace(deps, settings=elsewhere)
    assert status(api)["relay_base_url"] == "https://relay.example/v1"


def test_behind_api_gateway_the_relay_is_at_its_address(api: Api) -> None:
    called = {"requestContext": {"domainName": "a1.execute-api.eu-west-1.amazonaws.com", "stage": "prod"}}

    async def with_event(scope: Any, receive: Any, send: Any) -> None:
        await api.app({**scope, "aws.event": called}, receive, send)

    there = Api(with_event, "")
    assert status(there)["relay_base_url"] == "https://a1.execute-api.eu-west-1.amazonaws.com/prod/v1"


@pytest.mark.parametrize(("given", "shown"), [("berry", "berry"), ("nonsense", "default")])
def test_the_theme_is_the_environments_until_it_is_set(
    api: Api, deps: Deps, tables: Stack, application: FastAPI, given: str, shown: str
) -> None:
    settings = replace(deps.settings, theme=given, version="1.2.3")
    application.state.deps = connect(tables.settings(), settings, run_job=fake_job)
    assert (status(api)["theme"], status(api)["build"]) == (shown, "1.2.3")
    assert {"key": "Theme", "value": shown} in api.root.get("/api/option/")["data"]
    assert api.root.put("/api/option/", {"key": "Theme", "value": "air"})["success"]
    assert status(api)["theme"] == "air"
