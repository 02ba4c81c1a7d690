"""What recordings say about usage: streamed, metered in passing and in one piece, it is the same usage."""

import json
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.outbound import registry
from gateway.outbound.openai.quirks import QUIRKS
from gateway.outbound.protocol import ProviderRequest, WireResponse
from gateway.providers.catalog import provider
from tests.conformance.recorded import payloads
from tests.conformance.samples import Sample, all_samples, replayed
from tests.gateway.outbound.test_claude_and_google_conformance import FAULTS

Json = dict[str, Any]

pytestmark = pytest.mark.conformance

CHAT = ("chat", "completions", "responses")
NAMES = ('"usage"', '"usageMetadata"', '"Usage"')  # one of these is in every report of usage that is worth a look
SAMPLES = [s for s in replayed(all_samples()) if s.operation in CHAT and s.name not in FAULTS and s.kind != "poll"]


def dialect_of(sample: Sample) -> str:
    dialects = provider(sample.type).dialects
    return dialects.get(sample.operation) or dialects["chat"]


def metered_as(sample: Sample) -> str:
    """The wire format whose meter can read this sample; empty if it never passes through."""
    name = dialect_of(sample)
    return "openai" if name in QUIRKS else name if name in ("anthropic", "gemini") else ""


STREAMS = [s for s in SAMPLES if s.stream and not s.frames and metered_as(s) and b"data:" in s.body]
WHOLE = [s for s in SAMPLES if not s.stream and any(name.encode() in s.body for name in NAMES)]


def ask(sample: Sample, stream: bool) -> ProviderRequest:
    return ProviderRequest(
        operation=sample.operation, body={}, model=sample.model, requested_model="asked", stream=stream,
        request_id="7", config=sample.config,
    )  # fmt: skip


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


def decoded(sample: Sample, size: int) -> Usage | None:
    """As the dialect reads the stream."""
    decoder = registry.dialect(dialect_of(sample)).stream(ask(sample, True))
    for piece in pieces(sample.body, size):
        decoder.decode(piece)
    decoder.flush()
    return decoder.usage


def metered(sample: Sample, size: int) -> Usage | None:
    """As the meter reads it while its bytes pass through."""
    meter = registry.meter(dialect_of(sample))
    for piece in pieces(sample.body, size):
        meter.feed(piece)
    meter.close()
    return meter.usage


def in_one_piece(sample: Sample) -> Usage | None:
    """As the dialect reads a whole reply that reports what the stream reported."""
    events = payloads(sample.body)
    wire = metered_as(sample)
    if wire == "gemini":
        last: Json = next(e for e in reversed(events) if e.get("usageMetadata"))
        body = {**last, "candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}]}
    elif wire == "anthropic":
        start = next(e["message"] for e in events if e.get("type") == "message_start")
        end: Json = next((e["usage"] for e in reversed(events) if e.get("type") == "message_delta"), {})
        body = {**start, "content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn"}
        body["usage"] = {**start["usage"], **{name: value for name, value in end.items() if value is not None}}
    elif sample.operation == "responses":
        body = next(e["response"] for e in reversed(events) if "response" in e)
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}
        body = {"id": "1", "object": "chat.completion", "choices": [choice], "usage": reported(events)}
    reply = WireResponse(status=200, body=json.dumps(body).encode(), headers={"content-type": "application/json"})
    return registry.dialect(dialect_of(sample)).response(ask(sample, False), reply).usage


def reported(events: list[Json]) -> Json | None:
    """The last usage in OpenAI's chunks, wherever a provider puts it."""
    found = None
    for event in events:
        places = [event, event.get("x_groq") or {}, *(event.get("choices") or [])]
        found = next((place["usage"] for place in places if place.get("usage")), found)
    return found


def name_of(sample: Sample) -> str:
    return sample.name


def test_there_are_recordings_of_every_kind() -> None:
    if not SAMPLES:
        pytest.skip("the recorded traffic does not lie beside the project")
    assert len(STREAMS) > 40
    assert len(WHOLE) > 60


@pytest.mark.parametrize("sample", STREAMS, ids=name_of)
def test_a_stream_is_metered_as_it_is_read_and_as_one_piece_would_be(sample: Sample) -> None:
    usage = decoded(sample, len(sample.body))
    assert usage == decoded(sample, 1) == metered(sample, len(sample.body)) == metered(sample, 1)
    if usage is None:
        assert not any(name in sample.body.decode() for name in ('"usage":{', '"usage": {', '"usageMetadata"'))
        return
    assert usage.plausible()
    assert usage == in_one_piece(sample)


@pytest.mark.parametrize("sample", WHOLE, ids=name_of)
def test_a_whole_reply_has_a_usage_that_can_be_charged(sample: Sample) -> None:
    reply = WireResponse(status=200, body=sample.body, headers=sample.headers)
    usage = registry.dialect(dialect_of(sample)).response(ask(sample, False), reply).usage
    assert usage is not None
    assert usage.plausible()
    assert usage.total > 0
