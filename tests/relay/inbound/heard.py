"""What the vendors' own libraries make of an answer. Their models check every event and every whole answer."""

import base64
import json
import warnings
from collections.abc import Iterable
from functools import cache
from typing import Any

import pydantic

from gateway.domain.usage import Usage
from gateway.outbound.protocol import CanonicalResponse
from gateway.wire.sse import SseDecoder
from relay.inbound.protocol import ParsedRequest
from tests.relay.inbound import cases

Json = dict[str, Any]
ASKED = ParsedRequest(operation="chat", model="alias", body={}, raw=b'{"model": "alias", "input": "hi"}')


def whole(client: str, completion: Json, usage: Usage | None) -> Json:
    """A whole answer, as the client's library reads it."""
    body, content_type = cases.CLIENTS[client].inbound.answer(ASKED, CanonicalResponse(body=completion, usage=usage))
    assert content_type == "application/json"
    return CHECKS[client](json.loads(body))


def streamed(client: str, chunks: Iterable[Json], usage: Usage | None) -> Json:
    """The answer that the client's library puts together from the events of these chunks."""
    return accumulated(client, encoded(client, chunks, usage))


def encoded(client: str, chunks: Iterable[Json], usage: Usage | None) -> bytes:
    """The events, one chunk after the other."""
    encoder = cases.CLIENTS[client].inbound.stream(ASKED)
    return b"".join(encoder.encode([chunk]) for chunk in chunks) + encoder.end(usage)


def accumulated(client: str, stream: bytes) -> Json:
    """A finished stream as one answer."""
    decoder = SseDecoder()
    found = [(event.name, json.loads(event.data)) for event in decoder.decode(stream) + decoder.flush()]
    return JOINS[client](found)


def anthropic_message(body: Json) -> Json:
    from anthropic.types import Message

    return Message.model_validate(body).model_dump(exclude_none=True)


def _anthropic_joined(events: list[tuple[str, Json]]) -> Json:
    from anthropic.lib.streaming._messages import accumulate_event

    snapshot: Any = None
    buffers: dict[int, bytes] = {}
    open_block = None
    for name, body in events:
        assert name == body["type"]
        event = _anthropic_events().validate_python(body)
        if event.type == "content_block_start":
            assert open_block is None, "blocks do not overlap"
            open_block = event.index
        if event.type in ("content_block_delta", "content_block_stop"):
            assert event.index == open_block
            open_block = None if event.type == "content_block_stop" else open_block
        snapshot = accumulate_event(event=event, current_snapshot=snapshot, json_bufs=buffers)
    names = [name for name, _ in events]
    assert (names[0], names[-2:]) == ("message_start", ["message_delta", "message_stop"])
    assert open_block is None
    return anthropic_message(snapshot.model_dump(exclude_none=True, warnings=False))


@cache
def _anthropic_events() -> Any:
    from anthropic.types import RawMessageStreamEvent

    return pydantic.TypeAdapter(RawMessageStreamEvent)


def gemini_response(body: Json) -> Json:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from google.genai.types import GenerateContentResponse
    for part in [part for candidate in body["candidates"] for part in candidate["content"]["parts"]]:
        if "thoughtSignature" in part:  # the library insists on base64, fixtures do not
            part["thoughtSignature"] = base64.b64encode(part["thoughtSignature"].encode()).decode()
    for rating in [rating for candidate in body["candidates"] for rating in candidate.get("safetyRatings", [])]:
        if not rating.get("category", "").startswith("HARM_"):  # nor are these its own
            rating.clear()
    found = GenerateContentResponse.model_validate(body).model_dump(exclude_none=True, by_alias=True, mode="json")
    for candidate in found["candidates"]:
        candidate["content"]["parts"] = _parts(candidate["content"].get("parts", []))
    return found


def _gemini_joined(events: list[tuple[str, Json]]) -> Json:
    """Parts one after the other; of everything else the last word."""
    candidates: dict[int, Json] = {}
    last: Json = {}
    for name, body in events:
        assert name == ""
        last = gemini_response(body)
        for candidate in last["candidates"]:
            before = candidates.setdefault(candidate["index"], {"content": {"role": "model", "parts": []}})
            parts = before["content"]["parts"] + candidate["content"]["parts"]
            candidates[candidate["index"]] = before | candidate | {"content": {"role": "model", "parts": _parts(parts)}}
    return last | {"candidates": [candidates[index] for index in sorted(candidates)]}


def _parts(parts: list[Json]) -> list[Json]:
    """Neighbouring texts of one kind joined, a signature kept; thoughts, texts, the rest, calls."""
    out: list[Json] = []
    for part in sorted(parts, key=_rank):
        if out and "text" in part and "text" in out[-1] and part.get("thought") == out[-1].get("thought"):
            out[-1] = out[-1] | part | {"text": out[-1]["text"] + part["text"]}
        else:
            out.append(part)
    return [part for part in out if part != {"text": ""}]


def _rank(part: Json) -> int:
    if "functionCall" in part:
        return 3
    return (0 if part.get("thought") else 1) if "text" in part else 2


def openai_response(body: Json) -> Json:
    from openai.types.responses import Response

    return Response.model_validate(body).model_dump(exclude_none=True)


def _openai_joined(events: list[tuple[str, Json]]) -> Json:
    """The last event's response, after the pieces were held against it by the library's own accumulator."""
    from openai import omit
    from openai.lib.streaming.responses._responses import ResponseStreamState

    state: Any = ResponseStreamState(input_tools=omit, text_format=omit)
    for number, (name, body) in enumerate(events):
        assert (name, number) == (body["type"], body["sequence_number"])
        state.handle_event(_openai_events().validate_python(body))
    final = openai_response(events[-1][1]["response"])
    told = [body["item"] for name, body in events if name == "response.output_item.done"]
    order = [body["output_index"] for name, body in events if name == "response.output_item.done"]
    assert [item for _, item in sorted(zip(order, told, strict=True), key=lambda pair: pair[0])] == (
        events[-1][1]["response"]["output"]
    )
    assert _texts(events) == "".join(
        part["text"]
        for item in final["output"]
        if item["type"] == "message"
        for part in item["content"]
        if "text" in part
    )
    return final


def _texts(events: list[tuple[str, Json]]) -> str:
    return "".join(body["delta"] for name, body in events if name == "response.output_text.delta")


@cache
def _openai_events() -> Any:
    from openai.types.responses import ResponseStreamEvent

    return pydantic.TypeAdapter(ResponseStreamEvent)


CHECKS = {"anthropic": anthropic_message, "gemini": gemini_response, "responses": openai_response}
JOINS = {"anthropic": _anthropic_joined, "gemini": _gemini_joined, "responses": _openai_joined}
