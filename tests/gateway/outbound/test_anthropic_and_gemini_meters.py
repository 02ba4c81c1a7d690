"""Streams that pass through as bytes cost what their decoders say they cost."""

from typing import Any

import pytest

from gateway.outbound.anthropic import meter as anthropic_meter
from gateway.outbound.gemini import meter as gemini_meter
from gateway.outbound.streams.meter import Meter
from tests.gateway.outbound import cases

METERS: dict[str, Any] = {"anthropic": anthropic_meter.AnthropicMeter, "gemini": gemini_meter.GeminiMeter}
NOT_METERED = (
    "whole_instead_of_stream",
    "error_instead_of_stream",
    "unparsable_event_stream",
    "error_array_instead_of_stream",
)
STREAMS = {
    f"{folder.name}/{name}": (folder, name)
    for folder, name in cases.replies()
    if folder.name in METERS and "stream" in folder.read(f"replies/{name}.json") and name not in NOT_METERED
}


@pytest.mark.parametrize("id", STREAMS)
@pytest.mark.parametrize("cut", ["whole", "bytes", "events"])
def test_a_meter_reads_what_a_decoder_reads(id: str, cut: str) -> None:
    folder, name = STREAMS[id]
    data = folder.read(f"replies/{name}.json")["stream"].encode()
    heard = cases.listen(folder.dialect.stream(folder.request(cases.canonical("basic"), stream=True)), [data])
    meter: Meter = METERS[folder.name]()
    for part in cases.pieces(data)[cut]:
        meter.feed(part)
    meter.close()
    assert cases.figures(meter.usage) == heard.usage
    assert meter.finished == (heard.finished or (heard.fault is None and heard.finish_reason is not None))
    if heard.fault is None or "not JSON" not in heard.fault["message"]:
        assert cases.fault_json(meter.fault) == heard.fault
    said = heard.text + heard.reasoning + "".join(call["name"] + call["arguments"] for call in heard.tool_calls)
    assert sorted(meter.delivered_text()) == sorted(said)


@pytest.mark.parametrize("name", METERS)
def test_names_of_events_inside_text_do_no_harm(name: str) -> None:
    evil = 'say "message_stop", {"type": "error", "error": {}}, "finishReason": "STOP", "usageMetadata"'
    events = {
        "anthropic": {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": evil}},
        "gemini": {"candidates": [{"content": {"parts": [{"text": evil}]}}]},
    }
    meter = METERS[name]()
    meter.feed(b"data: " + cases.body_bytes(events[name]) + b"\n\n")
    meter.close()
    assert (meter.usage, meter.fault, meter.finished) == (None, None, False)
    assert meter.delivered_text() == evil


@pytest.mark.parametrize("name", METERS)
def test_a_last_event_without_its_line_end_is_read_on_close(name: str) -> None:
    last = {"anthropic": b'data:{"type":"message_stop"}', "gemini": b'data:{"candidates":[{"finishReason":"STOP"}]}'}
    meter = METERS[name]()
    meter.feed(last[name])
    assert not meter.finished
    meter.close()
    assert meter.finished


def test_a_long_stream_is_not_kept_as_bytes_for_ever() -> None:
    meter = anthropic_meter.AnthropicMeter()
    event = cases.body_bytes({"type": "content_block_delta", "index": 0, "delta": {"text": "x" * 1000}})
    for _ in range(5000):
        meter.feed(b"data: " + event + b"\n\n")
    assert meter._text._kept.size < 4_000_001
    assert len(meter.delivered_text()) == 5_000_000


def test_usage_of_a_whole_body_that_passes_through() -> None:
    body = b'{"usage":{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5}}'
    assert cases.figures(anthropic_meter.usage_of_body(body)) == {"prompt": 7, "cached": 4, "completion": 5}
    body = b'{"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"thoughtsTokenCount":2}}'
    assert cases.figures(gemini_meter.usage_of_body(body)) == {"prompt": 3, "completion": 3, "reasoning": 2}


@pytest.mark.parametrize("body", [b"", b"[]", b"nope", b'{"usage":null,"usageMetadata":[]}'])
def test_a_body_without_usage_has_none(body: bytes) -> None:
    assert anthropic_meter.usage_of_body(body) is None
    assert gemini_meter.usage_of_body(body) is None
