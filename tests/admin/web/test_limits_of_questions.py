"""What reads much of a ledger may be asked so often, whoever's address it comes from."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from admin.web.deps import Deps
from admin.web.edge import Edge
from tests.admin.api import Api
from tests.admin.conftest import ROOT_TOKEN
from tests.admin.web.test_limits import Watch

QUESTIONS = (
    "/api/log/self",
    "/api/log/self?model_name=none",
    "/api/log/self/search?keyword=none",
    "/api/log/self/stat",
    "/api/log/receipt/chatcmpl-none",
    "/api/user/dashboard",
)


@pytest.fixture
def api(deps: Deps, application: FastAPI) -> Api:
    Watch.ahead = 0
    application.state.deps = replace(deps, store=replace(deps.store, clock=Watch()))
    api = Api(Edge(application, Watch()), ROOT_TOKEN)
    api.new_user("alice")
    api.new_user("bob")
    return api


def test_an_account_asks_its_ledger_so_often_and_others_are_not_in_its_way(api: Api) -> None:
    sessions = [api.signed_in("alice") for _ in range(3)]
    statuses = [sessions[turn % 3].raw("GET", QUESTIONS[turn % 6]).status_code for turn in range(60)]
    assert statuses == [200] * 60
    refused = [sessions[0].raw("GET", path) for path in QUESTIONS]
    assert {answer.status_code for answer in refused} == {429}
    assert {answer.headers["retry-after"] for answer in refused} == {"180"}
    assert sessions[0].get("/api/user/self")["success"]
    assert api.signed_in("bob").raw("GET", QUESTIONS[0]).status_code == 200
    Watch.ahead = 180
    assert sessions[0].raw("GET", QUESTIONS[0]).status_code == 200
