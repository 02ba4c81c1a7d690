"""Streams of OpenAI and of those who copied it, decoded to canonical chunks.

Usage is taken out of the chunks: whoever asked for it gets one usage chunk at the end, made from ``usage``, and not
three as from some providers.
"""

from typing import Any, cast

from gateway.domain.usage import Usage
from gateway.outbound.errors.body import read_error
from gateway.outbound.openai.calls import Items
from gateway.outbound.openai.errors import carries_error, judge, of_value
from gateway.outbound.openai.quirks import Quirks
from gateway.outbound.openai.reply import Deltas, as_text, choices_of, finish
from gateway.outbound.openai.usage import read_usage
from gateway.outbound.protocol import Fault, Json, ProviderRequest
from gateway.wire import chat
from gateway.wire.json import lone, parse
from gateway.wire.sse import Event, SseDecoder

# The Responses API, transcripts, speech and pictures end with an event of their own and send no [DONE].
ENDINGS = frozenset(
    {
        *("response.completed", "response.incomplete", "transcript.text.done", "speech.audio.done"),
        *("image_generation.completed", "image_edit.completed"),
    }
)
FAILURES = frozenset({"response.failed", "error"})


class OpenAIStream:
    """Decoder of one stream (``StreamDecoder``); of other operations than chat the events come out as they are."""

    def __init__(self, request: ProviderRequest, quirks: Quirks) -> None:
        self.usage: Usage | None = None
        self.fault: Fault | None = None
        self.finished = False
        self._ask = request
        self._quirks = quirks
        self._events = SseDecoder()
        self._items = Items()
        self._deltas = Deltas()
        self._head: Json = {"id": "", "created": 0, "model": ""}

    def decode(self, data: bytes) -> list[Json]:
        return self._read(self._events.decode(data))

    def flush(self) -> list[Json]:
        return self._read(self._events.flush())

    def _read(self, events: list[Event]) -> list[Json]:
        chunks: list[Json] = []
        for event in events:
            if self.fault is None:
                chunks += self._event(event)
        return chunks

    def _event(self, event: Event) -> list[Json]:
        data = event.data.strip()
        if data == b"[DONE]":
            return self._done()
        value: Any = parse(data or b"{}")
        value = lone(value) or value
        if value is None:
            self.fault = None if data == b"null" else self._unreadable(event)
            return []
        if isinstance(value, dict):
            found = read_usage(cast(Json, value), hidden_reasoning=self._quirks.hidden_reasoning)
            self.usage = found or self.usage
            if self._items.read(cast(Json, value)):
                self.usage = self._items.added(self.usage)
        if event.name == "error" or (isinstance(value, dict) and self._failed(cast(Json, value))):
            self.fault = of_value(cast(Json, value), vendor=self._quirks.vendor)
            return []
        if not isinstance(value, dict) or not value:
            return []
        body = cast(Json, value)
        return self._chunk(body) if self._ask.operation == "chat" else self._other(body)

    def _failed(self, value: Json) -> bool:
        return carries_error(value) or value.get("type") in FAILURES

    def _unreadable(self, event: Event) -> Fault:
        error = read_error(event.data)
        if event.name == "error":
            return judge(error, 200, {}, vendor=self._quirks.vendor)
        return Fault(
            kind="retry", status=502, message=f"the provider sent an event that is not JSON: {error.message[:120]!r}"
        )

    def _chunk(self, body: Json) -> list[Json]:
        body.pop("usage", None)
        choices = choices_of(body)
        body["choices"] = kept = [choice for choice in choices if self._deltas.fix(choice)]
        for choice in kept:
            choice.pop("usage", None)
        self._fill(body)
        self.finished = self._deltas.finished
        if not kept and (choices or not _says_something(body)):
            return []
        return [body]

    def _fill(self, body: Json) -> None:
        """Identity that some providers leave out of some chunks; the first one known goes for all."""
        head = self._head
        head["id"] = head["id"] or body.get("id") or body.get("sid") or f"chatcmpl-{self._ask.request_id}"
        head["created"] = head["created"] or body.get("created") or self._ask.created
        head["model"] = head["model"] or body.get("model") or self._ask.requested_model
        body["object"] = "chat.completion.chunk"
        for name, value in head.items():
            body[name] = body.get(name) or value

    def _other(self, body: Json) -> list[Json]:
        if body.get("type") in ENDINGS or any(finish(choice) for choice in choices_of(body)):
            self.finished = True
        return [as_text(body) if self._ask.operation == "completions" else body]

    def _done(self) -> list[Json]:
        """The end marker; choices that the provider never finished (Spark) are finished here."""
        self.finished = True
        return [
            chat.chunk(**self._head, delta={}, finish_reason="tool_calls" if called else "stop", index=index)
            for index, called in self._deltas.unfinished()
        ]


def _says_something(body: Json) -> bool:
    """Whether a chunk without choices carries more than its identity and usage (Azure's filter results)."""
    return bool(body.keys() - _IDENTITY)


_IDENTITY = frozenset(
    {"id", "object", "created", "model", "choices", "system_fingerprint", "service_tier", "x_groq", "obfuscation"}
    | {"provider", "sid", "code", "message", "base_resp"}
)
