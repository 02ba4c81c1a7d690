"""Names that a door does not take come home as the caller wrote them, whole and streamed."""

import json
from typing import Any

import pytest

from gateway.outbound import registry
from gateway.outbound.canonical.borders import renamed, renames
from gateway.outbound.homeward import Homeward
from gateway.outbound.protocol import ProviderRequest, WireResponse

LONG = "mcp__" + "filesystem_" * 7 + "read"
DOORS = [
    ("bedrock", "anthropic.claude-opus-4-6-v1", LONG),
    ("anthropic", "claude-opus-4-6", "files.read"),
    ("openai", "gpt-4o", "files:read"),
    ("mistral", "mistral-large", "dateien.öffnen"),
    ("gemini", "gemini-3-pro", "0read/files"),
    ("cohere", "command", LONG),
]


def asked(dialect: str, model: str, name: str, *, stream: bool = False) -> tuple[ProviderRequest, Homeward]:
    function = {"name": name, "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}
    body: dict[str, Any] = {
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"type": "function", "function": function}],
    }
    request = ProviderRequest(
        operation="chat", body=body, model=model, requested_model="m", stream=stream, config={"region": "us-east-1"}
    )
    shape = registry.border(dialect, request).name
    assert shape is not None
    sent = renames(body, shape)
    made = ProviderRequest(**{**{f: getattr(request, f) for f in request.__slots__}, "body": renamed(body, sent)})
    return made, Homeward(registry.dialect(dialect), {there: ours for ours, there in sent.items()})


@pytest.mark.parametrize(("dialect", "model", "name"), DOORS)
def test_a_name_that_does_not_fit_goes_out_as_one_that_does(dialect: str, model: str, name: str) -> None:
    request, homeward = asked(dialect, model, name)
    text = homeward.request(request).body.decode()
    (there,) = homeward.names
    assert f'"{there}"' in text and f'"{name}"' not in text and len(there) <= 128


def test_a_whole_answer_calls_the_callers_function() -> None:
    request, homeward = asked("anthropic", "claude-opus-4-6", "files.read")
    (there,) = homeward.names
    block = {"type": "tool_use", "id": "toolu_1", "name": there, "input": {}}
    reply = {"type": "message", "role": "assistant", "content": [block], "stop_reason": "tool_use", "usage": {}}
    answer = homeward.response(request, WireResponse(status=200, body=json.dumps(reply).encode()))
    assert answer.body and answer.body["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "files.read"


def test_a_stream_calls_the_callers_function() -> None:
    request, homeward = asked("mistral", "mistral-large", "files.read", stream=True)
    (there,) = homeward.names
    call = {"index": 0, "id": "g6fVbXS8K", "function": {"name": there, "arguments": "{}"}}
    chunk = {"id": "c", "choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    decoder = homeward.stream(request)
    chunks = [*decoder.decode(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()), *decoder.flush()]
    said = json.dumps(chunks)
    assert "files.read" in said and there not in said and decoder.finished
