"""Every status that a route promises can be had, and looks as promised; by resource, from the router and the document.

What a route promises is in the API's document. Most statuses come from what stands before every handler and are
provoked alike everywhere; the others have a row here. That every route can also succeed is held by
``test_examples.py``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

import httpx
import pytest
from fastapi import FastAPI

from admin.auth.identity_providers import PROVIDERS
from admin.openapi.document import gated
from admin.openapi.texts import TAGS
from admin.resources import routers
from admin.texts.messages import Code
from admin.web.deps import Deps
from admin.web.gate import MOST_BODY, GatedRoute, needs_of
from gateway.domain.identity import Role
from gateway.errors import Throttled
from tests.admin.api import Api
from tests.admin.openapi.test_document import CODES_OF
from tests.admin.routes import filled
from tests.admin.test_reads import instead

# What only some routes answer with: how it is provoked. A route that promises it without a row fails, and so does a
# row that no route promises.
PARTICULAR: dict[tuple[str, int], dict[str, Any]] = {
    ("PUT /api/option", 400): {"content": b'{"key": 1}'},
    ("PUT /api/option/batch", 400): {"content": b'{"values": 1}'},
    ("POST /api/job/{name}", 404): {"path": "/api/job/nonsense"},
    ("POST /api/job/{name}", 502): {"path": "/api/job/fails"},
}
# What is refused with status 200 on routes that everybody may call; the others refuse who says nothing.
OPEN: dict[str, dict[str, Any]] = {
    "GET /api/oauth/state": {"params": {"provider": "nobody"}},
    "GET /api/announcement": {"headers": {"authorization": "nobody"}},
    "GET /api/pricing": {"headers": {"authorization": "nobody"}},
    "POST /api/user/login": {"json": {"username": "root", "password": "wrong"}},
    "POST /api/user/login/2fa": {"json": {"ticket": "x", "code": "1"}},
    "POST /api/user/passkey/login/begin": {"json": {}},
    "POST /api/user/passkey/login/finish": {"json": {}},
    "POST /api/user/register": {"json": {"username": "", "password": ""}},
    "POST /api/user/reset": {"json": {}},
}
NEVER_REFUSED = {f"GET /api/oauth/{name}" for name, row in PROVIDERS.items() if not row.by_code}  # 403 comes first


@dataclass
class World:
    """One application as different callers see it."""

    api: Api
    deps: Deps
    application: FastAPI
    common: Api
    banned: Api

    def calls(self, **changes: Any) -> Deps:
        """Exchange dependencies for what follows."""
        self.application.state.deps = replace(self.deps, **changes)
        return self.application.state.deps


@pytest.fixture
def world(api: Api, deps: Deps, application: FastAPI) -> Iterator[World]:
    api.new_user("common")
    common = api.signed_in("common")
    api.new_user("banned")
    banned = api.holding(api.signed_in("banned").get("/api/user/token")["data"])
    assert api.root.post("/api/user/manage", {"username": "banned", "action": "disable"})["success"]
    yield World(api, deps, application, common, banned)
    application.state.deps = deps


Call = dict[str, Any]
Route = GatedRoute


def name_of(route: Route) -> str:
    return f"{min(route.methods or ())} {route.path}"


def sent(caller: Api, route: Route, **call: Any) -> httpx.Response:
    """One request to a route; each comes from nowhere in particular."""
    call = {"path": filled(route.path, 1), **call}
    return caller.raw(min(route.methods or ()), **call)


def refused(world: World, route: Route) -> httpx.Response:
    role = needs_of(route.endpoint).role
    if role == Role.GUEST:
        return sent(world.api, route, **OPEN.get(name_of(route), {}))
    return sent(world.banned if role == Role.COMMON else world.common, route)


def nothing_presented(world: World, route: Route) -> httpx.Response:
    return sent(world.api, route)


def from_another_site(world: World, route: Route) -> httpx.Response:
    return sent(world.common, route, headers={"sec-fetch-site": "cross-site"})


def too_large(world: World, route: Route) -> httpx.Response:
    return sent(world.api.root, route, content=b" " * (MOST_BODY + 1))


def too_often(world: World, route: Route) -> httpx.Response:
    world.calls(settings=replace(world.deps.settings, global_api_rate_limit=1))
    sent(world.api.root, route, headers={"sec-fetch-site": "none"}, content=b" " * (MOST_BODY + 1))
    return sent(world.api.root, route)


def broken(world: World, route: Route) -> httpx.Response:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("planted detail")

    world.application.state.deps = Broken()
    return sent(world.api.root, route)


def database_busy(world: World, route: Route) -> httpx.Response:
    """The limit is on, so that every route has to ask the database for something."""
    world.calls(settings=replace(world.deps.settings, global_api_rate_limit=1_000))

    def refuse(operation: str, call: Callable[[], Any]) -> Any:
        raise Throttled("ProvisionedThroughputExceededException: planted detail")

    with instead(refuse):
        return sent(world.api.root, route)


def particular(status: int) -> Callable[[World, Route], httpx.Response]:
    def provoke(world: World, route: Route) -> httpx.Response:
        def run(name: str) -> dict[str, Any]:
            if name == "fails":
                raise RuntimeError("planted detail")
            return {"success": False}

        world.calls(run_job=run)
        return sent(world.api.root, route, **PARTICULAR[name_of(route), status])

    return provoke


ALIKE: dict[int, Callable[[World, Route], httpx.Response]] = {
    200: refused,
    401: nothing_presented,
    403: from_another_site,
    413: too_large,
    429: too_often,
    500: broken,
    503: database_busy,
}


def promised(document: dict[str, Any], route: Route) -> set[int]:
    """The statuses of a route with a refusal; 200 is among them where it can be one, 303 sends a browser on."""
    operation = document["paths"][route.path][min(route.methods or ()).lower()]
    statuses = {int(status) for status in operation["responses"]} - {303}
    examples = operation["responses"]["200"]["content"].get("application/json; charset=utf-8", {}).get("examples", {})
    return statuses if len(examples) > 1 and name_of(route) not in NEVER_REFUSED else statuses - {200}


@pytest.mark.parametrize("tag", TAGS)
def test_every_status_that_a_resource_promises_comes_as_promised(
    world: World, application: FastAPI, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.client.retry.pause", lambda *_: 0)
    monkeypatch.setattr("admin.web.gate.CRITICAL_LIMIT", 10_000)  # every call comes from one address
    routes = [route for route in gated(routers()) if tag in route.tags]
    assert routes
    for route in routes:
        for status in sorted(promised(application.openapi(), route)):
            provoke = ALIKE.get(status) or particular(status)
            answer = provoke(world, route)
            application.state.deps = world.deps
            assert answer.status_code == status, (name_of(route), status, answer.text)
            assert answer.headers["x-oneapi-request-id"].isdigit()
            body = answer.json()
            assert (body["success"], bool(body["message"])) == (False, True), (name_of(route), status)
            assert body["code"] == CODES_OF.get(status, body["code"]), (name_of(route), status)
            assert body["code"] in get_args(Code), (name_of(route), status)
            assert "planted" not in answer.text
            assert ("retry-after" in answer.headers) == (status in (429, 503)), (name_of(route), status)


def test_every_route_belongs_to_a_resource_and_every_row_to_a_route(application: FastAPI) -> None:
    routes = list(gated(routers()))
    assert all(set(map(str, route.tags)) <= set(TAGS) and route.tags for route in routes)
    document = application.openapi()
    promises = {(name_of(route), status) for route in routes for status in promised(document, route)}
    assert {row for row in promises if row[1] not in ALIKE} == set(PARTICULAR)
    assert {(name, 200) for name in OPEN} <= promises
