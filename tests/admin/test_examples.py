"""Every example of the API's document is sent as it stands, and answered as it says."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI

from admin.openapi.texts import TAGS
from admin.web.deps import Deps
from admin.web.edge import Edge
from gateway.store.settings import options
from tests.admin.api import Api
from tests.admin.conftest import ROOT_TOKEN
from tests.admin.example_world import World, before, upstream
from tests.support.identity_servers import ReroutingFetcher, identity_servers
from tests.support.json_server import json_server
from tests.support.mailbox import open_mailbox

# Calls that share a world: what one does must leave the others something to work with.
APART = (("account", "passkeys"), ("registration", "sign-in elsewhere"), ("users", "tokens", "redemption codes"))
GROUPS = (*APART, tuple(tag for tag in TAGS if not any(tag in group for group in APART)))
ORDER = ("get", "post", "put", "delete")


@pytest.fixture
def world(deps: Deps, application: FastAPI) -> Generator[World]:
    with identity_servers() as people, open_mailbox() as mailbox, json_server(upstream) as provider:
        fetcher = ReroutingFetcher(frozenset({"127.0.0.1"}), port=people.port)
        application.state.deps = replace(deps, fetcher=fetcher)
        with Api(Edge(application, deps.clock), ROOT_TOKEN) as api:
            made = World(api, deps, mailbox, people, provider.url)
            made.furnish()
            switches = people.options()
            for key, value in switches.items():
                options.put(deps.store, key, value)
            yield made


@pytest.mark.parametrize("tags", GROUPS, ids=lambda tags: tags[0])
def test_the_examples_of_these_tags_do_what_they_say(world: World, application: FastAPI, tags: Sequence[str]) -> None:
    paths: dict[str, Any] = application.openapi()["paths"]
    calls = [
        (method, path, item[method])
        for method in ORDER
        for path, item in paths.items()
        if method in item and item[method]["tags"][0] in tags
    ]
    assert calls
    for method, path, operation in calls:
        _try(world, f"{method.upper()} {path}", operation)


def _try(world: World, name: str, operation: dict[str, Any]) -> None:
    replaced = before.get(name, lambda _: {})(world)
    caller: Api = replaced.get("as") or (world.api.root if operation["x-role"] else world.browser())
    method, address = _address(name, operation, replaced)
    body = {**_example_body(operation), **replaced.get("body", {})}
    answer = caller.raw(method, address, json=body) if "requestBody" in operation else caller.raw(method, address)
    *_, promised = operation["responses"]["200"]["content"].items()  # before it, what a refusal looks like
    assert answer.status_code == 200, (name, answer.text)
    assert answer.headers["content-type"] == promised[0], name
    if "examples" in promised[1]:
        example = promised[1]["examples"]["done"]["value"]
        assert answer.json().get("success", True), (name, answer.text)
        assert not _difference(example, answer.json()), (name, answer.text)


def _address(name: str, operation: dict[str, Any], replaced: dict[str, Any]) -> tuple[str, str]:
    method, path = name.split()
    query: dict[str, Any] = {}
    for parameter in operation.get("parameters", ()):
        key = parameter["name"]
        value = replaced.get(parameter["in"], {}).get(key, parameter.get("example"))
        if parameter["in"] == "path":
            path = path.replace(f"{{{key}}}", str(value))
        elif value is not None:
            query[key] = value
    return method, f"{path}?{urlencode(query)}"


def _example_body(operation: dict[str, Any]) -> dict[str, Any]:
    contents = operation.get("requestBody", {}).get("content", {})
    return next((content["example"] for content in contents.values()), {})


def _difference(example: Any, real: Any, at: str = "answer") -> str:
    """Where the real answer lacks what the example has, or has it in another form; empty where nowhere."""
    if isinstance(example, dict) and isinstance(real, dict):
        missing = example.keys() - real.keys()
        if missing:
            return f"{at}: no {sorted(missing)}"
        return next((found for key in example if (found := _difference(example[key], real[key], f"{at}.{key}"))), "")
    if isinstance(example, list) and isinstance(real, list):
        if example and not real:
            return f"{at}: empty"
        return _difference(example[0], real[0], f"{at}[0]") if example else ""
    return "" if _kind(example) == _kind(real) else f"{at}: {real!r} instead of {example!r}"


def _kind(value: Any) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def test_a_difference_is_found_wherever_it_is() -> None:
    example = {"success": True, "data": [{"id": 1, "name": "a"}]}
    assert not _difference(example, {"success": True, "data": [{"id": 2.5, "name": "", "more": 1}]})
    assert _difference(example, {"success": True, "data": []}) == "answer.data: empty"
    assert _difference(example, {"success": True, "data": [{"id": 1}]}) == "answer.data[0]: no ['name']"
    assert _difference(example, {"success": True, "data": [{"id": True, "name": ""}]})
