"""The two ways a streamed reply travels: as the bytes it came in, or through canonical chunks.

Both look the same to the attempt that drives them: ``feed`` what was read, send what comes out.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from gateway.domain.usage import Usage
from gateway.outbound.openai.meter import events_end
from gateway.outbound.protocol import Fault, StreamDecoder
from gateway.outbound.streams.meter import Meter
from gateway.patterns import pattern
from gateway.wire.bounds import check_event
from gateway.wire.chat import text_of
from gateway.wire.json import obj, objs, parse, string
from gateway.wire.sse import SseDecoder
from relay.attempt.mended import Mended
from relay.inbound.protocol import Json, StreamEncoder
from relay.policies import ReplyPolicy

LONGEST_ID = 200  # characters of a response's id that are kept

_ID = pattern(rb'"id"\s*:\s*"([^"\\]{1,%d})"' % LONGEST_ID)


class ReplyStream(Protocol):
    """One streamed reply on its way. ``begun``: something worth committing to has come.

    ``response_id`` is the provider's name for the reply: the first id in it, whatever the dialect. ``service`` is the
    tier it says it used, where it tells its usage.
    """

    begun: bool
    error_passed: bool  # whether the provider's own error event went through
    response_id: str

    @property
    def usage(self) -> Usage | None: ...
    @property
    def service(self) -> str: ...
    @property
    def fault(self) -> Fault | None: ...
    @property
    def finished(self) -> bool: ...

    def feed(self, data: bytes) -> bytes:
        """What to send on for these bytes."""
        ...

    def finish(self) -> bytes:
        """What is left to send now that the provider has closed a stream."""
        ...

    def text(self) -> str:
        """Everything that was produced so far."""
        ...


class Filter(Protocol):
    """Passes bytes on, leaving out what the caller did not ask for."""

    def feed(self, data: bytes) -> bytes: ...
    def finish(self) -> bytes: ...


_SAYS = pattern(rb"(?:^|\n)(?:data: *[^ \[]|event:)")  # an event that is more than the mark of the end
_LONE_CR = pattern(rb"\r(?!\n)")
_BOM = b"\xef\xbb\xbf"


class WholeEvents:
    """Bytes of a stream, cut only between events.

    A caller who has half an event can neither be told that the stream broke nor be kept alive with a comment.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._size = 0
        self._cr = b""

    def feed(self, data: bytes) -> bytes:
        """The events that these bytes complete; raises ``ReplyTooLarge`` for one that does not end."""
        if self._cr or b"\r" in data:
            data = self._without_lone_cr(data)
        whole = self._completed(data)
        self._size = len(self._rest[-1]) if whole and self._rest else 0 if whole else self._size + len(data)
        check_event(self._size)
        return whole

    def _without_lone_cr(self, data: bytes) -> bytes:
        """With the third of the line ends as the first: who looks for the ends of events knows two."""
        data = self._cr + data
        self._cr = b"\r" if data.endswith(b"\r") else b""
        data = data[: len(data) - len(self._cr)]
        return data if data.count(b"\r") == data.count(b"\r\n") else _LONE_CR.sub(b"\n", data)

    def _completed(self, data: bytes) -> bytes:
        if self._rest and data[:1] in (b"\r", b"\n"):  # the blank line itself may be split
            data = b"".join((*self._rest, data))
            self._rest = []
        cut = events_end(data)
        if not cut:
            self._rest.append(data)
            return b""
        if cut == len(data) and not self._rest:
            return data
        whole = b"".join((*self._rest, data[:cut]))
        self._rest = [data[cut:]] if cut < len(data) else []
        return whole

    def finish(self) -> bytes:
        """The last event, with the blank line that it lacked; nothing if it was cut off."""
        rest, self._rest = b"".join((*self._rest, self._cr)), []
        found = SseDecoder().decode(rest + b"\n\n")
        # Without its blank line an event is none to clients, nor does another one begin behind it.
        return rest + b"\n\n" if found and all(_readable(event.data) for event in found) else b""


class Numbered:
    """Events with numbers (``id:``) pass as they are, but nothing behind the first one that says nothing.

    OpenAI's library, once it has seen a number, takes comments and blank lines for events without data and fails.
    """

    def __init__(self) -> None:
        self._begun = False

    def feed(self, events: bytes) -> bytes:
        """Whole events in, whole events out."""
        if not self._begun and b"id:" not in events and b"retry:" not in events:
            return events
        kept: list[bytes] = []
        block: list[bytes] = []
        for route in events.splitlines(keepends=True):
            block.append(route)
            if not route.strip(b"\r\n"):
                kept += self._kept(block)
                block = []
        return b"".join((*kept, *block))

    def _kept(self, block: list[bytes]) -> list[bytes]:
        numbered = any(route.startswith((b"id:", b"retry:")) for route in block)
        says = any(route.startswith((b"data", b"event")) for route in block)
        idle = not says and (numbered or self._begun)
        self._begun = self._begun or numbered
        return [] if idle else block


def _readable(data: bytes) -> bool:
    return data.strip() == b"[DONE]" or parse(data) is not None


class PassedThrough:
    """Caller and provider speak the same dialect: events go on as they came, and are only metered.

    ``masked`` takes the channel's secrets out of events that hold an error.
    """

    def __init__(
        self,
        meter: Meter,
        filter: Filter | None,
        mended: Mended | None = None,
        masked: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self._masked = masked
        self._events = WholeEvents()
        self._numbered = Numbered()
        self._mended = mended or Mended()
        self.error_passed = False
        self._meter = meter
        self._filter = filter
        self._closed = False
        self.begun = False
        self.response_id = ""

    @property
    def usage(self) -> Usage | None:
        return self._meter.usage

    @property
    def service(self) -> str:
        return self._meter.service

    @property
    def fault(self) -> Fault | None:
        return self._meter.fault

    @property
    def finished(self) -> bool:
        return self._meter.finished

    def feed(self, data: bytes) -> bytes:
        whole = self._events.feed(data)
        return self._passed(whole) if whole else b""

    def finish(self) -> bytes:
        if self._closed:
            return b""
        self._closed = True
        last = self._passed(self._events.finish())
        self._meter.close()
        return last + self._filter.finish() if self._filter else last

    def _passed(self, events: bytes) -> bytes:
        if not self.begun:
            events = events.removeprefix(_BOM)  # which not every client knows to skip
        events = self._mended.events(self._numbered.feed(events))
        known = self._meter.fault
        self._meter.feed(events)
        if known is None and self._meter.fault is not None:
            events, self.error_passed = self._mended.up_to_error(events)
        if self._meter.fault is not None:
            events = self._masked(events)
        if not self.begun:
            self.begun = _SAYS.search(events) is not None
            found = _ID.search(events)
            self.response_id = found[1].decode(errors="replace") if found else ""
        return self._filter.feed(events) if self._filter else events

    def text(self) -> str:
        return self._meter.delivered_text()


class Translated:
    """Caller and provider differ: provider bytes to canonical chunks to the caller's events.

    What was produced is noted before the policies ``watching`` change it: that is what the provider is paid for.
    """

    def __init__(self, decoder: StreamDecoder, encoder: StreamEncoder, watching: Sequence[ReplyPolicy] = ()) -> None:
        self._decoder = decoder
        self._encoder = encoder
        self._watching = watching
        self.error_passed = False
        self._pieces: list[str] = []
        self._closed = False
        self.begun = False
        self.response_id = ""
        self._service = ""

    @property
    def usage(self) -> Usage | None:
        return self._decoder.usage

    @property
    def service(self) -> str:
        return self._service

    @property
    def fault(self) -> Fault | None:
        return self._decoder.fault

    @property
    def finished(self) -> bool:
        return self._decoder.finished

    def feed(self, data: bytes) -> bytes:
        chunks = self._noted(self._decoder.decode(data))
        for watching in self._watching:
            chunks = watching.chunks(chunks)
        return self._encoder.encode(chunks)

    def finish(self) -> bytes:
        if self._closed:
            return b""
        self._closed = True
        chunks = self._noted(self._decoder.flush())
        for watching in self._watching:
            chunks = [*watching.chunks(chunks), *watching.rest()]
        rest = self._encoder.encode(chunks)
        whole = self._decoder.finished and self._decoder.fault is None
        return rest + self._encoder.end(self._decoder.usage) if whole else rest

    def text(self) -> str:
        return "".join(self._pieces)

    def _noted(self, chunks: list[Json]) -> list[Json]:
        for chunk in chunks:
            self._pieces += produced(chunk)
            self.response_id = self.response_id or string(chunk.get("id"))[:LONGEST_ID]
            if "service_tier" in chunk or "response" in chunk:
                self._service = string((obj(chunk.get("response")) or chunk).get("service_tier")) or self._service
        self.begun = self.begun or bool(chunks)
        return chunks


def produced(chunk: Json) -> list[str]:
    """The texts in a canonical chunk or answer that a provider would count: content, reasoning, tool calls."""
    texts: list[str] = []
    for choice in objs(chunk.get("choices")):
        said = obj(choice.get("delta")) or obj(choice.get("message"))
        texts += [text_of(said.get("content")), string(said.get("reasoning_content")), string(choice.get("text"))]
        for call in objs(said.get("tool_calls")):
            function = obj(call.get("function"))
            texts += [string(function.get("name")), string(function.get("arguments"))]
    return texts
