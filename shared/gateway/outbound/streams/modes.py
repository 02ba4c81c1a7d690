"""A stream where a whole answer was asked for, put together to what it would have been: for every operation."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import replace

from gateway.domain.usage import Usage
from gateway.outbound.protocol import (
    CanonicalResponse,
    Dialect,
    Fault,
    Json,
    Operation,
    ProviderFault,
    ProviderRequest,
    WireResponse,
)
from gateway.outbound.streams.collect import gathered
from gateway.wire.json import encode, obj, parse, string
from gateway.wire.sse import SseDecoder

BLANK = b"\xef\xbb\xbf \t\r\n"
EVENTS = (b"data:", b"event:", b"id:", b"retry:", b":")  # how an event stream begins, whatever it is called
_STREAMS = ("text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream", "application/jsonl")
_SOUNDS: frozenset[Operation] = frozenset({"speech", "transcription", "translation"})  # which may be plain text


def is_stream(operation: Operation, reply: WireResponse) -> bool:
    """Whether a reply that was read whole is a stream, by its beginning, else by its name."""
    kind, body = reply.headers.get("content-type", "").lower(), reply.body.lstrip(BLANK)
    if body[:1] == b"{":
        return operation == "chat" and (b"}\n{" in body or b"}\r\n{" in body)  # JSON lines
    if body[:1] == b"[":
        return operation == "chat"  # Gemini's array of events
    begins = body.startswith((b"data:", b"event:") if operation in _SOUNDS else EVENTS)
    return kind.startswith(_STREAMS) or begins


def put_together(request: ProviderRequest, dialect: Dialect, reply: WireResponse) -> CanonicalResponse:
    """The answer in a stream; raises ``ProviderFault`` for an error in it or a missing end."""
    if request.operation in ("chat", "completions"):
        return gathered(request, dialect.stream(request), reply.body)
    found = _WAYS.get(request.operation)
    events = _events(request, dialect, reply) if found else _objects(reply.body)
    if not events:
        raise ProviderFault(Fault(kind="retry", status=502, message="the provider answered with nothing"))
    if found:
        return found(request, dialect, events)
    return dialect.response(request, _as_reply(events[-1]))


def _as_reply(body: Json) -> WireResponse:
    return WireResponse(status=200, body=encode(body), headers={"content-type": "application/json"})


def _objects(data: bytes) -> list[Json]:
    """What the events hold, in order, as far as it is objects."""
    decoder = SseDecoder()
    events = [*decoder.decode(data), *decoder.flush()]
    return [body for event in events if (body := obj(parse(event.data)))]


def _events(request: ProviderRequest, dialect: Dialect, reply: WireResponse) -> list[Json]:
    decoder = dialect.stream(request)
    events = [*decoder.decode(reply.body), *decoder.flush()]
    if decoder.fault is not None:
        raise ProviderFault(decoder.fault)
    if not decoder.finished:
        message = "the provider broke off in the middle of its answer"
        raise ProviderFault(Fault(kind="retry", status=502, message=message))
    return events


def _response(request: ProviderRequest, dialect: Dialect, events: list[Json]) -> CanonicalResponse:
    """The last event holds the whole response."""
    whole = [body for event in events if (body := obj(event.get("response")))]
    return dialect.response(request, _as_reply(whole[-1] if whole else events[-1]))


def _pictures(request: ProviderRequest, dialect: Dialect, events: list[Json]) -> CanonicalResponse:
    done = [event for event in events if string(event.get("type")).endswith(".completed")]
    about = {name: value for name, value in (done or events)[-1].items() if name in _ABOUT}
    data = [{name: value for name, value in event.items() if name in _PICTURE} for event in done]
    made = {"created": (done or events)[-1].get("created_at") or request.created, "data": data} | about
    return dialect.response(request, _as_reply(made))


_ABOUT = frozenset({"background", "output_format", "quality", "size", "usage"})
_PICTURE = frozenset({"b64_json", "url", "revised_prompt"})


def _speech(request: ProviderRequest, dialect: Dialect, events: list[Json]) -> CanonicalResponse:
    pieces = [string(event.get("audio")) for event in events if string(event.get("type")).endswith(".delta")]
    try:
        sound = b"".join(base64.b64decode(piece) for piece in pieces)
    except (binascii.Error, ValueError) as error:
        fault = Fault(kind="retry", status=502, message="the provider's sound is not base64")
        raise ProviderFault(fault) from error
    asked = string(request.body.get("response_format"))
    headers = {"content-type": _SOUND_TYPES.get(asked, f"audio/{asked}")}
    read = dialect.response(request, WireResponse(status=200, body=sound, headers=headers))
    return replace(read, usage=read.usage or _usage(request, dialect, events))


def _usage(request: ProviderRequest, dialect: Dialect, events: list[Json]) -> Usage | None:
    decoder = dialect.stream(request)
    decoder.decode(b"".join(b"data: " + encode(event) + b"\n\n" for event in events))
    return decoder.usage


_SOUND_TYPES = {"": "audio/mpeg", "mp3": "audio/mpeg", "pcm": "application/octet-stream"}  # others say it themselves


def _transcript(request: ProviderRequest, dialect: Dialect, events: list[Json]) -> CanonicalResponse:
    told: Json = next((event for event in reversed(events) if "text" in event), events[-1])
    text = string(told.get("text")) or "".join(string(event.get("delta")) for event in events)
    if request.body.get("response_format") in ("text", "srt", "vtt"):
        headers = {"content-type": "text/plain"}
        read = dialect.response(request, WireResponse(status=200, body=text.encode(errors="replace"), headers=headers))
        return replace(read, usage=read.usage or _usage(request, dialect, events))
    made = {name: value for name, value in told.items() if name not in ("type", "sequence_number")} | {"text": text}
    return dialect.response(request, _as_reply(made))


_WAYS: Mapping[Operation, Callable[[ProviderRequest, Dialect, list[Json]], CanonicalResponse]] = {
    "responses": _response,
    "images": _pictures,
    "image_edits": _pictures,
    "speech": _speech,
    "transcription": _transcript,
}
