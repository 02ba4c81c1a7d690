"""Gemini-shaped answers (https://ai.google.dev/api/generate-content): events, or one JSON array in parts."""

from typing import Any

import orjson

from tests.fakes.upstream.answers import (
    JSON,
    MISSING,
    Stream,
    Whole,
    event,
    events_around,
    pieces,
    reported,
    tokens,
    whole,
    with_usage,
)
from tests.fakes.upstream.behaviour import Behaviour
from tests.fakes.upstream.request import Json, Request

_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
_STATUS |= {429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}


def error(status: int) -> Json:
    name = _STATUS.get(status, "INTERNAL" if status >= 500 else "INVALID_ARGUMENT")
    return {"error": {"code": status, "message": f"fake upstream says {status}", "status": name}}


def generate(request: Request, behaviour: Behaviour) -> Whole:
    usage = reported(_usage(behaviour), behaviour.usage)
    body = _body(request, "".join(pieces(behaviour)), behaviour.finish or "STOP", usage)
    return whole(body, usage=usage, chunks=behaviour.chunks)


def stream(request: Request, behaviour: Behaviour) -> Stream:
    """The last piece of text has an event of its own with finish reason and usage, as the real one does."""
    usage = reported(_usage(behaviour), behaviour.usage)
    last = _body(request, "", behaviour.finish or "STOP", usage)
    known = None if usage is MISSING else usage
    texts = pieces(behaviour)
    if request.query.get("alt") == ["sse"]:
        content = events_around(_body(request, "{}", None, MISSING), texts)
        return Stream(content=content, closing=[event(last)], error=event(error(503)), usage=known)
    parts = [orjson.dumps(_body(request, text, None, MISSING)) + b"\n,\r\n" for text in texts]
    return Stream(
        opening=[b"["],
        content=parts,
        closing=[orjson.dumps(last) + b"\n"],
        end=b"]\n",
        error=orjson.dumps(error(503)) + b"\n]",
        garbage=b"{not json,\r\n",
        type=JSON,
        usage=known,
    )


def count_tokens(request: Request, behaviour: Behaviour) -> Whole:
    return whole({"totalTokens": behaviour.prompt_tokens})


def embed(request: Request, behaviour: Behaviour) -> Whole:
    return whole({"embedding": {"values": _values(behaviour)}})


def embed_batch(request: Request, behaviour: Behaviour) -> Whole:
    asked = request.json.get("requests")
    count = len(asked) if isinstance(asked, list) else 1
    return whole({"embeddings": [{"values": _values(behaviour)}] * count})


def _values(behaviour: Behaviour) -> list[float]:
    return [place / 1000 - 0.5 for place in range(behaviour.dimensions)]


def _body(request: Request, text: str, finish: str | None, usage: Any) -> Json:
    candidate: Json = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    body = {"candidates": [candidate], "modelVersion": request.model, "responseId": f"fake{request.number}"}
    return with_usage(body, usage, "usageMetadata")


def _usage(behaviour: Behaviour) -> Json:
    prompt, completion = tokens(behaviour)
    usage = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": completion,
        "totalTokenCount": prompt + completion + behaviour.reasoning_tokens,
    }
    if behaviour.cached_tokens:
        usage["cachedContentTokenCount"] = behaviour.cached_tokens
    if behaviour.reasoning_tokens:
        usage["thoughtsTokenCount"] = behaviour.reasoning_tokens
    return usage
