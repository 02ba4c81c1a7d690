"""Carrying one provider's answer to the caller: the point of no return, the pump, and how streams end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TypeVar

from gateway.domain.channel import Channel
from gateway.errors import GatewayError, UpstreamBroken
from gateway.outbound.protocol import CanonicalResponse, Fault, WireResponse
from gateway.outbound.streams.decoders import chunks_of
from gateway.outbound.streams.modes import BLANK, is_stream, put_together
from gateway.records import dataclass, short_record
from gateway.wire.bounds import check_event, check_stream
from gateway.wire.json import Json, string, unbroken
from relay import faults, hosted_tools
from relay.admitted_request import AdmittedRequest, Delivery
from relay.at_once import within
from relay.attempt.reply_streams import LONGEST_ID, ReplyStream, produced
from relay.attempt.route import UpstreamRoute
from relay.deps import Deps
from relay.faults import Failed
from relay.inbound.openai.events import EVENTFUL
from relay.inbound.protocol import Inbound, ParsedRequest
from relay.inbound.responses.whole import events_of
from relay.reservation import service_of
from relay.sink import EVENT_STREAM, Sink

PASSED_HEADERS = ("content-type", "openai-processing-ms", "x-request-id")

LINGERING = 5  # seconds a provider may keep a stream open whose answer is complete
LONGEST = 3600  # seconds of an exchange where the operator set no limit: a drip that never ends does

T = TypeVar("T")
Chunks = Callable[[float | None], AsyncIterator[bytes]]  # given the loop's time at which to give up


@dataclass(slots=True)
class LastPiece:
    """What of a stream has come and is not sent yet."""

    data: bytes

    def take(self) -> bytes:
        """It is sent now."""
        data, self.data = self.data, b""
        return data


@short_record
class Attempt:
    """One attempt under way, from a channel's line to the caller's sink. ``begun`` is the loop's time."""

    deps: Deps
    admitted: AdmittedRequest
    channel: Channel
    route: UpstreamRoute
    sink: Sink
    delivery: Delivery
    begun: float

    @property
    def until(self) -> float:
        """The loop's time at which the whole exchange must be over."""
        return self.begun + (self.deps.settings.relay_timeout or LONGEST)

    async def in_time(self, work: Awaitable[T], limit: float = 0) -> T:
        """Wait for a provider, at most until the exchange must be over, or ``limit`` seconds after it began."""
        until = min(self.until, self.begun + limit) if limit else self.until
        try:
            return await within(work, until - asyncio.get_running_loop().time())
        except TimeoutError as error:
            raise UpstreamBroken("timeout", "the provider did not answer in time") from error

    def commit(self) -> None:
        """From here on this channel's answer is the answer, and is paid for."""
        self.delivery.channel = self.channel
        self.delivery.model = self.route.request.model
        self.delivery.system_prompt_reset = self.route.system_prompt_reset
        self.delivery.tools = tuple(hosted_tools.asked(self.route.parsed, 1))
        self.delivery.chat = self.route.parsed.operation == "chat"

    async def stream(self, chunks_until: Chunks, *, ends_itself: bool = True) -> None:
        """A streamed reply, event by event; ``Failed`` until its first event has come.

        ``ends_itself``: the provider closes the stream; else reading stops once the answer is complete.
        """
        reply_stream = self.route.reply_stream()
        chunks = _bounded(chunks_until(self.until))
        opening = await self.in_time(_opening(chunks), self.deps.settings.first_byte_timeout)
        if self.route.reads_events and opening.lstrip(BLANK)[:1] in (b"{", b"["):
            await self.whole(WireResponse(status=200, body=opening + await self.in_time(_rest(chunks))))
            return
        try:
            held = await self.in_time(_first(reply_stream, opening, chunks), self.deps.settings.first_byte_timeout)
        except GatewayError as refused:  # by a policy: it was produced all the same, and is paid for
            self._commit_stream(reply_stream)
            self._note(reply_stream, faults.as_fault(refused))
            raise
        self._commit_stream(reply_stream)
        await self._end(await self._carried(reply_stream, held, chunks, ends_itself), reply_stream)

    async def whole(self, reply: WireResponse) -> None:
        """A reply that came at once; as the bytes it is where the caller speaks the same dialect.

        Some providers stream whatever was asked for: that is put together.
        """
        route = self.route
        if is_stream(route.request.operation, reply):
            await self.answer(put_together(route.request, route.dialect, reply))
            return
        answer = route.dialect.response(route.request, reply)
        if route.parsed.stream or not route.passes_reply:
            await self.answer(answer)
            return
        body = reply.body if answer.body is None else route.mended().whole(reply.body)
        self.commit_whole(answer)
        headers = {name: reply.headers[name] for name in PASSED_HEADERS if name in reply.headers}
        await self.sink.whole(reply.status, headers, body)

    async def answer(self, answer: CanonicalResponse) -> None:
        """A whole canonical answer, in the caller's dialect; as a stream if that was asked for."""
        self.commit_whole(answer)
        for watching in self.route.watching:
            answer = await watching.whole(answer)
        await send_whole(self.sink, self.admitted.inbound, self.route.parsed, answer)

    def commit_whole(self, answer: CanonicalResponse) -> None:
        """From here on this is the answer, and its usage is what is paid for."""
        self.commit()
        self.delivery.usage, self.delivery.finished = answer.usage, True
        self.delivery.response_id = unbroken(string((answer.body or {}).get("id"))[:LONGEST_ID])
        self.delivery.text = lambda: "".join(produced(answer.body or {}))
        self.delivery.service = service_of(answer.body or {})
        self.delivery.unfinished = _unfinished(answer.body or {})

    def _commit_stream(self, reply_stream: ReplyStream) -> None:
        self.commit()
        self.delivery.first = self.deps.clock.monotonic()
        self.delivery.text = reply_stream.text

    async def _carried(
        self, reply_stream: ReplyStream, held: bytes, chunks: AsyncIterator[bytes], ends_itself: bool
    ) -> bytes:
        """Send what comes until nothing more does, and note what it was; the bytes that are still owed."""
        fault, last = None, LastPiece(held)
        try:
            await _begin(self.sink)
            fault = await self._pump(reply_stream, last, chunks, ends_itself) or faults.cut_short()
        except GatewayError as refused:  # by a policy
            fault = faults.as_fault(refused)
            raise
        finally:  # also when the wait for a caller who left is over
            try:
                tail = reply_stream.finish()
            finally:
                self._note(reply_stream, fault)
        return last.data + tail

    async def _pump(
        self, reply_stream: ReplyStream, last: "LastPiece", chunks: AsyncIterator[bytes], ends_itself: bool
    ) -> Fault | None:
        """Read to the end, sending what comes out but for the last piece; the fault, if the provider broke off."""
        if reply_stream.finished and not ends_itself:
            return None
        patience = asyncio.timeout(None)
        try:
            async with patience:
                await self._forward(reply_stream, last, chunks, patience, ends_itself)
        except UpstreamBroken as error:
            return faults.broken(error)
        except TimeoutError:
            if not patience.expired():
                raise
        return None

    async def _forward(
        self,
        reply_stream: ReplyStream,
        last: "LastPiece",
        chunks: AsyncIterator[bytes],
        patience: asyncio.Timeout,
        ends_itself: bool,
    ) -> None:
        """Once the answer is complete its last piece stays here: the caller gets the end when the entry is put."""
        loop = asyncio.get_running_loop()
        if not reply_stream.finished:
            await self.sink.write(last.take())
        async for data in chunks:
            out = reply_stream.feed(data)
            await self.sink.write(last.take())
            if reply_stream.finished:
                last.data = out
                patience.reschedule(loop.time() + LINGERING)
            else:
                await self.sink.write(out)
            if reply_stream.fault is not None or (reply_stream.finished and not ends_itself):
                return

    def _note(self, reply_stream: ReplyStream, broke: Fault | None) -> None:
        delivery = self.delivery
        delivery.usage, delivery.finished = reply_stream.usage, reply_stream.finished
        delivery.response_id, delivery.service = unbroken(reply_stream.response_id), reply_stream.service
        delivery.fault = reply_stream.fault
        if delivery.fault is not None:
            delivery.fault = self.route.secrets.out_of_fault(delivery.fault)
        elif not reply_stream.finished:
            # a provider that breaks off is to blame for it, whoever still listens
            delivery.fault = broke or (CALLER_LEFT if self.sink.gone else faults.cut_short())

    async def _end(self, tail: bytes, reply_stream: ReplyStream) -> None:
        """Complete streams end with their own marker, broken ones with an error event."""
        fault = self.delivery.fault
        closing = b"" if fault is None or reply_stream.error_passed else self.admitted.inbound.stream_error(fault)
        await self.sink.end(tail + closing)


def _unfinished(body: Json) -> str:
    """Why a whole response is not the answer yet, if it is not: what it will cost nobody knows."""
    status = string(body.get("status"))
    waiting = body.get("object") == "response" and status in ("queued", "in_progress")
    return f"the provider goes on working: its response is {status!r}" if waiting else ""


async def send_whole(sink: Sink, inbound: Inbound, parsed: ParsedRequest, answer: CanonicalResponse) -> None:
    """A whole answer in the caller's dialect, as the stream it would have been if one was asked for."""
    if parsed.stream and parsed.operation not in EVENTFUL:
        encoder = inbound.stream(parsed)
        chunks = events_of(answer.body or {}) if parsed.operation == "responses" else chunks_of(answer)
        told = encoder.encode(chunks) + encoder.end(answer.usage)
        await _begin(sink)
        await sink.end(told)
        return
    body, content_type = inbound.answer(parsed, answer)
    if parsed.stream:
        await _begin(sink)
        await sink.end(body)
        return
    await sink.whole(200, {"content-type": content_type}, body)


async def _begin(sink: Sink) -> None:
    if not sink.started:
        await sink.start(200, EVENT_STREAM)


CALLER_LEFT = Fault(kind="caller", status=499, message="the caller closed the connection", code="client_disconnected")


async def _bounded(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The stream, as far as one is read."""
    size = 0
    async for data in chunks:
        check_stream(size := size + len(data))
        yield data


async def _opening(chunks: AsyncIterator[bytes]) -> bytes:
    """The first bytes that are not blank, with the blanks before them."""
    held = b""
    async for data in chunks:
        held += data
        if held.lstrip(BLANK):
            break
    return held


async def _rest(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([data async for data in chunks])


async def _first(reply_stream: ReplyStream, opening: bytes, chunks: AsyncIterator[bytes]) -> bytes:
    """Everything to send once the first event has come."""
    held, data = b"", opening
    while data:
        held += reply_stream.feed(data)
        check_event(len(held))
        if reply_stream.fault is not None:
            raise Failed(reply_stream.fault)
        if reply_stream.begun:
            return held
        data = await anext(chunks, b"")
    held += reply_stream.finish()
    if reply_stream.fault is not None or not reply_stream.begun:
        raise Failed(reply_stream.fault or faults.cut_short())
    return held
