"""Canonical requests on their way to OpenAI and to those who differ a little."""

import json
from typing import Any

import pytest

from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.openai.request import adapted
from gateway.outbound.protocol import Operation, ProviderRequest, Upload
from gateway.outbound.registry import DIALECTS
from gateway.wire.multipart import parse


def request(body: dict[str, Any], operation: Operation = "chat", **parts: Any) -> ProviderRequest:
    model = parts.pop("model", "m")
    return ProviderRequest(
        operation=operation, body=body, model=model, requested_model="asked", request_id="1", **parts
    )


def sent(body: dict[str, Any], dialect: str = "openai", operation: Operation = "chat", **parts: Any) -> dict[str, Any]:
    return json.loads(DIALECTS[dialect].request(request(body, operation, **parts)).body)


USER = [{"role": "user", "content": "Hi"}]


def test_everything_the_caller_sent_goes_on_in_its_order() -> None:
    body = {"x_unknown": {"a": [1, None]}, "messages": USER, "model": "asked", "temperature": 0, "stop": ["a"]}
    call = DIALECTS["openai"].request(request(body, model="gpt-4o"))
    assert call.path == "/v1/chat/completions"
    assert list(json.loads(call.body).items()) == list({**body, "model": "gpt-4o"}.items())
    assert body["model"] == "asked"


def test_a_stream_asks_for_usage_and_keeps_other_options() -> None:
    body = {"model": "m", "messages": USER, "stream": True, "stream_options": {"include_obfuscation": False}}
    assert sent(body, stream=True)["stream_options"] == {"include_obfuscation": False, "include_usage": True}
    assert sent({"messages": USER}, stream=True)["stream"] is True
    assert "stream_options" not in sent({"messages": USER})
    assert "stream_options" not in sent({"input": "x"}, operation="responses", stream=True)


def test_azure_is_asked_for_usage_only_from_the_version_on_that_knows_it() -> None:
    body = {"messages": USER, "stream_options": {"include_usage": True}}
    old = sent(body, "azure", stream=True, config={"api_version": "2024-03-01-preview"})
    new = sent(body, "azure", stream=True, config={"api_version": "2024-10-21"})
    assert "stream_options" not in old
    assert new["stream_options"] == {"include_usage": True}


CHANGES: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "reasoning models take the new limit": ("openai", "o3-mini", {"max_tokens": 5}, {"max_completion_tokens": 5}),
    "gpt-5 too": ("azure", "gpt-5-mini", {"max_tokens": 5}, {"max_completion_tokens": 5}),
    "both limits": (
        "openai",
        "o1",
        {"max_tokens": 5, "max_completion_tokens": 9},
        {"max_completion_tokens": 9},
    ),
    "deepseek takes the old limit": ("deepseek", "m", {"max_completion_tokens": 5}, {"max_tokens": 5}),
    "mistral's names": (
        "mistral",
        "m",
        {"seed": 1, "max_completion_tokens": 5, "tool_choice": "required", "user": "u", "logit_bias": {}, "top_p": 1},
        {"random_seed": 1, "max_tokens": 5, "tool_choice": "any", "top_p": 1},
    ),
    "older servers know older names": ("openai-older", "m", {"max_completion_tokens": 5}, {"max_tokens": 5}),
    "compatible ones too": ("compatible", "m", {"max_completion_tokens": 5}, {"max_tokens": 5}),
    "groq's refusals": ("groq", "m", {"logprobs": True, "top_logprobs": 2, "seed": 1}, {"seed": 1}),
}


@pytest.mark.parametrize("case", CHANGES)
def test_knobs_are_said_in_the_providers_words(case: str) -> None:
    dialect, model, before, after = CHANGES[case]
    assert sent({"messages": USER, **before}, dialect, model=model) == {"messages": USER, **after, "model": model}


def test_a_tool_choice_that_names_a_function_is_left_alone() -> None:
    choice = {"type": "function", "function": {"name": "f"}}
    assert sent({"messages": USER, "tool_choice": choice}, "mistral")["tool_choice"] == choice


HISTORY = [
    {"role": "developer", "content": "Be brief."},
    {"role": "user", "content": "Hi", "name": "bob"},
    {
        "role": "assistant",
        "content": "text",
        "reasoning_content": "thought",
        "tool_calls": [{"id": "call_abc", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    },
    {"role": "tool", "tool_call_id": "call_abc", "content": "42"},
]


def test_mistral_gets_short_ids_that_still_match_and_reasoning_as_a_part() -> None:
    messages = sent({"messages": HISTORY}, "mistral")["messages"]
    assert messages[0]["role"] == "system"
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "thought"}]}
    assert messages[2]["content"] == [thinking, {"type": "text", "text": "text"}]
    short = messages[2]["tool_calls"][0]["id"]
    assert len(short) == 9 and short.isalnum()
    assert messages[3]["tool_call_id"] == short
    assert HISTORY[3]["tool_call_id"] == "call_abc"


def test_ids_that_are_short_already_stay() -> None:
    call = {"id": "g6fVbXS8K", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [*USER, {"role": "assistant", "content": "", "tool_calls": [call]}]
    assert sent({"messages": messages}, "mistral")["messages"] == messages


def test_groq_gets_no_names_and_its_own_word_for_reasoning() -> None:
    messages = sent({"messages": HISTORY}, "groq")["messages"]
    assert "name" not in messages[1]
    assert messages[2]["reasoning"] == "thought"


ECHOED: dict[str, Any] = {  # an answer of ours as OpenAI's library gives it back, after Claude and Gemini
    "role": "assistant",
    "content": "text",
    "refusal": None,
    "annotations": [],
    "audio": None,
    "function_call": None,
    "reasoning_details": [{"type": "reasoning.text", "text": "t", "signature": "s"}],
    "anthropic_content": [{"type": "text", "text": "text"}],
    "gemini_content": [{"text": "text"}],
    "extra_content": {"google": {"thought_signature": "s"}},
    "tool_calls": [
        {
            "id": "g6fVbXS8K",
            "type": "function",
            "function": {"name": "f", "arguments": "{}"},
            "extra_content": {"google": {"thought_signature": "s"}},
        }
    ],
}


@pytest.mark.parametrize("dialect", ["openai", "azure", "groq", "mistral"])
def test_whoever_refuses_unknown_keys_gets_none_of_other_providers(dialect: str) -> None:
    (message,) = sent({"messages": [ECHOED]}, dialect)["messages"]
    empty = {} if dialect in ("groq", "mistral") else dict.fromkeys(("refusal", "audio", "function_call"))
    empty |= {"annotations": []} if empty else {}
    call = {name: value for name, value in ECHOED["tool_calls"][0].items() if name != "extra_content"}
    assert message == {"role": "assistant", "content": "text", **empty, "tool_calls": [call]}


def test_whoever_made_them_gets_them_back() -> None:
    assert sent({"messages": [ECHOED]}, "gemini-openai")["messages"] == [ECHOED]


@pytest.mark.parametrize("dialect", ["groq", "mistral"])
def test_a_tools_name_stays_where_a_users_may_not(dialect: str) -> None:
    messages = [{"role": "user", "name": "bob", "content": "Hi"}, {"role": "tool", "name": "f", "content": "42"}]
    found = sent({"messages": messages}, dialect)["messages"]
    assert ["name" in message for message in found] == [False, True]


@pytest.mark.parametrize("dialect", QUIRKS)
def test_a_body_without_differences_comes_back_as_the_same_object(dialect: str) -> None:
    body = {"model": "m", "messages": USER, "temperature": 1}
    assert adapted(QUIRKS[dialect], "chat", "m", body) is body


TOOL = {"type": "function", "function": {"name": "f"}}
WITHOUT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"parallel_tool_calls": True}, {}),
    ({"parallel_tool_calls": False, "tools": []}, {}),
    ({"tools": [], "tool_choice": "auto"}, {}),
    ({"tools": None, "tool_choice": "none"}, {}),
    ({"functions": [], "function_call": "auto"}, {}),
    ({"tool_choice": "required", "tools": []}, {"tool_choice": "required"}),
    ({"tools": [TOOL], "parallel_tool_calls": False}, {"tools": [TOOL], "parallel_tool_calls": False}),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", ["openai", "azure", "openai-like", "deepseek", "mistral", "groq"])
@pytest.mark.parametrize(("said", "wanted"), WITHOUT)
def test_nothing_is_said_of_tools_where_there_are_none_but_that_one_must_be_called(
    said: dict[str, Any], wanted: dict[str, Any], dialect: str, stream: bool
) -> None:
    body = sent({"messages": USER, **said}, dialect, stream=stream)
    there = {"tool_choice": "any"} if dialect == "mistral" and "tool_choice" in wanted else {}
    assert {name: body[name] for name in body if "tool" in name or "function" in name} == wanted | there


PATHS: dict[Operation, str] = {
    "completions": "/v1/completions",
    "edits": "/v1/edits",
    "embeddings": "/v1/embeddings",
    "moderations": "/v1/moderations",
    "images": "/v1/images/generations",
    "speech": "/v1/audio/speech",
    "rerank": "/v1/rerank",
    "responses": "/v1/responses",
}


@pytest.mark.parametrize("operation", PATHS)
def test_every_operation_has_its_path(operation: Operation) -> None:
    call = DIALECTS["openai"].request(request({"input": "x"}, operation))
    assert (call.path, json.loads(call.body)) == (PATHS[operation], {"input": "x", "model": "m"})


FORMS: dict[Operation, str] = {
    "image_edits": "/v1/images/edits",
    "image_variations": "/v1/images/variations",
    "transcription": "/v1/audio/transcriptions",
    "translation": "/v1/audio/translations",
}


@pytest.mark.parametrize("operation", FORMS)
def test_files_go_on_as_a_form(operation: Operation) -> None:
    upload = Upload(field="file", filename="a.bin", type="audio/mpeg", data=bytes(range(256)))
    fields = {"model": "asked", "timestamp_granularities[]": ["word"], "temperature": "0"}
    call = DIALECTS["openai"].request(request(fields, operation, uploads=(upload,)))
    assert call.path == FORMS[operation]
    assert parse(call.headers["content-type"], call.body) == ({**fields, "model": "m"}, [upload])


def test_voyage_says_rerank_and_embeddings_its_way() -> None:
    assert sent({"query": "q", "documents": ["a"], "top_n": 1}, "voyage", "rerank")["top_k"] == 1
    body = {"input": ["a"], "dimensions": 256, "encoding_format": "float", "user": "u"}
    assert sent(body, "voyage", "embeddings") == {"input": ["a"], "output_dimension": 256, "model": "m"}


def test_jina_gets_no_field_that_it_refuses() -> None:
    body = {"input": ["a"], "dimensions": 256, "encoding_format": "base64", "user": "u"}
    assert sent(body, "jina", "embeddings") == {
        "input": ["a"], "dimensions": 256, "embedding_type": "base64", "model": "m",
    }  # fmt: skip
    ranked = {"query": "q", "documents": ["a"], "top_n": 1}
    assert sent(ranked | {"user": "u"}, "jina", "rerank") == ranked | {"model": "m"}


def test_siliconflow_names_picture_sizes_its_way() -> None:
    body = {"prompt": "p", "size": "1024x1024", "n": 2}
    expected = {"prompt": "p", "image_size": "1024x1024", "batch_size": 2, "model": "m"}
    assert sent(body, "siliconflow", "images") == expected
    assert sent({"messages": USER, "n": 2}, "siliconflow")["n"] == 2
