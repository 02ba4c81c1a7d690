"""POST /v1/messages: Anthropic's own clients (https://docs.claude.com/en/api/messages)."""

import json

from gateway.errors import BadRequest, GatewayError
from gateway.outbound.base import Answer, Fault, Operation
from gateway.wire import sse
from relay.inbound import anthropic_reply
from relay.inbound.anthropic_request import canonical
from relay.inbound.base import Parsed, Raw, StreamEncoder
from relay.inbound.checks import check_count, check_type, model_of, read_object

# https://docs.claude.com/en/api/errors
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class AnthropicMessages:
    """The Messages API."""

    dialect = "anthropic"
    operation: Operation = "chat"

    def parse(self, raw: Raw) -> Parsed:
        body = read_object(raw.body)
        model = model_of(body)
        if body.get("max_tokens") is None:
            raise BadRequest("max_tokens is required: the most tokens to produce", param="max_tokens")
        check_count(body, "max_tokens")
        check_type(body, "stream", bool, "a boolean")
        if not check_type(body, "messages", list, "a list"):
            raise BadRequest("field messages is required: send at least one message", param="messages")
        return Parsed(
            operation=self.operation,
            model=model,
            body=canonical(body),
            raw=raw.body,
            stream=bool(body.get("stream")),
        )

    def answer(self, parsed: Parsed, answer: Answer) -> tuple[bytes, str]:
        body = anthropic_reply.message(answer.body or {}, answer.usage, parsed.model)
        return json.dumps(body, ensure_ascii=False).encode(), "application/json"

    def stream(self, parsed: Parsed) -> StreamEncoder:
        return anthropic_reply.MessageEncoder(parsed.model)

    def error(self, error: GatewayError) -> bytes:
        return _error(error.status, error.message)

    def stream_error(self, fault: Fault) -> bytes:
        return sse.encode(_error(fault.status, fault.message), "error")


def _error(status: int, message: str) -> bytes:
    kind = _TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}}, ensure_ascii=False).encode()
