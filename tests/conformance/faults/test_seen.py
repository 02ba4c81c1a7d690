"""Faults that were seen, to the letter, where the tests of their kind try others."""

import json
from typing import Any

import pytest

from gateway.outbound import registry
from gateway.outbound.protocol import ProviderRequest
from tests.e2e.support import MODEL, Account
from tests.relay.callers import CALLERS, PLAIN, ask
from tests.relay.inbound import cases
from tests.relay.inbound.test_foreign_fields import MESSAGES, RESPONSES
from tests.relay.vendor_replies import VENDORS, Said
from tests.support.memory_gateway import MemoryOperator

Json = dict[str, Any]
SAID: dict[str, tuple[Json, int]] = {
    "vLLM": (
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens",
            "type": "BadRequestError",
            "code": 400,
        },
        400,
    ),
    "DashScope": ({"code": "InvalidParameter", "message": "bad"}, 400),
    "without money": ({"detail": "Not enough credits"}, 402),
    "a parameter": ({"error": {"type": "invalid_request_error", "code": "invalid_parameter_error"}}, 400),
}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("type", [1, 8, 50, 107])
@pytest.mark.parametrize("error", SAID)
def test_an_error_for_a_first_event_has_its_status_and_is_free(
    operator: MemoryOperator, account: Account, error: str, type: int, caller: str
) -> None:
    body, status = SAID[error]
    made = [operator.channel(account.group, type=type, config=PLAIN) for _ in range(2)]
    told = f"data: {json.dumps(body)}\n\ndata: [DONE]\n\n".encode()
    for one in made:
        operator.upstream.replay(told, headers={"content-type": "text/event-stream"}, when={"key": one.key})
    heard = ask(account, caller, "streamed")
    assert (heard.status, heard.entries) == (status, []), heard.raw
    assert heard.error["message"]
    if status == 402:  # nobody's fault but the channel's
        assert [len(one.asked()) for one in made] == [1, 1]


GOOGLES = [("gemini", "gemini-2.5-pro"), ("vertex", "gemini-2.5-pro")]
BARE = {"error": {"code": 429, "message": "Resource has been exhausted", "status": "RESOURCE_EXHAUSTED"}}


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("dialect", "model"), GOOGLES)
def test_an_error_that_lies_bare_in_googles_streams_is_one(
    dialect: str, model: str, indent: int | None, begun: bool
) -> None:
    request = ProviderRequest(
        operation="chat", body={"messages": []}, model=model, requested_model="m", stream=True, request_id="r"
    )
    decoder = registry.dialect(dialect).stream(request)
    row = VENDORS["gemini"]
    events = row.framed(row.events(Said())[:1]) if begun else b""
    chunks = [*decoder.decode(events), *decoder.decode(json.dumps(BARE, indent=indent).encode()), *decoder.flush()]
    assert decoder.fault is not None and not decoder.finished
    assert (decoder.fault.status, decoder.fault.message) == (429, BARE["error"]["message"])
    assert bool(chunks) == begun


@pytest.mark.parametrize("stream", [False, True])
def test_a_note_between_a_call_and_its_result_comes_after_both_at_gemini(stream: bool) -> None:
    contents = cases.asked("responses", RESPONSES | {"stream": stream}, "gemini", "gemini-2.5-pro")["contents"]
    kinds = [next(iter(part)) for turn in contents for part in turn["parts"]]
    assert kinds[-3:] == ["functionCall", "functionResponse", "text"]


MIXED: list[Json] = [
    {"role": "user", "parts": [{"text": "hi"}]},
    {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
    {"role": "user", "parts": [{"text": "note"}]},
    {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"a": 42}}}]},
]


@pytest.mark.parametrize(
    ("dialect", "model"),
    [("openai", "gpt-4o"), ("anthropic", "claude-opus-4-6"), ("bedrock", "claude-opus-4-6"), ("mistral", "m")],
)
@pytest.mark.parametrize("together", [False, True])
def test_so_it_does_from_geminis_clients(dialect: str, model: str, together: bool) -> None:
    contents = [*MIXED[:2], {"role": "user", "parts": [*MIXED[2]["parts"], *MIXED[3]["parts"]]}] if together else MIXED
    text = json.dumps(cases.asked("gemini", {"contents": contents}, dialect, model)["messages"])
    called = next(text.index(word) for word in ('"tool_calls"', '"tool_use"', '"toolUse"') if word in text)
    assert called < text.index("42") < text.index("note")


@pytest.mark.parametrize("dialect", ["moonshot", "openai-like", "compatible", "deepseek", "mistral", "ollama"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_developers_message_of_a_response_is_the_systems(dialect: str, stream: bool) -> None:
    body = cases.asked("responses", RESPONSES | {"stream": stream}, dialect, "m")
    assert body["messages"][0]["role"] == "system" and "developer" not in json.dumps(body)


@pytest.mark.parametrize(("dialect", "there"), [("anthropic", True), ("bedrock", False), ("vertex", False)])
def test_what_claude_code_says_of_its_bill_is_for_anthropic_alone(dialect: str, there: bool) -> None:
    body = cases.parsed("anthropic", MESSAGES).body_for(dialect, "claude-opus-4-6")
    assert ("x-anthropic-billing-header" in json.dumps(body)) == there and "sys" in json.dumps(body)


OPENCODE: Json = {
    "model": "m", "stream": True, "stream_options": {"include_usage": True}, "max_tokens": 32000, "top_p": 1,
    "messages": [{"role": "system", "content": "You are opencode."}, {"role": "user", "content": "hi"}],
    "tools": [{"type": "function", "function": {"name": "bash", "parameters": {"type": "object", "properties": {}}}}],
    "tool_choice": "auto", "prompt_cache_key": "ses_1", "reasoning_effort": "medium",
}  # fmt: skip


def test_what_opencode_says_is_openais_own_dialect_and_goes_on_as_it_is(
    operator: MemoryOperator, account: Account
) -> None:
    channel = operator.channel(account.group, type=8)
    row = VENDORS["custom"]
    row.answers(operator.upstream, channel.key, row.stream(Said()), row.kind)
    assert account.post(OPENCODE | {"model": MODEL}).status_code == 200
    (asked,) = channel.asked()
    assert asked.json == OPENCODE | {"model": MODEL}
