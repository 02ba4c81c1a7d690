"""The strict providers refuse what the real ones do, and nothing of a plain request."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.strict import anthropic, chat, gemini, responses

Json = dict[str, Any]
SAID: Json = {"role": "user", "content": "hi"}
SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
CLOSED = SCHEMA | {"additionalProperties": False}


def called(id: str = "call_1", **more: Any) -> Json:
    function = {"name": "f", "arguments": "{}"}
    return {"role": "assistant", "tool_calls": [{"id": id, "type": "function", "function": function}], **more}


def function(**more: Any) -> Json:
    return {"type": "function", "function": {"name": "f", "parameters": SCHEMA, **more}}


CHAT: Json = {"model": "m", "messages": [SAID]}
MESSAGES: Json = {"model": "m", "max_tokens": 99, "messages": [SAID]}
ITEMS: Json = {"model": "m", "input": [SAID]}
GENERATE: Json = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
TOOL: Json = {"name": "f", "input_schema": SCHEMA}
USE: Json = {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}]}
RESULT: Json = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "1"}]}
ITEM: Json = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
OUTPUT: Json = {"type": "function_call_output", "call_id": "call_1", "output": "1"}
PART: Json = {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": gemini.SIGNED}
MODEL_TURN: Json = {"role": "model", "parts": [PART]}
USER_TURN: Json = {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]}
TOOL_SAID: Json = {"role": "tool", "tool_call_id": "call_1", "content": "1"}

DOORS: dict[str, tuple[Callable[[Json], str], Json]] = {
    "chat": (chat.refusal, CHAT),
    "copy": (chat.refusal_of_a_copy, CHAT),
    "responses": (responses.refusal, ITEMS),
    "messages": (lambda body: anthropic.refusal(body, ""), MESSAGES),
    "gemini": (gemini.refusal, GENERATE),
}
TAKEN: list[tuple[str, Json]] = [
    *((door, {}) for door in DOORS),
    ("chat", {"messages": [SAID, called(), TOOL_SAID, SAID], "tools": [function()], "parallel_tool_calls": True}),
    ("chat", {"messages": [{"role": "developer", "content": "x"}, SAID], "store": True, "user": "u" * 64}),
    ("chat", {"tools": [function(strict=True, parameters=CLOSED)], "stream": True}),
    ("copy", {"messages": [{"role": "system", "content": "x"}, SAID, called(content=""), TOOL_SAID]}),
    ("responses", {"input": [SAID, ITEM, OUTPUT], "tools": [{"type": "custom", "name": "c"}]}),
    ("messages", {"messages": [SAID, USE, RESULT], "tools": [TOOL], "thinking": {"type": "adaptive"}}),
    ("gemini", {"contents": [*GENERATE["contents"], MODEL_TURN, USER_TURN]}),
]
REFUSED: list[tuple[str, Json]] = [
    ("chat", {"top_k": 5}),
    ("chat", {"user": "u" * 65}),
    ("chat", {"parallel_tool_calls": True}),
    ("chat", {"messages": [SAID, {"role": "assistant", "content": None}]}),
    ("chat", {"messages": [SAID, called()]}),
    ("chat", {"messages": [SAID, called(), SAID, TOOL_SAID]}),
    ("chat", {"messages": [SAID, called("c" * 41), TOOL_SAID | {"tool_call_id": "c" * 41}]}),
    ("chat", {"messages": [SAID, called(), TOOL_SAID | {"name": "f"}]}),
    ("chat", {"messages": [SAID | {"cache_control": {"type": "ephemeral"}}]}),
    ("chat", {"tools": [function(name="a.b")]}),
    ("chat", {"tools": [function(strict=True)]}),
    ("chat", {"model": "gpt-5", "max_tokens": 9}),
    ("copy", {"store": True}),
    ("copy", {"messages": [{"role": "developer", "content": "x"}]}),
    ("copy", {"messages": [SAID, called(reasoning_content="x"), TOOL_SAID]}),
    ("responses", {"messages": []}),
    ("responses", {"input": [SAID, ITEM]}),
    ("responses", {"input": [SAID, OUTPUT]}),
    ("responses", {"input": [SAID, ITEM | {"id": "msg_1"}, OUTPUT]}),
    ("responses", {"input": [SAID, ITEM | {"id": "fc_1"}, ITEM | {"id": "fc_1", "call_id": "b"}, OUTPUT]}),
    ("responses", {"input": [{"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "strange"}]}),
    ("messages", {"user": "u"}),
    ("messages", {"metadata": {"user_id": "jane@example.com"}}),
    ("messages", {"messages": [SAID, USE, SAID]}),
    ("messages", {"messages": [SAID | {"content": " "}]}),
    ("messages", {"messages": [SAID, {"role": "assistant", "content": []}]}),
    ("messages", {"messages": [{"role": "developer", "content": "x"}]}),
    ("messages", {"system": [{"type": "text", "text": "\n"}]}),
    ("messages", {"temperature": 0.5, "thinking": {"type": "adaptive"}}),
    ("messages", {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
    ("messages", {"tools": [TOOL | {"name": "a.b"}]}),
    ("messages", {"tools": [TOOL | {"strict": True}]}),
    ("messages", {"tools": [TOOL | {"input_schema": {"type": "object", "anyOf": []}}]}),
    ("messages", {"context_management": {"edits": []}}),
    ("gemini", {"messages": []}),
    ("gemini", {"contents": [*GENERATE["contents"], MODEL_TURN]}),
    ("gemini", {"contents": [MODEL_TURN, USER_TURN]}),
    ("gemini", {"contents": [{"role": "user", "parts": []}]}),
    ("gemini", {"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}),
    ("gemini", {"contents": [{"role": "user", "parts": [{"text": "x", "cache_control": {}}]}]}),
    ("gemini", {"generationConfig": {"top_q": 1}}),
    ("gemini", {"generationConfig": {"responseSchema": {"type": "OBJECT"}}}),
    ("gemini", {"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"const": 1}}]}]}),
]


@pytest.mark.parametrize(("door", "more"), TAKEN)
def test_what_the_vendor_documents_is_taken(door: str, more: Json) -> None:
    refusal, plain = DOORS[door]
    assert refusal({**plain, **more}) == ""


@pytest.mark.parametrize(("door", "more"), REFUSED)
def test_what_the_vendor_refuses_is_refused(door: str, more: Json) -> None:
    refusal, plain = DOORS[door]
    assert refusal({**plain, **more})


def test_a_beta_feature_needs_its_header_and_no_other_is_known() -> None:
    edits = MESSAGES | {"context_management": {"edits": []}}
    assert anthropic.refusal(edits, "context-management-2025-06-27") == ""
    assert "anthropic-beta" in anthropic.refusal(MESSAGES, "context-management-2025-06-27, made-up-2026-01-01")
