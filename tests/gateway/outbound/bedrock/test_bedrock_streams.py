"""Bedrock's event streams: ConverseStream and the native chunks of InvokeModel, cut in every way."""

import base64
import json
from typing import Any

import pytest

from gateway.outbound.bedrock.dialect import DIALECT as BEDROCK
from gateway.wire.eventstream import encode
from tests.gateway.outbound import cases

Json = dict[str, Any]
ASK = cases.folders()["bedrock"].request(cases.canonical("basic"), stream=True)


def frame(name: str, payload: Json, kind: str = "event") -> bytes:
    key = ":event-type" if kind == "event" else ":exception-type"
    headers = {key: name, ":content-type": "application/json", ":message-type": kind}
    return encode(headers, json.dumps(payload).encode())


def native(event: Json) -> bytes:
    return frame("chunk", {"bytes": base64.b64encode(json.dumps(event).encode()).decode(), "p": "abc"})


def delta(index: int, **what: Any) -> bytes:
    return frame("contentBlockDelta", {"contentBlockIndex": index, "delta": what, "p": "abc"})


def block(index: int, *frames: bytes, **start: Any) -> bytes:
    began = frame("contentBlockStart", {"contentBlockIndex": index, "start": start}) if start else b""
    return began + b"".join(frames) + frame("contentBlockStop", {"contentBlockIndex": index})


def tool(id: str, name: str) -> Json:
    return {"toolUse": {"toolUseId": id, "name": name}}


START = frame("messageStart", {"role": "assistant", "p": "ab"})
USAGE = {
    "inputTokens": 10,
    "outputTokens": 20,
    "cacheReadInputTokens": 100,
    "cacheWriteInputTokens": 7,
    "cacheDetails": [{"ttl": "1h", "inputTokens": 4}],
}


def end(reason: str, **more: Any) -> bytes:
    return frame("messageStop", {"stopReason": reason}) + frame("metadata", {"usage": USAGE, "metrics": {}} | more)


COUNTED = {"prompt": 117, "cached": 100, "cache_write": 3, "cache_write_1h": 4, "completion": 20}
DONE: Json = {"finished": True, "usage": COUNTED}

STREAMS: dict[str, tuple[bytes, Json]] = {
    "text": (
        START + block(0, delta(0, text="Hel"), delta(0, text="lo")) + end("end_turn"),
        DONE | {"text": "Hello", "finish_reason": "stop"},
    ),
    "tools": (
        START
        + block(0, delta(0, text="Both."))
        + block(1, delta(1, toolUse={"input": '{"ci'}), delta(1, toolUse={"input": 'ty":"Paris"}'}), **tool("t1", "f"))
        + block(2, **tool("t2", "g"))
        + end("tool_use"),
        DONE
        | {
            "text": "Both.",
            "finish_reason": "tool_calls",
            "tool_calls": [
                {"id": "t1", "name": "f", "arguments": '{"city":"Paris"}'},
                {"id": "t2", "name": "g", "arguments": "{}"},
            ],
        },
    ),
    "thinking": (
        START
        + block(
            0,
            delta(0, reasoningContent={"text": "Two "}),
            delta(0, reasoningContent={"text": "plus two."}),
            delta(0, reasoningContent={"signature": "SIG"}),
        )
        + block(1, delta(1, reasoningContent={"redactedContent": base64.b64encode(b"XYZ").decode()}))
        + block(2, delta(2, text="Four."))
        + end("end_turn"),
        DONE
        | {
            "text": "Four.",
            "reasoning": "Two plus two.",
            "finish_reason": "stop",
            "extra": {
                "reasoning_details": [
                    {
                        "type": "reasoning.text",
                        "text": "Two plus two.",
                        "signature": "SIG",
                        "format": "anthropic-claude-v1",
                        "index": 0,
                    },
                    {"type": "reasoning.encrypted", "data": "XYZ", "format": "anthropic-claude-v1", "index": 1},
                ]
            },
        },
    ),
    "thinking after text is kept in its place": (
        START
        + block(0, delta(0, text="First."))
        + block(1, delta(1, reasoningContent={"text": "Hm.", "signature": "S"}))
        + end("max_tokens"),
        DONE
        | {
            "text": "First.",
            "reasoning": "Hm.",
            "finish_reason": "length",
            "extra": {
                "reasoning_details": [
                    {
                        "type": "reasoning.text",
                        "text": "Hm.",
                        "signature": "S",
                        "format": "anthropic-claude-v1",
                        "index": 0,
                    }
                ],
                "bedrock_content": [
                    {"text": "First."},
                    {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "S"}}},
                ],
            },
        },
    ),
    "unsigned thinking is not kept": (
        START
        + block(0, delta(0, text=""))
        + block(1, delta(1, reasoningContent={"text": "Hm."}))
        + block(2, delta(2, text="Hi"))
        + end("stop_sequence"),
        DONE | {"text": "Hi", "reasoning": "Hm.", "finish_reason": "stop"},
    ),
    "guardrail": (
        START + block(0, delta(0, text="No.")) + end("guardrail_intervened", trace={"guardrail": {"x": 1}}),
        DONE | {"text": "No.", "finish_reason": "content_filter"},
    ),
    "usage never comes": (
        START + block(0, delta(0, text="Hi")) + frame("messageStop", {"stopReason": "end_turn"}),
        {"text": "Hi", "finish_reason": "stop", "finished": True},
    ),
    "cut before the end": (START + delta(0, text="half a sen"), {"text": "half a sen", "finished": False}),
    "throttled on the way": (
        START
        + delta(0, text="ha")
        + frame("throttlingException", {"message": "Slow down"}, "exception")
        + delta(0, text="lf"),
        {
            "text": "ha",
            "finished": False,
            "fault": {
                "kind": "cooldown",
                "status": 429,
                "message": "Slow down",
                "code": "ThrottlingException",
                "type": "ThrottlingException",
            },
        },
    ),
    "a botched tool call": (
        START + frame("messageStop", {"stopReason": "malformed_tool_use"}),
        {
            "finished": False,
            "fault": {
                "kind": "retry",
                "status": 502,
                "message": "the model's answer was unusable (malformed_tool_use)",
                "code": "malformed_tool_use",
            },
        },
    ),
    "unknown events are skipped": (
        START + frame("somethingNew", {"x": 1}) + delta(0, brandNew={"y": 1}) + delta(1, text="Hi") + end("new_reason"),
        DONE
        | {
            "text": "Hi",
            "finish_reason": "stop",
            "extra": {"bedrock_content": [{"brandNew": [{"y": 1}]}, {"text": "Hi"}]},
        },
    ),
    "native nova": (
        native({"messageStart": {"role": "assistant"}})
        + native({"contentBlockDelta": {"delta": {"text": "It"}, "contentBlockIndex": 0}})
        + native({"messageStop": {"stopReason": "max_tokens"}})
        + native({"metadata": {"usage": {"inputTokens": 5, "outputTokens": 10, "cacheReadInputTokenCount": 2}}}),
        {
            "text": "It",
            "finish_reason": "length",
            "finished": True,
            "usage": {"prompt": 7, "cached": 2, "completion": 10},
        },
    ),
    "native llama": (
        native({"generation": "H", "prompt_token_count": 10, "generation_token_count": 1, "stop_reason": None})
        + native({"generation": "i", "prompt_token_count": None, "generation_token_count": 2, "stop_reason": "length"}),
        {"text": "Hi", "finish_reason": "length", "finished": True, "usage": {"prompt": 10, "completion": 2}},
    ),
    "native llama with Amazon's own count": (
        native({"generation": "H", "prompt_token_count": 10, "generation_token_count": 1, "stop_reason": None})
        + native(
            {
                "generation": "i",
                "generation_token_count": 2,
                "stop_reason": "stop",
                "amazon-bedrock-invocationMetrics": {"inputTokenCount": 10, "outputTokenCount": 2},
            }
        ),
        {"text": "Hi", "finish_reason": "stop", "finished": True, "usage": {"prompt": 10, "completion": 2}},
    ),
    "native titan": (
        native(
            {"outputText": "Hi", "completionReason": "FINISH", "inputTextTokenCount": 5, "totalOutputTextTokenCount": 3}
        ),
        {"text": "Hi", "finish_reason": "stop", "finished": True, "usage": {"prompt": 5, "completion": 3}},
    ),
    "native claude": (
        native({"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 5, "output_tokens": 1}}})
        + native({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Olá"}})
        + native({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}})
        + native({"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 5}}),
        {"text": "Olá", "finish_reason": "stop", "finished": True, "usage": {"prompt": 5, "completion": 7}},
    ),
    "a native chunk that is no base64": (
        frame("chunk", {"bytes": "%%%"}),
        {
            "finished": False,
            "fault": {"kind": "retry", "status": 502, "message": "a chunk of the stream is not base64"},
        },
    ),
    "a reply that is not streamed": (
        json.dumps({"output": {"message": {"content": [{"text": "Hi"}]}}, "stopReason": "end_turn"}).encode(),
        {"text": "Hi", "finish_reason": "stop", "finished": True},
    ),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_heard_alike_however_it_is_cut(name: str) -> None:
    data, expected = STREAMS[name]
    heard = cases.listen_all(lambda: BEDROCK.stream(ASK), data)
    assert {key: value for key, value in vars(heard).items() if value not in (None, "", [], {})} == expected


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_cut_anywhere_neither_fails_nor_looks_finished_too_early(name: str) -> None:
    data, whole = STREAMS[name]
    for stop in range(0, len(data), 11):
        heard = cases.listen(BEDROCK.stream(ASK), [data[:stop]])
        assert whole.get("text", "").startswith(heard.text)
        assert not heard.finished or heard.finish_reason == whole.get("finish_reason")


@pytest.mark.parametrize("at", [3, 9, 40, -2])
def test_a_damaged_stream_is_a_fault(at: int) -> None:
    data = bytearray(delta(0, text="Hi") + end("end_turn"))
    data[at] ^= 0x10
    heard = cases.listen(BEDROCK.stream(ASK), [bytes(data)])
    assert heard.fault is not None
    assert heard.fault["kind"] == "retry"
    assert "checksum" in heard.fault["message"]


def test_a_long_answer_is_put_together_in_linear_time() -> None:
    data = START + b"".join(delta(0, text="word ") for _ in range(20_000)) + end("end_turn")
    assert len(cases.listen(BEDROCK.stream(ASK), [data]).text) == 100_000


def test_what_the_guardrail_traced_comes_on_a_chunk_without_choices() -> None:
    decoder = BEDROCK.stream(ASK)
    chunks = decoder.decode(delta(0, text="x") + end("end_turn", trace={"guardrail": {"x": 1}}))
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["trace"] == {"guardrail": {"x": 1}}
    assert chunks[-2]["choices"][0]["native_finish_reason"] == "end_turn"
