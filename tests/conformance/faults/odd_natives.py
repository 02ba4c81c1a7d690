"""What Claude and Gemini stream beside text and tools, today or tomorrow, around a hello."""

from typing import Any

Json = dict[str, Any]
CLAUDE_HEAD = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None}
BEGUN = {"type": "message_start", "message": CLAUDE_HEAD | {"usage": {"input_tokens": 9, "output_tokens": 1}}}


def block(index: int, start: Json, *deltas: Json) -> list[Json]:
    told = [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
    begun = {"type": "content_block_start", "index": index, "content_block": start}
    return [begun, *told, {"type": "content_block_stop", "index": index}]


def ended(reason: str, **usage: Any) -> list[Json]:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return [{"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5} | usage}, {"type": "message_stop"}]


TEXT = block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": "hello"})
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
RESULT = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
CLAUDES: dict[str, tuple[list[Json], str]] = {
    "pings everywhere": ([BEGUN, {"type": "ping"}, *TEXT[:2], {"type": "ping"}, TEXT[2], *ended("end_turn")], "stop"),
    "a turn that paused": ([BEGUN, *TEXT, *block(1, SEARCH), *block(2, RESULT), *ended("pause_turn")], "stop"),
    "a refusal": ([BEGUN, *TEXT, *ended("refusal")], "content_filter"),
    "a context that is full": ([BEGUN, *TEXT, *ended("model_context_window_exceeded")], "length"),
    "an end of tomorrow": ([BEGUN, *TEXT, *ended("brand_new")], "stop"),
    "an event of tomorrow": ([BEGUN, {"type": "brand_new", "x": 1}, *TEXT, *ended("end_turn")], "stop"),
    "a block of tomorrow": (
        [BEGUN, *block(0, {"type": "brand_new"}), *[e | {"index": 1} for e in TEXT], *ended("end_turn")],
        "stop",
    ),
    "a delta of tomorrow": (
        [
            BEGUN,
            TEXT[0],
            {"type": "content_block_delta", "index": 0, "delta": {"type": "new_delta"}},
            *TEXT[1:],
            *ended("end_turn"),
        ],
        "stop",
    ),
    "thoughts that are hidden": (
        [
            BEGUN,
            *block(0, {"type": "redacted_thinking", "data": "x"}),
            *[e | {"index": 1} for e in TEXT],
            *ended("end_turn"),
        ],
        "stop",
    ),
    "a signature without a thought": (
        [
            BEGUN,
            *block(0, {"type": "thinking", "thinking": ""}, {"type": "signature_delta", "signature": "s"}),
            *[e | {"index": 1} for e in TEXT],
            *ended("end_turn"),
        ],
        "stop",
    ),
    "a citation": (
        [
            BEGUN,
            TEXT[0],
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {
                    "type": "citations_delta",
                    "citation": {
                        "type": "web_search_result_location",
                        "url": "https://a",
                        "title": None,
                        "cited_text": "x",
                    },
                },
            },
            *TEXT[1:],
            *ended("end_turn"),
        ],
        "stop",
    ),
    "text where a block begins": (
        [BEGUN, *block(0, {"type": "text", "text": "hel"}, {"type": "text_delta", "text": "lo"}), *ended("end_turn")],
        "stop",
    ),
    "usage of nothing": (
        [
            BEGUN | {"message": CLAUDE_HEAD | {"usage": None}},
            *TEXT,
            {**ended("end_turn")[0], "usage": None},
            ended("end_turn")[1],
        ],
        "stop",
    ),
    "no stop of its message": ([BEGUN, *TEXT, ended("end_turn")[0]], "stop"),
}


def candidate(parts: Any, reason: str | None = "STOP", **more: Any) -> Json:
    made: Json = {"content": {"role": "model", "parts": parts}, "index": 0} | (
        {"finishReason": reason} if reason else {}
    )
    return {
        "candidates": [made | more],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14},
    }


BLOCKED = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}}
GOOGLES: dict[str, tuple[list[Json], str, str]] = {
    "many parts": ([candidate([{"text": "hel"}, {"text": ""}, {"text": "lo"}])], "hello", "stop"),
    "a thought among them": ([candidate([{"text": "hm", "thought": True}, {"text": "hello"}])], "hello", "stop"),
    "a signature alone at the end": (
        [candidate([{"text": "hello"}], None), candidate([{"text": "", "thoughtSignature": "c2ln"}])],
        "hello",
        "stop",
    ),
    "no parts at the end": (
        [
            candidate([{"text": "hello"}], None),
            {**candidate([]), "candidates": [{"finishReason": "STOP", "content": {"role": "model"}, "index": 0}]},
        ],
        "hello",
        "stop",
    ),
    "no content at the end": (
        [candidate([{"text": "hello"}], None), {**candidate([]), "candidates": [{"finishReason": "MAX_TOKENS"}]}],
        "hello",
        "length",
    ),
    "safety behind text": (
        [candidate([{"text": "hello"}], None), {**candidate([]), "candidates": [{"finishReason": "SAFETY"}]}],
        "hello",
        "content_filter",
    ),
    "recitation": ([candidate([{"text": "hello"}], "RECITATION")], "hello", "content_filter"),
    "an end of tomorrow": ([candidate([{"text": "hello"}], "BRAND_NEW")], "hello", "stop"),
    "a part of tomorrow": ([candidate([{"brandNew": {}}, {"text": "hello"}])], "hello", "stop"),
    "code that ran": (
        [
            candidate(
                [
                    {"executableCode": {"language": "PYTHON", "code": "1"}},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                    {"text": "hello"},
                ]
            )
        ],
        "hello",
        "stop",
    ),
}
