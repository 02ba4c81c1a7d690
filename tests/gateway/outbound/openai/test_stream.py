"""Streams to canonical chunks, however they are cut and whatever is odd about them."""

import json
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.openai.stream import OpenAIStream
from gateway.outbound.protocol import Json, Operation, ProviderRequest
from gateway.outbound.registry import DIALECTS

FIGURES = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
HEAD = {"id": "x", "object": "chat.completion.chunk", "created": 5, "model": "gpt"}


def chunk(delta: Any = None, finish: Any = None, index: int = 0, **parts: Any) -> Json:
    return {**HEAD, "choices": [{"index": index, "delta": delta or {}, "finish_reason": finish}], **parts}


def events(*values: Any, done: bool = True) -> bytes:
    texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
    return "".join(f"data: {text}\n\n" for text in [*texts, *(["[DONE]"] if done else [])]).encode()


def decoded(
    data: bytes, size: int, dialect: str = "openai", operation: Operation = "chat"
) -> tuple[list[Json], OpenAIStream]:
    request = ProviderRequest(
        operation=operation, body={}, model="m", requested_model="asked", stream=True, request_id="7", created=9
    )
    stream = OpenAIStream(request, QUIRKS[dialect])
    out = [found for at in range(0, len(data), size) for found in stream.decode(data[at : at + size])]
    return out + stream.flush(), stream


def call(index: int | None = 0, **parts: Any) -> Json:
    function = {name: parts.pop(name) for name in ("name", "arguments") if name in parts}
    return {**({} if index is None else {"index": index}), **parts, "function": function}


# name: (dialect, stream, chunks, usage, finished)
STREAMS: dict[str, tuple[str, bytes, list[Json], Usage | None, bool]] = {
    "openai": (
        "openai",
        events(
            chunk({"role": "assistant", "content": ""}, usage=None, obfuscation="a"),
            chunk({"content": "Hi"}, usage=None),
            chunk(finish="stop", usage=None),
            {**HEAD, "choices": [], "usage": FIGURES},
        ),
        [
            chunk({"role": "assistant", "content": ""}, obfuscation="a"),
            chunk({"content": "Hi"}),
            chunk(finish="stop"),
        ],
        Usage(prompt=3, completion=4),
        True,
    ),
    "usage three times": (
        "openai",
        events(
            chunk({"content": "Hi"}, "stop", usage=FIGURES, x_groq={"usage": FIGURES}),
            {**HEAD, "choices": [], "usage": FIGURES, "service_tier": "x"},
        ),
        [chunk({"content": "Hi"}, "stop", x_groq={"usage": FIGURES})],
        Usage(prompt=3, completion=4),
        True,
    ),
    "moonshot": (
        "openai",
        events(
            {**HEAD, "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop", "usage": FIGURES}]}
        ),
        [chunk({"content": "Hi"}, "stop")],
        Usage(prompt=3, completion=4),
        True,
    ),
    "azure filters": (
        "azure",
        events(
            {"choices": [], "id": "", "model": "", "created": 0, "prompt_filter_results": [1]},
            chunk({"content": "Hi"}, "stop"),
        ),
        [
            {
                "choices": [],
                "id": "chatcmpl-7",
                "model": "asked",
                "created": 9,
                "object": HEAD["object"],
                "prompt_filter_results": [1],
            },
            chunk({"content": "Hi"}, "stop"),
        ],
        None,
        True,
    ),
    "spark never finishes": (
        "spark-http",
        b'data:{"code":0,"sid":"s","choices":[{"delta":{"role":"assistant","content":"Hi"},"index":0}]}\n\ndata:[DONE]\n\n',
        [
            {
                "code": 0,
                "sid": "s",
                "id": "s",
                "object": HEAD["object"],
                "created": 9,
                "model": "asked",
                "choices": [{"delta": {"role": "assistant", "content": "Hi"}, "index": 0, "finish_reason": None}],
            },
            {
                "id": "s",
                "object": HEAD["object"],
                "created": 9,
                "model": "asked",
                "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
            },
        ],
        None,
        True,
    ),
    "minimax repeats itself": (
        "minimax",
        events(
            chunk({"content": "Hi"}, "stop"),
            {
                **HEAD,
                "object": "chat.completion",
                "choices": [{"index": 0, "message": {"content": "Hi"}}],
                "usage": FIGURES,
                "base_resp": {"status_code": 0},
            },
            done=False,
        ),
        [chunk({"content": "Hi"}, "stop")],
        Usage(prompt=3, completion=4),
        True,
    ),
    "a whole message where a delta should be": (
        "compatible",
        events({**HEAD, "choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}),
        [chunk({"content": "Hi"}, "stop")],
        None,
        True,
    ),
    "empty finish reasons": (
        "compatible",
        events(chunk({"content": "Hi"}, ""), chunk(finish="eos")),
        [chunk({"content": "Hi"}), chunk(finish="stop")],
        None,
        True,
    ),
    "mistral thinks": (
        "mistral",
        events(
            chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}),
            chunk({"content": [{"type": "text", "text": "Hi"}]}, "model_length"),
        ),
        [chunk({"content": "", "reasoning_content": "hm"}), chunk({"content": "Hi"}, "length")],
        None,
        True,
    ),
    "reasoning": (
        "groq",
        events(chunk({"reasoning": "hm", "channel": "analysis"}), chunk({"content": "Hi"}, "stop")),
        [
            chunk({"reasoning": "hm", "channel": "analysis", "reasoning_content": "hm"}),
            chunk({"content": "Hi"}, "stop"),
        ],
        None,
        True,
    ),
    "dashscope's empty ids": (
        "openai",
        events(
            chunk({"tool_calls": [call(id="c", type="function", name="f", arguments="")]}),
            chunk({"tool_calls": [call(id="", type="function", name="", arguments="{}")]}),
            chunk(finish="tool_calls"),
        ),
        [
            chunk({"tool_calls": [call(id="c", type="function", name="f", arguments="")]}),
            chunk({"tool_calls": [call(type="function", arguments="{}")]}),
            chunk(finish="tool_calls"),
        ],
        None,
        True,
    ),
    "calls without index, id or text arguments": (
        "compatible",
        events(
            chunk({"tool_calls": [call(None, name="f", arguments={"a": 1})]}),
            chunk({"tool_calls": [call(None, id="d", name="g", arguments="{")]}),
            chunk({"tool_calls": [call(None, arguments="}")]}),
        ),
        [
            chunk({"tool_calls": [call(0, id="call_0_0", type="function", name="f", arguments='{"a":1}')]}),
            chunk({"tool_calls": [call(1, id="d", type="function", name="g", arguments="{")]}),
            chunk({"tool_calls": [call(1, arguments="}")]}),
            chunk(finish="tool_calls"),
        ],
        None,
        True,
    ),
    "gemini's calls of one index": (
        "gemini-openai",
        events(
            chunk({"tool_calls": [call(id="c", type="function", name="f", arguments="{}")]}),
            chunk({"tool_calls": [call(id="d", type="function", name="f", arguments="[]")]}, "stop"),
        ),
        [
            chunk({"tool_calls": [call(id="c", type="function", name="f", arguments="{}")]}),
            chunk({"tool_calls": [call(1, id="d", type="function", name="f", arguments="[]")]}, "tool_calls"),
        ],
        None,
        True,
    ),
    "an id that comes with every piece": (
        "compatible",
        events(
            chunk({"tool_calls": [call(id="c", type="function", name="f", arguments="{")]}),
            chunk({"tool_calls": [call(id="c", name="f", arguments="}")]}, "function_call"),
        ),
        [
            chunk({"tool_calls": [call(id="c", type="function", name="f", arguments="{")]}),
            chunk({"tool_calls": [call(id="c", name="f", arguments="}")]}, "tool_calls"),
        ],
        None,
        True,
    ),
    "the whole message once more, and only there how it ended": (
        "minimax",
        events(
            chunk({"role": "assistant", "content": "Hi"}),
            {**HEAD, "choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "max_output"}]},
            done=False,
        ),
        [chunk({"role": "assistant", "content": "Hi"}), chunk(finish="length")],
        None,
        True,
    ),
    "together's pieces in two places": (
        "compatible",
        events({**HEAD, "choices": [{"index": 0, "text": "Hi", "delta": {"content": "Hi"}, "finish_reason": "eos"}]}),
        [chunk({"content": "Hi"}, "stop")],
        None,
        True,
    ),
    "two choices, one cut": (
        "openai",
        events(chunk({"content": "a"}, "stop"), chunk({"content": "b"}, index=1), done=False),
        [chunk({"content": "a"}, "stop"), chunk({"content": "b"}, index=1)],
        None,
        False,
    ),
    "cut": ("openai", events(chunk({"content": "a"}), done=False), [chunk({"content": "a"})], None, False),
    "no choices at all": ("openai", events({**HEAD, "choices": None}, {**HEAD}), [], None, True),
    "values that are no events": ("openai", events("[]", "42", "null", ""), [], None, True),
}


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_decodes_to_canonical_chunks(name: str, size: int) -> None:
    dialect, data, chunks, usage, finished = STREAMS[name]
    found, stream = decoded(data, size, dialect)
    assert found == chunks
    assert (stream.usage, stream.finished, stream.fault) == (usage, finished, None)


FAULTS: dict[str, tuple[str, bytes, str, int, int]] = {
    "error event": (
        "groq",
        events(chunk({"content": "a"}), done=False)
        + b'event: error\ndata: {"error":{"message":"m","status_code":400}}\n\n',
        "caller",
        400,
        1,
    ),
    "error event in words": ("openai", b"event: error\ndata: boom\n\n", "retry", 502, 0),
    "error object": ("openai", events({"error": {"message": "m", "code": 429}}), "cooldown", 429, 0),
    "error in a chunk": (
        "openai",
        events(chunk({"content": ""}, "error", error={"code": 502, "message": "m"})),
        "retry",
        502,
        0,
    ),
    "no more capacity": (
        "deepseek",
        events(chunk({"content": "a"}), chunk(finish="insufficient_system_resource")),
        "retry",
        502,
        1,
    ),
    "error as finish reason": ("openai", events(chunk({"content": "a"}), chunk(finish="error")), "retry", 502, 1),
    "minimax": (
        "minimax",
        events({"choices": None, "base_resp": {"status_code": 1008, "status_msg": "m"}}),
        "disable",
        402,
        0,
    ),
    "spark": ("spark-http", events({"code": 11200, "message": "m", "sid": "s"}), "disable", 402, 0),
    "no json": ("openai", events(chunk({"content": "a"}), '{"choices":['), "retry", 502, 1),
}


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("name", FAULTS)
def test_an_error_in_a_stream_is_a_fault_and_ends_it(name: str, size: int) -> None:
    dialect, data, kind, status, delivered = FAULTS[name]
    found, stream = decoded(data + events(chunk({"content": "late"}, "stop")), size, dialect)
    assert stream.fault is not None
    assert (stream.fault.kind, stream.fault.status, len(found), stream.finished) == (kind, status, delivered, False)


def test_events_of_other_operations_come_out_as_they_are() -> None:
    text = {"id": "x", "object": "text_completion", "choices": [{"text": "Hi", "index": 0, "finish_reason": "stop"}]}
    found, stream = decoded(events(text), 5, operation="completions")
    assert (found, stream.finished) == ([text], True)


def test_the_responses_api_ends_with_its_own_event() -> None:
    created = {"type": "response.created", "response": {"usage": None, "error": None}}
    completed = {"type": "response.completed", "response": {"usage": {"input_tokens": 3, "output_tokens": 4}}}
    found, stream = decoded(events(created, completed, done=False), 5, operation="responses")
    assert (found, stream.finished, stream.usage) == ([created, completed], True, Usage(prompt=3, completion=4))


def test_the_responses_api_can_fail() -> None:
    failed = {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "m"}}}
    _, stream = decoded(events(failed, done=False), 5, operation="responses")
    assert stream.fault is not None
    assert stream.fault.message == "m"


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_whole_reply_where_a_stream_was_asked_for_is_read_as_one(size: int) -> None:
    request = ProviderRequest(operation="chat", body={}, model="m", requested_model="asked", stream=True)
    reply = {**HEAD, "choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": FIGURES}
    for body, kind in ((reply, None), ({"error": {"message": "m", "code": 429}}, "cooldown"), ({"x": 1}, "retry")):
        stream = DIALECTS["openai"].stream(request)
        data = json.dumps(body).encode()
        chunks = [found for at in range(0, len(data), size) for found in stream.decode(data[at : at + size])]
        chunks += stream.flush()
        assert (stream.fault.kind if stream.fault else None) == kind
        if body is reply:
            assert [chunk["choices"][0]["delta"]["content"] for chunk in chunks] == ["Hi"]
            assert (stream.usage, stream.finished) == (Usage(prompt=3, completion=4), True)
