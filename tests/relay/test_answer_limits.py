"""What counts as the caller's limit, and how it is set in the caller's own bytes."""

import json
from typing import Any

import pytest

from gateway.outbound.protocol import Operation
from relay.answer_limits import completion_limit, limited, with_limit
from relay.inbound.protocol import ParsedRequest


def parsed(operation: Operation, body: dict[str, Any]) -> ParsedRequest:
    return ParsedRequest(operation=operation, model="m", body=body, raw=b"")


LIMITS: list[tuple[Operation, dict[str, Any], int | None]] = [
    ("chat", {}, None),
    ("chat", {"max_tokens": 0}, None),
    ("chat", {"max_tokens": 7}, 7),
    ("chat", {"max_completion_tokens": 7}, 7),
    ("chat", {"max_tokens": 7, "max_completion_tokens": 9}, 9),
    ("chat", {"max_output_tokens": 1}, None),  # means nothing in a chat
    ("chat", {"max_tokens": 5, "max_output_tokens": 1}, 5),
    ("chat", {"max_tokens": 5, "max_output_tokens": 90_000}, 90_000),  # Qianfan would take it
    ("chat", {"max_tokens": 5, "options": {"num_predict": 90_000}}, 90_000),  # Ollama would
    ("chat", {"max_tokens": 5, "generationConfig": {"maxOutputTokens": 90_000}}, 90_000),  # and Gemini
    ("chat", {"max_tokens": 5, "inferenceConfig": {"maxTokens": 90_000}}, 90_000),  # and Bedrock
    ("chat", {"inferenceConfig": {"maxTokens": 1}}, None),
    ("chat", {"max_tokens": True}, None),
    ("chat", {"max_tokens": "7"}, None),
    ("responses", {"max_output_tokens": 9}, 9),
    ("responses", {"max_tokens": 9}, None),
    ("completions", {"max_tokens": 3}, 3),
    ("completions", {"max_completion_tokens": 3}, None),
    ("edits", {"max_tokens": 3}, None),
    ("embeddings", {}, 0),
    ("moderations", {"max_tokens": 7}, 0),
]


@pytest.mark.parametrize(("operation", "body", "limit"), LIMITS)
def test_the_limit_is_the_field_of_the_operation(operation: Operation, body: dict[str, Any], limit: int | None) -> None:
    assert completion_limit(parsed(operation, body)) == limit


CUT: list[tuple[str, Operation, bytes, bytes]] = [
    ("openai", "chat", b'{ "model":"m"}', b'{"max_tokens":40, "model":"m"}'),
    ("openai", "chat", b"{}", b'{"max_tokens":40}'),
    ("openai", "chat", b'{"a" : 1e2, "max_tokens" : 99 }', b'{"a" : 1e2, "max_tokens" : 40 }'),
    ("openai", "chat", b'{"max_tokens":9,"max_completion_tokens":99}', b'{"max_tokens":9,"max_completion_tokens":40}'),
    ("openai", "chat", b'{"max_completion_tokens":null}', b'{"max_tokens":40,"max_completion_tokens":null}'),
    (
        "openai",
        "chat",
        b'{"max_tokens":5,"options":{"num_predict":99,"x":1}}',
        b'{"max_tokens":5,"options":{"num_predict":40,"x":1}}',
    ),
    ("openai", "chat", b'{"max_t\\u006fkens":99}', b'{"max_t\\u006fkens":40}'),
    ("openai", "chat", b'{"messages":[{"max_tokens":99}]}', b'{"max_tokens":40,"messages":[{"max_tokens":99}]}'),
    (
        "openai",
        "completions",
        b'{"prompt":"x"}',
        b'{"max_tokens":16,"prompt":"x"}',
    ),  # what OpenAI's are without a limit
    ("openai", "completions", b'{"max_tokens":99}', b'{"max_tokens":40}'),
    ("openai", "responses", b'{"input":"x"}', b'{"max_output_tokens":40,"input":"x"}'),
    ("openai", "responses", b'{"max_output_tokens":1000}', b'{"max_output_tokens":40}'),
    ("anthropic", "chat", b'{"max_tokens":1000,"x":1.0}', b'{"max_tokens":40,"x":1.0}'),
    ("gemini", "chat", b'{"contents":[]}', b'{"generationConfig":{"maxOutputTokens":40},"contents":[]}'),
    ("gemini", "chat", b'{"generationConfig":{ "topK":1}}', b'{"generationConfig":{"maxOutputTokens":40, "topK":1}}'),
    (
        "gemini",
        "chat",
        b'{"generationConfig":{"maxOutputTokens": 99}}',
        b'{"generationConfig":{"maxOutputTokens": 40}}',
    ),
    (
        "gemini",
        "chat",
        b'{"generation_config":{"max_output_tokens":99}}',
        b'{"generation_config":{"max_output_tokens":40}}',
    ),
    ("gemini", "chat", b'{"generationConfig":null}', b'{"generationConfig":{"maxOutputTokens":40}}'),
]


@pytest.mark.parametrize(("dialect", "operation", "raw", "cut"), CUT)
def test_a_limit_is_set_in_the_callers_own_bytes(dialect: str, operation: Operation, raw: bytes, cut: bytes) -> None:
    assert limited(dialect, operation, raw, 40) == cut


@pytest.mark.parametrize(
    ("dialect", "raw"),
    [
        ("openai", b'{"max_tokens":99,"max_tokens":98}'),
        ("gemini", b'{"generationConfig":{"maxOutputTokens":1},"generationConfig":{"maxOutputTokens":99}}'),
        ("gemini", b'{"generationConfig":{"max_output_tokens":99,"maxOutputTokens":99}}'),
    ],
)
def test_a_limit_given_twice_is_cut_whichever_is_read(dialect: str, raw: bytes) -> None:
    cut = limited(dialect, "chat", raw, 40)
    assert b"99" not in cut and b"98" not in cut
    assert b"40" in cut and json.loads(cut)


def test_a_limit_that_is_lower_stays() -> None:
    assert limited("openai", "chat", b'{"max_tokens": 7}', 40) == b'{"max_tokens": 7}'


@pytest.mark.parametrize(
    ("operation", "body", "cut"),
    [
        ("chat", {"model": "m"}, {"model": "m", "max_tokens": 40}),
        ("chat", {"max_completion_tokens": 99}, {"max_completion_tokens": 40}),
        (
            "chat",
            {"max_tokens": 99, "generationConfig": {"maxOutputTokens": 99, "topK": 1}},
            {"max_tokens": 40, "generationConfig": {"maxOutputTokens": 40, "topK": 1}},
        ),
        ("responses", {"max_output_tokens": 7}, {"max_output_tokens": 7}),
    ],
)
def test_a_limit_is_set_in_canonical_words_as_in_the_callers(
    operation: Operation, body: dict[str, Any], cut: dict[str, Any]
) -> None:
    before = json.dumps(body)
    assert with_limit(operation, body, 40) == cut
    assert json.dumps(body) == before
