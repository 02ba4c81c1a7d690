"""Canonical answers as generateContent responses, whole and streamed (https://ai.google.dev/api/generate-content)."""

import json
from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.payload import obj, objs, parse, string
from gateway.wire import sse
from gateway.wire.chat import text_of
from relay.inbound.base import Json

_FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY"}


def response(body: Json, usage: Usage | None, model: str) -> Json:
    """A whole completion as a GenerateContentResponse."""
    return {
        "candidates": [_candidate(choice) for choice in objs(body.get("choices"))],
        "usageMetadata": usage_json(usage),
        "modelVersion": string(body.get("model")) or model,
        "responseId": string(body.get("id")),
    }


def usage_json(usage: Usage | None) -> Json:
    """Gemini counts thoughts beside the candidates' tokens, cached tokens inside the prompt."""
    usage = usage or Usage()
    figures = {
        "promptTokenCount": usage.prompt,
        "candidatesTokenCount": usage.completion - usage.reasoning,
        "totalTokenCount": usage.total,
    }
    further = {"thoughtsTokenCount": usage.reasoning, "cachedContentTokenCount": usage.cached}
    return figures | {name: figure for name, figure in further.items() if figure}


def _candidate(choice: Json) -> Json:
    said = obj(choice.get("message"))
    finish = string(choice.get("finish_reason"))
    return {
        "content": {"role": "model", "parts": _parts(said)},
        "finishReason": _FINISH.get(finish, "OTHER"),
        "index": choice.get("index", 0),
    }


def _parts(said: Json) -> list[Json]:
    parts: list[Json] = []
    if reasoning := string(said.get("reasoning_content")):
        parts.append({"text": reasoning, "thought": True})
    if text := text_of(said.get("content")) or string(said.get("refusal")):
        parts.append({"text": text})
    return parts + [_call(call) for call in objs(said.get("tool_calls"))]


def _call(call: Json) -> Json:
    function = obj(call.get("function"))
    made: Json = {
        "functionCall": {
            "id": string(call.get("id")),
            "name": string(function.get("name")),
            "args": obj(parse(string(function.get("arguments")) or "{}")),
        }
    }
    signature = obj(obj(call.get("extra_content")).get("google")).get("thought_signature")
    return made | ({"thoughtSignature": signature} if signature else {})


class ResponseEncoder:
    """Canonical chunks to Gemini's: a response per chunk; calls come whole, when the stream ends.

    ``as_events`` is ``alt=sse``; without it Gemini streams one JSON array.
    """

    def __init__(self, model: str, *, as_events: bool) -> None:
        self._model = model
        self._as_events = as_events
        self._first = True
        self._calls: dict[tuple[int, int], Json] = {}
        self._finish: dict[int, str] = {}
        self._head: Json = {}

    def encode(self, chunks: list[Json]) -> bytes:
        return b"".join(self._chunk(chunk) for chunk in chunks)

    def end(self, usage: Usage | None) -> bytes:
        indexes = sorted(self._finish) or [0]
        candidates = [
            {
                "content": {
                    "role": "model",
                    "parts": [_call(c) for at, c in sorted(self._calls.items()) if at[0] == i],
                },
                "finishReason": self._finish.get(i, "STOP"),
                "index": i,
            }
            for i in indexes
        ]
        last = self._sent({"candidates": candidates, "usageMetadata": usage_json(usage)})
        return last if self._as_events else last + b"]"

    def _chunk(self, chunk: Json) -> bytes:
        self._head = {"modelVersion": string(chunk.get("model")) or self._model, "responseId": string(chunk.get("id"))}
        candidates: list[Json] = []
        for choice in objs(chunk.get("choices")):
            index, delta = int(choice.get("index") or 0), obj(choice.get("delta"))
            for call in objs(delta.pop("tool_calls", None) if "tool_calls" in delta else None):
                self._gather(index, call)
            if choice.get("finish_reason"):
                self._finish[index] = _FINISH.get(string(choice["finish_reason"]), "OTHER")
            if parts := _parts(delta):
                candidates.append({"content": {"role": "model", "parts": parts}, "index": index})
        return self._sent({"candidates": candidates}) if candidates else b""

    def _gather(self, index: int, piece: Json) -> None:
        call = self._calls.setdefault((index, int(piece.get("index") or 0)), {"function": {"arguments": ""}})
        function, kept = obj(piece.get("function")), obj(call["function"])
        kept["name"] = string(function.get("name")) or kept.get("name", "")
        kept["arguments"] = kept["arguments"] + string(function.get("arguments"))
        call.update({name: piece[name] for name in ("id", "extra_content") if piece.get(name)})

    def _sent(self, body: dict[str, Any]) -> bytes:
        data = json.dumps(body | self._head, ensure_ascii=False).encode()
        if self._as_events:
            return sse.encode(data)
        before = b"[" if self._first else b",\n"
        self._first = False
        return before + data
