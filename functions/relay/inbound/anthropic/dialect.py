"""POST /v1/messages: Anthropic's own clients (https://docs.claude.com/en/api/messages)."""

from gateway.errors import BadRequest, GatewayError
from gateway.outbound.protocol import CanonicalResponse, Details, Fault, Operation
from gateway.wire import sse
from gateway.wire.json import encode
from relay.inbound.anthropic import for_others as anthropic_for_others
from relay.inbound.anthropic import reply as anthropic_reply
from relay.inbound.anthropic.request import canonical
from relay.inbound.anthropic.stream import MessageEncoder
from relay.inbound.checks import check_count, check_type, model_of, read_object
from relay.inbound.protocol import Json, ParsedRequest, RawRequest, StreamEncoder

# https://docs.claude.com/en/api/errors
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
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

    def parse(self, raw: RawRequest) -> ParsedRequest:
        given = read_object(raw.body)
        model = checked(given)
        if given.get("max_tokens") is None:
            raise BadRequest("max_tokens is required: the most tokens to produce", param="max_tokens")
        check_count(given, "max_tokens")
        check_type(given, "stream", bool, "a boolean")
        body = canonical(given) | _betas(raw.headers.get("anthropic-beta", ""))
        return ParsedRequest(
            operation=self.operation,
            model=model,
            body=body,
            raw=raw.body,
            stream=bool(given.get("stream")),
            adapt=anthropic_for_others.adapted,
        )

    def answer(self, parsed: ParsedRequest, answer: CanonicalResponse) -> tuple[bytes, str]:
        body = anthropic_reply.message(answer.body or {}, answer.usage, parsed.model)
        return encode(body), "application/json"

    def stream(self, parsed: ParsedRequest) -> StreamEncoder:
        return MessageEncoder(parsed.model)

    def error(self, error: GatewayError) -> bytes:
        return error_body(error.status, error.message, error.details)

    def stream_error(self, fault: Fault) -> bytes:
        return sse.encode(error_body(fault.status, fault.message, fault.details), "error")


def checked(body: Json) -> str:
    """The model of a request whose messages are a list with something in it; raises ``BadRequest``."""
    model = model_of(body)
    if not check_type(body, "messages", list, "a list"):
        raise BadRequest("field messages is required: send at least one message", param="messages")
    check_type(body, "tools", list, "a list")
    return model


def error_body(status: int, message: str, details: Details | None = None) -> bytes:
    """``{"type": "error", "error": {type, message, details?}}``."""
    kind = _TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    error: Json = {"type": kind, "message": message}
    if details and "anthropic" in details:
        error["details"] = details["anthropic"]
    return encode({"type": "error", "error": error})


def _betas(header: str) -> Json:
    """Beta features asked for by header: Claude behind other doors takes them in the body."""
    names = [name.strip() for name in header.split(",") if name.strip()]
    return {"anthropic_beta": names} if names else {}
