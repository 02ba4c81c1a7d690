"""Carrying one provider's answer to the caller: the point of no return, the pump, and how streams end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from gateway.domain.channel import Channel
from gateway.errors import UpstreamBroken
from gateway.outbound.base import Answer, Fault
from gateway.outbound.streaming import chunks_of
from gateway.upstream import Opened
from relay import faults
from relay.deps import Deps
from relay.faults import Failed
from relay.flows import Flow
from relay.job import Delivery, Job
from relay.line import Line
from relay.sink import EVENT_STREAM, Sink


@dataclass(frozen=True, slots=True)
class Carry:
    """One attempt under way, from a channel's line to the caller's sink."""

    deps: Deps
    job: Job
    channel: Channel
    line: Line
    sink: Sink
    delivery: Delivery

    def commit(self) -> None:
        """From here on this channel's answer is the answer, and is paid for."""
        self.delivery.channel = self.channel
        self.delivery.model = self.line.ask.model
        self.delivery.system_prompt_reset = self.line.system_prompt_reset

    async def stream(self, opened: Opened) -> None:
        """A streamed reply, event by event; ``Failed`` until its first event has come."""
        flow = self.line.flow()
        chunks = opened.chunks(self._give_up_at())
        held = await _first(flow, chunks)
        self.commit()
        self.delivery.text = flow.text
        await self._begin()
        await self.sink.write(held)
        fault = await self._pump(flow, chunks)
        tail = flow.finish()
        self._note(flow, fault)
        await self._end(tail, flow)

    async def as_stream(self, answer: Answer) -> None:
        """A whole answer, for a caller who asked for a stream."""
        encoder = self.job.inbound.stream(self.job.parsed)
        await self._begin()
        await self.sink.end(encoder.encode(chunks_of(answer)) + encoder.end())

    async def _begin(self) -> None:
        if not self.sink.started:
            await self.sink.start(200, EVENT_STREAM)

    async def _pump(self, flow: Flow, chunks: AsyncIterator[bytes]) -> Fault | None:
        """Read to the end, sending what comes out; the fault, if the provider broke off."""
        sink = self.sink
        try:
            async for data in chunks:
                await sink.write(flow.feed(data))
                if flow.fault is not None or (sink.gone and self._may_stop()):
                    break
        except UpstreamBroken as error:
            return None if flow.finished else faults.broken(error)
        return None

    def _may_stop(self) -> bool:
        """Whether reading on for a caller who has left is over: at once, or after a while, as the operator chose."""
        gone_at = self.sink.gone_at
        if gone_at is None:
            return False
        return not self.job.options.drain or self.deps.clock.monotonic() - gone_at > self.deps.settings.drain_limit

    def _note(self, flow: Flow, broke: Fault | None) -> None:
        delivery = self.delivery
        delivery.usage, delivery.finished = flow.usage, flow.finished
        delivery.fault = flow.fault or broke
        if delivery.fault is None and not flow.finished:
            delivery.fault = CALLER_LEFT if self.sink.gone else faults.cut_short()

    async def _end(self, tail: bytes, flow: Flow) -> None:
        """Complete streams end with their own marker, broken ones with an error event."""
        fault = self.delivery.fault
        said = self.line.passes_reply and flow.fault is not None  # the provider's own error event went through
        closing = b"" if fault is None or said else self.job.inbound.stream_error(fault)
        await self.sink.end(tail + closing)

    def _give_up_at(self) -> float | None:
        limit = self.deps.settings.relay_timeout
        return asyncio.get_running_loop().time() + limit if limit else None


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
