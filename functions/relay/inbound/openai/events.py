"""Streams of pictures, speech and transcripts, whose events are their own and not chunks of a chat.

Where the provider speaks them they go on as they come. A provider that answers whole (it heeds ``stream`` for some
models only, or has no such stream) is told in the same events, so that whoever asked for a stream gets one.
https://platform.openai.com/docs/api-reference/images-streaming, https://platform.openai.com/docs/api-reference/audio
"""

import base64
from typing import Any, cast

from gateway.outbound.protocol import CanonicalResponse, Operation
from gateway.wire import sse
from gateway.wire.json import encode, objs, string
from relay.inbound.protocol import Json

# Operations that stream so, and how the names of their events begin.
EVENTFUL: dict[Operation, str] = {
    "images": "image_generation",
    "image_edits": "image_edit",
    "speech": "speech.audio",
    "transcription": "transcript.text",
}
_OF_PICTURES = ("background", "output_format", "quality", "size")


def as_events(operation: Operation, answer: CanonicalResponse) -> bytes:
    """A whole answer as the events of a stream that had nothing to say before its end."""
    name, body = EVENTFUL[operation], answer.body or {}
    usage: Json = {"usage": body["usage"]} if isinstance(body.get("usage"), dict) else {}
    if operation == "speech":
        sound = base64.b64encode(answer.raw).decode()
        return _event(f"{name}.delta", {"audio": sound}) + _event(f"{name}.done", usage)
    if operation == "transcription":
        text = string(body.get("text")) if answer.body is not None else answer.raw.decode("utf-8", "replace")
        return _event(f"{name}.delta", {"delta": text}) + _event(f"{name}.done", {**body, "text": text})
    about: Json = {"created_at": body.get("created")} | {key: body[key] for key in _OF_PICTURES if key in body}
    pictures = objs(cast(Any, body.get("data")))
    last = len(pictures) - 1
    return b"".join(
        _event(f"{name}.completed", about | picture | (usage if place == last else {}))
        for place, picture in enumerate(pictures)
    )


def _event(kind: str, fields: Json) -> bytes:
    return sse.encode(encode({"type": kind} | fields), kind)
