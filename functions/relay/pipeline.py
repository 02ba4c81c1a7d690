"""One relayed request from first byte to ledger entry, top to bottom:

authenticate, read, parse, route, reserve, attempt, answer, settle.

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
from gateway.store.idempotency import Reply, seal
from gateway.store.ledger import AlreadyClaimed
from relay import attempts, idempotency, limits, metering
from relay.authenticate import caller_of, check_model
from relay.deps import Deps
from relay.faults import as_fault
from relay.heartbeat import Heartbeat
from relay.idempotency import Repeated
from relay.inbound.base import Inbound, Parsed, Raw
from relay.incoming import Incoming, read_body
from relay.job import Delivery, Job
from relay.reservation import reservation
from relay.responses import request_headers, with_request_id
from relay.routing import route
from relay.sink import Sink

Run = Callable[[Deps, Job, Sink, Delivery], Awaitable[None]]


async def relay(deps: Deps, inbound: Inbound, incoming: Incoming, receive: Receive, send: Send) -> None:
    """Serve one request; every ``GatewayError`` is answered in the caller's dialect."""
    sink = Sink(send, receive, deps.clock, request_headers(incoming))
    async with answering(inbound, incoming, sink):
        job = await admit(deps, inbound, incoming, receive)
        sink.add_headers(await limits.count(deps, job.caller, job.options))
        await serve(deps, job, sink)


@asynccontextmanager
async def answering(inbound: Inbound, incoming: Incoming, sink: Sink) -> AsyncGenerator[None]:
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


async def admit(deps: Deps, inbound: Inbound, incoming: Incoming, receive: Receive) -> Job:
    """Everything that can turn a request away before it costs anything."""
    caller = await caller_of(deps, incoming)
    body = await read_body(receive, incoming.headers, deps.settings.max_body)
    parsed = inbound.parse(Raw(body=body, headers=incoming.headers, path=incoming.params, query=incoming.query))
    check_model(caller, parsed.model)
    claim = await idempotency.claim_of(deps, incoming, parsed, caller)
    channels = await route(deps.reader, deps.health, caller, parsed.model, deps.clock.fraction)
    job = await priced(deps, inbound, incoming, parsed, caller, channels)
    log.debug(
        "admitted",
        request_id=incoming.request_id,
        path=incoming.path,
        model=parsed.model,
        channels=[channel.id for channel in job.channels],
        held=job.hold.amount,
    )
    return replace(job, claim=claim)


async def priced(
    deps: Deps, inbound: Inbound, incoming: Incoming, parsed: Parsed, caller: Caller, channels: list[Channel]
) -> Job:
    """The job with the hold that covers it; raises ``UnknownPrice`` where no channel has a price."""
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
    return Job(
        incoming=incoming,
        inbound=inbound,
        parsed=parsed,
        caller=caller,
        channels=channels,
        options=options,
        book=book,
        hold=hold,
    )


async def serve(deps: Deps, job: Job, sink: Sink, run: Run = attempts.run) -> None:
    """Reserve, answer, and account for it."""
    await reserve(deps, job)
    delivery = Delivery()
    heartbeat = Heartbeat(deps, job, sink)
    if job.parsed.stream:
        sink.watch()
    try:
        await answer(deps, job, sink, delivery, run)
    finally:
        heartbeat.stop()
        await finished_anyway(account(deps, job, delivery, sink.replied))


async def reserve(deps: Deps, job: Job) -> None:
    """Take what the request can cost at most, and its idempotency key if it has one."""
    try:
        await deps.ledger.reserve(job.hold, job.claim)
    except AlreadyClaimed as claimed:
        assert job.claim is not None
        idempotency.refuse(deps, job.claim, claimed.record)


async def answer(deps: Deps, job: Job, sink: Sink, delivery: Delivery, run: Run) -> None:
    """Try channels until one has answered, or until a caller who left has been waited for long enough.

    How long that is the operator chose: not at all, or a while in which the provider can tell what it charges.
    """
    loop, limit = asyncio.get_running_loop(), deps.settings.drain_limit
    for_ever = job.options.drain and not limit
    lingering = limit if job.options.drain else 0
    try:
        async with asyncio.timeout(None) as patience:
            with sink.calling(lambda: patience.reschedule(None if for_ever else loop.time() + lingering)):
                await run(deps, job, sink, delivery)
    except TimeoutError:
        log.info("provider left", request_id=job.incoming.request_id, charged=delivery.channel is not None)


async def account(deps: Deps, job: Job, delivery: Delivery, replied: Reply | None) -> None:
    """Settle what was delivered, or give everything back if nothing was."""
    try:
        if delivery.channel is None:
            await deps.ledger.release(job.hold, deps.clock.now(), job.claim)
            log.debug("released", request_id=job.incoming.request_id, held=job.hold.amount)
            return
        entry = await metering.entry(job, delivery, deps.clock)
        sealed = seal(deps.vault, job.claim, replied) if job.claim else ""
        outcome = await deps.ledger.settle(job.hold, entry, job.claim, sealed)
        await limits.spend(deps, job.caller, job.options, entry.prompt_tokens + entry.completion_tokens)
        if outcome != "settled":
            log.error("settlement came too late", request_id=job.incoming.request_id, outcome=outcome)
        _told(entry)
        await deps.reminding.charged(job, entry)
    except StoreError as error:
        # The hold is still there: the sweeper will find it.
        log.error("settlement failed", request_id=job.incoming.request_id, reason=str(error))
        log.metric("SettlementFailed")


def _told(entry: Entry) -> None:
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


async def finished_anyway(work: Coroutine[Any, Any, None]) -> None:
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
