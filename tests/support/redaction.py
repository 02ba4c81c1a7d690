"""A policy that takes a word out of requests and replies, wherever it stands and however a stream cuts it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from gateway.outbound.protocol import CanonicalResponse
from gateway.wire.json import Json, obj, objs, string
from relay.admitted_request import AdmittedRequest
from relay.inbound.protocol import ParsedRequest

WORD, MARK = "secret", "[gone]"


class Redaction:
    async def admit(self, admitted: AdmittedRequest) -> ParsedRequest | CanonicalResponse:
        body = redacted(admitted.parsed.body)
        return admitted.parsed if body == admitted.parsed.body else admitted.parsed.with_body(body)

    def reply(self, admitted: AdmittedRequest, parsed: ParsedRequest) -> "RedactedReply":
        return RedactedReply()


class RedactedReply:
    """Holds back what may be the beginning of the word: of a chat's text by choice, of a response's event by event."""

    def __init__(self) -> None:
        self._held: dict[Any, str] = {}
        self._event: Json | None = None

    async def whole(self, answer: CanonicalResponse) -> CanonicalResponse:
        return replace(answer, body=redacted(answer.body)) if answer.body else answer

    def chunks(self, chunks: list[Json]) -> list[Json]:
        return [made for chunk in chunks for made in (self._told(chunk) if "type" in chunk else [self._said(chunk)])]

    def rest(self) -> list[Json]:
        held = [{"choices": [{"index": at, "delta": {"content": text}}]} for at, text in self._held.items() if text]
        return [*held, *self._due()]

    def _said(self, chunk: Json) -> Json:
        return chunk | {"choices": [self._choice(choice) for choice in objs(chunk.get("choices"))]}

    def _choice(self, choice: Json) -> Json:
        at, delta = choice.get("index"), obj(choice.get("delta"))
        text, tail = split(self._held.get(at, "") + string(delta.get("content")))
        if choice.get("finish_reason"):
            text, tail = text + tail, ""
        self._held[at] = tail
        return choice | {"delta": delta | ({"content": text} if text or delta.get("content") else {})}

    def _told(self, event: Json) -> list[Json]:
        if event["type"] != "response.output_text.delta":
            return [*self._due(), redacted(event)]
        before = self._event
        text, tail = split((before["delta"] if before else "") + event["delta"])
        self._event = event | {"delta": tail if before else text + tail}
        return [before | {"delta": text}] if before else []

    def _due(self) -> list[Json]:
        event, self._event = self._event, None
        return [event] if event else []


def split(text: str) -> tuple[str, str]:
    """The text without the word, and its tail that may become one."""
    text = text.replace(WORD, MARK)
    held = next((n for n in range(len(WORD) - 1, 0, -1) if text.endswith(WORD[:n])), 0)
    return text[: len(text) - held], text[len(text) - held :]


def redacted(value: Any) -> Any:
    """Every text in a piece of JSON."""
    if isinstance(value, str):
        return value.replace(WORD, MARK)
    if isinstance(value, dict):
        return {name: redacted(part) for name, part in cast(Json, value).items()}
    return [redacted(part) for part in cast(Sequence[Any], value)] if isinstance(value, list) else value
