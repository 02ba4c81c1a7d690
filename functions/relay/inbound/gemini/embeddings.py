"""embedContent and batchEmbedContents (https://ai.google.dev/api/embeddings).

``taskType`` and ``title`` go to Google's models only, as knobs that nobody else has.
"""

from collections.abc import Mapping
from typing import Any

from gateway.domain.usage import Usage
from gateway.errors import BadRequest, GatewayError
from gateway.outbound import registry
from gateway.outbound.protocol import CanonicalResponse, Fault, Operation
from gateway.records import dataclass
from gateway.wire.json import encode, obj, objs, string
from relay.inbound.checks import check_type, read_object
from relay.inbound.gemini.dialect import error_body
from relay.inbound.gemini.parts import get
from relay.inbound.gemini.reply import GeminiEncoder
from relay.inbound.gemini.request import parts_of
from relay.inbound.protocol import Json, ParsedRequest, RawRequest, StreamEncoder

_NAMES = {"taskType": "task_type", "title": "title", "outputDimensionality": "dimensions"}
_GOOGLES = frozenset({"task_type", "title"})


@dataclass(frozen=True, slots=True)
class GeminiEmbeddings:
    """One text, or (``batch``) a list of requests."""

    batch: bool
    dialect: str = "gemini"
    operation: Operation = "embeddings"

    def parse(self, raw: RawRequest) -> ParsedRequest:
        given = read_object(raw.body)
        if self.batch and not check_type(given, "requests", list, "a list"):
            raise BadRequest("requests is required: send at least one", param="requests")
        requests = objs(given["requests"]) if self.batch else [given]
        if self.batch and len(requests) != len(given["requests"]):
            raise BadRequest("requests must be a list of objects", param="requests")
        body: Json = {"model": raw.path["model"], "input": [_text(request) for request in requests]}
        body |= _settings(requests)
        return ParsedRequest(
            operation=self.operation,
            model=raw.path["model"],
            body=body,
            raw=raw.body,
            native=False,
            native_reply=False,
            adapt=_adapted,
        )

    def answer(self, parsed: ParsedRequest, answer: CanonicalResponse) -> tuple[bytes, str]:
        vectors: list[Json] = [{"values": item.get("embedding")} for item in objs((answer.body or {}).get("data"))]
        made: Json = {"embeddings": vectors} if self.batch else {"embedding": (vectors or [{"values": []}])[0]}
        used = answer.usage or Usage()
        made["usageMetadata"] = {"promptTokenCount": used.prompt, "totalTokenCount": used.total}
        return encode(made), "application/json"

    def stream(self, parsed: ParsedRequest) -> StreamEncoder:
        return GeminiEncoder(parsed.model)

    def error(self, error: GatewayError) -> bytes:
        return error_body(error.status, error.message)

    def stream_error(self, fault: Fault) -> bytes:
        return error_body(fault.status, fault.message)


def _text(request: Json) -> str:
    parts = parts_of(obj(request.get("content")).get("parts"), "content.parts")
    if not parts:
        raise BadRequest("content is required: a content with a part of text", param="content")
    if any("text" not in part for part in parts):
        raise BadRequest("only text can be embedded through this gateway; leave other parts out", param="content")
    return "".join(string(part["text"]) for part in parts)


def _settings(requests: list[Json]) -> Json:
    """What holds for the whole batch; the canonical request has one place for it."""
    out: Json = {}
    for theirs, ours in _NAMES.items():
        values: list[Any] = [_setting(request, theirs) for request in requests]
        if any(value != values[0] for value in values):
            raise BadRequest(f"{theirs} must be the same in every request of a batch", param="requests")
        if values[0] is not None:
            out[ours] = values[0]
    return out


def _setting(request: Json, name: str) -> Any:
    """At its place, or where the newer models have it: in ``embedContentConfig``."""
    value = get(request, name)
    return get(obj(get(request, "embedContentConfig")), name) if value is None else value


def _adapted(body: Json, dialect: str, model: str, config: Mapping[str, str]) -> Json:
    if registry.words(dialect, model) == "gemini":
        return body
    return {name: value for name, value in body.items() if name not in _GOOGLES}
