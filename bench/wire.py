"""One client connection that sends the same request again and again and times each answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic_ns
from typing import cast

import httptools

from bench.verdict import Bad, judge
from tests.fakes.upstream.stamps import STAMP

_STAMP_LENGTH = 23


@dataclass(slots=True)
class Tally:
    """Times in nanoseconds. Only good answers are timed; bad ones are counted by what was wrong."""

    latency: list[int] = field(default_factory=list[int])
    first_byte: list[int] = field(default_factory=list[int])
    chunk_delay: list[int] = field(default_factory=list[int])
    bad: dict[str, int] = field(default_factory=dict[str, int])
    sample: str = ""

    def count_bad(self, reason: Bad, detail: str) -> None:
        self.bad[reason] = self.bad.get(reason, 0) + 1
        self.sample = self.sample or f"{reason}: {detail[:300]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The bytes of one request and what a good answer to it holds."""

    wire: bytes
    text: bytes = b""
    chunks: int | None = None


class Client(asyncio.Protocol):
    """``done`` is called after each answer, good or bad; the connection is then idle, or ``closed``."""

    def __init__(self, ask: Ask, tally: Tally, done: Callable[["Client"], None]) -> None:
        self._ask = ask
        self._tally = tally
        self._done = done
        self.closed = False
        self.busy_since = 0  # when the running request was to be sent; 0 when idle

    def send(self, scheduled: int) -> None:
        """Latency counts from ``scheduled`` (monotonic ns), also when sending comes later."""
        self.busy_since = scheduled
        self._sent = monotonic_ns()
        self._first = 0
        self._body: list[bytes] = []
        self._unread: list[bytes] = []
        self._seen = b""
        self._delays: list[int] = []
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(self._ask.wire)

    def give_up(self) -> None:
        """The answer takes too long."""
        self._fail("timeout", f"{len(b''.join(self._body))} bytes came")

    def close(self) -> None:
        self.closed = True
        self._transport.abort()

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if not self.busy_since:
            self.close()
            return
        self._now = monotonic_ns()
        if not self._first:
            self._first = self._now
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail("http", str(error))
        if self.busy_since:
            self._time_chunks()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self.busy_since:
            self._fail("closed", f"{exc or 'connection ended'} after {len(b''.join(self._body))} bytes of body")

    # httptools

    def on_body(self, body: bytes) -> None:
        self._body.append(body)
        self._unread.append(body)

    def on_message_complete(self) -> None:
        self._time_chunks()
        body = b"".join(self._body)
        bad = judge(self._parser.get_status_code(), body, text=self._ask.text, chunks=self._ask.chunks)
        if not self._parser.should_keep_alive():
            self.close()
        if bad:
            self._tally.count_bad(bad, f"{self._parser.get_status_code()} {body.decode('utf-8', 'replace')}")
        else:
            self._tally.latency.append(self._now - self.busy_since)
            self._tally.first_byte.append(self._first - self.busy_since)
            self._tally.chunk_delay += self._delays
        self._idle()

    def _time_chunks(self) -> None:
        """A stamp may be cut in two by the reads: what could be the start of one is looked at again."""
        if self._ask.chunks is None or not self._unread:
            return
        text = self._seen + b"".join(self._unread)
        self._unread.clear()
        end = 0
        for found in STAMP.finditer(text):
            self._delays.append(self._now - int(found[1]))
            end = found.end()
        self._seen = text[max(end, len(text) - _STAMP_LENGTH + 1) :]

    def _fail(self, reason: Bad, detail: str) -> None:
        self._tally.count_bad(reason, detail)
        self.close()
        self._idle()

    def _idle(self) -> None:
        self.busy_since = 0
        self._done(self)
