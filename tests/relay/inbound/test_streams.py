"""The encoders, chunk by chunk: order, interleaved calls, several thoughts, endings, empty answers."""

import json
import re
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.outbound.protocol import Fault
from gateway.wire.sse import SseDecoder
from tests.relay.inbound import cases, heard

Json = dict[str, Any]
USAGE = Usage(prompt=100, cached=30, cache_write=10, cache_write_1h=5, completion=40, reasoning=15)


def chunk(finish: str | None = None, index: int = 0, **delta: Any) -> Json:
    choice: Json = {"index": index, "delta": delta, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def call(index: int, arguments: str = "", **head: Any) -> Json:
    name = {"name": head.pop("name")} if "name" in head else {}
    return {"index": index, **head, "function": {**name, "arguments": arguments}}


INTERLEAVED = [
    chunk(content="Both."),
    chunk(tool_calls=[call(0, id="a", name="f"), call(1, id="b", name="g")]),
    chunk(tool_calls=[call(0, '{"x"')]),
    chunk(tool_calls=[call(1, '{"y"')]),
    chunk(tool_calls=[call(0, ": 1}"), call(1, ": 2}")]),
    chunk("tool_calls"),
]


@pytest.mark.parametrize("client", cases.CLIENTS)
def test_interleaved_calls_are_told_apart(client: str) -> None:
    answer = heard.streamed(client, INTERLEAVED, USAGE)
    if client == "anthropic":
        assert [(b["type"], b.get("id"), b.get("input")) for b in answer["content"]] == [
            ("text", None, None), ("tool_use", "a", {"x": 1}), ("tool_use", "b", {"y": 2}),
        ]  # fmt: skip
        assert answer["stop_reason"] == "tool_use"
    elif client == "gemini":
        parts = answer["candidates"][0]["content"]["parts"]
        assert [part["functionCall"] for part in parts[1:]] == [
            {"id": "a", "name": "f", "args": {"x": 1}}, {"id": "b", "name": "g", "args": {"y": 2}},
        ]  # fmt: skip
    else:
        calls = [item for item in answer["output"] if item["type"] == "function_call"]
        assert [(c["call_id"], c["name"], c["arguments"]) for c in calls] == [
            ("a", "f", '{"x": 1}'), ("b", "g", '{"y": 2}'),
        ]  # fmt: skip


FOREIGN = ["functions.read:0", "x" * 82, "call|fc_1", "a b", "chatcmpl-tool-\u00e9", "call_1", "toolu_01-A"]
TAKEN = {"anthropic": r"[a-zA-Z0-9_-]{1,64}", "responses": r"[\s\S]{1,64}", "gemini": r"[\s\S]+"}


@pytest.mark.parametrize("id", FOREIGN)
@pytest.mark.parametrize("client", cases.CLIENTS)
def test_ids_of_calls_are_such_as_the_callers_api_has(client: str, id: str) -> None:
    function = {"name": "f", "arguments": "{}"}
    made = [{"id": id, "type": "function", "function": function}]
    streamed = heard.streamed(client, [chunk(tool_calls=[call(0, "{}", id=id, name="f")]), chunk("tool_calls")], USAGE)
    choice = {"index": 0, "message": {"role": "assistant", "tool_calls": made}, "finish_reason": "tool_calls"}
    whole = heard.whole(client, {"id": "c", "created": 1, "model": "m", "choices": [choice]}, USAGE)
    ids = [_id_of_call(client, answer) for answer in (streamed, whole)]
    assert len(set(ids)) == 1 and re.fullmatch(TAKEN[client], ids[0])
    assert (ids[0] == id) == bool(re.fullmatch(TAKEN[client], id))


def _id_of_call(client: str, answer: Json) -> str:
    if client == "anthropic":
        return answer["content"][-1]["id"]
    if client == "gemini":
        return answer["candidates"][0]["content"]["parts"][-1]["functionCall"]["id"]
    return answer["output"][-1]["call_id"]


@pytest.mark.parametrize("client", cases.CLIENTS)
def test_it_makes_no_difference_how_many_chunks_come_at_once(client: str) -> None:
    inbound = cases.CLIENTS[client].inbound
    encoder = inbound.stream(heard.ASKED)
    assert encoder.encode(INTERLEAVED) + encoder.end(USAGE) == heard.encoded(client, INTERLEAVED, USAGE)


@pytest.mark.parametrize("client", cases.CLIENTS)
def test_pieces_leave_as_they_come(client: str) -> None:
    encoder = cases.CLIENTS[client].inbound.stream(heard.ASKED)
    for text in ("one ", "two ", "three"):
        assert text.encode() in encoder.encode([chunk(content=text)])
    assert b"thought" in encoder.encode([chunk(reasoning_content="a thought")])


SIGNED = [
    chunk(reasoning_content="First "),
    chunk(reasoning_content="thought."),
    chunk(reasoning_details=[{"type": "reasoning.text", "text": "First thought.", "signature": "s1", "index": 0}]),
    chunk(reasoning_details=[
        {"type": "reasoning.encrypted", "data": "hidden", "format": "anthropic-claude-v1", "index": 1}
    ]),
    chunk(reasoning_content="Second."),
    chunk(reasoning_details=[{"type": "reasoning.text", "text": "Second.", "signature": "s2", "index": 2}]),
    chunk(content="Done."),
    chunk("stop"),
]  # fmt: skip


def test_every_signed_thought_is_a_block_of_its_own() -> None:
    answer = heard.streamed("anthropic", SIGNED, USAGE)
    assert answer["content"] == [
        {"type": "thinking", "thinking": "First thought.", "signature": "s1"},
        {"type": "redacted_thinking", "data": "hidden"},
        {"type": "thinking", "thinking": "Second.", "signature": "s2"},
        {"type": "text", "text": "Done."},
    ]


def test_a_signature_whose_thought_was_not_shown_brings_it_along() -> None:
    detail = {"type": "reasoning.text", "text": "Unshown.", "signature": "s", "index": 0}
    answer = heard.streamed("anthropic", [chunk(reasoning_details=[detail]), chunk("stop", content="x")], USAGE)
    assert answer["content"][0] == {"type": "thinking", "thinking": "Unshown.", "signature": "s"}


def test_signed_thoughts_come_back_with_the_next_request_to_responses() -> None:
    answer = heard.streamed("responses", SIGNED, USAGE)
    (thought, *_) = answer["output"]
    request = {"model": "m", "input": [{"role": "user", "content": "?"}, thought, *answer["output"][1:]]}
    message = cases.understood("responses", request)["messages"][1]
    assert [detail.get("signature") for detail in message["reasoning_details"]] == ["s1", None, "s2"]
    home = cases.asked("responses", request, "anthropic", "claude-3-7-sonnet-20250219")["messages"][1]["content"]
    assert home[:3] == heard.streamed("anthropic", SIGNED, USAGE)["content"][:3]


def test_blocks_that_chunks_cannot_hold_follow_at_the_end() -> None:
    blocks = [
        {"type": "text", "text": "Looking. "},
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []},
        {"type": "text", "text": "Found."},
    ]
    chunks = [chunk(content="Looking. "), chunk(content="Found."), chunk(anthropic_content=blocks), chunk("stop")]
    answer = heard.streamed("anthropic", chunks, USAGE)
    assert [block["type"] for block in answer["content"]] == ["text", "server_tool_use", "web_search_tool_result"]
    whole = heard.streamed("anthropic", [chunk("stop", content="Looking. Found.", anthropic_content=blocks)], USAGE)
    assert [block["type"] for block in whole["content"]] == [block["type"] for block in blocks]


ENDINGS = [
    ("stop", "end_turn", "STOP", "completed"),
    ("length", "max_tokens", "MAX_TOKENS", "incomplete"),
    ("tool_calls", "tool_use", "STOP", "completed"),
    ("content_filter", "refusal", "SAFETY", "incomplete"),
]


@pytest.mark.parametrize(("finish", "anthropic", "gemini", "responses"), ENDINGS)
def test_endings_have_each_vendors_name(finish: str, anthropic: str, gemini: str, responses: str) -> None:
    chunks = [chunk(content="x"), chunk(finish)]
    assert heard.streamed("anthropic", chunks, USAGE)["stop_reason"] == anthropic
    assert heard.streamed("gemini", chunks, USAGE)["candidates"][0]["finishReason"] == gemini
    answer = heard.streamed("responses", chunks, USAGE)
    assert answer["status"] == responses
    assert ("incomplete_details" in answer) == (responses == "incomplete")


def test_a_stop_sequence_is_named() -> None:
    last = chunk("stop")
    last["choices"][0] |= {"native_finish_reason": "stop_sequence", "stop_sequence": "END"}
    answer = heard.streamed("anthropic", [chunk(content="x"), last], USAGE)
    assert (answer["stop_reason"], answer["stop_sequence"]) == ("stop_sequence", "END")


@pytest.mark.parametrize("client", cases.CLIENTS)
def test_an_answer_without_a_word_is_still_an_answer(client: str) -> None:
    for chunks in ([chunk("stop")], [chunk(role="assistant", content=""), chunk("stop")], []):
        answer = heard.streamed(client, chunks, None)
        assert b"error" not in json.dumps(answer).encode()


@pytest.mark.parametrize("client", cases.CLIENTS)
def test_a_refusal_is_shown(client: str) -> None:
    chunks = [chunk(refusal="I will "), chunk(refusal="not."), chunk("stop")]
    assert "I will not." in json.dumps(heard.streamed(client, chunks, USAGE))


def test_only_the_first_answer_is_told_where_there_is_room_for_one() -> None:
    chunks = [chunk(content="one"), chunk(index=1, content="two"), chunk("stop"), chunk("length", index=1)]
    message = heard.streamed("anthropic", chunks, USAGE)
    assert (message["content"], message["stop_reason"]) == ([{"type": "text", "text": "one"}], "end_turn")
    assert heard.streamed("responses", chunks, USAGE)["output"][0]["content"][0]["text"] == "one"
    both = heard.streamed("gemini", chunks, USAGE)["candidates"]
    assert [(c["content"]["parts"][0]["text"], c["finishReason"]) for c in both] == [
        ("one", "STOP"),
        ("two", "MAX_TOKENS"),
    ]


def test_cached_tokens_are_where_each_vendor_counts_them() -> None:
    chunks = [chunk(content="x"), chunk("stop")]
    usage = heard.streamed("anthropic", chunks, USAGE)["usage"]
    assert usage["input_tokens"] == 100 - 30 - 15
    assert (usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]) == (30, 15)
    assert usage["output_tokens"] == 40
    counts = heard.streamed("gemini", chunks, USAGE)["usageMetadata"]
    assert (counts["promptTokenCount"], counts["cachedContentTokenCount"]) == (100, 30)
    assert (counts["candidatesTokenCount"], counts["thoughtsTokenCount"], counts["totalTokenCount"]) == (25, 15, 140)
    figures = heard.streamed("responses", chunks, USAGE)["usage"]
    assert (figures["input_tokens"], figures["input_tokens_details"]["cached_tokens"]) == (100, 30)
    assert (figures["output_tokens"], figures["output_tokens_details"]["reasoning_tokens"]) == (40, 15)


def test_usage_read_back_is_the_usage_that_was_told() -> None:
    from gateway.outbound.anthropic.reply import usage_of as of_anthropic
    from gateway.outbound.gemini.reply import usage_of as of_gemini
    from relay.inbound.anthropic import reply as anthropic_reply
    from relay.inbound.gemini import reply as gemini_reply

    cached = Usage(prompt=100, cached=30, completion=40, reasoning=15)
    assert of_gemini(gemini_reply.usage_json(cached)) == cached
    told = of_anthropic(anthropic_reply.usage_json(USAGE))
    assert told == Usage(prompt=100, cached=30, cache_write=10, cache_write_1h=5, completion=40)


@pytest.mark.parametrize("client", ["anthropic", "gemini"])
@pytest.mark.parametrize("arguments", ["{broken", "[1, 2]", '"text"'])
def test_arguments_that_are_no_object_are_not_lost(client: str, arguments: str) -> None:
    completion = {"id": "c", "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
        "role": "assistant", "content": None,
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}],
    }}]}  # fmt: skip
    answer = heard.whole(client, completion, USAGE)
    block = (
        answer["content"][0]
        if client == "anthropic"
        else answer["candidates"][0]["content"]["parts"][0]["functionCall"]
    )
    assert (block.get("input") or block.get("args")) == {"INVALID_JSON": arguments}


FAULT = Fault(kind="cooldown", status=529, message="busy", type="overloaded_error", code="overloaded")
NAMES = {"anthropic": "error", "gemini": "", "responses": "error"}


@pytest.mark.parametrize("client", cases.CLIENTS)
def test_a_stream_that_breaks_ends_with_the_vendors_error(client: str) -> None:
    (event,) = SseDecoder().decode(cases.CLIENTS[client].inbound.stream_error(FAULT))
    body = json.loads(event.data)
    assert (event.name, body["error"]["message"]) == (NAMES[client], "busy")
    expected = {"anthropic": ("type", "overloaded_error"), "gemini": ("code", 529), "responses": ("code", "overloaded")}
    key, value = expected[client]
    assert body["error"][key] == value


STATUSES = [
    (400, "invalid_request_error", "INVALID_ARGUMENT"),
    (401, "authentication_error", "UNAUTHENTICATED"),
    (403, "permission_error", "PERMISSION_DENIED"),
    (404, "not_found_error", "NOT_FOUND"),
    (413, "request_too_large", "INVALID_ARGUMENT"),
    (422, "invalid_request_error", "INVALID_ARGUMENT"),
    (429, "rate_limit_error", "RESOURCE_EXHAUSTED"),
    (500, "api_error", "INTERNAL"),
    (503, "api_error", "UNAVAILABLE"),
    (504, "timeout_error", "DEADLINE_EXCEEDED"),
]


@pytest.mark.parametrize(("status", "anthropic", "gemini"), STATUSES)
def test_errors_have_each_vendors_name(status: int, anthropic: str, gemini: str) -> None:
    from gateway.errors import GatewayError

    error = GatewayError("no", status=status)
    assert json.loads(cases.CLIENTS["anthropic"].inbound.error(error)) == {
        "type": "error", "error": {"type": anthropic, "message": "no"},
    }  # fmt: skip
    assert json.loads(cases.CLIENTS["gemini"].inbound.error(error)) == {
        "error": {"code": status, "message": "no", "status": gemini}
    }
