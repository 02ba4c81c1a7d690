"""What models broke and agents send back all the same, and what OpenAI's words leave out, where it is wanted whole."""

import json
from typing import Any

import pytest

from gateway.outbound import registry
from gateway.outbound.protocol import ProviderRequest

Json = dict[str, Any]
DOORS = [
    ("anthropic", "claude-opus-4-6"),
    ("bedrock", "anthropic.claude-opus-4-6-v1"),
    ("vertex", "claude-opus-4-6"),
    ("gemini", "gemini-2.5-pro"),
    ("vertex", "gemini-2.5-pro"),
    ("ollama", "llama"),
]
NOTE: Json = {"role": "user", "content": "note"}


def sent(dialect: str, model: str, stream: bool = False, **body: Any) -> Json:
    config = {"region": "us-east-1", "vertex_ai_project_id": "p"}
    request = ProviderRequest(
        operation="chat", body=body, model=model, requested_model="m", config=config, stream=stream
    )
    return json.loads(registry.dialect(dialect).request(request).body)


def called(arguments: Any) -> list[Json]:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}
    return [
        NOTE,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "Error: broken"},
    ]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("dialect", "model"), DOORS)
@pytest.mark.parametrize("arguments", ["{broken", '{"path": "a', "[1]", '"text"'])
def test_arguments_that_the_model_broke_end_no_conversation(
    dialect: str, model: str, arguments: str, stream: bool
) -> None:
    text = json.dumps(sent(dialect, model, stream, messages=called(arguments)))
    assert json.dumps({"INVALID_JSON": arguments}) in text and "Error: broken" in text


@pytest.mark.parametrize(("dialect", "model"), DOORS)
@pytest.mark.parametrize("arguments", ["null", "", " ", None, "{}"])
def test_arguments_of_nothing_are_an_empty_object(dialect: str, model: str, arguments: str | None) -> None:
    assert "INVALID_JSON" not in json.dumps(sent(dialect, model, messages=called(arguments)))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("dialect", "model"), [*DOORS, ("cohere", "c"), ("mistral", "m"), ("groq", "m")])
def test_what_the_model_refused_was_said(dialect: str, model: str, stream: bool) -> None:
    refused = {"role": "assistant", "content": None, "refusal": "I will not."}
    text = json.dumps(sent(dialect, model, stream, messages=[NOTE, refused, NOTE]))
    assert text.count("I will not.") == 1 and '"refusal"' not in text


@pytest.mark.parametrize("dialect", ["openai", "azure", "openai-like"])
def test_openai_hears_its_own_words(dialect: str) -> None:
    refused = {"role": "assistant", "content": None, "refusal": "I will not."}
    assert sent(dialect, "gpt-4o", messages=[NOTE, refused, NOTE])["messages"] == [NOTE, refused, NOTE]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("dialect", "model"), [*DOORS, ("cohere", "c")])
@pytest.mark.parametrize("schema", [{"name": "n"}, {"name": "n", "strict": True, "schema": {}}, {}])
def test_an_answer_of_no_schema_is_any_json(dialect: str, model: str, schema: Json, stream: bool) -> None:
    asked = {"response_format": {"type": "json_schema", "json_schema": schema}}
    wanted = sent(dialect, model, stream, messages=[NOTE], response_format={"type": "json_object"})
    assert sent(dialect, model, stream, messages=[NOTE], **asked) == wanted
