"""Schemas of tools as clients really send them, at doors that refuse them so: older drafts, gaps, foreign values."""

import json
from typing import Any

import pytest

from gateway.outbound import registry
from gateway.outbound.canonical.schema_drafts import complete, modern
from gateway.outbound.gemini.schema import subset, without_nulls
from gateway.outbound.protocol import ProviderRequest
from tests.relay.inbound import cases

Json = dict[str, Any]
CLAUDES = [("anthropic", "claude-opus-4-6"), ("bedrock", "anthropic.claude-opus-4-6-v1"), ("vertex", "claude-opus-4-6")]
GEMINIS = [("gemini", "gemini-2.0-flash"), ("vertex", "gemini-2.0-flash")]


def holding(schema: Any) -> Json:
    return {"type": "object", "properties": {"a": schema}}


def sent(dialect: str, model: str, schema: Json, stream: bool = False) -> Any:
    """The schema of the one tool that a door is sent."""
    tools = [{"type": "function", "function": {"name": "f", "parameters": schema}}]
    request = ProviderRequest(
        operation="chat",
        body={"messages": [{"role": "user", "content": "hi"}], "tools": tools},
        model=model,
        requested_model="m",
        stream=stream,
        config={"region": "us-east-1", "vertex_ai_project_id": "p"},
    )
    body = json.loads(registry.dialect(dialect).request(request).body)
    if "toolConfig" in body and "tools" in body["toolConfig"]:
        return body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]
    tool = body["tools"][0]
    return tool["input_schema"] if "input_schema" in tool else tool["functionDeclarations"][0]["parameters"]


DRAFTS: dict[str, tuple[Json, Json]] = {
    "a list of places": (
        {"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": False},
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
    ),
    "a bound that is out": (
        {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        {"type": "number", "exclusiveMinimum": 0},
    ),
    "a bound that is in": (
        {"type": "number", "maximum": 9, "exclusiveMaximum": False},
        {"type": "number", "maximum": 9},
    ),
    "a property that is required": ({"type": "string", "required": True}, {"type": "string"}),
    "any type": ({"type": "any", "description": "d"}, {"description": "d"}),
    "a type of null": ({"type": None}, {}),
    "deep": (
        {"anyOf": [{"type": "array", "items": [{"type": "any"}]}, {"type": "null"}]},
        {"anyOf": [{"type": "array", "prefixItems": [{}]}, {"type": "null"}]},
    ),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("dialect", "model"), CLAUDES)
@pytest.mark.parametrize("case", DRAFTS)
def test_older_drafts_reach_claude_as_todays(case: str, dialect: str, model: str, stream: bool) -> None:
    before, after = DRAFTS[case]
    assert sent(dialect, model, holding(before), stream) == holding(after)


@pytest.mark.parametrize("client", ["anthropic", "gemini", "responses"])
@pytest.mark.parametrize("dialect", ["openai", "azure", "openai-like", "groq"])
@pytest.mark.parametrize("case", [name for name in DRAFTS if name != "deep"])
def test_and_openai_from_clients_of_other_dialects(case: str, dialect: str, client: str) -> None:
    before, after = DRAFTS[case]
    assert of_openai(client, dialect, holding(before)) == complete(holding(after))


ASKING: dict[str, Any] = {
    "anthropic": lambda schema: {
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"name": "f", "input_schema": schema}],
    },
    "gemini": lambda schema: {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": schema}]}],
    },
    "responses": lambda schema: {"input": "hi", "tools": [{"type": "function", "name": "f", "parameters": schema}]},
}


def of_openai(client: str, dialect: str, schema: Json) -> Any:
    asked = {**ASKING[client](schema), **({} if client == "gemini" else {"model": "m"})}
    return cases.asked(client, asked, dialect, "gpt-4o")["tools"][0]["function"]["parameters"]


@pytest.mark.parametrize("client", ASKING)
@pytest.mark.parametrize("dialect", ["openai", "azure", "openai-like", "compatible"])
def test_lists_and_objects_say_of_what_at_openai(dialect: str, client: str) -> None:
    assert of_openai(client, dialect, {"type": "object"}) == {"type": "object", "properties": {}}
    found = of_openai(client, dialect, holding({"type": "array", "description": "all"}))
    assert found["properties"]["a"] == {"type": "array", "description": "all", "items": {}}
    inner = {"type": "array", "items": {"type": ["object", "null"]}}
    wanted = {"type": "array", "items": {"type": ["object", "null"], "properties": {}}}
    assert of_openai(client, dialect, holding(inner))["properties"]["a"] == wanted


def test_what_is_of_today_and_complete_is_the_very_same_object() -> None:
    schema = holding({"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/X"}]}})
    assert modern(schema) is not schema or modern(schema) == schema
    assert modern(schema) == complete(schema) == schema


# What Gemini before 2.5 refuses, each in a sentence of its own, and what it is sent.
GAPS: dict[str, tuple[Any, Json]] = {
    "numbers to choose from": (
        {"type": "integer", "enum": [1, 2], "description": "how many"},
        {"type": "integer", "description": "how many\n(enum: [1, 2])"},
    ),
    "a constant number": ({"const": 5}, {"type": "integer", "description": "(enum: [5])"}),
    "a choice of truth": ({"enum": [True]}, {"type": "boolean", "description": "(enum: [true])"}),
    "an empty text to choose": ({"type": "string", "enum": ["", "x"]}, {"type": "string", "enum": ["x"]}),
    "nothing to choose": ({"enum": ["x", None]}, {"type": "string", "enum": ["x"], "nullable": True}),
    "a list of anything": ({"type": "array"}, {"type": "array", "items": {"type": "string"}}),
    "a list of any": ({"type": "array", "items": {}}, {"type": "array", "items": {"type": "string"}}),
    "places of a list": (
        {"type": "array", "items": [{"type": "integer"}]},
        {"type": "array", "items": {"type": "string"}},
    ),
    "no type": ({"description": "d"}, {"type": "string", "description": "d"}),
    "no type but properties": (
        {"properties": {"b": {"type": "string"}}},
        {"type": "object", "properties": {"b": {"type": "string"}}},
    ),
    "a name that is no property": (
        {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b", "ghost"]},
        {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]},
    ),
    "only such names": (
        {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["ghost"]},
        {"type": "object", "properties": {"b": {"type": "string"}}},
    ),
    "a number's foreign format": ({"type": "integer", "format": "uint32"}, {"type": "integer"}),
    "a number's own format": ({"type": "integer", "format": "int64"}, {"type": "integer", "format": "int64"}),
    "alternatives with a description": (
        {"description": "d", "anyOf": [{"type": "string"}, {"type": "integer", "description": "n"}, {"type": "null"}]},
        {
            "anyOf": [
                {"type": "string", "description": "d", "nullable": True},
                {"type": "integer", "description": "n", "nullable": True},
            ]
        },
    ),
    "types in a list": (
        {"type": ["string", "number"], "description": "d"},
        {"anyOf": [{"type": "string", "description": "d"}, {"type": "number", "description": "d"}]},
    ),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("dialect", "model"), GEMINIS)
@pytest.mark.parametrize("case", GAPS)
def test_what_older_geminis_refuse_is_not_sent(case: str, dialect: str, model: str, stream: bool) -> None:
    before, after = GAPS[case]
    assert sent(dialect, model, holding(before), stream) == holding(after)


@pytest.mark.parametrize("case", GAPS)
def test_nor_for_an_answer_of_a_schema(case: str) -> None:
    before, after = GAPS[case]
    assert without_nulls(subset(holding(before))) == holding(after)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["amazon.nova-pro-v1:0", "us.amazon.nova-lite-v1:0", "us.amazon.nova-2-lite-v1:0"])
def test_nova_gets_a_bare_top(model: str, stream: bool) -> None:
    inner = {"type": "object", "properties": {"b": {"type": "string"}}, "additionalProperties": False}
    top = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "t", "additionalProperties": False}
    assert sent("bedrock", model, {**top, **holding(inner), "required": ["a"]}, stream) == {
        **holding(inner),
        "required": ["a"],
    }
    assert sent("bedrock", model, {}, stream) == {"type": "object", "properties": {}}
