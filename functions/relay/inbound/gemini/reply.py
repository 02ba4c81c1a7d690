"""Canonical answers as generateContent responses, whole and streamed (https://ai.google.dev/api/generate-content).

A reply of Gemini's that came through canonical form gets back what it said beyond OpenAI's shape: its parts from
``gemini_content``, its own finish reason, ratings and sources from the choice.
"""

from collections.abc import Mapping
from typing import Any

from gateway.domain.usage import Usage
from gateway.outbound.canonical.media import inline
from gateway.outbound.protocol import Unsupported
from gateway.wire import sse
from gateway.wire.chat import UNREADABLE, text_of
from gateway.wire.json import encode, obj, objs, parse, string
from relay.inbound.protocol import Json

_FINISH = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "function_call": "STOP",
    "content_filter": "SAFETY",
}
_NATIVE = frozenset({"OTHER", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "NO_IMAGE", "IMAGE_OTHER"})
# Of a choice, these are Gemini's own words; other providers' further keys mean nothing to its clients.
_FURTHER = (
    "safetyRatings",
    "citationMetadata",
    "groundingMetadata",
    "groundingAttributions",
    "urlContextMetadata",
    "avgLogprobs",
    "tokenCount",
    "finishMessage",
)


def response(body: Json, usage: Usage | None, model: str) -> Json:
    """A whole completion as a GenerateContentResponse."""
    further = {name: body[name] for name in ("promptFeedback", "createTime", "modelStatus") if name in body}
    return {
        "candidates": [_candidate(choice) for choice in objs(body.get("choices"))],
        **further,
        "usageMetadata": usage_json(usage),
        **_head(body, model),
    }


def usage_json(usage: Usage | None) -> Json:
    """Gemini counts thoughts beside the candidates' tokens, cached tokens inside the prompt."""
    usage = usage or Usage()
    figures = {
        "promptTokenCount": usage.prompt,
        "candidatesTokenCount": max(0, usage.completion - usage.reasoning),
        "totalTokenCount": usage.total,
    }
    further = {"thoughtsTokenCount": usage.reasoning, "cachedContentTokenCount": usage.cached}
    return figures | {name: figure for name, figure in further.items() if figure}


def _head(body: Json, model: str) -> Json:
    return {
        "modelVersion": string(body.get("model")) or model,
        "responseId": string(body.get("id")).removeprefix("chatcmpl-"),
    }


def _candidate(choice: Json) -> Json:
    said = obj(choice.get("message"))
    parts = objs(said.get("gemini_content")) or [*_parts(said), *(_call(call) for call in objs(said.get("tool_calls")))]
    return {
        "content": {"role": "model", "parts": parts},
        "finishReason": _finish(choice),
        "index": choice.get("index", 0),
        **_further(choice),
    }


def _finish(choice: Json) -> str:
    native = string(choice.get("native_finish_reason"))
    if native:
        from gateway.outbound.gemini.reply import FINISH  # noqa: PLC0415 (7 ms of a cold start, of 100)

        if native in FINISH or native in _NATIVE:
            return native
    return _FINISH.get(string(choice.get("finish_reason")), "OTHER")


def _further(choice: Json) -> Json:
    out = {name: choice[name] for name in _FURTHER if name in choice}
    scores = objs(obj(choice.get("logprobs")).get("content"))
    return out | ({"logprobsResult": _logprobs(scores)} if scores else {})


def _logprobs(scores: list[Json]) -> Json:
    tops = [{"candidates": [_score(top) for top in objs(score.get("top_logprobs"))]} for score in scores]
    return {"chosenCandidates": [_score(score) for score in scores], "topCandidates": tops}


def _score(score: Json) -> Json:
    return {"token": score.get("token"), "logProbability": score.get("logprob")}


def _parts(said: Json) -> list[Json]:
    """What a message or delta says, without its calls; a signature stands on its last text."""
    parts: list[Json] = []
    if reasoning := string(said.get("reasoning_content")):
        parts.append({"text": reasoning, "thought": True})
    text, signature = text_of(said.get("content")) or string(said.get("refusal")), _signature(said)
    if text or signature:
        parts.append({"text": text} | signature)
    return parts + [shown for image in objs(said.get("images")) if (shown := _picture(image))]


def _picture(image: Json) -> Json:
    """A picture as a part; nothing of one that is not the data it should be, so that the rest is told."""
    url = string(obj(image.get("image_url")).get("url"))
    try:
        kind, data = inline(url) or ("", "")
    except Unsupported:
        return {}
    made: Json = {"inlineData": {"mimeType": kind, "data": data}} if data else {"fileData": {"fileUri": url}}
    return made | _signature(image)


def _call(call: Json) -> Json:
    function = obj(call.get("function"))
    arguments = string(function.get("arguments"))
    value: Any = parse(arguments or "{}")
    made: Json = {
        "functionCall": {
            "id": string(call.get("id")),
            "name": string(function.get("name")),
            "args": obj(value) if isinstance(value, dict) else {UNREADABLE: arguments},
        }
    }
    return made | _signature(call)


def _signature(carrier: Json) -> Json:
    signature = obj(obj(carrier.get("extra_content")).get("google")).get("thought_signature")
    return {"thoughtSignature": signature} if signature else {}


class GeminiEncoder:
    """Canonical chunks to Gemini's events: a response per chunk; calls come whole, when the stream ends."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._calls: dict[int, dict[int, Json]] = {}
        self._ends: dict[int, Json] = {}
        self._head: Json = {}

    def encode(self, chunks: list[Json]) -> bytes:
        return b"".join(self._chunk(chunk) for chunk in chunks)

    def end(self, usage: Usage | None) -> bytes:
        indexes = sorted(self._ends.keys() | self._calls.keys()) or [0]
        return self._sent({"candidates": [self._last(index) for index in indexes], "usageMetadata": usage_json(usage)})

    def _last(self, index: int) -> Json:
        parts = [_call(call) for _, call in sorted(self._calls.get(index, {}).items())]
        ended: Mapping[str, Any] = self._ends.get(index, {"finishReason": "STOP"})
        return {"content": {"role": "model", "parts": parts}, **ended, "index": index}

    def _chunk(self, chunk: Json) -> bytes:
        self._head = _head(chunk, self._model)
        candidates: list[Json] = []
        for choice in objs(chunk.get("choices")):
            index, delta = int(choice.get("index") or 0), obj(choice.get("delta"))
            for call in objs(delta.get("tool_calls")):
                self._gather(index, call)
            further = _further(choice)
            if choice.get("finish_reason"):
                self._ends[index] = {"finishReason": _finish(choice), **further}
                further = {}
            parts = _parts(delta) + _rest(objs(delta.get("gemini_content")))
            if parts or further:
                candidates.append({"content": {"role": "model", "parts": parts}, "index": index, **further})
        return self._sent({"candidates": candidates}) if candidates else b""

    def _gather(self, index: int, piece: Json) -> None:
        number = int(piece.get("index") or 0)
        call = self._calls.setdefault(index, {}).setdefault(number, {"function": {"name": "", "arguments": ""}})
        function, kept = obj(piece.get("function")), obj(call["function"])
        kept["name"] = string(function.get("name")) or kept["name"]
        kept["arguments"] += string(function.get("arguments"))
        call.update({name: piece[name] for name in ("id", "extra_content") if piece.get(name)})

    def _sent(self, body: Json) -> bytes:
        return sse.encode(encode(body | self._head))


def _rest(parts: list[Json]) -> list[Json]:
    """Parts that chunks have no place for (code and its results), told when the whole is known."""
    return [part for part in parts if not part.keys() & {"text", "functionCall", "inlineData"}]
