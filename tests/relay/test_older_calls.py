"""Functions as they were before tools: in what servers answer, in what callers ask, and at whom that is asked."""

import json
from typing import Any

import pytest

from gateway.outbound import registry
from gateway.outbound.protocol import ProviderRequest
from tests.e2e.support import MODEL, Account
from tests.relay.callers import CALLERS, HOW, PLAIN, ask, heard
from tests.relay.test_contradicted_endings import CALLED, LIMITED
from tests.relay.vendor_replies import VENDORS, Said
from tests.support.memory_gateway import MemoryOperator

Json = dict[str, Any]
SERVERS = ["openai", "custom", "compatible", "deepseek", "minimax"]
FUNCTION = {"name": "f", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
ARGUMENTS = '{"city":"Paris"}'


def older(said: Said, streamed: bool, end: str = "function_call") -> bytes:
    """A server's answer in the older words; streamed, its arguments come in two pieces."""
    row = VENDORS["openai"]
    if not streamed:
        whole = row.whole(said)
        message = whole["choices"][0]["message"]
        message["function_call"] = message.pop("tool_calls")[0]["function"]
        whole["choices"][0]["finish_reason"] = end
        return json.dumps(whole).encode()
    head, *_, last, usage = row.events(said)
    pieces = [{"name": "f", "arguments": ""}, {"arguments": ARGUMENTS[:5]}, {"arguments": ARGUMENTS[5:]}]
    deltas = [{**head, "choices": [{"index": 0, "delta": {"function_call": piece}}]} for piece in pieces]
    last["choices"][0]["finish_reason"] = end
    return row.framed([head, *deltas, last, usage]) + b"data: [DONE]\n\n"


def answering(operator: MemoryOperator, account: Account, server: str, body: bytes, how: str) -> None:
    row = VENDORS[server]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    row.answers(operator.upstream, made.key, body, row.kind if how == "streamed" else "application/json")


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", ["anthropic", "gemini", "responses"])
@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("end", ["function_call", "stop", "tool_calls"])
def test_an_older_call_is_a_call_for_callers_of_other_dialects(
    operator: MemoryOperator, account: Account, server: str, caller: str, how: str, end: str
) -> None:
    answering(operator, account, server, older(Said("hello", ("f",)), how == "streamed", end), how)
    found = ask(account, caller, how)
    assert (found.status, found.text, found.calls, found.end) == (200, "hello", ["f"], CALLED[caller]), found.raw
    assert "Paris" in found.raw.decode() or how == "streamed"


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("caller", ["anthropic", "gemini", "responses"])
def test_an_older_call_that_a_limit_cut_is_cut(
    operator: MemoryOperator, account: Account, caller: str, how: str
) -> None:
    answering(operator, account, "custom", older(Said("hello", ("f",)), how == "streamed", "length"), how)
    assert ask(account, caller, how).end == LIMITED[caller]


def asked(account: Account, how: str, **more: Any) -> list[Json]:
    """What a caller who knows only functions hears."""
    body = CALLERS["openai"][1] | {"model": MODEL, "stream": how == "streamed", "functions": [FUNCTION], **more}
    found = heard(account, account.post(body))
    assert (found.status, len(found.entries)) == (200, 1), found.raw
    return [choice for body in found.bodies for choice in body.get("choices") or []]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("vendor", ["anthropic", "gemini", "ollama", "cohere", "dashscope", "compatible", "minimax"])
def test_who_asks_with_functions_is_answered_with_a_function_call(
    operator: MemoryOperator, account: Account, vendor: str, how: str
) -> None:
    row = VENDORS[vendor]
    said = Said("hello", ("f",))
    answering(operator, account, vendor, row.stream(said) if how == "streamed" else row.body(said), how)
    choices = asked(account, how)
    told = [choice.get("message") or choice.get("delta") or {} for choice in choices]
    calls = [message["function_call"] for message in told if message.get("function_call")]
    assert "".join(call.get("name", "") for call in calls) == "f"
    assert json.loads("".join(call.get("arguments", "") for call in calls)) == json.loads(ARGUMENTS)
    assert choices[-1]["finish_reason"] == "function_call"
    assert not any("tool_calls" in message for message in told)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("server", ["openai", "custom", "deepseek"])
def test_where_bytes_pass_the_older_call_is_what_the_server_said(
    operator: MemoryOperator, account: Account, server: str, how: str
) -> None:
    answering(operator, account, server, older(Said("hello", ("f",)), how == "streamed"), how)
    choices = asked(account, how)
    assert any((choice.get("message") or choice.get("delta") or {}).get("function_call") for choice in choices)
    assert choices[-1]["finish_reason"] == "function_call"


HISTORY: list[Json] = [
    {"role": "user", "content": "?"},
    {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": ARGUMENTS}},
    {"role": "function", "name": "f", "content": "sunny"},
    {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
    {"role": "function", "name": "f", "content": "rainy"},
]
DOORS = [
    ("mistral", "mistral-large"), ("cohere", "command-a"), ("anthropic", "claude-opus-4-6"), ("gemini", "gemini-3-pro"),
    ("bedrock", "anthropic.claude-opus-4-6-v1"), ("vertex", "claude-opus-4-6"), ("ollama", "m"), ("dashscope", "m"),
    ("zhipu", "glm-4.7"), ("cloudflare", "m"), ("vllm", "m"), ("gemini-openai", "m"),
]  # fmt: skip


def sent(dialect: str, model: str, stream: bool, **body: Any) -> Json:
    config = {"region": "us-east-1", "vertex_ai_project_id": "p"}
    request = ProviderRequest(
        operation="chat", body=body, model=model, requested_model="m", config=config, stream=stream, request_id="r"
    )
    return json.loads(registry.dialect(dialect).request(request).body)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("dialect", "model"), DOORS)
def test_older_requests_reach_those_who_know_only_tools_as_tools(dialect: str, model: str, stream: bool) -> None:
    choice = {"name": "f"} if dialect not in ("ollama", "dashscope", "zhipu", "cloudflare", "vllm") else "auto"
    body = sent(dialect, model, stream, messages=HISTORY, functions=[FUNCTION], function_call=choice)
    text = json.dumps(body)
    assert body.keys().isdisjoint({"functions", "function_call"}) and '"role": "function"' not in text
    assert ('"tools": [{' in text) and "sunny" in text and '"function_call"' not in text


@pytest.mark.parametrize(("dialect", "model"), [DOORS[0], DOORS[1], DOORS[2], DOORS[4]])
def test_each_older_result_answers_the_call_before_it(dialect: str, model: str) -> None:
    newer = [
        HISTORY[0],
        *(
            made
            for number, (arguments, result) in enumerate([(ARGUMENTS, "sunny"), ("{}", "rainy")])
            for id in [f"call_legacy_{2 * number + 1}"]
            for made in (
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": id, "type": "function", "function": {"name": "f", "arguments": arguments}}],
                },
                {"role": "tool", "tool_call_id": id, "content": result, "name": "f"},
            )
        ),
    ]
    tool = {"type": "function", "function": FUNCTION}
    chosen = {"type": "function", "function": {"name": "f"}}
    wanted = sent(dialect, model, False, messages=newer, tools=[tool], tool_choice=chosen)
    assert sent(dialect, model, False, messages=HISTORY, functions=[FUNCTION], function_call={"name": "f"}) == wanted


@pytest.mark.parametrize("dialect", ["openai", "azure", "openai-like"])
def test_openai_and_those_nobody_knows_get_functions_as_they_came(dialect: str) -> None:
    body = sent(dialect, "gpt-4o", False, messages=HISTORY, functions=[FUNCTION], function_call="auto")
    assert (body["messages"], body["functions"], body["function_call"]) == (HISTORY, [FUNCTION], "auto")
