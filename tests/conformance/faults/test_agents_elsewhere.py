"""Tools and items of agents at every kind of provider: what Codex declares, calls and answers, in both modes."""

import json
from typing import Any

import pytest

from tests.e2e.support import MODEL, Account
from tests.relay.callers import HOW, PLAIN, strict_events
from tests.relay.inbound.responses import agents
from tests.relay.vendor_replies import VENDORS, Said, Vendor
from tests.support.memory_gateway import MemoryOperator

Json = dict[str, Any]
PATCH = "*** Begin Patch\n+é \U0001f600\n*** End Patch"
CALLS: dict[str, tuple[str, Json, Json]] = {
    "custom": ("apply_patch", {"input": PATCH}, {"type": "custom_tool_call", "name": "apply_patch", "input": PATCH}),
    "namespace": (
        "mcp__files__read",
        {"path": "a"},
        {"type": "function_call", "namespace": "mcp__files", "name": "read"},
    ),
    "search": ("tool_search", {"path": "a"}, {"type": "tool_search_call", "execution": "client"}),
    "function": ("exec", {"path": "a"}, {"type": "function_call", "name": "exec"}),
}


def answering(operator: MemoryOperator, account: Account, vendor: str, said: Said, how: str) -> tuple[Vendor, str]:
    row = VENDORS[vendor]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    body, kind = (row.stream(said), row.kind) if how == "streamed" else (row.body(said), "application/json")
    row.answers(operator.upstream, made.key, body, kind)
    return row, made.key


def output(account: Account, how: str, **fields: Any) -> list[Json]:
    """The items of a response."""
    request = agents.asked(model=MODEL, stream=how == "streamed", **fields)
    answer = account.post(request, path="/v1/responses")
    assert answer.status_code == 200, answer.text
    whole = strict_events(answer.content)[-1]["response"] if how == "streamed" else answer.json()
    assert whole["status"] == "completed"
    return whole["output"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("tool", CALLS)
def test_a_tool_of_the_agents_comes_back_as_it_was_declared_from_every_provider(
    operator: MemoryOperator, account: Account, tool: str, vendor: str, how: str
) -> None:
    name, arguments, wanted = CALLS[tool]
    _, key = answering(operator, account, vendor, Said("", (name,), arguments=json.dumps(arguments)), how)
    called = [item for item in output(account, how) if item["type"].endswith("_call")]
    assert len(called) == 1 and called[0].items() >= wanted.items()
    (asked,) = [seen for seen in operator.upstream.requests() if key in str(seen.headers) or key in seen.query]
    text = asked.body.decode()
    assert "web_search" not in text and "image_generation" not in text and '"namespace"' not in text
    assert "apply_patch" in text and "lark" in text


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("tool", CALLS)
def test_what_came_back_is_understood_with_its_result_by_every_provider(
    operator: MemoryOperator, account: Account, tool: str, vendor: str
) -> None:
    name, arguments, _ = CALLS[tool]
    _, key = answering(operator, account, vendor, Said("", (name,), arguments=json.dumps(arguments)), "whole")
    called = [item for item in output(account, "whole") if item["type"].endswith("_call")]
    results: list[Json] = [
        {
            "type": item["type"].replace("search_call", "search") + "_output",
            "call_id": item["call_id"],
            "output": "ANSWERED",
        }
        | ({"tools": [agents.FILES], "execution": "client"} if item["type"] == "tool_search_call" else {})
        for item in called
    ]
    said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go on."}]}
    output(account, "whole", input=[said, *called, *results])
    asked = [seen for seen in operator.upstream.requests() if key in str(seen.headers) or key in seen.query][-1]
    text = asked.body.decode()
    assert name in text and ("ANSWERED" in text or tool == "search") and "_call_output" not in text


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("calls", [("exec",), ("exec", "exec"), ("exec", "apply_patch", "exec")])
def test_every_item_has_an_id_of_its_own_and_arguments_from_every_provider(
    operator: MemoryOperator, account: Account, calls: tuple[str, ...], vendor: str, how: str
) -> None:
    answering(operator, account, vendor, Said("hello", calls, arguments="{}"), how)
    items = output(account, how)
    assert [item["type"] for item in items][:1] == ["message"] and len(items) == len(calls) + 1
    for name in ("id", "call_id"):
        ids = [item[name] for item in items if name in item]
        assert len(set(ids)) == len(ids) and all(ids)
    assert [item["arguments"] for item in items if item["type"] == "function_call"] == ["{}"] * calls.count("exec")


def bare(vendor: str, how: str) -> bytes:
    """A call that says nothing of its arguments, as each vendor may leave them out."""
    row = VENDORS[vendor]
    if how == "whole":
        text = row.body(Said("hello", ("exec",), arguments="{}")).decode()
    elif row.named:
        said = row.events(Said("hello", ("exec",), arguments="{}"))
        kept = [event for event in said if event.get("delta", {}).get("type") != "input_json_delta"]
        text = row.framed(kept).decode()
    else:
        text = row.stream(Said("hello", ("exec",), arguments="{}")).decode()
    for said in (', "arguments": "{}"', ', "arguments": {}', ', "args": {}', ', "input": {}'):
        text = text.replace(said, "")
    return text.encode()


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("vendor", VENDORS)
def test_no_arguments_at_all_are_an_empty_object(
    operator: MemoryOperator, account: Account, vendor: str, how: str
) -> None:
    row = VENDORS[vendor]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    row.answers(operator.upstream, made.key, bare(vendor, how), row.kind if how == "streamed" else "application/json")
    (call,) = [item for item in output(account, how) if item["type"] == "function_call"]
    assert (call["name"], call["arguments"]) == ("exec", "{}")


TWINS = [name for name, row in VENDORS.items() if row.type in (1, 8, 19, 27, 36)]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("vendor", TWINS)
def test_calls_of_one_id_are_told_apart(operator: MemoryOperator, account: Account, vendor: str, how: str) -> None:
    row = VENDORS[vendor]
    made = operator.channel(account.group, type=row.type, config=PLAIN)
    said = Said("", ("exec", "exec"))
    body = (row.stream(said) if how == "streamed" else row.body(said)).replace(b"call_1", b"call_0")
    row.answers(operator.upstream, made.key, body, row.kind if how == "streamed" else "application/json")
    calls = [item for item in output(account, how) if item["type"] == "function_call"]
    assert len(calls) == 2 and all(len({call[name] for call in calls}) == 2 for name in ("id", "call_id"))


@pytest.mark.parametrize("vendor", ["ollama", "cohere", "dashscope", "deepseek", "minimax", "compatible"])
def test_a_conversation_is_made_shorter_by_every_provider(
    operator: MemoryOperator, account: Account, vendor: str
) -> None:
    answering(operator, account, vendor, Said("All is well."), "whole")
    request = agents.asked(model=MODEL, instructions="You are an agent.")
    made = account.post(request, path="/v1/responses/compact").json()
    assert made["object"] == "response.compaction" and made["output"][-1]["type"] == "compaction"
    again = account.post(request | {"input": made["output"]}, path="/v1/responses")
    assert again.status_code == 200, again.text
    assert "All is well." in operator.upstream.requests()[-1].body.decode()
