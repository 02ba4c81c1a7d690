"""What clients ask, in canonical form, at home again, and elsewhere: every fixture file."""

import contextlib
import json
from typing import Any

import pytest

from gateway.errors import BadRequest
from gateway.outbound import registry
from gateway.outbound.protocol import ProviderRequest, Unsupported
from tests.relay.inbound import cases
from tests.relay.inbound.normal import normal

Json = dict[str, Any]
OPENAI_MODEL = "gpt-5"
REQUESTS = [(client, name) for client in cases.CLIENTS for name in cases.names(client, "requests")]
OF_VENDORS = [(client, name) for client, name in REQUESTS if client != "responses"]


@pytest.mark.parametrize(("client", "name"), REQUESTS)
def test_a_request_is_understood(client: str, name: str) -> None:
    case = cases.read(client, "requests", name)
    assert cases.understood(client, case["ask"]) == case["canonical"]


@pytest.mark.parametrize(("client", "name"), OF_VENDORS)
def test_at_home_nothing_is_lost_on_the_way_through_canonical_form(client: str, name: str) -> None:
    case = cases.read(client, "requests", name)
    home = cases.at_home(client, case["ask"])
    assert normal(client, home) == normal(client, case.get("home", case["ask"]))


@pytest.mark.parametrize(("client", "name"), REQUESTS)
def test_elsewhere_it_is_said_in_openais_words_or_refused_by_name(client: str, name: str) -> None:
    case = cases.read(client, "requests", name)
    if "openai" in case:
        assert cases.asked(client, case["ask"], "openai", OPENAI_MODEL) == case["openai"]


@pytest.mark.parametrize(("client", "name"), REQUESTS)
def test_what_openai_is_asked_is_a_request_in_the_eyes_of_its_library(client: str, name: str) -> None:
    from openai.types.chat import completion_create_params as params

    asked = cases.read(client, "requests", name).get("openai", {"unsupported": ""})
    if "unsupported" in asked:
        return
    unknown = {"x_unknown", "xUnknown"}
    assert asked.keys() - unknown <= params.CompletionCreateParamsBase.__annotations__.keys() | {"stream"}
    text = json.dumps(asked)
    for mark in ("cache_control", "thought_signature", "anthropic_content", "gemini_content", "thinking_blocks"):
        assert mark not in text


@pytest.mark.parametrize(("client", "name"), OF_VENDORS)
def test_a_provider_that_takes_marks_gets_them_and_no_other_does(client: str, name: str) -> None:
    case = cases.read(client, "requests", name)
    if "unsupported" in case["openai"]:
        return
    given = json.dumps(case["ask"])
    cached = "cache_control" in given and name != "unknown_keys"
    assert ("cache_control" in json.dumps(cases.asked(client, case["ask"], "openrouter", "m"))) == cached
    signed = json.dumps(cases.asked(client, case["ask"], "gemini-openai", "m"))
    assert ("thought_signature" in signed) == ("thoughtSignature" in given)
    nobody_knows = json.dumps(cases.asked(client, case["ask"], "openai-like", "m"))
    assert "cache_control" not in nobody_knows and "thought_signature" not in nobody_knows


@pytest.mark.parametrize("dialect", ["bedrock", "vertex"])
@pytest.mark.parametrize("name", ["thinking_history", "interleaved_history"])
def test_signed_thinking_reaches_claude_behind_other_doors(dialect: str, name: str) -> None:
    request = cases.read("anthropic", "requests", name)["ask"]
    model = "anthropic.claude-3-7-sonnet-20250219-v1:0" if dialect == "bedrock" else "claude-3-7-sonnet@20250219"
    parsed = cases.parsed("anthropic", request)
    config = {"region": "us-east-1", "vertex_ai_project_id": "p"}
    body = parsed.body_for(dialect, model)
    made = ProviderRequest(operation="chat", body=body, model=model, requested_model="alias", config=config)
    sent = registry.dialect(dialect).request(made).body.decode()
    given = [b for m in request["messages"] for b in m["content"] if b["type"] in ("thinking", "redacted_thinking")]
    for block in given:
        if block["type"] == "thinking":
            assert block["thinking"] in sent and block["signature"] in sent
    assert sent.count("c2ln") == sum(block["type"] == "thinking" for block in given)
    if any(block["type"] == "redacted_thinking" for block in given):
        assert ("redactedContent" if dialect == "bedrock" else "redacted_thinking") in sent


def test_beta_features_in_a_header_go_along_in_the_body() -> None:
    request = cases.read("anthropic", "requests", "basic")["ask"]
    parsed = cases.parsed("anthropic", request, headers={"anthropic-beta": "one, two"})
    assert parsed.body_for("vertex", "claude-x")["anthropic_beta"] == ["one", "two"]
    assert "anthropic_beta" not in parsed.body_for("openai", "gpt-4o")


@pytest.mark.parametrize(
    ("model", "kept"), [("gpt-5-mini", True), ("o3", True), ("gpt-4o-mini", False), ("gpt-4.1", False)]
)
def test_an_effort_goes_only_to_models_that_take_one(model: str, kept: bool) -> None:
    request = cases.read("anthropic", "requests", "thinking")["ask"]
    assert ("reasoning_effort" in cases.asked("anthropic", request, "openai", model)) is kept


BAD: list[tuple[str, Json, str]] = [
    ("anthropic", {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}, "model is required"),
    ("anthropic", {"model": "m", "messages": [{"role": "user", "content": "hi"}]}, "max_tokens is required"),
    ("anthropic", {"model": "m", "max_tokens": "9", "messages": [{}]}, "max_tokens must be a whole number"),
    ("anthropic", {"model": "m", "max_tokens": 1, "messages": []}, "messages is required"),
    ("anthropic", {"model": "m", "max_tokens": 1, "messages": "hi"}, "messages must be a list, not a string"),
    ("anthropic", {"model": "m", "max_tokens": 1, "messages": ["hi"]}, r"messages\[0\].role must be"),
    ("anthropic", {"model": "m", "max_tokens": 1, "messages": [{"role": "tool", "content": "x"}]}, "not 'tool'"),
    (
        "anthropic",
        {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": 5}]},
        r"messages\[0\].content must be text or a list of blocks, not a number",
    ),
    (
        "anthropic",
        {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": ["hi"]}]},
        r"messages\[0\].content\[0\] must be an object, not a string",
    ),
    ("anthropic", {"model": "m", "max_tokens": 1, "stream": "yes", "messages": [{}]}, "stream must be a boolean"),
    ("gemini", {}, "contents is required"),
    ("gemini", {"contents": "hi"}, "contents must be a list, not a string"),
    ("gemini", {"contents": ["hi"]}, r"contents\[0\] must be an object, not a string"),
    ("gemini", {"contents": [{"role": "king", "parts": []}]}, "role must be 'user' or 'model', not 'king'"),
    ("gemini", {"contents": [{"parts": "hi"}]}, r"contents\[0\].parts must be a list, not a string"),
    ("gemini", {"contents": [{"parts": ["hi"]}]}, r"contents\[0\].parts\[0\] must be an object, not a string"),
    ("responses", {"input": "hi"}, "model is required"),
    ("responses", {"model": "m"}, "input is required"),
    ("responses", {"model": "m", "input": 5}, "input must be a string or a list of items, not a number"),
    ("responses", {"model": "m", "input": "hi", "max_output_tokens": "many"}, "must be a whole number"),
    ("responses", {"model": "m", "input": "hi", "stream": 1}, "stream must be a boolean"),
]


@pytest.mark.parametrize(("client", "given", "message"), BAD)
def test_what_is_no_request_is_told_so(client: str, given: Json, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        cases.parsed(client, given)


ODD_KINDS: list[Any] = [{"a": 1}, ["x"], None, 7, True]


@pytest.mark.parametrize("kind", ODD_KINDS, ids=repr)
@pytest.mark.parametrize("place", ["part", "block", "choice"])
def test_kinds_that_are_no_names_are_refused_or_ignored_by_every_provider(place: str, kind: Any) -> None:
    """They are looked up in tables, where a list or an object cannot be."""
    request: Json = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]}
    if place == "choice":
        request |= {"tools": [{"name": "f", "input_schema": {}}], "tool_choice": {"type": kind}}
    else:
        role = "user" if place == "part" else "assistant"
        request["messages"] = [{"role": role, "content": [{"type": kind, "text": "x"}]}, *request["messages"]]
    parsed = cases.parsed("anthropic", request)
    for dialect, model in (("openai", "gpt-5"), ("gemini", "gemini-2.5-flash"), ("ollama", "llama3")):
        with contextlib.suppress(Unsupported, BadRequest):
            cases.sent(parsed, dialect, model)


@pytest.mark.parametrize("client", cases.CLIENTS)
def test_asking_one_provider_leaves_the_request_as_it_is_for_the_next(client: str) -> None:
    for name in cases.names(client, "requests"):
        case = cases.read(client, "requests", name)
        if "unsupported" in case["canonical"]:
            continue
        parsed = cases.parsed(client, case["ask"])
        before = json.dumps(parsed.body)
        for dialect, model in (("openai", "gpt-5"), ("cohere", "command-r"), ("ollama", "llama3")):
            cases.sent(parsed, dialect, model)
        assert json.dumps(parsed.body) == before
