"""Anthropic-shaped answers (https://docs.anthropic.com/en/api/messages-streaming)."""

from typing import Any

from tests.fakes.upstream.answers import (
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

_ERRORS = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
_ERRORS |= {413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error"}


def error(status: int) -> Json:
    kind = _ERRORS.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": f"fake upstream says {status}"}}


def messages(request: Request, behaviour: Behaviour) -> Answer:
    prompt, completion = tokens(behaviour)
    usage = reported(
        {
            "input_tokens": prompt - behaviour.cached_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": behaviour.cached_tokens,
            "output_tokens": completion,
        },
        behaviour.usage,
    )
    head: Json = {
        "id": f"msg_fake{request.number}",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "stop_sequence": None,
    }
    stop = behaviour.finish or "end_turn"
    if request.json.get("stream") is True:
        return _stream(behaviour, head, usage, stop)
    content = [{"type": "text", "text": "".join(pieces(behaviour))}]
    body = with_usage({**head, "content": content, "stop_reason": stop}, usage)
    return whole(body, usage=usage, chunks=behaviour.chunks)


def count_tokens(request: Request, behaviour: Behaviour) -> Whole:
    return whole({"input_tokens": behaviour.prompt_tokens})


def _stream(behaviour: Behaviour, head: Json, usage: Any, stop: str) -> Stream:
    at_start: Any = {**usage, "output_tokens": 1} if _plain(usage) else usage
    at_end: Any = {"output_tokens": usage["output_tokens"]} if _plain(usage) else usage
    message = with_usage({**head, "content": [], "stop_reason": None}, at_start)
    delta: Json = {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    text = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "{}"}}
    return Stream(
        opening=[
            event({"type": "message_start", "message": message}, "message_start"),
            event(block, "content_block_start"),
            event({"type": "ping"}, "ping"),
        ],
        content=events_around(text, pieces(behaviour), "content_block_delta"),
        closing=[
            event({"type": "content_block_stop", "index": 0}, "content_block_stop"),
            event(with_usage(delta, at_end), "message_delta"),
        ],
        end=event({"type": "message_stop"}, "message_stop"),
        error=event(error(529), "error"),
        usage=None if usage is MISSING else usage,
    )


def _plain(usage: Any) -> bool:
    return isinstance(usage, dict) and "output_tokens" in usage
