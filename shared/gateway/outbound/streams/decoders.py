"""The common half of stream decoders: framing, the shape of chunks, and what ends a stream.

A dialect's decoder reads one provider event and calls ``emit`` or ``fail``. This part joins the bytes,
notices a whole JSON reply where a stream was asked for (an error with status 200, or a provider that does
not stream), gives the first chunk its role, and stops at the first fault.
Usage is kept on the decoder; chunks carry none.
"""

from collections.abc import Callable
from typing import Any, cast

from gateway.domain.usage import Usage
from gateway.outbound.canonical.replies import chat_id, text_completion
from gateway.outbound.errors.in_success import explained, is_error
from gateway.outbound.errors.verdicts import in_success
from gateway.outbound.json_bodies import unreadable
from gateway.outbound.protocol import (
    CanonicalResponse,
    Fault,
    Json,
    ProviderFault,
    ProviderRequest,
    StreamDecoder,
    WireResponse,
)
from gateway.wire import chat
from gateway.wire.bounds import check_reply
from gateway.wire.json import array, obj, objs, parse, string, whole
from gateway.wire.jsonlines import JsonStreamDecoder
from gateway.wire.sse import SseDecoder

Whole = Callable[[ProviderRequest, WireResponse], CanonicalResponse]


class ChunkDecoder:
    """Builds canonical chunks; framing is the subclasses' business."""

    def __init__(self, request: ProviderRequest) -> None:
        self.request = request
        self.usage: Usage | None = None
        self.fault: Fault | None = None
        self.finished = False
        self.id = chat_id(request)
        self.created = request.created
        self.model = request.model
        self._spoken: set[int] = set()
        self._called: set[int] = set()

    def head(self, id: Any = None, created: Any = None, model: Any = None) -> None:
        """What the provider calls this reply; later values win, empty ones do not."""
        self.id = string(id) or self.id
        self.created = whole(created) or self.created
        self.model = string(model) or self.model

    def emit(self, delta: Json, finish: str | None = None, index: int = 0) -> list[Json]:
        """One chunk, or none when there is nothing in it. The first of each choice names the role."""
        if not delta and finish is None:
            return []
        if index not in self._spoken:
            self._spoken.add(index)
            delta = {"role": "assistant", "content": ""} | delta
        if delta.get("tool_calls"):
            self._called.add(index)
        if finish is not None:
            self.finished = True
        reason = chat.ended(finish, called=index in self._called)
        made = chat.chunk(
            id=self.id, created=self.created, model=self.model, delta=delta, finish_reason=reason, index=index
        )
        return [text_completion(made)] if self.request.operation == "completions" else [made]

    def ended(self, reason: str | None, index: int = 0) -> str | None:
        """The finish reason to show: a stop after tool calls is ``tool_calls``."""
        return "tool_calls" if reason == "stop" and index in self._called else reason

    def fail(self, fault: Fault) -> list[Json]:
        """Ends the stream with a fault."""
        self.fault = self.fault or fault
        return []

    def answer(self, answer: CanonicalResponse) -> list[Json]:
        """A whole answer where a stream was expected."""
        self.usage = answer.usage
        self.finished = True
        return chunks_of(answer)


class Growth:
    """The new part of a text that comes in pieces, or whole and longer each time.

    ``cumulative``: which of the two, or ``None`` to find out. To find out, a second text that repeats the first is
    held back until a third one (or the end) settles it; nothing is ever sent twice.
    """

    def __init__(self, cumulative: bool | None = None) -> None:
        self.started = False
        self._cumulative = cumulative
        self._sent = ""
        self._held = ""

    def take(self, text: str, last: bool = False) -> str:
        """What is new in this text. ``last``: the provider says it is the end."""
        self.started = True
        if self._cumulative is None and self._sent:
            return self._settle(text, last)
        if self._cumulative is False:
            return text
        new = text[len(self._sent) :]
        self._sent += new
        return new

    def rest(self) -> str:
        """What was held back when the stream ended."""
        held, self._held = self._held, ""
        return held

    def _settle(self, text: str, last: bool) -> str:
        held, self._held = self._held, ""
        if not text.startswith(held or self._sent):
            self._cumulative = False
            return held + text
        if not held and not last:
            self._held = text
            return ""
        self._cumulative = True
        return self.take(text)


class Plain:
    """Notices that a reply is one JSON value and no event stream, and collects it."""

    def __init__(self) -> None:
        self.body: bytearray | None = None
        self._begun = False

    def takes(self, data: bytes) -> bool:
        """Whether these bytes belong to a JSON value, and not to a stream."""
        start = data.lstrip().removeprefix(b"\xef\xbb\xbf")[:1]
        if not self._begun and start:
            self._begun = True
            self.body = bytearray() if start in (b"{", b"[") else None
        if self.body is None:
            return False
        self.body += data
        check_reply(len(self.body))
        return True


class WholeOrStream:
    """A ``StreamDecoder`` around another: reads a JSON reply that came where a stream was asked for."""

    def __init__(self, request: ProviderRequest, inner: StreamDecoder, whole: Whole) -> None:
        self.usage: Usage | None = None
        self.fault: Fault | None = None
        self.finished = False
        self._ask, self._inner, self._whole = request, inner, whole
        self._plain = Plain()

    def decode(self, data: bytes) -> list[Json]:
        return [] if self._plain.takes(data) else self._seen(self._inner.decode(data))

    def flush(self) -> list[Json]:
        if self._plain.body is None:
            return self._seen(self._inner.flush())
        try:
            answer = self._whole(self._ask, WireResponse(status=200, body=bytes(self._plain.body)))
        except ProviderFault as caught:
            self.fault = explained(caught.fault, bytes(self._plain.body))
            return []
        self.usage, self.finished = answer.usage, True
        return chunks_of(answer)

    def _seen(self, chunks: list[Json]) -> list[Json]:
        inner = self._inner
        self.usage, self.fault, self.finished = inner.usage, inner.fault, inner.finished
        return chunks


class SseChunks(ChunkDecoder):
    """Over server-sent events. Subclasses implement ``event``; ``[DONE]`` never reaches it.

    ``whole``: how to read the reply if it turns out to be one JSON value.
    """

    def __init__(self, request: ProviderRequest, whole: Whole | None = None) -> None:
        super().__init__(request)
        self._sse = SseDecoder()
        self._whole = whole
        self._plain = Plain()

    def decode(self, data: bytes) -> list[Json]:
        if self.fault is not None or self._plain.takes(data):
            return []
        return self._events(self._sse.decode(data))

    def flush(self) -> list[Json]:
        if self.fault is not None:
            return []
        if self._plain.body is not None:
            return self._read_whole(bytes(self._plain.body))
        return self._events(self._sse.flush()) + self.closed()

    def event(self, name: str, body: Json) -> list[Json]:
        """Chunks of one event whose data is a JSON object."""
        raise NotImplementedError

    def closed(self) -> list[Json]:
        """Chunks owed when the provider has closed the stream."""
        return []

    def done(self) -> list[Json]:
        """The ``[DONE]`` marker."""
        self.finished = True
        return []

    def raw(self, name: str, data: bytes) -> list[Json]:
        """Chunks of one event; subclasses override it where data is not JSON."""
        text = data.strip()
        if text in (b"[DONE]", b'"[DONE]"'):
            return self.done()
        if not text:
            return []
        body = parse(text)
        return self.told(name, cast(Json, body)) if isinstance(body, dict) else self.fail(unreadable(text))

    def told(self, name: str, body: Json) -> list[Json]:
        """Chunks of one event; one in which the dialect finds nothing may be an error in somebody else's shape."""
        chunks = self.event(name, body)
        if not chunks and self.fault is None and is_error(body):
            self.fail(in_success(body, {}))
        return chunks

    def _events(self, events: list[Any]) -> list[Json]:
        chunks: list[Json] = []
        for event in events:
            if self.fault is None:
                chunks += self.raw(event.name, event.data)
        return chunks

    def _read_whole(self, body: bytes) -> list[Json]:
        if self._whole is None:
            return self.fail(unreadable(body))
        try:
            return self.answer(self._whole(self.request, WireResponse(status=200, body=body)))
        except ProviderFault as caught:
            return self.fail(explained(caught.fault, body))


class WholeChunks(ChunkDecoder):
    """For providers that do not stream: the whole reply, once it is there, as if it had been streamed."""

    def __init__(self, request: ProviderRequest, whole: Whole) -> None:
        super().__init__(request)
        self._whole = whole
        self._body = bytearray()

    def decode(self, data: bytes) -> list[Json]:
        self._body += data
        check_reply(len(self._body))
        return []

    def flush(self) -> list[Json]:
        try:
            return self.answer(self._whole(self.request, WireResponse(status=200, body=bytes(self._body))))
        except ProviderFault as caught:
            return self.fail(explained(caught.fault, bytes(self._body)))


class JsonChunks(ChunkDecoder):
    """Over a stream of JSON objects, as Ollama and Cohere v1 send. Subclasses implement ``event``."""

    def __init__(self, request: ProviderRequest) -> None:
        super().__init__(request)
        self._json = JsonStreamDecoder()

    def decode(self, data: bytes) -> list[Json]:
        if self.fault is not None:
            return []
        try:
            values = self._json.decode(data)
        except ValueError:
            return self.fail(unreadable(data))
        chunks: list[Json] = []
        for value in values:
            if self.fault is None:
                chunks += self._told(obj(value))
        return chunks

    def _told(self, body: Json) -> list[Json]:
        chunks = self.event(body)
        if not chunks and self.fault is None and is_error(body):
            self.fail(in_success(body, {}))
        return chunks

    def flush(self) -> list[Json]:
        return []

    def event(self, body: Json) -> list[Json]:
        """Chunks of one object."""
        raise NotImplementedError


def chunks_of(answer: CanonicalResponse) -> list[Json]:
    """A whole completion as a stream: one chunk per choice, with everything in it."""
    body = answer.body or {}
    head = {key: body.get(key) for key in ("id", "created", "model")}
    made = _text_chunk if body.get("object") == "text_completion" else _whole_chunk
    return [made(head, item) for item in objs(body.get("choices"))]


def _text_chunk(head: Json, item: Json) -> Json:
    return head | {"object": "text_completion", "choices": [item]}


def _whole_chunk(head: Json, item: Json) -> Json:
    message = obj(item.get("message"))
    calls = [call | {"index": index} for index, call in enumerate(array(message.get("tool_calls")))]
    delta = {"role": "assistant"} | message | ({"tool_calls": calls} if calls else {})
    made = chat.chunk(
        id=string(head["id"]),
        created=whole(head["created"]),
        model=string(head["model"]),
        delta=delta,
        finish_reason=item.get("finish_reason"),
        index=whole(item.get("index")),
    )
    made["choices"][0] |= {
        key: value for key, value in item.items() if key not in ("index", "message", "finish_reason")
    }
    return made
