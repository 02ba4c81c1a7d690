"""No list, answer or log line shows a secret: recognisable ones are planted, then everything is read."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from admin.app import create_app
from admin.web.deps import Deps
from gateway.domain.alarms import option_rows
from gateway.domain.options import SECRETS
from tests.admin.api import PASSWORD, Api
from tests.admin.conftest import ROOT_PASSWORD, ROOT_TOKEN
from tests.admin.routes import filled, gated_routes

ADDRESSES = {key for key, is_address, is_secret in option_rows() if is_address and is_secret}
NOBODY = "http://127.0.0.1:9"  # where a test of the channel goes


def plant(api: Api) -> set[str]:
    """Secrets of every kind, put in through the API; answers their texts."""
    api.new_user("alice")
    alice, root = api.signed_in("alice"), api.root
    secrets = {key: f"https://planted.example/{key}" if key in ADDRESSES else f"planted-{key}" for key in SECRETS}
    planted = {*secrets.values(), "sk-planted-channel", "planted-of-alice", PASSWORD, ROOT_PASSWORD}
    for key, value in secrets.items():
        assert root.put("/api/option/", {"key": key, "value": value})["success"]
    own = {"receiver": "telegram", "settings": {"token": "planted-of-alice", "chat": "7"}}
    assert alice.put("/api/user/self/alarm", own)["success"]
    root.post("/api/channel/", {"name": "c", "type": 1, "key": "sk-planted-channel", "models": "m", "base_url": NOBODY})
    root.put("/api/channel/", {"id": 1, "priority": 1})
    planted.add(alice.post("/api/token/", {"name": "t"})["data"]["key"])
    planted.add(alice.get("/api/user/token")["data"])
    return planted | {ROOT_TOKEN}


@pytest.mark.parametrize("role", [None, 1, 10, 100], ids=["nobody", "user", "admin", "root"])
def test_no_answer_of_any_get_shows_a_secret(
    api: Api, deps: Deps, role: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    planted = plant(api)
    caller = _caller(api, role)
    logging.getLogger("gateway").propagate = True
    with caplog.at_level(logging.DEBUG, logger="gateway"):
        for method, path, _ in gated_routes():
            if method == "GET" and path not in ("/api/user/token", "/api/user/logout"):
                answer = caller.raw(method, filled(path, 1))
                shown = [secret for secret in planted if secret in answer.text]
                assert not shown, (path, shown)
    lines = "".join(record.getMessage() for record in caplog.records if record.name == "gateway")
    assert not [secret for secret in planted if secret in lines]


def test_what_breaks_inside_is_not_told(deps: Deps) -> None:
    def fail(name: str) -> dict[str, Any]:
        raise RuntimeError("planted detail")

    api = Api(create_app(replace(deps, run_job=fail)), ROOT_TOKEN)
    assert "planted" not in api.root.raw("POST", "/api/job/x").text


def _caller(api: Api, role: int | None) -> Api:
    if role is None:
        return api
    if role == 100:
        return api.root
    api.new_user("caller", role=role)
    return api.signed_in("caller")
