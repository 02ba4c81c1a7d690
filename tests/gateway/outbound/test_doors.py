"""Claude's other doors: what they know of the Messages API, and by which names models are asked there."""

import json
from typing import Any

import pytest

from gateway.outbound import registry
from gateway.outbound.bedrock.models import is_claude, profile_id
from gateway.outbound.protocol import ProviderRequest, WireRequest

Json = dict[str, Any]
# What Claude Code and Anthropic's libraries ask for by default.
BETAS = [
    "claude-code-20250219",
    "interleaved-thinking-2025-05-14",
    "context-1m-2025-08-07",
    "prompt-caching-scope-2026-01-05",
]
MARK = {"type": "ephemeral", "ttl": "1h", "scope": "global"}
ASKED: Json = {
    "messages": [
        {"role": "system", "content": [{"type": "text", "text": "sys", "cache_control": MARK}]},
        {"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": MARK}]},
    ],
    "tools": [
        {
            "type": "function",
            "function": {"name": "f", "parameters": {"type": "object"}},
            "cache_control": MARK,
            "defer_loading": True,
            "eager_input_streaming": True,
        }
    ],
    "anthropic_beta": BETAS,
    "cache_control": {"type": "ephemeral"},
    "context_management": {"edits": []},
    "speed": "fast",
    "inference_geo": "us",
    "max_tokens": 9,
}
DOORS: dict[str, tuple[str, Json]] = {
    "invoke": ("bedrock", {"bedrock_api": "invoke"}),
    "converse": ("bedrock", {}),
    "vertex": ("vertex", {"vertex_ai_project_id": "p"}),
}
LACKING = ["claude-code", "prompt-caching-scope", '"scope"', "defer_loading", "eager_input", '"speed"', "inference_geo"]


def call(door: str, model: str = "claude-opus-4-6", **config: str) -> WireRequest:
    dialect, settings = DOORS[door]
    request = ProviderRequest(
        operation="chat",
        body=ASKED,
        model=model,
        requested_model="m",
        config={"region": "us-east-1", **settings, **config},
    )
    return registry.dialect(dialect).request(request)


def sent(door: str, **config: str) -> tuple[Json, str]:
    text = call(door, **config).body.decode()
    return json.loads(text), text


@pytest.mark.parametrize("word", LACKING)
@pytest.mark.parametrize("door", DOORS)
def test_what_only_anthropic_knows_does_not_reach_its_other_doors(door: str, word: str) -> None:
    body, text = sent(door)
    assert word not in text
    assert "cache_control" not in body and "cache_control" not in body.get("additionalModelRequestFields", {})
    assert "context-1m-2025-08-07" in text


@pytest.mark.parametrize("door", DOORS)
def test_a_channel_adds_names_to_its_door_and_takes_them_away(door: str) -> None:
    _, text = sent(door, takes="claude-code-20250219, speed, -context-1m-2025-08-07")
    assert "claude-code-20250219" in text and '"speed"' in text and "context-1m" not in text


@pytest.mark.parametrize("door", DOORS)
def test_what_the_channel_itself_asks_for_goes(door: str) -> None:
    assert "brand-new-2026-11-11" in sent(door, anthropic_beta="brand-new-2026-11-11")[1]


def test_context_management_goes_where_it_is_known() -> None:
    assert ["context_management" in sent(door)[1] for door in DOORS] == [True, False, True]


NAMES = [
    ("claude-sonnet-4-6", "us-east-1", "us.anthropic.claude-sonnet-4-6"),
    ("claude-opus-4-7", "eu-west-1", "eu.anthropic.claude-opus-4-7"),
    ("claude-opus-4-6", "ap-northeast-1", "apac.anthropic.claude-opus-4-6-v1"),
    ("claude-sonnet-4-5", "us-west-2", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("claude-haiku-4-5-20251001", "sa-east-1", "global.anthropic.claude-haiku-4-5-20251001-v1:0"),
    ("claude-opus-4-6-20260205", "us-east-1", "us.anthropic.claude-opus-4-6-v1"),
    ("claude-opus-5-5", "us-gov-west-1", "us-gov.anthropic.claude-opus-5-5"),
    ("claude-sonnet-4-5@20250929", "eu-central-1", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("claude-3-7-sonnet-latest", "us-east-1", "us.anthropic.claude-3-7-sonnet-20250219-v1:0"),
    ("claude-3-5-sonnet-20241022", "us-east-1", "anthropic.claude-3-5-sonnet-20241022-v2:0"),
    ("claude-3-haiku-20240307", "eu-west-1", "anthropic.claude-3-haiku-20240307-v1:0"),
    ("anthropic.claude-opus-4-7", "us-east-1", "anthropic.claude-opus-4-7"),
    ("jp.anthropic.claude-sonnet-4-6", "us-east-1", "jp.anthropic.claude-sonnet-4-6"),
    ("amazon.nova-pro-v1:0", "us-east-1", "amazon.nova-pro-v1:0"),
]


@pytest.mark.parametrize(("model", "region", "id"), NAMES)
def test_a_model_is_asked_at_bedrock_by_its_id_in_the_regions_profile(model: str, region: str, id: str) -> None:
    assert profile_id(model, {"region": region}) == id
    assert is_claude(model) == ("claude" in model)


@pytest.mark.parametrize(
    ("setting", "start"), [("global", "global."), ("jp", "jp."), ("none", "anthropic."), ("au.", "au.")]
)
def test_a_channel_names_another_profile(setting: str, start: str) -> None:
    assert profile_id("claude-sonnet-4-6", {"region": "us-east-1", "inference_profile": setting}).startswith(start)
    assert f"/model/{start}" in call("converse", inference_profile=setting).path


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "claude-opus-4-7", "claude-opus-5-5"])
def test_an_undated_alias_thinks_at_bedrock(model: str) -> None:
    request = ProviderRequest(
        operation="chat",
        body={"messages": [{"role": "user", "content": "hi"}], "reasoning_effort": "high"},
        model=model,
        requested_model="m",
        config={"region": "us-east-1"},
    )
    body = json.loads(registry.dialect("bedrock").request(request).body)
    assert body["additionalModelRequestFields"]["thinking"]["type"] == "adaptive"


@pytest.mark.parametrize("within", [{"cache_control": {"type": "ephemeral"}}, {}])
@pytest.mark.parametrize("beside", [{"cache_control": {"type": "ephemeral", "ttl": "1h"}}, {}])
@pytest.mark.parametrize("text", ["42", " "])
def test_a_mark_on_a_result_stands_behind_it_at_bedrock(text: str, beside: Json, within: Json) -> None:
    call_of = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    answered = [{"type": "text", "text": text, **within}]
    messages: list[Json] = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": None, "tool_calls": [call_of]},
        {"role": "tool", "tool_call_id": "a", "content": answered, **beside},
    ]
    request = ProviderRequest(
        operation="chat",
        body={"messages": messages},
        model="claude-opus-4-6",
        requested_model="m",
        config={"region": "us-east-1"},
    )
    result, *after = json.loads(registry.dialect("bedrock").request(request).body)["messages"][-1]["content"]
    assert result["toolResult"]["content"] == [{"text": text.strip() or "(no output)"}]
    ttl = {"ttl": "1h"} if beside else {}
    assert after == ([{"cachePoint": {"type": "default", **ttl}}] if beside or within else [])
