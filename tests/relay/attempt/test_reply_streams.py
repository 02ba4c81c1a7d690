"""Streams on their way: whole events, byte for byte, metered; cut anywhere."""

import orjson
import pytest

from gateway.outbound import registry
from gateway.outbound.openai.meter import StreamFilter
from gateway.outbound.protocol import ProviderRequest
from relay.attempt.reply_streams import PassedThrough, Translated, WholeEvents, produced
from relay.inbound.encoders import ChunkEncoder

FIRST = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}\n\n'
SECOND = b'data: {"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null}]}\n\n'
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n'
DONE = b"data: [DONE]\n\n"
STREAM = FIRST + SECOND + LAST + USAGE + DONE
ERROR = b'data: {"error":{"message":"on fire","type":"server_error","code":null}}\n\n'

SIZES = [1, 2, 3, 7, 50, 10_000]


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def passing(*, usage: bool = True) -> PassedThrough:
    return PassedThrough(registry.meter("openai", 1), None if usage else StreamFilter())


@pytest.mark.parametrize("size", SIZES)
def test_events_leave_whole_however_they_come(size: int) -> None:
    events = WholeEvents()
    left = [out for piece in pieces(STREAM, size) if (out := events.feed(piece))]
    assert b"".join(left) == STREAM
    assert all(out.endswith(b"\n\n") for out in left)
    assert events.finish() == b""


@pytest.mark.parametrize("size", SIZES)
def test_events_with_other_line_ends_leave_whole_too(size: int) -> None:
    events, body = WholeEvents(), STREAM.replace(b"\n", b"\r\n")
    left = [out for piece in pieces(body, size) if (out := events.feed(piece))]
    assert b"".join(left) == body
    assert all(out.endswith(b"\r\n\r\n") for out in left)


@pytest.mark.parametrize(
    ("rest", "kept"),
    [
        (b"data: [DONE]", True),
        (b"data: [DONE]\n", True),
        (LAST[:-2], True),
        (b": a comment", False),
        (b"dat", False),
        (LAST[:-4], False),
        (b"data: [DON", False),
        (b'data: {"a":1}\ndata: {', False),
    ],
)
def test_a_last_event_without_its_blank_line_passes_only_if_it_is_whole(rest: bytes, kept: bool) -> None:
    events = WholeEvents()
    assert events.feed(FIRST + rest) == FIRST
    assert events.finish() == (rest + b"\n\n" if kept else b"")


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_passes_byte_for_byte_and_is_metered(size: int) -> None:
    flow = passing()
    out = b"".join(flow.feed(piece) for piece in pieces(STREAM, size)) + flow.finish()
    assert out == STREAM
    assert flow.usage and (flow.usage.prompt, flow.usage.completion) == (3, 2)
    assert (flow.finished, flow.fault, flow.text()) == (True, None, "Hello")


@pytest.mark.parametrize("size", SIZES)
def test_only_the_usage_event_is_left_out(size: int) -> None:
    flow = passing(usage=False)
    out = b"".join(flow.feed(piece) for piece in pieces(STREAM, size)) + flow.finish()
    assert out == FIRST + SECOND + LAST + DONE
    assert flow.usage and flow.usage.completion == 2


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_has_begun_with_its_first_whole_event(size: int) -> None:
    flow = passing()
    for piece in pieces(b": hello\n\n" + FIRST[:-1], size):
        flow.feed(piece)
        assert not flow.begun
    flow.feed(b"\n")
    assert flow.begun


@pytest.mark.parametrize("cut", range(1, len(STREAM)))
def test_a_stream_cut_anywhere_ends_between_events(cut: int) -> None:
    flow = passing()
    out = flow.feed(STREAM[:cut]) + flow.finish()
    assert out.rstrip() == STREAM[: len(out.rstrip())]
    assert flow.finished is (LAST.rstrip() in STREAM[:cut])
    if not flow.finished:  # an error event can follow
        assert out == b"" or out.endswith(b"\n\n")


@pytest.mark.parametrize("size", SIZES)
def test_an_error_event_is_a_fault_before_it_has_begun(size: int) -> None:
    flow = passing()
    for piece in pieces(ERROR, size):
        assert not flow.begun
        flow.feed(piece)
    assert flow.fault is not None
    assert "on fire" in flow.fault.message


def translated() -> Translated:
    request = ProviderRequest(
        operation="chat", body={"model": "m", "messages": []}, model="m", requested_model="m", stream=True
    )
    return Translated(registry.dialect("compatible").stream(request), ChunkEncoder(wants_usage=False))


@pytest.mark.parametrize("size", SIZES)
def test_a_translated_stream_says_the_same_and_ends_with_its_marker(size: int) -> None:
    flow = translated()
    out = b"".join(flow.feed(piece) for piece in pieces(STREAM, size)) + flow.finish()
    assert out.endswith(DONE)
    chunks = [orjson.loads(event[6:]) for event in out.split(b"\n\n")[:-2]]
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks) == "Hello"
    assert flow.text() == "Hello"
    assert flow.usage and flow.usage.prompt == 3


def test_a_translated_stream_that_was_cut_has_no_end_marker() -> None:
    flow = translated()
    out = flow.feed(FIRST + SECOND) + flow.finish()
    assert DONE not in out
    assert not flow.finished


def test_everything_a_provider_counts_is_what_was_produced() -> None:
    call = {"function": {"name": "f", "arguments": '{"a":1}'}}
    chunk = {
        "choices": [
            {"delta": {"content": "a", "reasoning_content": "b", "tool_calls": [call]}},
            {"message": {"content": [{"type": "text", "text": "c"}]}},
            {"text": "d"},
        ]
    }
    assert "".join(produced(chunk)) == 'abf{"a":1}cd'
    assert produced({"choices": None}) == []


NUMBERED = (
    b"id: 1\n" + FIRST + b"id: 2\r\nevent: message\r\n" + SECOND.replace(b"\n", b"\r\n") + b"retry: 5\n" + LAST + DONE
)


@pytest.mark.parametrize("size", SIZES)
def test_events_with_numbers_pass_byte_for_byte(size: int) -> None:
    flow, body = passing(), b": PROCESSING\n\n" + NUMBERED
    assert b"".join(flow.feed(piece) for piece in pieces(body, size)) + flow.finish() == body


@pytest.mark.parametrize("size", SIZES)
def test_what_says_nothing_behind_a_number_is_left_out(size: int) -> None:
    flow = passing()
    body = b": kept\n\n" + b"id: 1\n" + FIRST + b": ping\n\n\nid: 2\n\nretry: 9\n\n" + SECOND + LAST + DONE
    passed = b"".join(flow.feed(piece) for piece in pieces(body, size)) + flow.finish()
    assert passed == b": kept\n\n" + b"id: 1\n" + FIRST + SECOND + LAST + DONE
