"""Recorded traffic of Claude and Gemini, taken through canonical form and back.

For a caller who speaks the provider's dialect the way over another door (Bedrock, Vertex AI) must change nothing: the
vendor's library puts together the same answer as from the recording itself.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.outbound.protocol import ProviderRequest, WireResponse
from gateway.outbound.registry import dialect
from tests.relay.inbound import cases, heard
from tests.relay.inbound.normal import normal

pytestmark = pytest.mark.conformance

Json = dict[str, Any]
RECORDED = Path(__file__).parents[4] / "shared" / "fixtures"
CLIENTS = ("anthropic", "gemini")
NO_ASK = ProviderRequest(operation="chat", body={}, model="m", requested_model="m")
# What has no place on the way: figures of another kind, and what the gateway cannot know.
FORGOTTEN = {"usage": ("service_tier", "inference_geo", "cache_creation", "output_tokens_details")}
COUNTS = (
    "promptTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "cachedContentTokenCount",
)


def _recordings(kind: str) -> Iterator[tuple[str, str]]:
    for client in CLIENTS:
        for path in sorted((RECORDED / client).glob(f"*.{kind}")):
            yield client, path.name


def _same(client: str, answer: Json) -> Json:
    """What must agree."""
    if client == "anthropic":
        usage = {name: value for name, value in answer["usage"].items() if name not in FORGOTTEN["usage"] and value}
        blocks = [{key: value for key, value in block.items() if key != "caller"} for block in answer["content"]]
        return {key: answer.get(key) for key in ("id", "model", "stop_reason", "stop_sequence")} | {
            "usage": usage,
            "content": blocks,
        }
    usage = {name: answer["usageMetadata"].get(name, 0) for name in COUNTS}
    usage["promptTokenCount"] += answer["usageMetadata"].get("toolUsePromptTokenCount", 0)
    candidates = [
        {
            "finishReason": candidate.get("finishReason"),
            "parts": [_without_id(part) for part in candidate["content"]["parts"]],
        }
        for candidate in answer["candidates"]
    ]
    return {"usage": usage, "candidates": candidates, "model": answer.get("modelVersion")}


def _without_id(part: Json) -> Json:
    """A call of Gemini's that had no id gets one of ours."""
    if "functionCall" in part:
        return part | {"functionCall": {key: value for key, value in part["functionCall"].items() if key != "id"}}
    return part


def _events(client: str, data: bytes) -> list[Json]:
    from gateway.wire.sse import SseDecoder

    decoder = SseDecoder()
    events = decoder.decode(data) + decoder.flush()
    return [json.loads(event.data) for event in events if event.data.strip()]


def _original(client: str, data: bytes) -> Json:
    if client == "anthropic":
        return _anthropic(_events(client, data))
    return heard.JOINS["gemini"]([("", _filled(body)) for body in _events(client, data)])


def _filled(body: Json) -> Json:
    """Gemini leaves out what is empty, and says what its own library does not know yet."""
    body.get("usageMetadata", {}).pop("serviceTier", None)
    for index, candidate in enumerate(body.setdefault("candidates", [])):
        candidate.setdefault("index", index)
        candidate.setdefault("content", {}).setdefault("parts", [])
    return body


def _anthropic(events: list[Json]) -> Json:
    from anthropic.lib.streaming._messages import accumulate_event

    snapshot: Any = None
    buffers: dict[int, bytes] = {}
    for body in events:
        if body["type"] not in ("ping", "error"):
            event = heard._anthropic_events().validate_python(body)
            snapshot = accumulate_event(event=event, current_snapshot=snapshot, json_bufs=buffers)
    return heard.anthropic_message(snapshot.model_dump(exclude_none=True, warnings=False))


@pytest.mark.parametrize(("client", "name"), list(_recordings("resp.sse")))
def test_a_recorded_stream_comes_back_as_it_was(client: str, name: str) -> None:
    data = (RECORDED / client / name).read_bytes()
    decoder = dialect(client).stream(NO_ASK)
    chunks = decoder.decode(data) + decoder.flush()
    if decoder.fault is not None or not decoder.finished:
        return  # nothing to put together; the caller is told
    answer = heard.streamed(client, chunks, decoder.usage)
    assert _same(client, answer) == _same(client, _original(client, data))


@pytest.mark.parametrize(("client", "name"), list(_recordings("resp.json")))
def test_a_recorded_answer_comes_back_as_it_was(client: str, name: str) -> None:
    body = json.loads((RECORDED / client / name).read_bytes())
    if client == "anthropic" and body.get("type") == "message":
        original = heard.anthropic_message(body)
    elif client == "gemini" and "candidates" in body:
        original = heard.gemini_response(_filled(body))
    else:
        return
    raw = (RECORDED / client / name).read_bytes()
    answer = dialect(client).response(NO_ASK, WireResponse(status=200, body=raw))
    assert answer.body is not None
    assert _same(client, heard.whole(client, answer.body, answer.usage)) == _same(client, original)


@pytest.mark.parametrize(("client", "name"), list(_recordings("req.json")))
def test_a_recorded_request_is_asked_again_as_it_was(client: str, name: str) -> None:
    recorded = json.loads((RECORDED / client / name).read_bytes())
    request = recorded.get("body")
    if (
        not isinstance(request, dict)
        or not request.keys() & {"messages", "contents"}
        or "countTokens" in recorded["url"]
    ):
        return
    model = request.get("model") or recorded["url"].rpartition("models/")[2].partition(":")[0]
    body = cases.asked(client, request, client, model)
    if "model" in request:
        body["model"] = request["model"]
    assert _meant(client, body) == _meant(client, request)


def _meant(client: str, request: Json) -> Json:
    """Without what says nothing: defaults, empty descriptions, sampling that thinking does not allow.

    Pictures behind addresses are fetched on the way.
    """
    out = normal(client, request)
    if client == "gemini":
        out.get("systemInstruction", {}).pop("role", None)
        for part in [part for content in out["contents"] for part in content["parts"]]:
            if part.get("fileData", {}).get("fileUri", "").startswith("https://fastly."):
                part["inlineData"] = {"mimeType": "image/png", "data": "ZmV0Y2hlZA=="}
                del part["fileData"]
        for tool in [item for group in out.get("tools", []) for item in group.get("functionDeclarations", [])]:
            if not tool.get("parameters", {}).get("properties"):
                tool.pop("parameters", None)
    if out.get("stream") is False:
        del out["stream"]
    if "thinking" in out:
        out.pop("temperature", None)
    if client == "anthropic" and "tools" in out:
        out["tools"] = [{key: value for key, value in tool.items() if value != ""} for tool in out["tools"]]
    return out
