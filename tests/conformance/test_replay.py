"""Recorded traffic through the gateway, read back with the official SDK."""

import json
from dataclasses import dataclass

import openai
import pytest

from tests.conformance import recorded
from tests.conformance.conftest import Gateway, of_sockets
from tests.conformance.samples import Sample, all_samples, replayed
from tests.conformance.sdk_view import Heard, Json, asked, hear, vectors
from tests.conformance.stream_variants import events
from tests.e2e.support import events as events_of
from tests.gateway.outbound.test_claude_and_google_conformance import FAULTS

pytestmark = pytest.mark.conformance

ALL = all_samples()
ANSWERS = [s for s in replayed(ALL) if s.name not in FAULTS]  # a filtered prompt is an error: see test_errors
TALKS = [s for s in ANSWERS if s.operation in ("chat", "completions") and s.kind != "poll"]
STREAMS = [s for s in TALKS if s.stream]
RESPONSES = [s for s in ANSWERS if s.operation == "responses"]
EMBEDDINGS = [s for s in ANSWERS if s.operation == "embeddings"]
RERANKS = [s for s in ANSWERS if s.operation == "rerank"]
SOUNDS = [s for s in ANSWERS if s.operation in ("transcription", "translation", "speech")]
PICTURES = [s for s in ANSWERS if s.operation == "images"]


def name_of(sample: Sample) -> str:
    return sample.name


def test_no_recording_is_left_out() -> None:
    if not ALL:
        pytest.skip("the recorded traffic does not lie beside the project")
    groups = (TALKS, RESPONSES, EMBEDDINGS, RERANKS, SOUNDS, PICTURES)
    assert sorted(s.name for group in groups for s in group) == sorted(s.name for s in ANSWERS)


@pytest.mark.parametrize("sample", of_sockets(TALKS), ids=name_of)
def test_an_answer_is_read_back_as_it_was_recorded(gateway: Gateway, sample: Sample) -> None:
    for cut in ("whole", "event", "byte") if sample.stream else ("whole",):
        recorded.check(sample, hear(gateway.client, sample, gateway.model(sample), cut))
    assert [text for text in gateway.replayer.refused if text.startswith(sample.name)] == []


@pytest.mark.parametrize("sample", of_sockets([*STREAMS, *(s for s in RESPONSES if s.stream)]), ids=name_of)
def test_a_stream_cut_at_any_event_is_never_taken_for_whole(gateway: Gateway, sample: Sample) -> None:
    model, full = gateway.model(sample), hear(gateway.client, sample, gateway.model(sample))
    bodies = [asked(sample, model, str(count)) for count in range(len(events(sample.body)))]
    for count, body in enumerate(bodies):
        reply = gateway.account.post(body, path=f"/v1/{_path(sample)}")
        if reply.status_code != 200:
            assert count == 0 or reply.status_code >= 400
            assert reply.json()["error"]["message"]
            continue
        seen = [event for event in events_of(reply.content) if isinstance(event, dict)]
        known = response_told(seen) if sample.operation == "responses" else chunks_told(seen, full)
        assert full.text.startswith(known.text)
        assert known.ended or known.failed, f"cut after {count} events, the caller cannot tell"
        assert not known.ended or known.text == full.text, f"cut after {count} events, shown as whole"


@dataclass
class Told:
    """What a caller knows of a stream that was cut: its text, that it came to its end, that it failed."""

    text: str
    ended: bool
    failed: bool


def chunks_told(seen: list[Json], full: Heard) -> Told:
    choices = [choice for event in seen for choice in event.get("choices") or []]
    text = "".join((c.get("delta") or {}).get("content") or c.get("text") or "" for c in choices)
    finished = {choice["index"] for choice in choices if choice.get("finish_reason")}
    return Told(text, finished >= full.finish.keys(), any(event.get("error") for event in seen))


def response_told(seen: list[Json]) -> Told:
    kinds = [event["type"] for event in seen]
    text = "".join(event["delta"] for event in seen if event["type"] == "response.output_text.delta")
    return Told(text, "response.completed" in kinds, bool({"error", "response.failed"} & set(kinds)))


def _path(sample: Sample) -> str:
    return "chat/completions" if sample.operation == "chat" else sample.operation


@pytest.mark.parametrize("sample", RESPONSES, ids=name_of)
def test_a_response_passes_through(gateway: Gateway, sample: Sample) -> None:
    for cut in ("whole", "event", "byte") if sample.stream else ("whole",):
        heard = hear(gateway.client, sample, gateway.model(sample), cut)
        if not sample.stream:
            assert heard.body == json.loads(sample.body)
            continue
        written = recorded.payloads(sample.body)
        assert heard.body == [event["type"] for event in written]
        assert heard.text == "".join(e["delta"] for e in written if e["type"] == "response.output_text.delta")
        assert heard.ended and heard.usage
        assert heard.usage["output_tokens"] == written[-1]["response"]["usage"]["output_tokens"]


@pytest.mark.parametrize("sample", of_sockets(EMBEDDINGS), ids=name_of)
def test_embeddings_arrive_number_by_number(gateway: Gateway, sample: Sample) -> None:
    heard = hear(gateway.client, sample, gateway.model(sample))
    body = json.loads(sample.body)
    body = body.get("Response", body)
    assert [item["embedding"] for item in heard.body["data"]] == vectors(sample)
    reported = body.get("usage") or body.get("Usage") or {}
    prompt = next((reported[n] for n in ("prompt_tokens", "PromptTokens", "total_tokens") if n in reported), None)
    assert prompt is None or (heard.usage or {})["prompt_tokens"] == prompt


@pytest.mark.parametrize("sample", of_sockets(RERANKS), ids=name_of)
def test_a_ranking_keeps_order_and_scores(gateway: Gateway, sample: Sample) -> None:
    given = {"model": gateway.model(sample), "query": "q", "documents": ["a", "b", "c", "d", "e", "f"]}
    reply = gateway.account.post(given, path="/v1/rerank")
    assert reply.status_code == 200, reply.text
    written = json.loads(sample.body)["results"]
    assert [(r["index"], r["relevance_score"]) for r in reply.json()["results"]] == [
        (r["index"], r["relevance_score"]) for r in written
    ]


@pytest.mark.parametrize("sample", of_sockets(SOUNDS), ids=name_of)
def test_sound_goes_both_ways(gateway: Gateway, sample: Sample) -> None:
    model = gateway.model(sample)
    if sample.operation == "speech":
        with gateway.client.audio.speech.with_streaming_response.create(model=model, input="x", voice="alloy") as reply:
            assert b"".join(reply.iter_bytes()) == sample.body
            assert reply.headers["content-type"] == "audio/mpeg"
        return
    file = ("a.mp3", b"ID3 sound", "audio/mpeg")
    if sample.operation == "translation":  # which the SDK deprecates
        reply = gateway.account.http.post(
            "/v1/audio/translations",
            data={"model": model},
            files={"file": file},
            headers={"authorization": f"Bearer {gateway.account.key}"},
        )
        assert reply.json() == json.loads(sample.body)
        return
    answer = gateway.client.audio.transcriptions.create(model=model, file=file)
    assert answer.text == json.loads(sample.body)["text"]


@pytest.mark.parametrize("sample", of_sockets(PICTURES), ids=name_of)
def test_a_picture_arrives(gateway: Gateway, sample: Sample) -> None:
    data = hear(gateway.client, sample, gateway.model(sample)).body["data"]
    body = json.loads(sample.body)
    given = body.get("output") or [item.get("url") or item.get("b64_json") for item in body["data"]]
    assert [item["url"] or item["b64_json"] for item in data] == given


def test_tokens_were_fetched_once_for_each_key(gateway: Gateway) -> None:
    """Runs last: every Vertex channel has a token address of its own, and each was asked once."""
    vertex = [s for s in TALKS if s.type == 42]
    for sample in vertex:
        hear(gateway.client, sample, gateway.model(sample))
    before = gateway.replayer.tokens
    for sample in vertex:
        hear(gateway.client, sample, gateway.model(sample))
    assert gateway.replayer.tokens == before


def test_a_wrong_key_is_the_sdks_authentication_error(gateway: Gateway) -> None:
    stranger = gateway.client.with_options(api_key="sk-none")
    with pytest.raises(openai.AuthenticationError):
        stranger.models.list()
