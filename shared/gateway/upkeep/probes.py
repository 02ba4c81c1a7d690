"""What a channel is asked to see whether it works: the cheapest request of what its model does. No I/O."""

import struct
from collections.abc import Callable, Mapping
from typing import Any

from gateway.billing.pricing import find_row
from gateway.outbound.protocol import CanonicalResponse, Json, Operation
from gateway.records import dataclass
from gateway.wire.json import array, obj, string
from gateway.wire.multipart import Upload

PROMPT = "Output only your specific model name with no additional text."
FALLBACK_MODEL = "gpt-3.5-turbo"  # what one-api asks for when a channel lists it
SHOWN = 500  # characters of an answer

# What prices.json says a model does.
_MODES: Mapping[str, Operation] = {
    "embedding": "embeddings",
    "image_generation": "images",
    "audio_transcription": "transcription",
    "audio_speech": "speech",
    "rerank": "rerank",
    "completion": "completions",
    "moderation": "moderations",
    "responses": "responses",
}
# What names of models say that no table knows; the first that fits.
_NAMES: tuple[tuple[str, Operation], ...] = (
    ("rerank", "rerank"),
    ("embed", "embeddings"),
    ("bge-", "embeddings"),
    ("m3e", "embeddings"),
    ("moderation", "moderations"),
    ("whisper", "transcription"),
    ("transcri", "transcription"),
    ("tts", "speech"),
    ("dall-e", "images"),
    ("gpt-image", "images"),
    ("imagen", "images"),
    ("cogview", "images"),
    ("wanx", "images"),
    ("flux", "images"),
    ("stable-diffusion", "images"),
    ("seedream", "images"),
)
_USUAL: Operation = "chat"  # the cheapest thing that nearly everything does


class NotPassed(Exception):
    """An answer came, and it is not what was asked for; the text is one-api's where it has one."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One request in canonical form, without the model's name."""

    operation: Operation
    body: Json
    uploads: tuple[Upload, ...] = ()


def test_model(listed: tuple[str, ...], asked: str, own: str) -> str:
    """The model to test: the one asked for or the channel's own if it lists it, else one-api's choice."""
    wanted = asked or own or FALLBACK_MODEL
    if wanted in listed or not listed:
        return wanted
    return listed[0]


def probe(model: str, channel_type: int, offered: Mapping[Operation, str]) -> Probe:
    """What to ask of a model: what it does if the provider offers that, else a chat."""
    wanted = operation_of(model, channel_type)
    candidates: list[Operation] = [name for name in (wanted, _USUAL, *_BODIES) if name in offered]
    operation = candidates[0] if candidates else _USUAL
    uploads = (_SOUND,) if operation in ("transcription", "translation") else ()
    return Probe(operation, _BODIES[operation], uploads)


def verdict(operation: Operation, answer: CanonicalResponse) -> str:
    """What the channel said, for people; ``NotPassed`` if it said nothing of the kind."""
    return _VERDICTS.get(operation, _anything)(answer)[:SHOWN]


def operation_of(model: str, channel_type: int) -> Operation:
    """What a model does, as its row of the price table or its name says."""
    row = find_row(model, channel_type)
    if row is not None and row.mode:
        return _MODES.get(row.mode, _USUAL)
    said: list[Operation] = [operation for part, operation in _NAMES if part in model.lower()]
    return said[0] if said else _USUAL


def _silence() -> bytes:
    """Half a second of silence: 16-bit PCM, one channel, 8 kHz."""
    data = bytes(8_000)
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 8_000, 16_000, 2,
                         16, b"data", len(data))  # fmt: skip
    return header + data


_SOUND = Upload(field="file", filename="silence.wav", type="audio/wav", data=_silence())
_CHAT: Json = {"messages": [{"role": "user", "content": PROMPT}]}
_BODIES: Mapping[Operation, Json] = {
    "chat": _CHAT,
    "completions": {"prompt": PROMPT, "max_tokens": 16},
    "responses": {"input": PROMPT},
    "embeddings": {"input": PROMPT},
    "rerank": {"query": "fruit", "documents": ["an apple", "a spanner"]},
    "moderations": {"input": "a red apple"},
    "images": {"prompt": "a red apple on a white table", "n": 1},
    "speech": {"input": "Hello.", "voice": "alloy"},
    "transcription": {},
    "translation": {},
}


def _said(answer: CanonicalResponse) -> str:
    choices = array((answer.body or {}).get("choices"))
    if not choices:
        raise NotPassed("response has no choices")
    choice = obj(choices[0])
    content = obj(choice.get("message")).get("content")
    if isinstance(content, str):
        return content
    if obj(choice.get("message")).get("reasoning_content"):  # a thinking model that ran out of room
        return string(obj(choice.get("message")).get("reasoning_content"))
    raise NotPassed("response content is not string")


def _text(answer: CanonicalResponse) -> str:
    choices = array((answer.body or {}).get("choices"))
    if not choices:
        raise NotPassed("response has no choices")
    return string(obj(choices[0]).get("text"))


def _vectors(answer: CanonicalResponse) -> str:
    vector = obj(_first(answer, "data")).get("embedding")
    return f"{len(vector)} dimensions" if isinstance(vector, list) else "1 embedding"  # pyright: ignore[reportUnknownArgumentType]


def _pictures(answer: CanonicalResponse) -> str:
    return f"{len(_list(answer, 'data'))} image"


def _ranking(answer: CanonicalResponse) -> str:
    return f"{len(_list(answer, 'results'))} results"


def _transcript(answer: CanonicalResponse) -> str:
    text = (answer.body or {}).get("text", "") if answer.body is not None else answer.raw.decode(errors="replace")
    return string(text) or "(silence)"


def _sound(answer: CanonicalResponse) -> str:
    if not answer.raw:
        raise NotPassed("response has no audio")
    return f"{len(answer.raw)} bytes of {answer.content_type}"


def _anything(answer: CanonicalResponse) -> str:
    if answer.body is None and not answer.raw:
        raise NotPassed("response is empty")
    return "ok"


def _list(answer: CanonicalResponse, name: str) -> list[Any]:
    found = array((answer.body or {}).get(name))
    if not found:
        raise NotPassed(f"response has no {name}")
    return found


def _first(answer: CanonicalResponse, name: str) -> Any:
    return _list(answer, name)[0]


_VERDICTS: Mapping[Operation, Callable[[CanonicalResponse], str]] = {
    "chat": _said,
    "completions": _text,
    "embeddings": _vectors,
    "images": _pictures,
    "rerank": _ranking,
    "speech": _sound,
    "transcription": _transcript,
    "translation": _transcript,
}
