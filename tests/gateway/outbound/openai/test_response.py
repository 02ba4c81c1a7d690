"""Whole replies, and the errors and oddities inside them."""

import json
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.outbound.protocol import CanonicalResponse, Operation, ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.registry import DIALECTS


def answer(body: Any, dialect: str = "openai", operation: Operation = "chat", **asked: Any) -> CanonicalResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": asked.pop("content_type", "application/json")}
    request = ProviderRequest(
        operation=operation, body=asked, model="m", requested_model="asked", request_id="7", created=99
    )
    return DIALECTS[dialect].response(request, WireResponse(status=200, body=data, headers=headers))


MESSAGE = {"role": "assistant", "content": "Hi"}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
PLAIN = {
    "id": "x",
    "object": "chat.completion",
    "created": 5,
    "model": "gpt",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
    "usage": {**USAGE, "x": 1},
}


def test_a_reply_of_openai_comes_out_as_it_came() -> None:
    body = {**PLAIN, "system_fingerprint": "fp", "x_unknown": [{"a": None}]}
    found = answer(body)
    assert (found.body, found.usage) == (body, Usage(prompt=1, completion=2))


def test_blank_lines_before_a_reply_are_skipped() -> None:
    assert answer(b"\n\n   \n" + json.dumps(PLAIN).encode()).body == PLAIN


CHOICES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "empty finish reason": ({"message": MESSAGE, "finish_reason": ""}, {"message": MESSAGE, "finish_reason": "stop"}),
    "together's end": ({"message": MESSAGE, "finish_reason": "eos"}, {"message": MESSAGE, "finish_reason": "stop"}),
    "no finish reason, tools": (
        {"message": {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}},
        {
            "message": {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "call_0", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}],
            },
            "finish_reason": "tool_calls",
        },
    ),
    "filtered, without a message": (
        {"finish_reason": "content_filter", "content_filter_results": {"hate": {"filtered": True}}},
        {
            "finish_reason": "content_filter",
            "content_filter_results": {"hate": {"filtered": True}},
            "message": {"role": "assistant", "content": None},
        },
    ),
    "reasoning": (
        {"message": {**MESSAGE, "reasoning": "hm"}, "finish_reason": "stop"},
        {"message": {**MESSAGE, "reasoning": "hm", "reasoning_content": "hm"}, "finish_reason": "stop"},
    ),
    "thinking parts": (
        {
            "message": {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                    {"type": "text", "text": "Hi"},
                ],
            },
            "finish_reason": "stop",
        },
        {"message": {**MESSAGE, "reasoning_content": "hm"}, "finish_reason": "stop"},
    ),
    "calls that ended as functions do": (
        {"message": {**MESSAGE, "tool_calls": [CALL]}, "finish_reason": "function_call"},
        {"message": {**MESSAGE, "tool_calls": [CALL]}, "finish_reason": "tool_calls"},
    ),
    "a turn to be forgotten": (
        {"message": MESSAGE, "finish_reason": "normal", "need_clear_history": True, "ban_round": 0},
        {"message": MESSAGE, "finish_reason": "content_filter", "need_clear_history": True, "ban_round": 0},
    ),
    "a function call of old": (
        {"message": {**MESSAGE, "function_call": {"name": "f"}}, "finish_reason": "function_call"},
        {
            "message": {**MESSAGE, "tool_calls": [{"id": "call_0", "type": "function", "function": {"name": "f"}}]},
            "finish_reason": "tool_calls",
        },
    ),
    "a function call of old that is told twice": (
        {"message": {**MESSAGE, "tool_calls": [CALL], "function_call": {"name": "f"}}, "finish_reason": "stop"},
        {"message": {**MESSAGE, "tool_calls": [CALL]}, "finish_reason": "tool_calls"},
    ),
    "a lone call as an object": (
        {"message": {**MESSAGE, "tool_calls": {"id": "c", "type": "function", "function": {"name": "f"}}}},
        {
            "message": {**MESSAGE, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f"}}]},
            "finish_reason": "tool_calls",
        },
    ),
}


@pytest.mark.parametrize("case", CHOICES)
def test_odd_choices_become_openais(case: str) -> None:
    before, after = CHOICES[case]
    found = answer({**PLAIN, "choices": [before]}).body
    assert found is not None
    assert found["choices"] == [{"index": 0, **after}]


def test_identity_that_is_missing_is_made_up() -> None:
    choice = {"index": 0, "message": MESSAGE, "finish_reason": "stop"}
    found = answer({"choices": [choice], "object": ""}).body
    expected = {"choices": [choice], "object": "chat.completion", "id": "chatcmpl-7", "created": 99, "model": "asked"}
    assert found == expected


FAULTS: dict[str, tuple[str, Any, str]] = {
    "error object": ("openai", {"error": {"message": "m", "code": 402}}, "disable"),
    "error with empty type": ("openai", {"error": {"message": "m", "type": ""}}, "retry"),
    "error string": ("openai", {"error": "m"}, "retry"),
    "minimax key": ("minimax", {"choices": None, "base_resp": {"status_code": 1004, "status_msg": "m"}}, "disable"),
    "minimax balance": ("minimax", {"base_resp": {"status_code": 1008, "status_msg": "m"}}, "disable"),
    "minimax sensitive": ("minimax", {"base_resp": {"status_code": 1026, "status_msg": "m"}}, "filtered"),
    "minimax rate": ("minimax", {"base_resp": {"status_code": 1002, "status_msg": "m"}}, "cooldown"),
    "spark licence": ("spark-http", {"code": 11200, "message": "m", "sid": "x"}, "disable"),
    "spark audit": ("spark-http", {"code": 10013, "message": "m", "sid": "x"}, "filtered"),
    "spark daily": ("spark-http", {"code": 11201, "message": "m", "sid": "x"}, "cooldown"),
    "siliconflow without data": ("siliconflow", {"code": 20012, "message": "m", "data": None}, "retry"),
    "a choice that broke off": ("openai-like", {"choices": [{"message": MESSAGE, "finish_reason": "error"}]}, "retry"),
    "deepseek out of capacity": (
        "deepseek",
        {"choices": [{"message": MESSAGE, "finish_reason": "insufficient_system_resource"}]},
        "retry",
    ),
    "an error in a choice": (
        "openai-like",
        {"choices": [{"message": MESSAGE, "finish_reason": "stop", "error": {"code": 429, "message": "m"}}]},
        "cooldown",
    ),
    "no choices": ("openai", {"id": "x", "choices": None}, "retry"),
    "no choices but words": ("openai-like", {"message": "we are closed"}, "retry"),
    "not json": ("openai", b"<html>", "retry"),
    "a list": ("openai", [1], "retry"),
    "empty": ("openai", b"", "retry"),
    "cut json": ("openai", b'{"choices":[', "retry"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_an_error_dressed_as_success_is_a_fault(case: str) -> None:
    dialect, body, kind = FAULTS[case]
    with pytest.raises(ProviderFault) as caught:
        answer(body, dialect)
    assert caught.value.fault.kind == kind
    assert caught.value.fault.status >= 400


def test_a_daily_limit_is_left_alone_for_an_hour() -> None:
    with pytest.raises(ProviderFault) as caught:
        answer({"code": 11201, "message": "m"}, "spark-http")
    assert caught.value.fault.retry_after == 3600


def test_speech_is_bytes() -> None:
    found = answer(b"ID3\x00", operation="speech", content_type="audio/mpeg")
    assert found == CanonicalResponse(body=None, raw=b"ID3\x00", content_type="audio/mpeg")


def test_speech_that_is_an_error_is_a_fault() -> None:
    with pytest.raises(ProviderFault):
        answer({"error": {"message": "m"}}, operation="speech")


def test_a_plain_transcript_is_text() -> None:
    found = answer(
        b"1\n00:00 --> 00:01\nHi\n", operation="transcription", content_type="text/plain", response_format="srt"
    )
    assert (found.body, found.raw) == (None, b"1\n00:00 --> 00:01\nHi\n")


def test_a_transcript_knows_how_long_it_listened() -> None:
    assert answer({"text": "Hi", "duration": 8.47}, operation="transcription").usage == Usage(milliseconds=8470)
    reported = {"text": "Hi", "usage": {"type": "duration", "seconds": 9}}
    assert answer(reported, operation="transcription").usage == Usage(milliseconds=9000)
    assert answer({"text": "Hi", "duration": "x"}, operation="transcription").usage is None
    assert answer({"text": "Hi"}, operation="transcription").usage is None


def test_pictures_are_counted() -> None:
    body = {"created": 1, "data": [{"url": "a"}, {"url": "b"}]}
    assert answer(body, operation="images").usage == Usage(images=2)
    tokens = {"input_tokens": 10, "output_tokens": 100, "total_tokens": 110}
    expected = Usage(images=2, prompt=10, completion=100, image_out=100)
    assert answer({**body, "usage": tokens}, operation="image_edits").usage == expected


def test_rerank_results_are_in_one_place() -> None:
    ranked = [{"index": 0, "relevance_score": 0.5}]
    reply = {"object": "list", "data": ranked, "model": "rerank-2", "usage": {"total_tokens": 26}}
    found = answer(reply, "voyage", "rerank")
    assert found.body is not None
    assert (found.body["results"], found.usage) == (ranked, Usage(prompt=26))


@pytest.mark.parametrize(
    ("meta", "usage"),
    [
        ({"tokens": {"input_tokens": 7, "output_tokens": 0}, "billed_units": {"search_units": 1}}, Usage(prompt=7)),
        ({"billed_units": {"search_units": 2}}, Usage(requests=2)),
        ({}, None),
        (None, None),
    ],
)
def test_a_ranking_is_counted_in_coheres_words_too(meta: Any, usage: Usage | None) -> None:
    reply = {"id": "x", "results": [{"index": 0, "relevance_score": 0.5}], "meta": meta}
    assert answer(reply, "siliconflow", "rerank").usage == usage


def test_embeddings_and_moderations_come_out_as_they_came() -> None:
    embedded = {
        "object": "list",
        "data": [{"embedding": "AAAA", "index": 0}],
        "usage": {"prompt_tokens": 8, "total_tokens": 8},
    }
    assert answer(embedded, operation="embeddings") == CanonicalResponse(body=embedded, usage=Usage(prompt=8))
    moderated = {"id": "modr", "results": [{"flagged": False}]}
    assert answer(moderated, operation="moderations") == CanonicalResponse(body=moderated)
