"""What other dialects' clients add by default, at servers that refuse what OpenAI does not document."""

import json
from typing import Any

import pytest
from anthropic.types.beta.message_create_params import MessageCreateParamsBase as BetaMessages
from openai.types.responses.response_create_params import ResponseCreateParamsBase

from gateway.outbound.protocol import Unsupported
from tests.relay.inbound import cases

Json = dict[str, Any]
TOOL = {"name": "f", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}, "defer_loading": True}
MESSAGES: Json = {
    "model": "m",
    "max_tokens": 9,
    "system": [
        {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1; cch=1a2b3;"},
        {"type": "text", "text": "sys", "cache_control": {"type": "ephemeral"}},
    ],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "no", "is_error": True}]},
    ],
    "tools": [TOOL],
    "top_k": 5,
    "metadata": {"user_id": "u"},
    "context_management": {"edits": []},
    "speed": "fast",
    "fresh_field": 1,
}
GENERATE: Json = {
    "contents": [
        {"role": "user", "parts": [{"text": "hi"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "c2ln"}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"a": 1}}}]},
    ],
    "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]}],
    "generationConfig": {"topK": 5, "temperature": 0.5},
    "labels": {"a": "b"},
    "freshField": 1,
}
RESPONSES: Json = {
    "model": "m",
    "input": [
        {"role": "developer", "content": "be brief"},
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
        {"role": "user", "content": "note"},
        {"type": "function_call_output", "call_id": "a", "output": "42"},
    ],
    "client_metadata": {"x": "y"},
    "prompt_cache_key": "k",
    "parallel_tool_calls": True,
    "store": False,
    "include": ["reasoning.encrypted_content"],
    "text": {"verbosity": "low"},
    "safety_identifier": "s",
    "fresh_field": 1,
}
ASKED = {"anthropic": MESSAGES, "gemini": GENERATE, "responses": RESPONSES}
CHAT = {"model", "messages", "max_tokens", "temperature", "tools", "tool_choice", "user", "stream"}
MESSAGE = {"role", "content", "tool_calls", "tool_call_id", "name"}


@pytest.mark.parametrize("client", ASKED)
def test_a_stranger_gets_what_openai_documents_and_nothing_else(client: str) -> None:
    body = cases.asked(client, ASKED[client], "openai-like", "m")
    assert body.keys() <= CHAT
    for message in body["messages"]:
        assert message.keys() <= MESSAGE and message["role"] in ("system", "user", "assistant", "tool")
        for part in message["content"] if isinstance(message["content"], list) else []:
            assert part.keys() == {"type", "text"}
        for call in message.get("tool_calls", []):
            assert call.keys() == {"id", "type", "function"}
    for tool in body.get("tools", []):
        assert tool.keys() == {"type", "function"} and tool["function"].keys() <= {"name", "description", "parameters"}
    assert "billing" not in json.dumps(body)


@pytest.mark.parametrize(
    "dialect", ["openai", "azure", "groq", "mistral", "deepseek", "moonshot", "compatible", "zhipu"]
)
@pytest.mark.parametrize("client", ASKED)
def test_providers_with_a_row_are_spared_what_the_other_apis_define(client: str, dialect: str) -> None:
    text = json.dumps(cases.asked(client, ASKED[client], dialect, "m"))
    for word in (
        "cache_control",
        "top_k",
        "context_management",
        "client_metadata",
        "defer_loading",
        "billing",
        "labels",
    ):
        assert word not in text
    assert "is_error" not in text and "parallel_tool_calls" not in text and "thought_signature" not in text


@pytest.mark.parametrize(
    ("dialect", "model"), [("anthropic", "claude-opus-4-6"), ("gemini", "gemini-3-pro"), ("cohere", "c")]
)
def test_codexs_metadata_reaches_nobody(dialect: str, model: str) -> None:
    assert "client_metadata" not in json.dumps(cases.asked("responses", RESPONSES, dialect, model))


def test_a_channel_says_what_its_server_takes() -> None:
    found = cases.parsed("anthropic", MESSAGES)
    body = found.body_for("openai-like", "m", {"takes": "cache_control, top_k, fresh_field, -user"})
    assert body["top_k"] == 5 and body["fresh_field"] == 1 and "user" not in body
    assert body["tools"][0]["cache_control"] and body["messages"][0]["content"][0]["cache_control"]


OFF: list[tuple[str, str, Json]] = [
    ("moonshot", "kimi-k2.5", {"thinking": {"type": "disabled"}}),
    ("deepseek", "deepseek-v4", {"thinking": {"type": "disabled"}}),
    ("doubao", "doubao-seed", {"thinking": {"type": "disabled"}}),
    ("zhipu", "glm-4.7", {"thinking": {"type": "disabled"}}),
    ("bailian", "qwen3-max", {"enable_thinking": False}),
    ("siliconflow", "Qwen/Qwen3", {"enable_thinking": False}),
    ("openrouter", "z-ai/glm", {"reasoning": {"enabled": False}}),
    ("vllm", "qwen3", {"chat_template_kwargs": {"enable_thinking": False}}),
    ("ollama", "qwen3", {"think": False}),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("dialect", "model", "words"), OFF)
def test_a_wish_not_to_think_is_carried_to_those_who_know_it(
    dialect: str, model: str, words: Json, stream: bool
) -> None:
    said = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], "stream": stream}
    body = cases.asked("anthropic", said | {"thinking": {"type": "disabled"}}, dialect, model)
    assert words.items() <= body.items() and "reasoning_effort" not in body
    asked = {"model": "m", "input": "hi", "reasoning": {"effort": "none"}, "stream": stream}
    assert words.items() <= cases.asked("responses", asked, dialect, model).items()


@pytest.mark.parametrize("dialect", ["openai", "openai-like", "compatible"])
def test_and_dropped_where_nobody_does(dialect: str) -> None:
    said = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    body = cases.asked("anthropic", said | {"thinking": {"type": "disabled"}}, dialect, "gpt-4o")
    assert body.keys() <= {"model", "messages", "max_tokens"}


@pytest.mark.parametrize(
    ("dialect", "model"), [("openai", "gpt-5"), ("bedrock", "claude-opus-4-6"), ("vertex", "claude-x"), ("gemini", "g")]
)
def test_a_thread_of_anthropics_is_refused_in_words_its_libraries_act_on(dialect: str, model: str) -> None:
    found = cases.parsed("anthropic", MESSAGES | {"thread": {"id": "t"}})
    with pytest.raises(Unsupported) as refused:
        found.body_for(dialect, model)
    assert refused.value.details == {"anthropic": {"error_code": "thread_unsupported_request"}}
    assert found.body_for("anthropic", "claude-opus-4-6")["thread"] == {"id": "t"}


@pytest.mark.parametrize(
    ("dialect", "model"), [("openai", "gpt-5"), ("anthropic", "claude-opus-4-6"), ("bedrock", "claude-opus-4-6")]
)
def test_results_of_a_response_stand_behind_their_calls(dialect: str, model: str) -> None:
    messages = cases.asked("responses", RESPONSES, dialect, model)["messages"]
    kinds = [json.dumps(message) for message in messages]
    call = next(at for at, text in enumerate(kinds) if "tool_calls" in text or "tool_use" in text or "toolUse" in text)
    assert "42" in kinds[call + 1] and not any("note" in text for text in kinds[: call + 1])


LONG = "user_" + "0" * 60 + "_session_1"


@pytest.mark.parametrize("dialect", ["openai", "openai-like", "compatible", "deepseek", "vllm", "openrouter"])
def test_the_long_users_of_other_apis_are_short_at_servers_that_copied_openais(dialect: str) -> None:
    said = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    user = cases.asked("anthropic", said | {"metadata": {"user_id": LONG}}, dialect, "m")["user"]
    assert (
        len(user) == 64
        and user == cases.asked("responses", {"model": "m", "input": "x", "user": LONG}, dialect, "m")["user"]
    )
    assert cases.asked("anthropic", said | {"metadata": {"user_id": "short"}}, dialect, "m")["user"] == "short"


@pytest.mark.parametrize(
    ("dialect", "named"),
    [("openai", 0), ("openai-like", 0), ("deepseek", 0), ("compatible", 0), ("mistral", 1), ("gemini-openai", 1)],
)
def test_results_of_tools_have_the_functions_name_where_it_is_documented(dialect: str, named: int) -> None:
    results = [m for m in cases.asked("gemini", GENERATE, dialect, "m")["messages"] if m["role"] == "tool"]
    assert len(results) == 1 and [message.get("name") for message in results] == (["f"] if named else [None])


# What a chat of OpenAI's has too, and what is translated or refused.
ALIKE = CHAT | {"metadata", "service_tier", "store", "stream_options", "top_p", "top_logprobs", "safety_identifier"}
ALIKE |= {"prompt_cache_key", "prompt_cache_retention", "parallel_tool_calls", "image", "max_output_tokens"}
TOLD = {"system", "thinking", "output_config", "stop_sequences", "input", "instructions", "reasoning", "text", "thread"}
REFUSED = {"max_tool_calls", "previous_response_id", "conversation", "prompt", "container", "mcp_servers", "background"}
ASKING: dict[str, tuple[Json, Any]] = {
    "anthropic": ({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}, BetaMessages),
    "responses": ({"model": "m", "input": "hi"}, ResponseCreateParamsBase),
}
OWN = [
    (client, name)
    for client, (_, params) in ASKING.items()
    for name in sorted(params.__annotations__.keys() - ALIKE - TOLD - REFUSED)
]
DOORS = ["openai", "azure", "groq", "mistral", "deepseek", "compatible", "zhipu", "openrouter", "cohere", "dashscope"]


@pytest.mark.parametrize("dialect", [*DOORS, "gemini", "bedrock", "ollama", "openai-like"])
@pytest.mark.parametrize(("client", "name"), OWN)
def test_no_field_of_a_vendors_own_library_reaches_another(client: str, name: str, dialect: str) -> None:
    made = cases.asked(client, ASKING[client][0] | {name: "marked"}, dialect, "claude-opus-4-6")
    assert "unsupported" not in made and "marked" not in json.dumps(made)
