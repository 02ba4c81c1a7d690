"""OpenAI-shaped answers: chat, completions, responses and embeddings."""

import base64
import struct
from dataclasses import replace
from typing import Any

from tests.fakes.upstream.answers import (
    CREATED,
    MISSING,
    Answer,
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

DONE = b"data: [DONE]\n\n"


def error(status: int) -> Json:
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status, "invalid_request_error")
    kind = kind if status < 500 else "server_error"
    return {"error": {"message": f"fake upstream says {status}", "type": kind, "param": None, "code": None}}


def chat(request: Request, behaviour: Behaviour) -> Answer:
    limit = request.json.get("max_tokens")
    if behaviour.keeps and isinstance(limit, int):
        behaviour = replace(behaviour, completion_tokens=min(limit, behaviour.completion_tokens))
    usage = reported(_chat_usage(behaviour), behaviour.usage)
    head = {"id": f"chatcmpl-fake{request.number}", "created": CREATED, "model": request.model}
    if request.json.get("stream") is True:
        return _chat_stream(request, behaviour, head, usage)
    message = {"role": "assistant", "content": "".join(pieces(behaviour)), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": behaviour.finish or "stop"}
    body = {**head, "object": "chat.completion", "choices": [choice]}
    return whole(with_usage(body, usage), usage=usage, chunks=behaviour.chunks)


def _chat_stream(request: Request, behaviour: Behaviour, head: Json, usage: Any) -> Stream:
    asked = _usage_wanted(request, behaviour) and usage is not MISSING
    head = {**head, "object": "chat.completion.chunk"}
    extra: Json = {"usage": None} if asked else {}

    def chunk(delta: Json, finish: str | None = None) -> Json:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **extra}

    closing = [event(chunk({}, behaviour.finish or "stop"))]
    if asked:
        closing.append(event({**head, "choices": [], "usage": usage}))
    return Stream(
        opening=[event(chunk({"role": "assistant", "content": ""}))],
        content=events_around(chunk({"content": "{}"}), pieces(behaviour)),
        closing=closing,
        end=DONE,
        error=event(error(500)),
        usage=usage if asked else None,
    )


def completions(request: Request, behaviour: Behaviour) -> Answer:
    usage = reported(_chat_usage(behaviour), behaviour.usage)
    head = {
        "id": f"cmpl-fake{request.number}",
        "object": "text_completion",
        "created": CREATED,
        "model": request.model,
    }

    def body(text: str, finish: str | None) -> Json:
        return {**head, "choices": [{"index": 0, "text": text, "logprobs": None, "finish_reason": finish}]}

    finish = behaviour.finish or "stop"
    if request.json.get("stream") is not True:
        return whole(with_usage(body("".join(pieces(behaviour)), finish), usage), usage=usage, chunks=behaviour.chunks)
    asked = _usage_wanted(request, behaviour) and usage is not MISSING
    last = [event({**head, "choices": [], "usage": usage})] if asked else []
    return Stream(
        content=events_around(body("{}", None), pieces(behaviour)),
        closing=[event(body("", finish)), *last],
        end=DONE,
        error=event(error(500)),
        usage=usage if asked else None,
    )


def responses(request: Request, behaviour: Behaviour) -> Answer:
    prompt, completion = tokens(behaviour)
    usage = reported(
        {"input_tokens": prompt, "output_tokens": completion, "total_tokens": prompt + completion}, behaviour.usage
    )
    text = "".join(pieces(behaviour))
    part = {"type": "output_text", "text": text, "annotations": []}
    item = {"type": "message", "id": "msg_fake", "role": "assistant", "status": "completed", "content": [part]}
    head = {"id": f"resp_fake{request.number}", "object": "response", "created_at": CREATED, "model": request.model}
    finished = with_usage({**head, "status": "completed", "output": [item]}, usage)
    if request.json.get("stream") is not True:
        return whole(finished, usage=usage, chunks=behaviour.chunks)
    started = {"type": "response.created", "response": {**head, "status": "in_progress", "output": []}}
    delta = {"type": "response.output_text.delta", "item_id": "msg_fake", "output_index": 0, "content_index": 0}
    failed = {"type": "error", "code": "server_error", "message": "fake upstream says 500", "param": None}
    return Stream(
        opening=[event(started, "response.created")],
        content=events_around({**delta, "delta": "{}"}, pieces(behaviour), "response.output_text.delta"),
        closing=[],
        end=event({"type": "response.completed", "response": finished}, "response.completed"),
        error=event(failed, "error"),
        usage=usage,
    )


def embeddings(request: Request, behaviour: Behaviour) -> Whole:
    given = request.json.get("input")
    count = len(given) if isinstance(given, list) and given and not isinstance(given[0], int) else 1
    vector: Any = [place / 1000 - 0.5 for place in range(behaviour.dimensions)]
    if request.json.get("encoding_format") == "base64":
        vector = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(count)]
    prompt = behaviour.prompt_tokens
    usage = reported({"prompt_tokens": prompt, "total_tokens": prompt}, behaviour.usage)
    return whole(with_usage({"object": "list", "data": data, "model": request.model}, usage), usage=usage)


def _usage_wanted(request: Request, behaviour: Behaviour) -> bool:
    if behaviour.usage_chunk != "asked":
        return behaviour.usage_chunk == "always"
    options = request.json.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True


def _chat_usage(behaviour: Behaviour) -> Json:
    prompt, completion = tokens(behaviour)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": behaviour.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": behaviour.reasoning_tokens, "audio_tokens": 0},
    }
