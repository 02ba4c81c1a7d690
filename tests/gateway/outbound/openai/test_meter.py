"""Streams that pass through: what the meter sees of them, and what the filter takes out."""

import json
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.outbound.openai.meter import MAX_KEPT, OpenAIMeter, StreamFilter
from gateway.outbound.openai.quirks import QUIRKS


def event(value: Any, end: str = "\n\n", head: str = "data: ") -> bytes:
    return (head + (value if isinstance(value, str) else json.dumps(value)) + end).encode()


def crlf(value: Any) -> bytes:
    return event(value, "\r\n\r\n", "data:")


def named(kind: str, **parts: Any) -> bytes:
    return event({"type": kind, **parts}, head=f"event: {kind}\ndata: ")


def call(name: str, arguments: str) -> dict[str, Any]:
    return {"id": "c", "function": {"name": name, "arguments": arguments}}


def piece(text: str | None = None, **parts: Any) -> dict[str, Any]:
    choice = {
        "index": 0,
        "delta": {} if text is None else {"content": text},
        "finish_reason": parts.pop("finish", None),
    }
    return {"id": "x", "object": "chat.completion.chunk", "choices": [choice], **parts}


FIGURES = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
FOUND = Usage(prompt=3, completion=4)
ONLY_USAGE = {"id": "x", "choices": [], "usage": FIGURES}
DONE = event("[DONE]")
TRICKY = 'say "usage":{"prompt_tokens":9} and "error":{"x"} and "finish_reason":"stop"\n\ndata: [DONE]\n\n'

# name: (events, usage, finished, fault kind, text, what the filter takes out)
STREAMS: dict[str, tuple[list[bytes], Usage | None, bool, str | None, str, bytes]] = {
    "openai": (
        [event(piece("Hel", usage=None)), event(piece("lo")), event(piece(finish="stop")), event(ONLY_USAGE), DONE],
        FOUND,
        True,
        None,
        "Hello",
        event(ONLY_USAGE),
    ),
    "no usage": ([event(piece("Hi")), event(piece(finish="length")), DONE], None, True, None, "Hi", b""),
    "usage with finish": ([event(piece("Hi", finish="stop", usage=FIGURES)), DONE], FOUND, True, None, "Hi", b""),
    "usage in choice": (
        [event({"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop", "usage": FIGURES}]}), DONE],
        FOUND,
        True,
        None,
        "Hi",
        b"",
    ),
    "groq": (
        [event(piece("Hi", finish="stop", x_groq={"usage": FIGURES}, usage=FIGURES)), event(ONLY_USAGE), DONE],
        FOUND,
        True,
        None,
        "Hi",
        event(ONLY_USAGE),
    ),
    "azure filter event stays": (
        [event({"choices": [], "filter": []}), event(piece("Hi", finish="stop")), event(ONLY_USAGE), DONE],
        FOUND,
        True,
        None,
        "Hi",
        event(ONLY_USAGE),
    ),
    "crlf without space": (
        [crlf(piece("Hi", finish="stop")), crlf(ONLY_USAGE), crlf("[DONE]")],
        FOUND,
        True,
        None,
        "Hi",
        crlf(ONLY_USAGE),
    ),
    "comments": (
        [b": PROCESSING\n\n", event(piece("Hi", finish="stop")), b": ping\n\n", event(ONLY_USAGE), DONE],
        FOUND,
        True,
        None,
        "Hi",
        event(ONLY_USAGE),
    ),
    "cut before the end": ([event(piece("Hi"))], None, False, None, "Hi", b""),
    "tricky text": ([event(piece(TRICKY))], None, False, None, TRICKY, b""),
    "error event": (
        [event(piece("Hi")), b'event: error\ndata: {"error":{"message":"m","status_code":400}}\n\n'],
        None,
        False,
        "caller",
        "Hi",
        b"",
    ),
    "error in a chunk": (
        [event(piece("Hi", error={"code": 502, "message": "m"}, finish="error"))],
        None,
        False,
        "retry",
        "Hi",
        b"",
    ),
    "error as text": ([b"event: error\ndata: boom\n\n"], None, False, "retry", "", b""),
    "error then done": ([event({"error": {"message": "m", "code": 429}}), DONE], None, False, "cooldown", "", b""),
    "tools and reasoning": (
        [
            event({"choices": [{"index": 0, "delta": {"reasoning": "hm ", "reasoning_content": "hm "}}]}),
            event({"choices": [{"index": 0, "delta": {"tool_calls": [call("f", "{}")]}}]}),
            event(piece(finish="tool_calls")),
            DONE,
        ],
        None,
        True,
        None,
        "hm f{}",
        b"",
    ),
    "completions": (
        [event({"choices": [{"index": 0, "text": "Hi", "finish_reason": "stop"}]}), DONE],
        None,
        True,
        None,
        "Hi",
        b"",
    ),
    "responses": (
        [
            named("response.created", response={"error": None, "usage": None}),
            named("response.output_text.delta", delta="Hi"),
            named("response.output_text.done", text="Hi"),
            named("response.completed", response={"usage": {"input_tokens": 3, "output_tokens": 4}}),
        ],
        FOUND,
        True,
        None,
        "Hi",
        b"",
    ),
    "responses failed": (
        [event({"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded", "message": "m"}}})],
        None,
        False,
        "cooldown",
        "",
        b"",
    ),
    "an answer that was broken off": (
        [event(piece("Hi")), event(piece("", finish="insufficient_system_resource")), DONE],
        None,
        False,
        "retry",
        "Hi",
        b"",
    ),
    "an error in a choice": (
        [event({"choices": [{"index": 0, "delta": {}, "finish_reason": "error", "error": {"code": 429}}]}), DONE],
        None,
        False,
        "cooldown",
        "",
        b"",
    ),
    "pieces said twice": (
        [event({"choices": [{"index": 0, "text": "Hi", "delta": {"content": "Hi"}, "finish_reason": "stop"}]}), DONE],
        None,
        True,
        None,
        "Hi",
        b"",
    ),
    "usage that is no object": (
        [event(piece("Hi", finish="stop", usage="none")), DONE],
        None,
        True,
        None,
        "Hi",
        b"",
    ),
    "broken json": (
        [event('{"usage":{"prompt_tokens":'), event(piece("Hi", finish="stop")), DONE],
        None,
        True,
        None,
        "Hi",
        b"",
    ),
    "nothing": ([], None, False, None, "", b""),
}


def cuts(data: bytes) -> list[list[bytes]]:
    """Whole, byte by byte, in sevens, and in two at every place around an event's end."""
    out = [[data], [data[at : at + 1] for at in range(len(data))], [data[at : at + 7] for at in range(0, len(data), 7)]]
    for at in range(1, len(data)):
        if data[at - 1 : at] in b"\r\n":
            out.append([data[:at], data[at:]])
    return out


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_metered_however_it_is_cut(name: str) -> None:
    events, usage, finished, fault, text, _ = STREAMS[name]
    for pieces in cuts(b"".join(events)):
        meter = OpenAIMeter(QUIRKS["openai"])
        for data in pieces:
            meter.feed(data)
        meter.close()
        assert (meter.usage, meter.finished, meter.fault.kind if meter.fault else None) == (usage, finished, fault)
        assert meter.delivered_text() == text


@pytest.mark.parametrize("name", STREAMS)
def test_only_the_usage_event_is_hidden_and_every_other_byte_stays(name: str) -> None:
    events, *_, hidden = STREAMS[name]
    whole = b"".join(events)
    for pieces in cuts(whole):
        filter = StreamFilter()
        sent = b"".join([*(filter.feed(data) for data in pieces), filter.finish()])
        assert sent == (whole.replace(hidden, b"", 1) if hidden else whole)


@pytest.mark.parametrize("name", STREAMS)
def test_an_event_that_ends_with_the_stream_still_counts(name: str) -> None:
    events, usage, finished, *_ = STREAMS[name]
    meter = OpenAIMeter(QUIRKS["openai"])
    meter.feed(b"".join(events).rstrip(b"\r\n"))
    meter.close()
    assert (meter.usage, meter.finished) == (usage, finished)


def test_whole_reads_pass_at_once_and_unchanged() -> None:
    filter = StreamFilter()
    read = event(piece("a")) + event(piece("b"))
    assert filter.feed(read) is read


def test_an_unfinished_event_with_text_is_not_held_back() -> None:
    filter = StreamFilter()
    start = event(piece("a"))[:-2]
    assert filter.feed(start) == start


def test_an_unfinished_event_that_may_be_the_usage_is_held_back() -> None:
    filter = StreamFilter()
    whole = event(ONLY_USAGE)
    assert filter.feed(whole[:30]) == b""
    assert filter.feed(whole[30:]) == b""
    assert filter.finish() == b""


def test_every_choice_must_finish_before_the_stream_counts_as_finished() -> None:
    meter = OpenAIMeter(QUIRKS["openai"], choices=2)
    meter.feed(event(piece("a", finish="stop")))
    assert not meter.finished
    meter.feed(event(piece("b", finish="stop")))
    assert meter.finished


def test_the_last_report_counts_not_the_sum() -> None:
    meter = OpenAIMeter(QUIRKS["openai"])
    for completion in (1, 2, 3):
        meter.feed(event(piece("a", usage={"prompt_tokens": 5, "completion_tokens": completion})))
    meter.feed(event(piece("a", usage={"prompt_tokens": 0, "completion_tokens": 0})))
    assert meter.usage == Usage(prompt=5, completion=3)


def test_what_is_kept_is_bounded_and_no_text_is_lost() -> None:
    meter = OpenAIMeter(QUIRKS["openai"])
    one = event(piece("abcd", padding="x" * 1000))
    rounds = MAX_KEPT // len(one) + 10
    for _ in range(rounds):
        meter.feed(one)
    assert meter._kept.size <= MAX_KEPT
    assert meter.delivered_text() == "abcd" * rounds


def test_thinking_that_only_the_total_counts_is_seen_where_the_provider_does_that() -> None:
    meter = OpenAIMeter(QUIRKS["gemini-openai"])
    meter.feed(event(piece("a", usage={"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 50})))
    assert meter.usage == Usage(prompt=5, completion=45, reasoning=44)


def test_an_event_over_a_megabyte_is_metered() -> None:
    meter = OpenAIMeter(QUIRKS["openai"])
    data = event(piece("x" * 1_500_000, finish="stop", usage=FIGURES))
    for at in range(0, len(data), 16_384):
        meter.feed(data[at : at + 16_384])
    assert (meter.usage, meter.finished, len(meter.delivered_text())) == (FOUND, True, 1_500_000)
