"""POST /v1/chat/completions: the canonical dialect itself.

https://platform.openai.com/docs/api-reference/chat/create
"""

from typing import Any, cast

from gateway.errors import BadRequest, GatewayError
from gateway.outbound.protocol import CanonicalResponse, Fault, Operation
from gateway.wire.json import encode
from relay.inbound import openai_errors
from relay.inbound.checks import MAX_CHOICES, check_count, check_type, kind_of, model_of, read_object
from relay.inbound.encoders import ChunkEncoder
from relay.inbound.openai import older_calls
from relay.inbound.protocol import Json, ParsedRequest, RawRequest, StreamEncoder


class OpenAiChat:
    """Requests are canonical already: they are checked, not changed."""

    dialect = "openai"
    operation: Operation = "chat"

    def parse(self, raw: RawRequest) -> ParsedRequest:
        body = read_object(raw.body)
        model = model_of(body)
        _check_messages(body)
        for name in ("max_tokens", "max_completion_tokens"):
            check_count(body, name)
        check_count(body, "n", MAX_CHOICES)
        check_type(body, "stream", bool, "a boolean")
        check_type(body, "tools", list, "a list")
        options: Json = check_type(body, "stream_options", dict, "an object") or {}
        stream = bool(body.get("stream"))
        return ParsedRequest(
            operation=self.operation,
            model=model,
            body=body,
            raw=raw.body,
            stream=stream,
            wants_usage=bool(options.get("include_usage")) if stream else True,
        )

    def answer(self, parsed: ParsedRequest, answer: CanonicalResponse) -> tuple[bytes, str]:
        body = older_calls.told(answer.body) if older_calls.asked(parsed) else answer.body
        return encode(body), answer.content_type

    def stream(self, parsed: ParsedRequest) -> StreamEncoder:
        encoder = ChunkEncoder(wants_usage=parsed.wants_usage)
        return older_calls.OlderEncoder(encoder) if older_calls.asked(parsed) else encoder

    def error(self, error: GatewayError) -> bytes:
        return openai_errors.error_body(error)

    def stream_error(self, fault: Fault) -> bytes:
        return openai_errors.stream_error(fault)


def _check_messages(body: Json) -> None:
    messages: Any = body.get("messages")
    if messages is None or messages == []:
        raise BadRequest("field messages is required: send at least one message", param="messages")
    if not isinstance(messages, list):
        raise BadRequest(f"messages must be a list, not {kind_of(messages)}", param="messages")
    for index, message in enumerate(cast("list[Any]", messages)):
        if not isinstance(message, dict):
            raise BadRequest(f"messages[{index}] must be an object, not {kind_of(message)}", param="messages")
        _check_message(cast(Json, message), f"messages[{index}]")


def _check_message(message: Json, where: str) -> None:
    if not isinstance(message.get("role"), str):
        raise BadRequest(f"{where}.role must be a string such as 'user'", param="messages")
    content: Any = message.get("content")
    if content is not None and not isinstance(content, str | list):
        raise BadRequest(
            f"{where}.content must be a string or a list of parts, not {kind_of(content)}", param="messages"
        )
    for index, part in enumerate(cast("list[Any]", content) if isinstance(content, list) else []):
        if not isinstance(part, dict):
            raise BadRequest(f"{where}.content[{index}] must be an object, not {kind_of(part)}", param="messages")
