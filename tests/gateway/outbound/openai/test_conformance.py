"""Recorded traffic of OpenAI-compatible providers: nothing of it is lost, and every error is understood."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.outbound.openai.meter import StreamFilter
from gateway.outbound.protocol import Json, Operation, ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.registry import DIALECTS, meter
from gateway.providers.catalog import provider

pytestmark = pytest.mark.conformance

FIXTURES = Path(__file__).parents[5] / "shared" / "fixtures"

# Fixture folder to channel type.
TYPES = {
    "ai360": 19, "alibaba": 49, "azure": 3, "baichuan": 26, "baidu": 47, "deepseek": 36, "doubao": 40, "groq": 29,
    "lingyi": 31, "minimax": 27, "mistral": 28, "moonshot": 25, "novita": 41, "openai": 1, "openrouter": 20,
    "siliconflow": 44, "spark": 48, "stepfun": 32, "together": 39, "xai": 45,
}  # fmt: skip
# Samples of these folders that are spoken in the provider's own dialect and are tested with it.
NATIVE = ("native-", "v1-", "token-", "ws-")
OPERATIONS: dict[str, Operation] = {
    "embeddings": "embeddings", "rerank": "rerank", "image": "images", "responses": "responses",
    "legacy": "completions",
}  # fmt: skip
NO_ANSWER = {"error", "balance", "models", "count", "poll"}

# Where the provider's own figures are not what is charged: the reason is in the value's name.
REASONING_BESIDE_COMPLETION = {
    ("xai", "text"): Usage(prompt=165, cached=156, completion=127, reasoning=125),
    ("xai", "reasoning-stream"): Usage(prompt=213, cached=192, completion=200, reasoning=198),
}


def samples() -> list[Json]:
    index = FIXTURES / "INDEX.jsonl"
    lines = index.read_text("utf-8").splitlines() if index.exists() else []
    found = [json.loads(line) for line in lines]
    return [s for s in found if s["provider"] in TYPES and not s["slug"].startswith(NATIVE)]


def content(sample: Json) -> bytes:
    name = next(name for name in sample["files"] if ".resp." in name)
    data = (FIXTURES / sample["provider"] / name).read_bytes()
    return base64.b64decode(data) if name.endswith(".txt") else data


def name_of(sample: Json) -> str:
    return f"{sample['provider']}/{sample['slug']}"


def operation_of(sample: Json) -> Operation:
    if "responses" in sample["slug"]:
        return "responses"
    if sample["slug"] == "audio-transcription":
        return "transcription"
    if sample["slug"] == "audio-translation":
        return "translation"
    if sample["slug"] == "tts":
        return "speech"
    return OPERATIONS.get(sample["kind"].partition(".")[0], "chat")


def ask_for(sample: Json, *, stream: bool = False) -> ProviderRequest:
    return ProviderRequest(
        operation=operation_of(sample), body={}, model="m", requested_model="asked", stream=stream, request_id="7"
    )


def dialect_name(sample: Json) -> str:
    row = provider(TYPES[sample["provider"]])
    return row.dialects.get(operation_of(sample)) or row.dialects["chat"]


ALL = samples()
STREAMS = [s for s in ALL if ".stream" in s["kind"]]
WHOLE = [s for s in ALL if s["kind"] not in NO_ANSWER and ".stream" not in s["kind"]]
ERRORS = [s for s in ALL if s["kind"] == "error"]


def test_the_recordings_are_there_in_number() -> None:
    if not ALL:
        pytest.skip("the recorded traffic does not lie beside the project")
    assert (len(STREAMS) >= 28, len(WHOLE) >= 50, len(ERRORS) >= 50) == (True, True, True)


def said(value: Any) -> tuple[str, str]:
    """Text and thought of a content in any form, read here without the code under test."""
    if isinstance(value, str):
        return value, ""
    text = thought = ""
    for part in value or []:
        if part.get("type") == "thinking":
            thought += "".join(piece["text"] for piece in part["thinking"])
        else:
            text += part.get("text", "")
    return text, thought


def reasoning_of(message: Json) -> str:
    return message.get("reasoning_content") or message.get("reasoning") or ""


def figures(usage: Json | None) -> tuple[int, int, int] | None:
    """Prompt, cached and completion as the provider itself says."""
    if not usage or not usage.get("total_tokens", 1):
        return None
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    prompt = usage.get("prompt_tokens", usage.get("input_tokens", 0))
    completion = usage.get("completion_tokens", usage.get("output_tokens", 0))
    cached = details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or usage.get("cached_tokens") or 0
    return prompt, cached, completion


def assert_usage(found: Usage | None, reported: Json | None, key: tuple[str, str]) -> None:
    if key in REASONING_BESIDE_COMPLETION:
        assert found == REASONING_BESIDE_COMPLETION[key]
        return
    expected = figures(reported)
    if expected is None:
        assert found is None
        return
    assert found is not None
    reasoning = found.reasoning if (reported or {}).get("total_tokens", 0) > expected[0] + expected[2] else 0
    assert (found.prompt, found.cached, found.completion - reasoning) == expected
    assert found.plausible()


@pytest.mark.parametrize("sample", WHOLE, ids=name_of)
def test_a_whole_reply_keeps_everything(sample: Json) -> None:
    data = content(sample)
    request = ask_for(sample)
    headers = {"content-type": sample["content_type"] or "application/json"}
    answer = DIALECTS[dialect_name(sample)].response(request, WireResponse(status=200, body=data, headers=headers))
    if request.operation == "speech":
        assert (answer.raw, answer.content_type) == (data, "audio/mpeg")
        return
    raw = json.loads(data)
    assert answer.body is not None
    if request.operation == "chat":
        for before, after in zip(raw["choices"], answer.body["choices"], strict=True):
            message, kept = before["message"], after["message"]
            text, thought = said(message.get("content"))
            assert (kept["content"] or "") == text
            assert (kept.get("reasoning_content") or "") == reasoning_of(message) + thought
            assert kept.get("tool_calls") == message.get("tool_calls") or not message.get("tool_calls")
            assert after["finish_reason"] == (before.get("finish_reason") or "stop").replace("eos", "stop")
            assert set(before) <= set(after) and set(message) - {"tool_calls"} <= set(kept)
        assert {**answer.body, **raw} == {
            **answer.body,
            **raw,
            **{k: v for k, v in raw.items() if k not in answer.body},
        }
        assert set(raw) <= set(answer.body)
    elif request.operation != "rerank":
        assert answer.body == raw
    if request.operation in ("transcription", "translation", "images"):
        assert answer.usage is not None or "usage" not in raw
        return
    assert_usage(answer.usage, raw.get("usage"), (sample["provider"], sample["slug"]))


def read_stream(data: bytes) -> Json:
    """Text, thought, calls, finish reasons and the last usage of a stream, read line by line."""
    out: Json = {"text": "", "thought": "", "calls": {}, "finish": {}, "usage": None}
    for line in data.decode().splitlines():
        payload = line.removeprefix("data:").strip()
        if not line.startswith("data:") or payload == "[DONE]":
            continue
        event = json.loads(payload)
        for choice in event.get("choices") or []:
            delta = choice.get("delta") or {}
            text, thought = said(delta.get("content"))
            out["text"] += text
            out["thought"] += thought + reasoning_of(delta)
            for call in delta.get("tool_calls") or []:
                held = out["calls"].setdefault(call.get("index", 0), ["", ""])
                held[0] = held[0] or call["function"].get("name") or ""
                held[1] += call["function"].get("arguments") or ""
            if choice.get("finish_reason"):
                out["finish"][choice.get("index", 0)] = choice["finish_reason"]
        usage = event.get("usage") or (event.get("response") or {}).get("usage")
        out["usage"] = usage or out["usage"]
    return out


def read_chunks(chunks: list[Json]) -> Json:
    lines = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n" for chunk in chunks)
    return read_stream(lines)


def cuts(data: bytes) -> list[list[bytes]]:
    """Whole, by byte (small ones; others by primes), and apart at every event boundary."""
    size = 1 if len(data) < 20_000 else 61
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    events = [event + b"\n\n" for event in data.split(b"\n\n")]
    return [[data], pieces, events]


@pytest.mark.parametrize("sample", STREAMS, ids=name_of)
def test_a_stream_keeps_everything_however_it_is_cut(sample: Json) -> None:
    data = content(sample)
    request = ask_for(sample, stream=True)
    raw = read_stream(data)
    results = []
    for pieces in cuts(data):
        decoder = DIALECTS[dialect_name(sample)].stream(request)
        chunks = [chunk for piece in pieces for chunk in decoder.decode(piece)] + decoder.flush()
        assert decoder.fault is None
        assert decoder.finished
        assert_usage(decoder.usage, raw["usage"], (sample["provider"], sample["slug"]))
        results.append(chunks)
    assert results[0] == results[1] == results[2]
    if request.operation != "chat":
        return
    found = read_chunks(results[0])
    assert (found["text"], found["thought"], found["calls"]) == (raw["text"], raw["thought"], raw["calls"])
    assert found["finish"] == (raw["finish"] or {0: "stop"})
    assert found["usage"] is None
    assert all(chunk["object"] == "chat.completion.chunk" and chunk["id"] for chunk in results[0])


@pytest.mark.parametrize("sample", STREAMS, ids=name_of)
def test_a_stream_cut_at_any_event_before_its_end_is_not_taken_for_whole(sample: Json) -> None:
    data = content(sample)
    raw_events = [event + b"\n\n" for event in data.split(b"\n\n") if event.strip()]
    told = 0
    for count in range(len(raw_events)):
        part = b"".join(raw_events[:count])
        decoder = DIALECTS[dialect_name(sample)].stream(ask_for(sample, stream=True))
        decoder.decode(part)
        decoder.flush()
        ended = b'"finish_reason":"' in part.replace(b": ", b":").replace(b'"finish_reason":""', b"")
        ended = ended or b"response.completed" in part
        assert decoder.finished <= ended
        told += not decoder.finished
    assert told


@pytest.mark.parametrize("sample", STREAMS, ids=name_of)
def test_what_passes_through_is_metered_like_what_is_decoded(sample: Json) -> None:
    data = content(sample)
    name = dialect_name(sample)
    decoder = DIALECTS[name].stream(ask_for(sample, stream=True))
    decoder.decode(data)
    decoder.flush()
    for pieces in cuts(data):
        watching, hiding = meter(name), StreamFilter()
        sent = b"".join([*(hiding.feed(piece) for piece in pieces), hiding.finish()])
        for piece in pieces:
            watching.feed(piece)
        watching.close()
        assert (watching.usage, watching.finished, watching.fault) == (decoder.usage, True, None)
        lost = [line for line in data.splitlines() if line and line not in sent.splitlines()]
        assert len(lost) <= 1
        assert all(json.loads(line[5:])["choices"] == [] for line in lost)
        if pieces[0] is not data:
            continue
        raw = read_stream(data)
        for part in (raw["text"], *(call[1] for call in raw["calls"].values())):
            assert part.strip() in watching.delivered_text() or name_of(sample) in INTERLEAVED


# Two choices, or thinking and text, that come in turns: delivered text is in the order of delivery.
INTERLEAVED = {"openai/chat-n2-stream"}

# Every error sample of these providers and what it means.
MEANS = {
    "alibaba/compat-err401": "disable",
    "azure/err401": "disable",
    "azure/err404-deployment": "retry",
    "azure/err429": "cooldown",
    "baichuan/err401": "disable",
    "baichuan/err429": "cooldown",
    "baidu/v2-err-key": "disable",
    "baidu/v2-err-model": "retry",
    "deepseek/err401": "disable",
    "deepseek/err402": "disable",
    "deepseek/responses-err400": "caller",
    "doubao/err400-risk": "filtered",
    "doubao/err401": "disable",
    "doubao/err403-overdue": "disable",
    "doubao/err429-quota": "disable",
    "doubao/err429-rpm": "cooldown",
    "groq/err400-tool-use-failed": "caller",
    "groq/err401": "disable",
    "groq/err404": "retry",
    "groq/stream-error-tooluse": "caller",
    "minimax/err-auth": "disable",
    "minimax/err-balance": "disable",
    "minimax/err-param": "caller",
    "minimax/err-sensitive": "filtered",
    "mistral/err400-model": "retry",
    "mistral/err401": "disable",
    "moonshot/err400-filter": "filtered",
    "moonshot/err401": "disable",
    "moonshot/err429-overload": "cooldown",
    "moonshot/err429-quota": "disable",
    "moonshot/err429-rate": "cooldown",
    "novita/err401": "disable",
    "novita/err403-balance": "disable",
    "novita/err404": "retry",
    "openai/err400-embeddings": "caller",
    "openai/err400-no-messages": "caller",
    "openai/err400-unsupported-param": "caller",
    "openai/err401-key": "disable",
    "openai/err401-stream": "disable",
    "openai/err429-insufficient-quota": "disable",
    "openai/err429-rate": "cooldown",
    "openai/responses-err400": "retry",
    "openai/responses-err401": "disable",
    "openai/responses-stream-ratelimited": "cooldown",
    "openrouter/err400-context": "caller",
    "openrouter/err401": "disable",
    "openrouter/err402": "disable",
    "openrouter/err429": "cooldown",
    "openrouter/err429-provider": "cooldown",
    "siliconflow/err-busy": "cooldown",
    "siliconflow/err400-model": "retry",
    "siliconflow/err401-string": "disable",
    "siliconflow/err403-balance": "disable",
    "siliconflow/err429": "cooldown",
    "spark/http-err": "disable",
    "spark/http-err-code": "disable",
    "stepfun/err401": "disable",
    "stepfun/err402": "disable",
    "stepfun/err429": "cooldown",
    "stepfun/err451": "filtered",
    "xai/err400-key": "disable",
}


@pytest.mark.parametrize("sample", ERRORS, ids=name_of)
def test_a_recorded_error_is_classified(sample: Json) -> None:
    data = content(sample)
    dialect = DIALECTS[dialect_name(sample)]
    headers = {name.lower(): value for name, value in sample["headers"].items()}
    if "event-stream" in sample["content_type"]:
        decoder = dialect.stream(ask_for(sample, stream=True))
        decoder.decode(data)
        decoder.flush()
        fault = decoder.fault
    elif sample["status"] == 200:
        with pytest.raises(ProviderFault) as caught:
            dialect.response(ask_for(sample), WireResponse(status=200, body=data, headers=headers))
        fault = caught.value.fault
    else:
        fault = dialect.error(WireResponse(status=sample["status"], body=data, headers=headers))
    assert fault is not None
    assert fault.kind == MEANS[name_of(sample)]
    assert fault.status >= 400
    assert fault.message and "no explanation" not in fault.message
