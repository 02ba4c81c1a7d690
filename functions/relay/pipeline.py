"""One relayed request from first byte to ledger entry, top to bottom:

authenticate, read, parse, route, policies, reserve, attempt, answer, settle.

Whatever happens after the reservation, the request ends as one settled entry or one released hold. If this
process dies in between, the hold stays behind with its expiry and the sweeper releases it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import TracebackType

import orjson

from gateway import log
from gateway.clock import new_request_id
from gateway.domain.channel import Channel
from gateway.domain.identity import Caller
from gateway.domain.limited import names
from gateway.domain.money import Hold
from gateway.errors import (
    BadRequest,
    GatewayError,
    LedgerBusy,
    LimitReached,
    QuotaExceeded,
    StoreError,
    UpstreamFailed,
)
from gateway.outbound.protocol import CanonicalResponse
from gateway.records import changed
from gateway.store.money.ledger import AlreadyClaimed
from relay import fitting, holders, idempotency, limited, limits, policies
from relay.admitted_request import AdmittedRequest, Delivery
from relay.asgi_types import Receive, Send
from relay.attempt import loop as attempt_loop
from relay.attempt.attempt import send_whole
from relay.authenticate import caller_of, check_model
from relay.booking import Booking, uncancelled
from relay.conversation import Conversation
from relay.deps import Deps
from relay.faults import as_fault
from relay.heartbeat import Heartbeat
from relay.http_request import HttpRequest, read_body
from relay.idempotency import Repeated
from relay.inbound.protocol import Inbound, ParsedRequest, RawRequest
from relay.limited import LimitsTaken
from relay.reply_headers import request_headers, with_request_id
from relay.reservation import reservation
from relay.routing import keeping, route
from relay.sink import Sink

SLOW_UPLOAD = 60  # seconds; what adds entries up is twice that behind
CLOSING_TIME = 20  # seconds before the host ends the process: for an error event and the settlement

Run = Callable[[Deps, AdmittedRequest, Sink, Delivery], Awaitable[None]]


async def relay(deps: Deps, inbound: Inbound, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """Serve one request; every ``GatewayError`` is answered in the caller's dialect."""
    sink = Sink(send, receive, deps.clock, request_headers(incoming))
    async with ErrorsAnswered(inbound, incoming, sink):
        admitted = await admit(deps, inbound, incoming, receive)
        sink.add_headers(request_headers(admitted.incoming))
        if deps.policies:
            await serve_under_policies(deps, admitted, sink)
        else:
            await serve(deps, admitted, sink)
    await note_failure(deps, incoming)
    await deps.health.rests.told()


async def note_failure(deps: Deps, incoming: HttpRequest) -> None:
    """Leave the entry of a request that failed: its answer is out, and the process still its own."""
    if incoming.trail.refused is None:
        return
    try:
        options, _ = deps.prices.current(await deps.reader.options())
    except StoreError as error:
        log.warning("failure not noted", request_id=incoming.request_id, reason=str(error))
        return
    await deps.failures.note(incoming, options.failure_days)


class ErrorsAnswered:
    """What goes wrong in this block is told to the caller; the sink is closed after it.

    A class: made of a generator, such a block takes 1.4 microseconds of every request, and so 0.6.
    """

    __slots__ = ("_inbound", "_incoming", "_sink")

    def __init__(self, inbound: Inbound, incoming: HttpRequest, sink: Sink) -> None:
        self._inbound, self._incoming, self._sink = inbound, incoming, sink

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        try:
            return error is not None and await _answered(self._sink, self._inbound, self._incoming, error)
        finally:
            self._sink.close()


async def _answered(sink: Sink, inbound: Inbound, incoming: HttpRequest, error: BaseException) -> bool:
    """Whether the caller was told of this error, as of all that may be expected."""
    if isinstance(error, Repeated):
        await sink.whole(error.reply.status, error.reply.headers, error.reply.body)
    elif isinstance(error, GatewayError):
        await _told(sink, inbound, incoming, error)
    elif isinstance(error, RecursionError | orjson.JSONEncodeError) and "recursion" in str(error).lower():
        await _told(sink, inbound, incoming, BadRequest("the request is nested too deeply; send it flatter"))
    elif isinstance(error, StoreError):
        log.error("store failed", request_id=incoming.request_id, reason=str(error))
        await _told(sink, inbound, incoming, LedgerBusy("the gateway's tables are busy; try again in a moment"))
    else:
        return False
    return True


async def _told(sink: Sink, inbound: Inbound, incoming: HttpRequest, error: GatewayError) -> None:
    incoming.trail.refuse(error)
    await refuse(sink, inbound, with_request_id(error, incoming.request_id))


async def admit(deps: Deps, inbound: Inbound, incoming: HttpRequest, receive: Receive) -> AdmittedRequest:
    """Everything that can turn a request away before it costs anything."""
    caller = await caller_of(deps, incoming)
    body = await read_body(receive, incoming.headers, deps.settings.max_body)
    incoming = named_anew(deps, incoming)
    parsed = inbound.parse(RawRequest(body=body, headers=incoming.headers, path=incoming.params, query=incoming.query))
    incoming.trail.model, incoming.trail.stream = parsed.model, parsed.stream
    check_model(caller, parsed.model)
    claim = await idempotency.claim_of(deps, incoming, parsed, caller)
    options, _ = deps.prices.current(await deps.reader.options())
    conversation = Conversation(user_id=caller.user.id, incoming=incoming, parsed=parsed, kept=options.affinity)
    channels = await route(deps.reader, deps.health, caller, parsed.model, deps.clock.fraction, conversation)
    await holders.recall(deps, caller.user.id, parsed, channels)
    channels = keeping(deps.health, conversation, channels)
    admitted = await priced(deps, inbound, incoming, parsed, caller, channels)
    log.debug(
        "admitted",
        request_id=incoming.request_id,
        path=incoming.path,
        model=parsed.model,
        channels=[channel.id for channel in admitted.channels],
        held=admitted.hold.amount,
    )
    return admitted if claim is None else replace(admitted, claim=claim)


def named_anew(deps: Deps, incoming: HttpRequest) -> HttpRequest:
    """The request under an id of now if its upload took long: sums read entries in the order of their ids."""
    if deps.clock.monotonic() - incoming.started < SLOW_UPLOAD:
        return incoming
    fresh = replace(incoming, request_id=new_request_id(deps.clock))
    log.info("named anew after a slow upload", request_id=fresh.request_id, before=incoming.request_id)
    return fresh


async def priced(
    deps: Deps, inbound: Inbound, incoming: HttpRequest, parsed: ParsedRequest, caller: Caller, channels: list[Channel]
) -> AdmittedRequest:
    """The request with the hold that covers it; raises ``UnknownPrice`` where no channel has a price."""
    options, book = deps.prices.current(await deps.reader.options())
    channels, quote = reservation(book, channels, caller, parsed, options)
    amount, subjects = quote.worst(), limited.subjects(caller, parsed.model, options.limits)
    now = deps.clock.now()
    hold = Hold(
        request_id=incoming.request_id,
        user_id=caller.user.id,
        token_id=caller.token.id,
        limited=not caller.token.unlimited_quota,
        amount=amount,
        created_at=now,
        expires_at=now + deps.settings.hold_ttl,
        model=parsed.model,
        limits=names(subjects, channels),
    )
    return AdmittedRequest(
        incoming=incoming,
        inbound=inbound,
        parsed=parsed,
        caller=caller,
        channels=channels,
        options=options,
        book=book,
        hold=hold,
        quote=quote,
        spare=fitting.spare(quote, amount),
        limited=subjects,
        taken=LimitsTaken() if hold.limits else None,
    )


async def serve_under_policies(deps: Deps, admitted: AdmittedRequest, sink: Sink) -> None:
    """Serve the request as the policies leave it, at the price of that; or answer what one of them has for it."""
    admitted = await _limited(deps, admitted)
    try:
        ruled = await policies.admit(deps.policies, admitted)
    except BaseException:
        await limits.release(deps, admitted.taken)
        raise
    if isinstance(ruled, CanonicalResponse):
        log.info("answered by a policy", request_id=admitted.incoming.request_id)
        await limits.release(deps, admitted.taken)
        if admitted.taken:
            sink.add_headers(admitted.taken.headers)
        await send_whole(sink, admitted.inbound, admitted.parsed, ruled)
        return
    if ruled.parsed is not admitted.parsed:
        await limits.give_back(deps, admitted.taken)
        again = await priced(deps, ruled.inbound, ruled.incoming, ruled.parsed, ruled.caller, ruled.channels)
        ruled = replace(again, claim=ruled.claim)
    await serve(deps, ruled, sink)


async def serve(deps: Deps, admitted: AdmittedRequest, sink: Sink, run: Run = attempt_loop.run) -> None:
    """Reserve, answer, and account for it: the entry before the answer's end, the wallets after it."""
    admitted = await reserve(deps, admitted)
    if admitted.taken:
        sink.add_headers(admitted.taken.headers)
    delivery = Delivery()
    booking = Booking(deps, admitted, delivery)
    sink.before_end = booking.book
    heartbeat = Heartbeat(deps, admitted, sink, delivery)
    if admitted.parsed.stream:
        sink.watch()
    try:
        await answer(deps, admitted, sink, delivery, run)
    finally:
        heartbeat.stop()
        await uncancelled(booking)


async def reserve(deps: Deps, admitted: AdmittedRequest) -> AdmittedRequest:
    """Take what the request can cost at most; where that is not there, what a share of the rest pays for."""
    try:
        return await _held(deps, admitted)
    except LimitReached as full:
        return await _smaller(deps, admitted, full)
    except QuotaExceeded as refused:
        if await deps.ending.over(admitted.caller.user.id):
            return await _fitted(deps, admitted)
        return await _smaller(deps, admitted, refused)


async def _fitted(deps: Deps, admitted: AdmittedRequest) -> AdmittedRequest:
    try:
        return await _held(deps, admitted)
    except (QuotaExceeded, LimitReached) as refused:
        return await _smaller(deps, admitted, refused)


async def _smaller(deps: Deps, admitted: AdmittedRequest, refused: QuotaExceeded | LimitReached) -> AdmittedRequest:
    smaller = await fitting.share(admitted, refused)
    try:
        return await _held(deps, smaller)
    except (QuotaExceeded, LimitReached) as again:
        return await _held(deps, await fitting.least(smaller, again))


async def _limited(deps: Deps, admitted: AdmittedRequest) -> AdmittedRequest:
    """The request with what it takes of its limits, made to fit them."""
    try:
        return await limits.taken(deps, admitted)
    except LimitReached as full:
        smaller = await fitting.share(admitted, full)
    try:
        return await limits.taken(deps, smaller)
    except LimitReached as again:
        return await limits.taken(deps, await fitting.least(smaller, again))


async def _held(deps: Deps, admitted: AdmittedRequest) -> AdmittedRequest:
    """The request with what it takes of its limits, and then its hold: who is at a limit moves no balance."""
    if admitted.limited and not (admitted.taken and admitted.taken.of):
        admitted = await limits.taken(deps, admitted)
    try:
        return await _paid(deps, admitted)
    except BaseException:
        await limits.give_back(deps, admitted.taken)
        raise


async def _paid(deps: Deps, admitted: AdmittedRequest) -> AdmittedRequest:
    """The request with its hold taken, and its idempotency key if it has one."""
    hold, claim = admitted.hold, admitted.claim
    most, spread = admitted.options.most_open, admitted.caller.user.spread
    try:
        taken = await deps.ledger.reserve(hold, claim, spread=spread, spare=admitted.spare, most_open=most)
        return admitted if taken is hold else changed(admitted, hold=taken)
    except AlreadyClaimed as claimed:
        assert admitted.claim is not None
        idempotency.refuse(deps, admitted.claim, claimed.record)


async def answer(deps: Deps, admitted: AdmittedRequest, sink: Sink, delivery: Delivery, run: Run) -> None:
    """Try channels until one has answered, or until a caller who left has been waited for long enough.

    How long that is the operator chose: not at all, or a while in which the provider can tell what it charges. Where
    the host ends the process at a deadline, the answer ends before it, with time left to account for it.
    """
    loop, limit = asyncio.get_running_loop(), deps.settings.drain_limit
    for_ever = admitted.options.drain and not limit
    lingering = limit if admitted.options.drain else 0
    ends = _ends(deps, admitted)
    try:
        async with asyncio.timeout_at(ends) as patience:
            with sink.calling(lambda: patience.reschedule(ends if for_ever else loop.time() + lingering)):
                await run(deps, admitted, sink, delivery)
    except TimeoutError:
        if not sink.gone:
            raise UpstreamFailed("the answer took longer than this gateway may run", status=504) from None
        log.info("provider left", request_id=admitted.incoming.request_id, charged=delivery.channel is not None)
        if delivery.channel is None:
            admitted.incoming.trail.leave()


def _ends(deps: Deps, admitted: AdmittedRequest) -> float | None:
    """The loop's time at which this answer must end, if the host told when it ends the process."""
    if not admitted.incoming.deadline:
        return None
    left = (admitted.incoming.deadline - deps.clock.now_ms()) / 1000
    return asyncio.get_running_loop().time() + max(0.0, left - CLOSING_TIME)


async def refuse(sink: Sink, inbound: Inbound, error: GatewayError) -> None:
    """Answer with an error: a response if none has begun, else the event that ends the stream."""
    if sink.ended:
        return
    if sink.started:
        await sink.end(inbound.stream_error(as_fault(error)))
        return
    headers = {"content-type": "application/json; charset=utf-8", **error.headers}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    await sink.whole(error.status, headers, inbound.error(error))
