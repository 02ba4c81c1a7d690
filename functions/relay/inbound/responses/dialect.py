"""POST /v1/responses (https://platform.openai.com/docs/api-reference/responses).

Where the provider has the Responses API the request passes; elsewhere it falls back to a chat.
"""

from collections.abc import Mapping

from gateway.errors import BadRequest, GatewayError
from gateway.outbound import registry
from gateway.outbound.protocol import CanonicalResponse, Fault, Operation
from gateway.wire import sse
from gateway.wire.json import encode
from relay.inbound import openai_errors
from relay.inbound.checks import check_count, check_type, kind_of, model_of, read_object
from relay.inbound.encoders import EventEncoder
from relay.inbound.protocol import Json, ParsedRequest, RawRequest, StreamEncoder
from relay.inbound.responses.history import joined
from relay.inbound.responses.reply import response
from relay.inbound.responses.request import chat
from relay.inbound.responses.stream import ResponsesEncoder
from relay.inbound.strict_openai import for_dialect
from relay.inbound.tool_results import with_text_only


class OpenAiResponses:
    """The Responses API."""

    dialect = "openai"
    operation: Operation = "responses"

    def parse(self, raw: RawRequest) -> ParsedRequest:
        body = read_object(raw.body)
        model = model_of(body)
        _check(body)
        stream = bool(check_type(body, "stream", bool, "a boolean"))
        return ParsedRequest(
            operation=self.operation,
            model=model,
            body=body,
            raw=raw.body,
            stream=stream,
            fallback=_as_chat,
        )

    def answer(self, parsed: ParsedRequest, answer: CanonicalResponse) -> tuple[bytes, str]:
        body = answer.body or {}
        if parsed.operation == "chat":
            body = response(read_object(parsed.raw), body, answer.usage, parsed.model)
        return encode(body), "application/json"

    def stream(self, parsed: ParsedRequest) -> StreamEncoder:
        if parsed.operation == "chat":
            return ResponsesEncoder(read_object(parsed.raw), parsed.model)
        return EventEncoder()

    def error(self, error: GatewayError) -> bytes:
        return openai_errors.error_body(error)

    def stream_error(self, fault: Fault) -> bytes:
        error = {"type": fault.type, "code": fault.code, "message": fault.message, "param": fault.param}
        body = {"type": "error", "code": fault.code, "message": fault.message, "param": fault.param, "error": error}
        return sse.encode(encode(body | {"sequence_number": 0}), "error")


def _as_chat(parsed: ParsedRequest) -> ParsedRequest:
    """The request as a chat; ``raw`` stays for what a response repeats of it."""
    return ParsedRequest(
        operation="chat",
        model=parsed.model,
        body=chat(parsed.body),
        raw=parsed.raw,
        native=False,
        native_reply=False,
        stream=parsed.stream,
        adapt=adapted,
    )


def adapted(body: Json, dialect: str, model: str, config: Mapping[str, str]) -> Json:
    """A chat made of items in words that a dialect and model take; raises ``Unsupported``."""
    if registry.words(dialect, model) != "anthropic":
        body = body | {"messages": joined(body["messages"])}
    return for_dialect(with_text_only(body, dialect, model), dialect, model, config)


def _check(body: Json) -> None:
    check_count(body, "max_output_tokens")
    check_count(body, "max_tool_calls")
    check_type(body, "tools", list, "a list")
    check_input(body)


def check_input(body: Json) -> None:
    """There must be something to go on from."""
    given = body.get("input")
    if given is not None and not isinstance(given, str | list):
        raise BadRequest(f"input must be a string or a list of items, not {kind_of(given)}", param="input")
    if not given and not body.get("previous_response_id") and not body.get("prompt") and not body.get("conversation"):
        raise BadRequest("input is required: send a string or a list of items", param="input")
