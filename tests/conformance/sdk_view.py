"""What a user of the official SDK understands of an answer, whatever operation it was."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import openai

from tests.conformance.samples import Sample

Json = dict[str, Any]


@dataclass
class Heard:
    """Text, reasoning and tool calls in order, finish reasons by choice, usage and embeddings as the SDK shows them."""

    text: str = ""
    refusal: str = ""
    thought: str = ""
    calls: list[list[str]] = field(default_factory=list)
    finish: dict[int, str] = field(default_factory=dict)
    usage: Json | None = None
    body: Any = None  # the whole answer, where there is one
    ended: bool = False  # a stream came to its own end
    error: openai.APIError | None = None  # or broke off with this


def asked(sample: Sample, model: str, cut: str) -> Json:
    """The arguments of the SDK's method."""
    text = f"say something cut={cut}"
    counts = {"openai/chat-n2-stream": 2}
    by_operation: dict[str, Json] = {
        "chat": {"messages": [{"role": "user", "content": text}]},
        "completions": {"prompt": text},
        "embeddings": {"input": text, "encoding_format": "float"},
        "images": {"prompt": text},
        "speech": {"input": text, "voice": "alloy"},
        "responses": {"input": text},
    }
    made = {"model": model, **by_operation[sample.operation]}
    if sample.operation == "embeddings" and not sample.error:  # providers answer as many as were asked for
        made["input"] = [text] * len(vectors(sample))
    if sample.name in counts:
        made["n"] = counts[sample.name]
    if sample.stream and sample.operation in ("chat", "completions"):
        made |= {"stream": True, "stream_options": {"include_usage": True}}
    elif sample.stream:
        made["stream"] = True
    return made


def vectors(sample: Sample) -> list[Any]:
    """The vectors of a recording, in whatever shape they came."""
    body = json.loads(sample.body)
    body = body.get("Response", body)
    found = body.get("data") or body.get("Data") or body.get("embeddings") or body.get("output", {}).get("embeddings")
    items = found["float"] if isinstance(found, dict) else found
    return [(item.get("embedding") or item.get("Embedding")) if isinstance(item, dict) else item for item in items]


def hear(client: openai.OpenAI, sample: Sample, model: str, cut: str = "whole") -> Heard:
    """Ask through the SDK and take in the answer; raises what the SDK raises."""
    made = asked(sample, model, cut)
    match sample.operation:
        case "chat":
            return _chunks(client.chat.completions.create(**made)) if sample.stream else _chat(client, made)
        case "completions":
            return _texts(client.completions.create(**made), sample.stream)
        case "responses":
            return _responses(client, made, sample.stream)
        case "embeddings":
            answer = client.embeddings.create(**made)
        case "images":
            answer = client.images.generate(**made)
        case _:
            raise AssertionError(f"{sample.operation} has a test of its own")
    body = answer.model_dump(warnings=False)
    return Heard(body=body, usage=body.get("usage"), ended=True)


def _chat(client: openai.OpenAI, made: Json) -> Heard:
    raw = client.chat.completions.with_raw_response.create(**made)
    answer = raw.parse().model_dump(warnings=False)
    heard = Heard(body=json.loads(raw.text), usage=answer.get("usage"), ended=True)
    for choice in answer["choices"]:
        message = choice["message"]
        heard.text += message.get("content") or ""
        heard.refusal += message.get("refusal") or ""
        heard.thought += reasoning_of(message)
        heard.calls += [[c["function"]["name"], c["function"]["arguments"]] for c in message.get("tool_calls") or []]
        heard.finish[choice["index"]] = choice["finish_reason"]
    return heard


def _chunks(stream: Any) -> Heard:
    heard = Heard()
    calls: dict[tuple[int, int], list[str]] = {}
    for value in _dumps(heard, stream):
        for choice in value.get("choices") or []:
            delta = choice["delta"] or {}
            heard.text += delta.get("content") or ""
            heard.refusal += delta.get("refusal") or ""
            heard.thought += reasoning_of(delta)
            for call in delta.get("tool_calls") or []:
                held = calls.setdefault((choice["index"], call["index"]), ["", ""])
                function = call.get("function") or {}
                held[0] += function.get("name") or ""
                held[1] += function.get("arguments") or ""
            if choice.get("finish_reason"):
                heard.finish[choice["index"]] = choice["finish_reason"]
        heard.usage = value.get("usage") or heard.usage
    heard.calls = [calls[key] for key in sorted(calls)]
    return heard


def _dumps(heard: Heard, stream: Any) -> Iterator[Json]:
    """The chunks of a stream, and how it ended."""
    try:
        for chunk in stream:
            yield chunk.model_dump(warnings=False)
        heard.ended = True
    except openai.APIError as error:
        heard.error = error


def _texts(answer: Any, stream: bool) -> Heard:
    heard = Heard()
    for value in _dumps(heard, answer if stream else [answer]):
        for choice in value["choices"]:
            heard.text += choice["text"] or ""
            if choice.get("finish_reason"):
                heard.finish[choice["index"]] = choice["finish_reason"]
        heard.usage = value.get("usage") or heard.usage
    return heard


def _responses(client: openai.OpenAI, made: Json, stream: bool) -> Heard:
    if not stream:
        raw = client.responses.with_raw_response.create(**made)
        return Heard(body=json.loads(raw.text), text=raw.parse().output_text, ended=True)
    heard = Heard(body=[])
    for event in client.responses.create(**made):
        heard.body.append(event.type)
        if event.type == "response.output_text.delta":
            heard.text += event.delta
        if event.type == "response.function_call_arguments.done":
            heard.calls.append([getattr(event, "name", "") or "", event.arguments])
        if event.type == "response.completed":
            heard.usage = event.response.usage.model_dump() if event.response.usage else None
            heard.ended = True
    return heard


def reasoning_of(message: Json) -> str:
    """Reasoning under either of its names."""
    return message.get("reasoning_content") or message.get("reasoning") or ""
