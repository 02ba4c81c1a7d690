"""Schemas in a door's dialect: what it lacks is out, and told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.outbound import registry
from gateway.outbound.canonical import schemas
from gateway.outbound.canonical.tool_schemas import openai_tool
from gateway.outbound.gemini.schema import subset
from gateway.outbound.protocol import ProviderRequest

Json = dict[str, Any]
DOORS = {"claude": schemas.CLAUDE, "cohere": schemas.COHERE, "openai": schemas.OPENAI_STRICT}
RULES: list[Json] = [
    {"type": "integer", "minimum": 1},
    {"type": "integer", "maximum": 9, "description": "how many"},
    {"type": "number", "exclusiveMinimum": 0},
    {"type": "number", "multipleOf": 0.5},
    {"type": "string", "minLength": 1},
    {"type": "string", "maxLength": 80},
    {"type": "array", "items": {"type": "string"}, "maxItems": 3},
    {"type": "array", "items": {"type": "string", "minLength": 2}, "uniqueItems": True},
    {"type": "array", "items": {}, "minItems": 2},
    {"type": "string", "format": "int64"},
    {"type": "string", "pattern": "^(?=a)b"},
    {"type": "object", "properties": {}, "patternProperties": {"^x": {"type": "string"}}},
]


def sent(dialect: str, model: str, body: Json) -> str:
    listed = {"messages": [{"role": "user", "content": "hi"}], **body}
    config = {"region": "us-east-1", "vertex_ai_project_id": "p"}
    request = ProviderRequest(operation="chat", body=listed, model=model, requested_model="m", config=config)
    return registry.dialect(dialect).request(request).body.decode().replace("\\", "")


@pytest.mark.parametrize("rule", RULES, ids=json.dumps)
@pytest.mark.parametrize(
    ("dialect", "model"),
    [("anthropic", "claude-opus-4-6"), ("bedrock", "anthropic.claude-opus-4-6-v1"), ("vertex", "claude-opus-4-6")],
)
def test_claudes_doors_get_rules_in_words(dialect: str, model: str, rule: Json) -> None:
    schema = {"type": "object", "properties": {"a": rule}, "required": ["a"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    function = {"name": "f", "strict": True, "parameters": schema}
    for body in ({"response_format": wanted}, {"tools": [{"type": "function", "function": function}]}):
        text = sent(dialect, model, body)
        words = set(rule) & (schemas.CLAUDE.lacks | {"minItems", "format", "pattern"})
        for word in words or ["minLength"]:
            assert f'"{word}":' not in text.replace('"format":{"type":"json_schema"', "") and f"{word}: " in text
    assert ("how many" in text) == ("description" in rule)


@pytest.mark.parametrize("kept", [{"type": "string", "format": "date"}, {"type": "array", "items": {}, "minItems": 1}])
def test_what_a_door_has_stays(kept: Json) -> None:
    assert schemas.reduced(kept, schemas.CLAUDE) == kept


def test_names_of_properties_are_no_keywords_and_data_is_no_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "minimum": {"type": "string"},
            "pattern": {"const": {"minimum": 1}, "default": {"maxLength": 1}},
        },
        "required": ["minimum"],
        "additionalProperties": False,
    }
    assert schemas.reduced(schema, schemas.CLAUDE) == schema


words = st.sampled_from([*sorted(schemas.CLAUDE.lacks), "minItems", "format", "title"])
leaf = st.dictionaries(words, st.integers(2, 9), max_size=3)
schema_of = st.recursive(
    leaf,
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from(["a", "minimum"]), inner, max_size=2),
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "maxLength": st.just(3),
        },
    ),
    max_leaves=6,
)


@given(schema=schema_of)
@pytest.mark.parametrize("door", DOORS)
def test_no_keyword_that_a_door_lacks_gets_through(door: str, schema: Json) -> None:
    before = json.dumps(schema)
    lacks = DOORS[door].lacks

    def check(value: Any) -> None:
        assert not lacks & value.keys() and ("oneOf" not in value)
        inner = [*value.get("properties", {}).values(), *value.get("anyOf", [])]
        for item in (*inner, *([value["items"]] if "items" in value else [])):
            check(item)

    check(schemas.reduced(schema, DOORS[door]))
    assert json.dumps(schema) == before


def test_older_gemini_models_are_told_what_their_subset_lacks() -> None:
    made = subset({"type": "object", "properties": {"a": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 2}}})
    assert made["properties"]["a"]["description"] == "(exclusiveMinimum: 0, multipleOf: 2)"


@pytest.mark.parametrize("word", ["anyOf", "oneOf", "allOf"])
@pytest.mark.parametrize("dialect", ["anthropic", "bedrock"])
def test_alternatives_at_the_top_of_a_tool_become_properties(dialect: str, word: str) -> None:
    schema = {word: [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}]}
    text = sent(
        dialect,
        "anthropic.claude-v2",
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}]},
    )
    assert f'"{word}":' not in text and '"properties":{"a":{"type":"string"}}' in text
    assert ('"required":["a"]' in text.split("description")[0] + text.rsplit("properties", 1)[1]) == (word == "allOf")


def test_a_function_is_strict_at_openai_only_where_it_can_be() -> None:
    loose = {"name": "f", "strict": True, "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}
    assert "strict" not in openai_tool(loose)
    tight = {**loose["parameters"], "required": ["a"], "additionalProperties": False}  # type: ignore[dict-item]
    assert openai_tool({**loose, "parameters": tight}) == {**loose, "parameters": tight}
