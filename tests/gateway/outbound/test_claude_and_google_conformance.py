"""Recorded traffic of Anthropic, Bedrock, Gemini, Vertex AI and PaLM, read as it was meant.

The expectations were read from the recordings by eye, not made by the code under test.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.outbound.protocol import WireResponse
from gateway.outbound.registry import dialect
from tests.gateway.outbound import cases

SHARED = Path(__file__).parents[4] / "shared" / "fixtures"
PROVIDERS = ("anthropic", "bedrock", "gemini", "vertex", "palm")
NOT_CHATS = {"gemini/count-tokens", "gemini/models", "vertex/count-tokens"}

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded traffic is not beside the project"),
]


def _index() -> dict[str, dict[str, Any]]:
    path = SHARED / "INDEX.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    return {f"{row['provider']}/{row['slug']}": row for row in rows if row["provider"] in PROVIDERS}


INDEX = _index()


def data_of(id: str) -> bytes:
    """The bytes the provider sent."""
    name = next(name for name in INDEX[id]["files"] if ".resp." in name and not name.endswith(".jsonl"))
    data = (SHARED / INDEX[id]["provider"] / name).read_bytes()
    return base64.b64decode(data) if name.endswith(".b64") else data


def streamed(id: str) -> bool:
    """Whether the recording is a stream."""
    names = INDEX[id]["files"]
    return any(name.endswith((".sse", ".b64")) for name in names)


def hear(id: str) -> dict[str, Any]:
    """What a caller would understand: text, reasoning, calls, finish reason, figures, and the fault."""
    provider = INDEX[id]["provider"]
    model = "claude-3-7-sonnet" if "claude" in id else "some-model"
    request = cases.folders()[provider].request(cases.canonical("basic"), model=model, stream=streamed(id))
    if streamed(id):
        return vars(cases.listen_all(lambda: dialect(provider).stream(request), data_of(id)))
    row = INDEX[id]
    found = cases.answered(
        dialect(provider), request, WireResponse(status=row["status"], body=data_of(id), headers=row["headers"])
    )
    if "fault" in found:
        return found
    choice = found["body"]["choices"][0]
    message = choice["message"]
    return {
        "text": message["content"] or "",
        "reasoning": message.get("reasoning_content", ""),
        "tool_calls": [{"id": call["id"], **call["function"]} for call in message.get("tool_calls", [])],
        "finish_reason": choice["finish_reason"],
        "usage": found["usage"],
        "fault": None,
    }


# id: finish reason, figures, names and arguments of the calls, start of the text, start of the reasoning
CHATS: dict[str, tuple[str, dict[str, int] | None, list[tuple[str, str]], str, str]] = {
    "anthropic/cached-stream": (
        "stop",
        {"prompt": 1169, "cached": 1165, "completion": 221},
        [],
        "Here are concise",
        "",
    ),
    "anthropic/max-tokens": ("length", {"prompt": 611, "completion": 100}, [], "<thinking>\nThe get_weather", ""),
    "anthropic/refusal": ("content_filter", {"prompt": 18, "completion": 5}, [], "", ""),
    "anthropic/text": ("stop", {"prompt": 16, "completion": 13}, [], "2 + 2 = 4", ""),
    "anthropic/thinking": (
        "stop",
        {"prompt": 45, "completion": 39, "reasoning": 23},
        [],
        "5 + 3 = **8**",
        "This is a simple arithmetic question. 5 + 3 = 8.",
    ),
    "anthropic/thinking-stream-adaptive": (
        "stop",
        {"prompt": 34, "completion": 44},
        [],
        "\n\n1. **Captain Scoop**",
        "Brief answer with two pet pelican names.",
    ),
    "anthropic/tool": ("tool_calls", {"prompt": 571, "completion": 41}, [("best_language_to_learn", "{}")], "", ""),
    "anthropic/tool-parallel": ("tool_calls", {"prompt": 596, "completion": 75}, [("dice_roll", "{}")] * 3, "", ""),
    "anthropic/tool-stream": (
        "tool_calls",
        {"prompt": 579, "completion": 41},
        [("best_language_to_learn", "{}")],
        "",
        "",
    ),
    "anthropic/tool-stream-args": (
        "tool_calls",
        {"prompt": 543, "completion": 40},
        [("pelican_name_generator", "{}")],
        "",
        "",
    ),
    "anthropic/toolresult-parallel": ("stop", {"prompt": 771, "completion": 45}, [], "Here are your three dice", ""),
    "anthropic/toolresult-stream": ("stop", {"prompt": 617, "completion": 41}, [], "The version is **0.32a0**.", ""),
    "anthropic/vision-b64": ("stop", {"prompt": 27, "completion": 65}, [], "This image shows a simple", ""),
    "anthropic/vision-stream": ("stop", {"prompt": 83, "completion": 9}, [], "Red square, green square.", ""),
    "bedrock/converse-gptoss-stream": (
        "stop",
        {"prompt": 70, "completion": 43},
        [],
        "Hello! How can I help you today?",
        'The user just says "Hi".',
    ),
    "bedrock/converse-guardrail-stream": (
        "content_filter",
        {"prompt": 28, "completion": 22},
        [],
        "Hello, {ADDRESS} is the capital",
        "",
    ),
    "bedrock/converse-llama": ("stop", {"prompt": 52, "completion": 30}, [], "Why did the OpenTelemetry trace", ""),
    "bedrock/converse-reasoning-redacted-stream": (
        "stop",
        {"prompt": 92, "completion": 253},
        [],
        "I notice you've sent what appears",
        "",
    ),
    "bedrock/converse-reasoning-stream": (
        "stop",
        {"prompt": 36, "completion": 73},
        [],
        "Hello! It's nice to meet you.",
        'The user has greeted me with a simple "Hello".',
    ),
    "bedrock/converse-stream-claude": ("stop", {"prompt": 37, "completion": 8}, [], "This is a test", ""),
    "bedrock/converse-stream-llama": (
        "stop",
        {"prompt": 52, "completion": 36},
        [],
        "Why did the OpenTelemetry metric",
        "",
    ),
    "bedrock/converse-stream-titan": (
        "length",
        {"prompt": 8, "completion": 10},
        [],
        "I am here and ready to assist",
        "",
    ),
    "bedrock/converse-tool": (
        "tool_calls",
        {"prompt": 925, "completion": 18},
        [("best_language_to_learn", "{}")],
        "",
        "",
    ),
    "bedrock/converse-tool-parallel": (
        "tool_calls",
        {"prompt": 946, "completion": 37},
        [("dice_roll", "{}")] * 3,
        "",
        "",
    ),
    "bedrock/invoke-claude-cached": (
        "length",
        {"prompt": 18135, "cached": 18131, "completion": 50},
        [],
        "I'll provide a comprehensive overview",
        "",
    ),
    "bedrock/invoke-claude-stream": ("stop", {"prompt": 16, "completion": 7}, [], "Olá!", ""),
    "bedrock/invoke-claude-tool-stream": (
        "tool_calls",
        {"prompt": 577, "completion": 54},
        [("weather", '{"location": "Florence, Italy"}')],
        "",
        "",
    ),
    "bedrock/invoke-cohere-stream": (
        "length",
        {"prompt": 20, "completion": 10},
        [],
        " I am very happy to assist you!",
        "",
    ),
    "bedrock/invoke-llama-stream": ("length", {"prompt": 10, "completion": 60}, [], '\n\nThe phrase "lorem ipsum"', ""),
    "bedrock/invoke-llama3": ("stop", {"prompt": 8, "completion": 35}, [], "\nWhy did the opentelemetry span", ""),
    "bedrock/invoke-nova-stream": (
        "length",
        {"prompt": 5, "completion": 10},
        [],
        "It sounds like you're initiating a test or",
        "",
    ),
    "bedrock/invoke-titan-stream": (
        "length",
        {"prompt": 5, "completion": 10},
        [],
        "\nHello! I am a computer program",
        "",
    ),
    "gemini/finish-safety": ("content_filter", {"prompt": 7, "completion": 20}, [], "Safety error incoming", ""),
    "gemini/max-tokens": ("length", {"prompt": 15, "completion": 5}, [], "The capital of France is", ""),
    "gemini/max-tokens-stream": (
        "length",
        {"prompt": 9, "completion": 48, "reasoning": 38},
        [],
        "Here are all 50 U.S.",
        "",
    ),
    "gemini/recitation-stream": ("content_filter", {"prompt": 9, "completion": 261}, [], "text1text2text3text4", ""),
    "gemini/safety-settings": ("content_filter", {"prompt": 14}, [], "", ""),
    "gemini/stream": ("stop", {"prompt": 8, "completion": 27, "reasoning": 20}, [], "1, 2, 3", ""),
    "gemini/text": ("stop", {"prompt": 10, "completion": 31, "reasoning": 23}, [], "2 + 2 = **4**", ""),
    "gemini/tool": (
        "tool_calls",
        {"prompt": 41, "completion": 61, "reasoning": 47},
        [("best_language_to_learn", "{}")],
        "",
        "",
    ),
    "gemini/tool-stream": (
        "tool_calls",
        {"prompt": 48, "completion": 75, "reasoning": 61},
        [("best_language_to_learn", "{}")],
        "",
        "",
    ),
    "gemini/toolresult-stream": (
        "stop",
        {"prompt": 158, "completion": 8},
        [],
        "Ruby is the best language to learn.",
        "",
    ),
    "gemini/vision-fileuri": ("stop", {"completion": 76, "reasoning": 58}, [], "A cute black Labrador puppy", ""),
    "gemini/vision-stream": ("stop", {"completion": 90, "reasoning": 67}, [], "A adorable black Labrador puppy", ""),
    "palm/text": ("stop", None, [], "ok", ""),
    "vertex/cached": (
        "stop",
        {"prompt": 9613, "cached": 9602, "completion": 72, "reasoning": 39},
        [],
        "The RubyLLM release engineering",
        "",
    ),
    "vertex/claude-stream": ("stop", {"prompt": 16, "completion": 16}, [], "Olá! Como posso ajudar você hoje?", ""),
    "vertex/claude-tool-stream": (
        "tool_calls",
        {"prompt": 394, "completion": 76},
        [("weather", '{"location": "Florence,Italy"}')],
        "I'll help you check the weather",
        "",
    ),
    "vertex/claude-toolresult-stream": ("stop", {"prompt": 484, "completion": 65}, [], "Currently, the weather", ""),
    "vertex/json": ("stop", {"prompt": 24, "completion": 57, "reasoning": 52}, [], '{"result":8}', ""),
    "vertex/parallel-calls": (
        "tool_calls",
        None,
        [("sum", '{"y":1,"x":2}'), ("sum", '{"y":3,"x":4}'), ("sum", '{"y":5,"x":6}')],
        "",
        "",
    ),
    "vertex/stream": ("stop", {"prompt": 7, "completion": 32, "reasoning": 25}, [], "1, 2, 3", ""),
    "vertex/text": ("stop", {"prompt": 9, "completion": 27, "reasoning": 19}, [], "2 + 2 = **4**", ""),
    "vertex/tool-stream": (
        "tool_calls",
        {"prompt": 70, "completion": 60, "reasoning": 43},
        [("weather", '{"latitude":"52.5200","longitude":"13.4050"}')],
        "",
        "",
    ),
}

# id: kind, status, and where they matter the seconds to wait
FAULTS: dict[str, tuple[str, int]] = {
    "anthropic/err400-context": ("caller", 400),
    "anthropic/err400-credit": ("disable", 400),
    "anthropic/err401": ("disable", 401),
    "anthropic/err401-stream": ("disable", 401),
    "anthropic/err404": ("retry", 404),
    "anthropic/err429": ("cooldown", 429),
    "anthropic/err529": ("cooldown", 529),
    "anthropic/stream-error-midway": ("cooldown", 529),
    "bedrock/err400-model": ("retry", 400),
    "bedrock/err400-stream": ("retry", 400),
    "bedrock/err403-key": ("disable", 403),
    "bedrock/err403-signature": ("retry", 403),  # it says: no access to this model
    "gemini/err400-key": ("disable", 400),
    "gemini/err400-key-stream": ("disable", 400),
    "gemini/err403": ("disable", 403),
    "gemini/err404-model": ("retry", 404),
    "palm/filtered": ("filtered", 400),
    "palm/retired": ("retry", 404),
    "vertex/err400-context": ("caller", 400),
    "vertex/err400-temperature": ("caller", 400),
    "vertex/err403-iam": ("disable", 403),
    "vertex/err404": ("retry", 404),
    "vertex/err429-quota": ("cooldown", 429),
}

THINKING_WITH_CALLS = {"gemini/thinking-stream", "gemini/thinking-toolcall", "gemini/thinking-toolcall-stream"}


def test_every_recording_has_an_expectation() -> None:
    assert INDEX.keys() - CHATS.keys() - FAULTS.keys() - THINKING_WITH_CALLS - NOT_CHATS == set()


@pytest.mark.parametrize("id", CHATS)
def test_a_recorded_answer_is_read_as_it_was_meant(id: str) -> None:
    finish, figures, calls, text, reasoning = CHATS[id]
    heard = hear(id)
    assert heard["fault"] is None
    assert heard["finish_reason"] == finish
    assert heard["usage"] == figures
    assert [(call["name"], call["arguments"]) for call in heard["tool_calls"]] == calls
    assert heard["text"].startswith(text)
    assert bool(heard["text"]) == bool(text)
    assert heard["reasoning"].startswith(reasoning)
    assert bool(heard["reasoning"]) == bool(reasoning)


@pytest.mark.parametrize("id", [id for id in CHATS if id.startswith("anthropic/") and "stream" in id])
def test_all_text_of_a_recorded_stream_of_claude_arrives(id: str) -> None:
    """Counted independently of the decoder: every text and thinking delta of the raw events."""
    lines = [json.loads(line[5:]) for line in data_of(id).splitlines() if line.startswith(b"data:")]
    deltas = [line["delta"] for line in lines if line["type"] == "content_block_delta"]
    assert hear(id)["text"] == "".join(delta.get("text", "") for delta in deltas)
    assert hear(id)["reasoning"] == "".join(delta.get("thinking", "") for delta in deltas)


@pytest.mark.parametrize("id", FAULTS)
def test_a_recorded_error_means_what_the_table_says(id: str) -> None:
    kind, status = FAULTS[id]
    fault = hear(id)["fault"]
    assert (fault["kind"], fault["status"]) == (kind, status)
    assert fault["message"]


@pytest.mark.parametrize("id", sorted(THINKING_WITH_CALLS & INDEX.keys()))
def test_gemini_thoughts_and_signatures_arrive(id: str) -> None:
    heard = hear(id)
    assert heard["reasoning"].startswith("**")
    assert heard["usage"]["reasoning"] > 100
    assert heard["usage"]["completion"] >= heard["usage"]["reasoning"]
    if "toolcall" in id:
        assert [call["name"] for call in heard["tool_calls"]] == ["now"]
        assert heard["finish_reason"] == "tool_calls"
    else:
        assert heard["text"] == "3"


def test_signatures_arrive_letter_by_letter() -> None:
    """The long opaque values, compared with the recording by their digest."""
    raw = json.loads(data_of("anthropic/thinking"))["content"][0]["signature"]
    request = cases.folders()["anthropic"].request(cases.canonical("basic"))
    answer = dialect("anthropic").response(request, WireResponse(status=200, body=data_of("anthropic/thinking")))
    assert answer.body is not None
    kept = answer.body["choices"][0]["message"]["reasoning_details"][0]["signature"]
    assert hashlib.sha256(kept.encode()).digest() == hashlib.sha256(raw.encode()).digest()
