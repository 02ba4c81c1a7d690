"""POST /v1beta/models/{model}:generateContent and its streamed twin: Google's own clients.

https://ai.google.dev/api/generate-content
"""

from collections.abc import Mapping

from gateway.errors import BadRequest, GatewayError
from gateway.outbound.protocol import CanonicalResponse, Details, Fault, Operation
from gateway.records import dataclass
from gateway.wire import sse
from gateway.wire.json import encode
from relay.inbound.checks import check_type, read_object
from relay.inbound.gemini import for_others as gemini_for_others
from relay.inbound.gemini import reply as gemini_reply
from relay.inbound.gemini.request import canonical
from relay.inbound.protocol import Json, ParsedRequest, RawRequest, StreamEncoder

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


@dataclass(frozen=True, slots=True)
class GeminiContent:
    """generateContent, or streamGenerateContent.

    Without ``alt=sse`` Google streams one JSON array. Nobody can be kept waiting inside an array, nor be told in it
    that the stream broke; so that form is asked for whole, and comes as an array of one.
    """

    streamed: bool
    dialect: str = "gemini"
    operation: Operation = "chat"

    def parse(self, raw: RawRequest) -> ParsedRequest:
        model = raw.path["model"]
        given = read_object(raw.body)
        if not check_type(given, "contents", list, "a list"):
            raise BadRequest("contents is required: send at least one content", param="contents")
        stream = self.streamed and raw.query.get("alt") == "sse"
        listed = self.streamed and not stream
        body = canonical(given, model, stream=stream)
        return ParsedRequest(
            operation=self.operation,
            model=model,
            body=body,
            raw=raw.body,
            native_reply=not listed,
            stream=stream,
            listed=listed,
            adapt=gemini_for_others.adapted,
        )

    def answer(self, parsed: ParsedRequest, answer: CanonicalResponse) -> tuple[bytes, str]:
        body = gemini_reply.response(answer.body or {}, answer.usage, parsed.model)
        return encode([body] if parsed.listed else body), "application/json"

    def stream(self, parsed: ParsedRequest) -> StreamEncoder:
        return gemini_reply.GeminiEncoder(parsed.model)

    def error(self, error: GatewayError) -> bytes:
        return error_body(error.status, error.message, error.details)

    def stream_error(self, fault: Fault) -> bytes:
        return sse.encode(error_body(fault.status, fault.message, fault.details))


def error_body(status: int, message: str, details: Details | None = None) -> bytes:
    """``{"error": {code, message, status, details?}}``."""
    name = _STATUS.get(status) or ("INTERNAL" if status >= 500 else "INVALID_ARGUMENT")
    error: Json = {"code": status, "message": message, "status": name}
    if details and "gemini" in details:
        error["details"] = details["gemini"]
    return encode({"error": error})
