"""One relayed request from first byte to ledger entry, top to bottom:

authenticate, read, parse, route, policies, reserve, attempt, answer, settle.

Whatever happens after the reservation, the request ends as one settled entry or one released hold. If this
process dies in between, the hold stays behind with its expiry and the sweeper releases it.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import orjson
from starlette.types import Receive, Send

from gateway import log
from gateway.domain.channel import Channel
from gateway.domain.identity import Caller
from gateway.domain.money import Entry, Hold
from gateway.errors import BadRequest, GatewayError, StoreError, Unavailable
from gateway.outbound.protocol import CanonicalResponse
from gateway.store.money.idempotency import KeptReply, seal
from gateway.store.money.ledger import AlreadyClaimed
from relay import idempotency, limits, metering, policies
from relay.admitted_request import AdmittedRequest, Delivery
from relay.attempt import loop as attempt_loop
from relay.attempt.attempt import send_whole
from relay.authenticate import caller_of, check_model
from relay.deps import Deps
from relay.faults import as_fault
from relay.heartbeat import Heartbeat
from relay.http_request import HttpRequest, read_body
from relay.idempotency import Repeated
from relay.inbound.protocol import Inbound, ParsedRequest, RawRequest
from relay.reply_headers import request_headers, with_request_id
from relay.reservation import reservation
from relay.routing import route
from relay.sink import Sink

Run = Callable[[Deps, AdmittedRequest, Sink, Delivery], Awaitable[None]]


async def relay(deps: Deps, inbound: Inbound, incoming: HttpRequest, receive: Receive, send: Send) -> None:
    """Serve one request; every ``GatewayError`` is answered in the caller's dialect."""
    sink = Sink(send, receive, deps.clock, request_headers(incoming))
    async with errors_answered(inbound, incoming, sink):
        admitted = await admit(deps, inbound, incoming, receive)
        sink.add_headers(await limits.count(deps, admitted.caller, admitted.options))
        if deps.policies:
            await serve_under_policies(deps, admitted, sink)
        else:
            await serve(deps, admitted, sink)


@asynccontextmanager
async def errors_answered(inbound: Inbound, incoming: HttpRequest, sink: Sink) -> AsyncGenerator[None]:
    """What goes wrong in this block is told to the caller; the sink is closed after it."""
    try:
        yield
    except Repeated as repeated:
        reply = repeated.reply
        await sink.whole(reply.status, reply.headers, reply.body)
    except GatewayError as error:
        await refuse(sink, inbound, with_request_id(error, incoming.request_id))
    except (RecursionError, orjson.JSONEncodeError) as error:
        if "recursion" not in str(error).lower():
            raise
        too_deep = BadRequest("the request is nested too deeply; send it flatter")
        await refuse(sink, inbound, with_request_id(too_deep, incoming.request_id))
    except StoreError as error:
        log.error("store failed", request_id=incoming.request_id, reason=str(error))
        unavailable = Unavailable("the gateway's database does not answer; try again in a moment", retry_after=1)
        await refuse(sink, inbound, with_request_id(unavailable, incoming.request_id))
    finally:
        sink.close()


async def admit(deps: Deps, inbound: Inbound, incoming: HttpRequest, receive: Receive) -> AdmittedRequest:
    """Everything that can turn a request away before it costs anything."""
    caller = await caller_of(deps, incoming)
    body = await read_body(receive, incoming.headers, deps.settings.max_body)
    parsed = inbound.parse(RawRequest(body=body, headers=incoming.headers, path=incoming.params, query=incoming.query))
    check_model(caller, parsed.model)
    claim = await idempotency.claim_of(deps, incoming, parsed, caller)
    channels = await route(deps.reader, deps.health, caller, parsed.model, deps.clock.fraction)
    admitted = await priced(deps, inbound, incoming, parsed, caller, channels)
    log.debug(
        "admitted",
        request_id=incoming.request_id,
        path=incoming.path,
        model=parsed.model,
        channels=[channel.id for channel in admitted.channels],
        held=admitted.hold.amount,
    )
    return replace(admitted, claim=claim)


async def priced(
    deps: Deps, inbound: Inbound, incoming: HttpRequest, parsed: ParsedRequest, caller: Caller, channels: list[Channel]
) -> AdmittedRequest:
    """The request with the hold that covers it; raises ``UnknownPrice`` where no channel has a price."""
    options, book = deps.prices.current(await deps.reader.options())
    channels, amount = reservation(book, channels, caller, parsed, options.pre_consumed_quota)
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
    )


async def serve_under_policies(deps: Deps, admitted: AdmittedRequest, sink: Sink) -> None:
    """Serve the request as the policies leave it, at the price of that; or answer what one of them has for it."""
    ruled = await policies.admit(deps.policies, admitted)
    if isinstance(ruled, CanonicalResponse):
        log.info("answered by a policy", request_id=admitted.incoming.request_id)
        await send_whole(sink, admitted.inbound, admitted.parsed, ruled)
        return
    if ruled.parsed is not admitted.parsed:
        again = await priced(deps, ruled.inbound, ruled.incoming, ruled.parsed, ruled.caller, ruled.channels)
        ruled = replace(again, claim=ruled.claim)
    await serve(deps, ruled, sink)


async def serve(deps: Deps, admitted: AdmittedRequest, sink: Sink, run: Run = attempt_loop.run) -> None:
    """Reserve, answer, and account for it."""
    await reserve(deps, admitted)
    delivery = Delivery()
    heartbeat = Heartbeat(deps, admitted, sink)
    if admitted.parsed.stream:
        sink.watch()
    try:
        await answer(deps, admitted, sink, delivery, run)
    finally:
        heartbeat.stop()
        await uncancelled(account(deps, admitted, delivery, sink.replied))


async def reserve(deps: Deps, admitted: AdmittedRequest) -> None:
    """Take what the request can cost at most, and its idempotency key if it has one."""
    try:
        await deps.ledger.reserve(admitted.hold, admitted.claim)
    except AlreadyClaimed as claimed:
        assert admitted.claim is not None
        idempotency.refuse(deps, admitted.claim, claimed.record)


async def answer(deps: Deps, admitted: AdmittedRequest, sink: Sink, delivery: Delivery, run: Run) -> None:
    """Try channels until one has answered, or until a caller who left has been waited for long enough.

    How long that is the operator chose: not at all, or a while in which the provider can tell what it charges.
    """
    loop, limit = asyncio.get_running_loop(), deps.settings.drain_limit
    for_ever = admitted.options.drain and not limit
    lingering = limit if admitted.options.drain else 0
    try:
        async with asyncio.timeout(None) as patience:
            with sink.calling(lambda: patience.reschedule(None if for_ever else loop.time() + lingering)):
                await run(deps, admitted, sink, delivery)
    except TimeoutError:
        log.info("provider left", request_id=admitted.incoming.request_id, charged=delivery.channel is not None)


async def account(deps: Deps, admitted: AdmittedRequest, delivery: Delivery, replied: KeptReply | None) -> None:
    """Settle what was delivered, or give everything back if nothing was."""
    try:
        if delivery.channel is None:
            await deps.ledger.release(admitted.hold, deps.clock.now(), admitted.claim)
            log.debug("released", request_id=admitted.incoming.request_id, held=admitted.hold.amount)
            return
        entry = await metering.entry(admitted, delivery, deps.clock)
        sealed = seal(deps.vault, admitted.claim, replied) if admitted.claim else ""
        outcome = await deps.ledger.settle(admitted.hold, entry, admitted.claim, sealed)
        await limits.spend(deps, admitted.caller, admitted.options, entry.prompt_tokens + entry.completion_tokens)
        if outcome != "settled":
            log.error("settlement came too late", request_id=admitted.incoming.request_id, outcome=outcome)
        _log_settled(entry)
        await deps.reminding.charged(admitted, entry)
    except StoreError as error:
        # The hold is still there: the sweeper will find it.
        log.error("settlement failed", request_id=admitted.incoming.request_id, reason=str(error))
        log.metric("SettlementFailed")


def _log_settled(entry: Entry) -> None:
    log.debug(
        "settled",
        request_id=entry.request_id,
        user=entry.user_id,
        token=entry.token_id,
        channel=entry.channel_id,
        model=entry.model_name,
        prompt=entry.prompt_tokens,
        completion=entry.completion_tokens,
        quota=entry.quota,
        ms=entry.elapsed_time,
    )


async def uncancelled(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end even if the task around it is being cancelled."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def refuse(sink: Sink, inbound: Inbound, error: GatewayError) -> None:
    """Answer with an error: a response if none has begun, else the event that ends the stream."""
    if sink.ended:
        return
    if sink.started:
        await sink.end(inbound.stream_error(as_fault(error)))
        return
    headers = {"content-type": "application/json; charset=utf-8"}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    await sink.whole(error.status, headers, inbound.error(error))
