"""Recorded requests of one-api's Anthropic, Gemini, Vertex AI and PaLM channels: ours ask the same.

Where we ask otherwise, the vector stands in the table with its reason.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.outbound.protocol import ProviderRequest, Unsupported
from gateway.outbound.registry import dialect
from tests.gateway.outbound import cases

pytestmark = pytest.mark.conformance

Json = dict[str, Any]
GOLDEN = Path(__file__).parents[4] / "shared" / "golden" / "oneapi-relay.json"
DIALECTS = {11: "palm", 14: "anthropic", 24: "gemini", 42: "vertex"}

SYSTEM = "every system message is kept, tool results and user text of one turn share a turn, stop and user go along"
SCHEMA = "the tool's schema is kept whole (one-api dropped additionalProperties)"
# Name of the vector to the reason why our body is another one.
BODY_DIFFERS = {
    "type14: full": SYSTEM,
    "type14: tool_choice fn": SCHEMA,
    "type14: tool_choice required": SCHEMA + "; required is any, not auto",
    "type14: assistant null content + tool_calls": "tool calls beside a null content are kept",
    "type14: tool without params": "a tool without parameters is declared and not lost",
    "type24: full": "tool calls and results, system messages, stop and the other settings are kept",
    "type24: full 2.0-flash sysinst": "all system messages become the system instruction, none a made-up dialogue",
    "type24: functions legacy": "response_format was asked for by nobody (one-api sent text/plain)",
    "type42: claude": SYSTEM + "; tool_choice too",
}
PATH_DIFFERS = {"type42: claude": "Claude is published by anthropic, not by google"}
# Refused here, asked without what was refused there.
REFUSED = {
    "type14: embeddings on claude": "Anthropic has no embeddings; one-api sent a chat without messages",
}
ONE_ANSWER = {"type14: full", "type42: claude"}  # n: 2 was dropped by one-api and is refused here; asked without it
# one-api failed before it asked anybody.
ONLY_WE_ASK = {"type14: tool no params type -> panic?", "type42: unknown"}

RENAMED = {
    "safety_settings": "safetySettings",
    "generation_config": "generationConfig",
    "function_declarations": "functionDeclarations",
    "system_instruction": "systemInstruction",
}


def _vectors() -> dict[str, Json]:
    found = json.loads(GOLDEN.read_text("utf-8"))["vectors"] if GOLDEN.exists() else []
    return {v["name"]: v for v in found if (v.get("channel") or {}).get("type") in DIALECTS}


VECTORS = _vectors()


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {RENAMED.get(key, key): _renamed(item) for key, item in value.items()}
    return [_renamed(item) for item in value] if isinstance(value, list) else value


def _versionless(path: str) -> str:
    """Gemini is asked by v1beta unless the channel says otherwise (one-api: v1, which lacks tools and schemas)."""
    return path.replace("/v1beta/", "/v1/")


def _asked(vector: Json) -> Json:
    channel, body = vector["channel"], dict(vector["request"]["json"])
    if vector["name"] in ONE_ANSWER:
        assert body.pop("n") == 2
    request = ProviderRequest(
        operation="embeddings" if "embed" in vector["request"]["path"] else "chat",
        body=body,
        model=body["model"],
        requested_model=body["model"],
        stream=bool(body.get("stream")),
        config=json.loads(channel.get("config") or "{}"),
    )
    return cases.asked(dialect(DIALECTS[channel["type"]]), request)


@pytest.mark.parametrize("name", [name for name in VECTORS if name not in REFUSED])
def test_we_ask_where_one_api_asked_and_what_it_asked(name: str) -> None:
    vector, ours = VECTORS[name], _asked(VECTORS[name])
    if name in ONLY_WE_ASK:
        assert vector["upstream_requests"] == []
        assert "body" in ours
        return
    theirs = vector["upstream_requests"][0]
    assert (_versionless(ours["path"]) == _versionless(theirs["path"])) == (name not in PATH_DIFFERS)
    assert (ours["body"] == _renamed(json.loads(theirs["body"]))) == (name not in BODY_DIFFERS)


@pytest.mark.parametrize("name", [name for name in REFUSED if name in VECTORS])
def test_what_cannot_be_asked_is_refused(name: str) -> None:
    assert "unsupported" in _asked(VECTORS[name])


@pytest.mark.parametrize("name", [name for name in ONE_ANSWER if name in VECTORS])
def test_two_answers_of_claude_are_refused(name: str) -> None:
    vector = VECTORS[name]
    request = ProviderRequest(operation="chat", body=vector["request"]["json"], model="claude-3", requested_model="x")
    with pytest.raises(Unsupported, match="one answer"):
        dialect(DIALECTS[vector["channel"]["type"]]).request(request)


def test_nothing_that_one_api_placed_is_missing_from_ours() -> None:
    """The two full vectors, field by field: what differs is more or better, never less."""
    if not VECTORS:
        pytest.skip("the recorded exchanges are not beside the project")
    ours = _asked(VECTORS["type14: full"])["body"]
    theirs = json.loads(VECTORS["type14: full"]["upstream_requests"][0]["body"])
    assert theirs.keys() <= ours.keys()
    assert [turn["role"] for turn in ours["messages"]] == ["user", "assistant", "user"]
    assert [block["type"] for turn in ours["messages"] for block in turn["content"]] == [
        "text", "image", "text", "tool_use", "tool_result", "text",
    ]  # fmt: skip
    assert ours["messages"][0] == theirs["messages"][1]
    assert [block["text"] for block in ours["system"]][:2] == ["sys1", "sys2"]
    assert ours["stop_sequences"] == ["E"]
    assert (ours["top_k"], ours["max_tokens"], ours["temperature"]) == (5, 50, 1.0)
    assert ours["metadata"] == {"user_id": "u1"}
