"""Models that nobody here has heard of yet are known by the pattern of their names, at every door that asks."""

import json
from typing import Any

import pytest

from gateway.outbound import registry
from gateway.outbound.bedrock.models import profile_id
from gateway.outbound.protocol import ProviderRequest
from tests.relay.inbound import cases

Json = dict[str, Any]


def sent(dialect: str, model: str, *, stream: bool = False, **body: Any) -> Json:
    request = ProviderRequest(
        operation="chat",
        body={"messages": [{"role": "user", "content": "hi"}], **body},
        model=model,
        requested_model="m",
        stream=stream,
        config={"region": "us-east-1", "vertex_ai_project_id": "p"},
    )
    return json.loads(registry.dialect(dialect).request(request).body)


BEDROCK = [
    ("claude-opus-4-5", "us-east-1", "us.anthropic.claude-opus-4-5-20251101-v1:0"),
    ("claude-haiku-4-5", "ap-southeast-2", "apac.anthropic.claude-haiku-4-5-20251001-v1:0"),
    ("claude-opus-4-1", "us-west-2", "us.anthropic.claude-opus-4-1-20250805-v1:0"),
    ("claude-sonnet-4-0", "us-east-1", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
    ("claude-sonnet-5", "eu-north-1", "eu.anthropic.claude-sonnet-5"),
    ("claude-haiku-6-1-latest", "ca-central-1", "global.anthropic.claude-haiku-6-1"),
    ("claude-3-5-haiku-latest", "us-east-1", "anthropic.claude-3-5-haiku-20241022-v1:0"),
    ("claude-sonnet-4-5@default", "us-east-1", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("global.anthropic.claude-sonnet-5", "eu-west-1", "global.anthropic.claude-sonnet-5"),
    ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-5", "us-east-1", ""),
]


@pytest.mark.parametrize(("model", "region", "id"), BEDROCK)
def test_bedrock_is_asked_by_the_id_that_follows_from_a_name(model: str, region: str, id: str) -> None:
    assert profile_id(model, {"region": region}) == (id or model)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "model", ["claude-opus-4-7", "claude-sonnet-5", "claude-haiku-6-1", "claude-opus-5-2@20270101"]
)
@pytest.mark.parametrize("dialect", ["anthropic", "bedrock", "vertex"])
def test_claudes_of_tomorrow_think_when_asked_and_take_no_temperature(dialect: str, model: str, stream: bool) -> None:
    text = json.dumps(sent(dialect, model, stream=stream, reasoning_effort="high", temperature=0.5, top_p=0.5))
    assert '"adaptive"' in text and "temperature" not in text and "topP" not in text and "top_p" not in text


OPENAIS = [
    "o5-mini",
    "o10",
    "gpt-5.2-codex",
    "gpt-6",
    "gpt-6.1-mini",
    "gpt-10",
    "ft:o4-mini-2025-04-16:org::id",
    "ft:gpt-6:o::i",
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", ["openai", "azure"])
@pytest.mark.parametrize("model", OPENAIS)
def test_models_that_reason_take_the_new_limit(model: str, dialect: str, stream: bool) -> None:
    body = sent(dialect, model, stream=stream, max_tokens=5)
    assert body["max_completion_tokens"] == 5 and "max_tokens" not in body


@pytest.mark.parametrize(
    "model", ["gpt-4o", "gpt-4.1-mini", "ft:gpt-4o-mini:org::id", "omni-moderation", "gpt-oss-120b", "o"]
)
def test_and_others_the_old(model: str) -> None:
    assert sent("openai", model, max_tokens=5)["max_tokens"] == 5


@pytest.mark.parametrize("model", OPENAIS)
@pytest.mark.parametrize("dialect", ["openai", "azure"])
def test_an_effort_from_another_dialect_reaches_them(model: str, dialect: str) -> None:
    said = {"model": "m", "max_tokens": 9000, "messages": [{"role": "user", "content": "hi"}]}
    asked = cases.asked("anthropic", said | {"thinking": {"type": "enabled", "budget_tokens": 8000}}, dialect, model)
    assert asked["reasoning_effort"]


GEMINIS = [
    ("gemini-3.5-flash", True),
    ("gemini-4-pro", True),
    ("gemini-2.0-flash", False),
    ("gemini-flash-latest", True),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", ["gemini", "vertex"])
@pytest.mark.parametrize(("model", "thinks"), GEMINIS)
def test_geminis_of_tomorrow_think_when_asked(model: str, thinks: bool, dialect: str, stream: bool) -> None:
    config = sent(dialect, model, stream=stream, reasoning_effort="high").get("generationConfig", {})
    assert ("thinkingConfig" in config) == thinks
