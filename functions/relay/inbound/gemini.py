"""POST /v1beta/models/{model}:generateContent and its streamed twin: Google's own clients.

https://ai.google.dev/api/generate-content
"""

import json
from collections.abc import Mapping
from http import HTTPStatus

from gateway.errors import BadRequest, GatewayError, NotFound
from gateway.outbound.base import Answer, Fault, Operation
from gateway.wire import sse
from relay.inbound import gemini_reply
from relay.inbound.base import Parsed, Raw, StreamEncoder
from relay.inbound.checks import check_type, read_object
from relay.inbound.gemini_request import canonical

_STATUS: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_STREAMED = {"generateContent": False, "streamGenerateContent": True}


class GeminiContent:
    """generateContent and streamGenerateContent."""

    dialect = "gemini"
    operation: Operation = "chat"

    def parse(self, raw: Raw) -> Parsed:
        model, _, action = raw.path.get("call", "").rpartition(":")
        if action not in _STREAMED or not model:
            raise NotFound(f"{raw.path.get('call')!r} is no method; use {' or '.join(_STREAMED)} of a model")
        body = read_object(raw.body)
        if not check_type(body, "contents", list, "a list"):
            raise BadRequest("contents is required: send at least one content", param="contents")
        stream = _STREAMED[action]
        return Parsed(
            operation=self.operation,
            model=model,
            body=canonical(body, model, stream=stream),
            raw=raw.body,
            native_reply=not stream or raw.query.get("alt") == "sse",
            stream=stream,
        )

    def answer(self, parsed: Parsed, answer: Answer) -> tuple[bytes, str]:
        body = gemini_reply.response(answer.body or {}, answer.usage, parsed.model)
        return json.dumps(body, ensure_ascii=False).encode(), "application/json"

    def stream(self, parsed: Parsed) -> StreamEncoder:
        return gemini_reply.ResponseEncoder(parsed.model, as_events=parsed.native_reply)

    def error(self, error: GatewayError) -> bytes:
        return _error(error.status, error.message)

    def stream_error(self, fault: Fault) -> bytes:
        return sse.encode(_error(fault.status, fault.message))


def _error(status: int, message: str) -> bytes:
    name = _STATUS.get(status) or ("INTERNAL" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "INVALID_ARGUMENT")
    error = {"code": status, "message": message, "status": name}
    return json.dumps({"error": error}, ensure_ascii=False).encode()
