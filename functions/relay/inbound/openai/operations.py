"""OpenAI's other operations that send a JSON object: embeddings, completions, images, speech and their kin.

Like chat they are canonical already. https://platform.openai.com/docs/api-reference
"""

from gateway.errors import BadRequest, GatewayError
from gateway.outbound.protocol import CanonicalResponse, Fault, Operation
from gateway.records import dataclass
from gateway.wire.json import encode
from relay.inbound import openai_errors
from relay.inbound.checks import MAX_CHOICES, MAX_TOKENS, check_count, check_type, model_of, read_object
from relay.inbound.encoders import ChunkEncoder, EventEncoder
from relay.inbound.openai.events import EVENTFUL, as_events
from relay.inbound.protocol import Json, ParsedRequest, RawRequest, StreamEncoder

LONGEST_SPEECH = 4096  # characters: https://platform.openai.com/docs/api-reference/audio/createSpeech


@dataclass(frozen=True, slots=True)
class OpenAiJson:
    """One operation. ``required`` fields must be there and not empty; ``default_model`` is used when none is named.

    ``counts`` must be whole numbers; ``streams`` says whether ``stream`` means an event stream.
    """

    operation: Operation
    required: tuple[str, ...] = ()
    default_model: str = ""
    counts: tuple[str, ...] = ()
    streams: bool = False
    dialect: str = "openai"

    def parse(self, raw: RawRequest) -> ParsedRequest:
        body = read_object(raw.body)
        native = bool(body.get("model"))
        default = raw.path.get("model") or self.default_model
        if not native and default:
            body = {**body, "model": default}
        model = model_of(body)
        self._check(body)
        stream = self._streams(body)
        options: Json = check_type(body, "stream_options", dict, "an object") or {}
        wants_usage = not stream or self.operation in EVENTFUL or bool(options.get("include_usage"))
        return ParsedRequest(
            operation=self.operation,
            model=model,
            body=body,
            raw=raw.body,
            native=native,
            stream=stream,
            wants_usage=wants_usage,
        )

    def answer(self, parsed: ParsedRequest, answer: CanonicalResponse) -> tuple[bytes, str]:
        if parsed.stream and self.operation in EVENTFUL:
            return as_events(self.operation, answer), "text/event-stream"
        if answer.body is None:
            return answer.raw, answer.content_type
        return encode(answer.body), answer.content_type

    def stream(self, parsed: ParsedRequest) -> StreamEncoder:
        return EventEncoder() if self.operation in EVENTFUL else ChunkEncoder(wants_usage=parsed.wants_usage)

    def error(self, error: GatewayError) -> bytes:
        return openai_errors.error_body(error)

    def stream_error(self, fault: Fault) -> bytes:
        return openai_errors.stream_error(fault)

    def _streams(self, body: Json) -> bool:
        if self.operation == "speech":  # https://platform.openai.com/docs/api-reference/audio/createSpeech
            return body.get("stream_format") == "sse"
        return self.streams and bool(check_type(body, "stream", bool, "a boolean"))

    def _check(self, body: Json) -> None:
        for name in self.required:
            if body.get(name) in (None, "", []):
                raise BadRequest(f"field {name} is required", param=name)
        for name in self.counts:
            check_count(body, name, MAX_CHOICES if name == "n" else MAX_TOKENS)
        text = body.get("input")
        if self.operation == "speech" and isinstance(text, str) and len(text) > LONGEST_SPEECH:
            raise BadRequest(
                f"input is too long (over {LONGEST_SPEECH} characters): split it", code="text_too_long", param="input"
            )


COMPLETIONS = OpenAiJson("completions", required=("prompt",), counts=("max_tokens", "n"), streams=True)
EDITS = OpenAiJson("edits", required=("instruction",), counts=("n",))
EMBEDDINGS = OpenAiJson("embeddings", required=("input",), counts=("dimensions",))
MODERATIONS = OpenAiJson("moderations", required=("input",), default_model="text-moderation-stable")
IMAGES = OpenAiJson("images", required=("prompt",), default_model="dall-e-2", counts=("n",), streams=True)
SPEECH = OpenAiJson("speech", required=("input",))
RERANK = OpenAiJson("rerank", required=("query", "documents"), counts=("top_n",))
