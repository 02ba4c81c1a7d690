"""The API's document says everything a caller needs, and nothing that is not so."""

from typing import Any, get_args

import pytest
from fastapi import FastAPI

from admin.openapi.document import gated, refusals, slug
from admin.openapi.texts import TAGS
from admin.resources import routers
from admin.texts.messages import Code, Text
from admin.web.envelope import told
from admin.web.gate import GatedRoute, needs_of
from gateway.domain.identity import Role
from tests.admin.reachable import reachable

JSON = "application/json; charset=utf-8"
ROUTES = list(gated(routers()))


def name_of(route: GatedRoute) -> str:
    return f"{min(route.methods)} {route.path}"


@pytest.fixture(scope="session")
def document(application: FastAPI) -> dict[str, Any]:
    return application.openapi()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_route_lists_every_refusal_its_code_can_reach_and_no_other(route: GatedRoute) -> None:
    listed, reached = set(needs_of(route.endpoint).refusals()), reachable(route.endpoint)
    told = {(text, status) for status, text in refusals(route)}
    assert not _names(reached - told), "raised but not listed in refuses"
    assert not _names(listed - reached), "listed in refuses but never raised"


def test_a_refusal_is_named_by_its_words_alone() -> None:
    texts = {text for route in ROUTES for _, text in refusals(route)}
    assert len({slug(text) for text in texts}) == len(texts) > 90


# What a status says, every refusal with it says in its code; with 200 come most of them.
CODES_OF = {401: "unauthenticated", 403: "forbidden", 404: "not_found", 413: "too_large", 429: "limited"}
CODES_OF |= {400: "invalid", 500: "internal", 502: "upstream", 503: "unavailable"}


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_every_refusal_that_is_declared_has_a_code_that_fits_its_status(route: GatedRoute) -> None:
    for status, text in refusals(route):
        assert text.code in get_args(Code), text.en
        assert status == 200 or CODES_OF[status] == text.code, (status, text.en)
        assert text.code in ("invalid", "forbidden", "conflict", "not_found") or not text.field, text.en


def test_the_document_shows_code_and_field_of_every_refusal(document: dict[str, Any]) -> None:
    shown = document["components"]["examples"]
    for route in ROUTES:
        for _, text in refusals(route):
            value = shown[slug(text)]["value"]
            assert value == {"success": False, "message": text.zh, **told(text)}, text.en
    assert set(document["components"]["schemas"]["Refusal"]["properties"]["code"]["enum"]) == set(get_args(Code))
    for name, operation in operations(document):
        done, *refused = operation["responses"]["200"]["content"].get(JSON, {}).get("examples", {"": 0})
        forms = operation["responses"]["200"]["content"].get(JSON, {}).get("schema", {}).get("anyOf", [])
        assert bool(refused) == ({"$ref": "#/components/schemas/Refusal"} in forms), (name, done)


def test_every_route_has_a_summary_a_described_tag_a_role_and_examples(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len(found) > 70
    for name, operation in found:
        assert operation["summary"] and "\n" not in operation["summary"], name
        assert set(operation["tags"]) <= TAGS.keys(), name
        assert operation["x-role"] in set(Role), name
        assert ("security" in operation) == (operation["x-role"] > Role.GUEST), name
        for content in operation.get("requestBody", {"content": {}})["content"].values():
            schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            assert schema["examples"] == [content["example"]], name


def test_every_parameter_is_described(document: dict[str, Any]) -> None:
    silent = [
        (name, parameter["name"])
        for name, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert not silent


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    """Data that its type does not tell (a text, a number, a table) must have been given one."""
    for name, operation in operations(document):
        for content in operation["responses"]["200"]["content"].values():
            if "examples" in content:
                assert content["examples"]["done"]["value"].get("data", "") is not None, name


def test_every_status_has_its_texts_and_its_headers(document: dict[str, Any]) -> None:
    shared = document["components"]["responses"]
    for name, operation in operations(document):
        answers = {
            status: shared[f"Status{status}"] if "$ref" in answer else answer
            for status, answer in operation["responses"].items()
        }
        assert {"200", "413", "429", "500", "503"} <= answers.keys(), name
        assert ("401" in answers) == (operation["x-role"] > Role.GUEST), name
        for status, answer in answers.items():
            assert {"X-Oneapi-Request-Id", "X-RateLimit-Remaining"} <= answer["headers"].keys(), name
            assert ("Retry-After" in answer["headers"]) == (status in ("429", "503")), (name, status)
            assert answer["description"], (name, status)


def _names(found: set[tuple[Text, int]]) -> list[str]:
    return sorted(f"{text.en} ({status})" for text, status in found)
