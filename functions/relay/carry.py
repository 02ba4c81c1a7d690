"""Carrying one provider's answer to the caller: the point of no return, the pump, and how streams end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from gateway.domain.channel import Channel
from gateway.errors import UpstreamBroken
from gateway.outbound.base import Answer, Fault, Reply
from gateway.outbound.gather import gathered
from gateway.outbound.payload import string
from gateway.outbound.streaming import chunks_of
from relay import faults
from relay.deps import Deps
from relay.faults import Failed
from relay.flows import LONGEST_ID, Flow, produced
from relay.inbound.openai_events import EVENTFUL
from relay.job import Delivery, Job
from relay.line import Line
from relay.reservation import service_of
from relay.sink import EVENT_STREAM, Sink

PASSED_HEADERS = ("content-type", "openai-processing-ms", "x-request-id")

T = TypeVar("T")
Chunks = Callable[[float | None], AsyncIterator[bytes]]  # given the loop's time at which to give up


@dataclass(frozen=True, slots=True)
class Carry:
    """One attempt under way, from a channel's line to the caller's sink. ``begun`` is the loop's time."""

    deps: Deps
    job: Job
    channel: Channel
    line: Line
    sink: Sink
    delivery: Delivery
    begun: float

    @property
    def until(self) -> float | None:
        """The loop's time at which the whole exchange must be over."""
        limit = self.deps.settings.relay_timeout
        return self.begun + limit if limit else None

    async def in_time(self, work: Awaitable[T], limit: float = 0) -> T:
        """Wait for a provider, at most until the exchange must be over, or ``limit`` seconds after it began."""
        ends = [self.begun + limit] if limit else []
        ends += [self.until] if self.until is not None else []
        try:
            async with asyncio.timeout_at(min(ends, default=None)):
                return await work
        except TimeoutError as error:
            raise UpstreamBroken("timeout", "the provider did not answer in time") from error

    def commit(self) -> None:
        """From here on this channel's answer is the answer, and is paid for."""
        self.delivery.channel = self.channel
        self.delivery.model = self.line.ask.model
        self.delivery.system_prompt_reset = self.line.system_prompt_reset

    async def stream(self, chunks_until: Chunks, *, ends_itself: bool = True) -> None:
        """A streamed reply, event by event; ``Failed`` until its first event has come.

        ``ends_itself``: the provider closes the stream; else reading stops once the answer is complete.
        """
        flow = self.line.flow()
        chunks = chunks_until(self.until)
        held = await self.in_time(_first(flow, chunks), self.deps.settings.first_byte_timeout)
        self.commit()
        self.delivery.text = flow.text
        fault, tail = faults.cut_short(), b""
        try:
            await self._begin()
            await self.sink.write(held)
            fault = await self._pump(flow, chunks, ends_itself)
        finally:  # also when the wait for a caller who left is over
            tail = flow.finish()
            self._note(flow, fault)
        await self._end(tail, flow)

    async def whole(self, reply: Reply) -> None:
        """A reply that came at once; as the bytes it is where the caller speaks the same dialect.

        Some providers stream whatever was asked for: that is put together.
        """
        line = self.line
        if line.ask.operation == "chat" and _streams(reply):
            await self.answer(gathered(line.ask, line.dialect.stream(line.ask), reply.body))
            return
        answer = line.dialect.response(line.ask, reply)
        if line.parsed.stream or not line.passes_reply:
            await self.answer(answer)
            return
        self.commit_whole(answer)
        headers = {name: reply.headers[name] for name in PASSED_HEADERS if name in reply.headers}
        await self.sink.whole(reply.status, headers, reply.body)

    async def answer(self, answer: Answer) -> None:
        """A whole canonical answer, in the caller's dialect; as a stream if that was asked for."""
        self.commit_whole(answer)
        inbound, parsed = self.job.inbound, self.line.parsed
        if parsed.stream and parsed.operation not in EVENTFUL:
            encoder = inbound.stream(parsed)
            await self._begin()
            await self.sink.end(encoder.encode(chunks_of(answer)) + encoder.end(answer.usage))
            return
        body, content_type = inbound.answer(parsed, answer)
        if parsed.stream:
            await self._begin()
            await self.sink.end(body)
            return
        await self.sink.whole(200, {"content-type": content_type}, body)

    def commit_whole(self, answer: Answer) -> None:
        """From here on this is the answer, and its usage is what is paid for."""
        self.commit()
        self.delivery.usage, self.delivery.finished = answer.usage, True
        self.delivery.response_id = string((answer.body or {}).get("id"))[:LONGEST_ID]
        self.delivery.text = lambda: "".join(produced(answer.body or {}))
        self.delivery.service = service_of(answer.body or {})

    async def _begin(self) -> None:
        if not self.sink.started:
            await self.sink.start(200, EVENT_STREAM)

    async def _pump(self, flow: Flow, chunks: AsyncIterator[bytes], ends_itself: bool) -> Fault | None:
        """Read to the end, sending what comes out; the fault, if the provider broke off."""
        if flow.finished and not ends_itself:
            return None
        try:
            async for data in chunks:
                await self.sink.write(flow.feed(data))
                if flow.fault is not None or (flow.finished and not ends_itself):
                    break
        except UpstreamBroken as error:
            return faults.broken(error)
        return None

    def _note(self, flow: Flow, broke: Fault | None) -> None:
        delivery = self.delivery
        delivery.usage, delivery.finished = flow.usage, flow.finished
        delivery.response_id, delivery.service = flow.response_id, flow.service
        delivery.fault = flow.fault
        if delivery.fault is None and not flow.finished:
            delivery.fault = CALLER_LEFT if self.sink.gone else broke or faults.cut_short()

    async def _end(self, tail: bytes, flow: Flow) -> None:
        """Complete streams end with their own marker, broken ones with an error event."""
        fault = self.delivery.fault
        said = self.line.passes_reply and flow.fault is not None  # the provider's own error event went through
        closing = b"" if fault is None or said else self.job.inbound.stream_error(fault)
        await self.sink.end(tail + closing)


def _streams(reply: Reply) -> bool:
    kind = reply.headers.get("content-type", "")
    return kind.startswith("text/event-stream") or reply.body.startswith((b"data:", b"event:"))


CALLER_LEFT = Fault(kind="caller", status=499, message="the caller closed the connection", code="client_disconnected")


async def _first(flow: Flow, chunks: AsyncIterator[bytes]) -> bytes:
    """Everything to send once the first event has come."""
    held = b""
    async for data in chunks:
        held += flow.feed(data)
        if flow.fault is not None:
            raise Failed(flow.fault)
        if flow.begun:
            return held
    held += flow.finish()
    if flow.fault is not None or not flow.begun:
        raise Failed(flow.fault or faults.cut_short())
    return held
