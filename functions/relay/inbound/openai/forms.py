"""OpenAI's operations that send a form with files: transcription, translation, image edits and variations.

https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

from gateway.errors import BadRequest, GatewayError
from gateway.outbound.protocol import CanonicalResponse, Fault, Operation
from gateway.records import dataclass
from gateway.wire import multipart
from gateway.wire.json import encode
from relay.inbound import openai_errors
from relay.inbound.checks import model_of
from relay.inbound.encoders import EventEncoder
from relay.inbound.openai.events import EVENTFUL, as_events
from relay.inbound.protocol import Json, ParsedRequest, RawRequest, StreamEncoder

_NUMBERS = {"n": int, "temperature": float}
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class OpenAiForm:
    """One operation; ``file`` is the field without which it makes no sense."""

    operation: Operation
    file: str
    default_model: str
    dialect: str = "openai"

    def parse(self, raw: RawRequest) -> ParsedRequest:
        try:
            fields, uploads = multipart.parse(raw.headers.get("content-type", ""), raw.body)
        except multipart.BadForm as bad:
            raise BadRequest(str(bad)) from bad
        body: Json = {name: _typed(name, value) for name, value in fields.items()}
        body.setdefault("model", self.default_model)
        if not any(upload.field.removesuffix("[]") == self.file for upload in uploads):
            raise BadRequest(f"the form has no file {self.file!r}: send one as multipart/form-data", param=self.file)
        return ParsedRequest(
            operation=self.operation,
            model=model_of(body),
            body=body,
            raw=raw.body,
            native=False,
            stream=self.operation in EVENTFUL and body.get("stream") is True,
            uploads=tuple(uploads),
        )

    def answer(self, parsed: ParsedRequest, answer: CanonicalResponse) -> tuple[bytes, str]:
        if parsed.stream:
            return as_events(self.operation, answer), "text/event-stream"
        if answer.body is None:
            return answer.raw, answer.content_type
        return encode(answer.body), answer.content_type

    def stream(self, parsed: ParsedRequest) -> StreamEncoder:
        return EventEncoder()

    def error(self, error: GatewayError) -> bytes:
        return openai_errors.error_body(error)

    def stream_error(self, fault: Fault) -> bytes:
        return openai_errors.stream_error(fault)


def _typed(name: str, value: object) -> object:
    """Forms know only text; what is a number or a flag in JSON becomes one, so that prices and checks see it."""
    if name == "stream":
        return _flag(value)
    kind = _NUMBERS.get(name)
    if kind is None or not isinstance(value, str):
        return value
    try:
        return kind(value)
    except ValueError as error:
        raise BadRequest(f"{name} must be a number, not {value!r}", param=name) from error


def _flag(value: object) -> bool:
    flag = _FLAGS.get(value.lower()) if isinstance(value, str) else None
    if flag is None:
        raise BadRequest(f"stream must be true or false, not {value!r}", param="stream")
    return flag


TRANSCRIPTION = OpenAiForm("transcription", file="file", default_model="whisper-1")
TRANSLATION = OpenAiForm("translation", file="file", default_model="whisper-1")
IMAGE_EDITS = OpenAiForm("image_edits", file="image", default_model="dall-e-2")
IMAGE_VARIATIONS = OpenAiForm("image_variations", file="image", default_model="dall-e-2")
