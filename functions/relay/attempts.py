"""Trying channels until one answers.

Before the first byte of an answer another channel may still be tried and the caller sees nothing of it.
From then on the attempt is committed: whatever happens is noted in ``Delivery``, and no other channel is tried.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress

from gateway import log
from gateway.domain.channel import Channel
from gateway.errors import StoreError, UpstreamBroken
from gateway.outbound.base import Fault, Operation, ProviderFault, Reply, Unsupported
from gateway.outbound.openai_faults import route_missing
from gateway.providers.auth import token_refused
from gateway.security.media_fetch import Refused
from gateway.upstream import Opened
from gateway.upstream.way import NotOffered, NotSetUp
from relay import exchanges, faults
from relay.carry import Carry
from relay.deps import Deps
from relay.faults import Failed
from relay.inbound.openai_events import EVENTFUL
from relay.job import Delivery, Job
from relay.line import Line, connect
from relay.sink import Sink


async def run(deps: Deps, job: Job, sink: Sink, delivery: Delivery) -> None:
    """Answer the caller from the first channel that can; raises what the last one said if none did."""
    last: Fault | None = None
    waiting = deque(job.channels)
    left = job.options.retry_times + 1
    again: set[int] = set()
    while waiting and left > 0:
        channel = waiting.popleft()
        place = deps.health.pick(channel)
        try:
            await attempt(deps, job, channel, place, sink, delivery)
        except Failed as failed:
            last = failed.fault
            if failed.again and channel.id not in again:
                again.add(channel.id)
                waiting.appendleft(channel)
                continue
            left -= failed.asked  # a channel that cannot express the request costs no try
            await _report(deps, job, channel, place, last)
            if last.kind in ("caller", "filtered") or sink.gone:
                break
            if deps.health.has_other_key(channel, last):
                waiting.appendleft(channel)
        else:
            deps.health.recovered(channel, place)
            return
    assert last is not None, "a job has at least one channel"
    raise faults.refusal(last)


async def attempt(deps: Deps, job: Job, channel: Channel, place: int, sink: Sink, delivery: Delivery) -> None:
    """One channel with one of its keys; ``Failed`` if nothing of its answer reached the caller."""
    line: Line | None = None
    try:
        line = await connect(deps, job, channel, channel.keys[place])
        carry = Carry(deps, job, channel, line, sink, delivery, begun=asyncio.get_running_loop().time())
        if line.exchange == "websocket":
            await exchanges.over_websocket(carry)
        else:
            await _over_http(carry)
    except NotOffered as missing:
        raise Failed(faults.not_offered(missing.provider, missing.operation), asked=False) from missing
    except NotSetUp as problem:
        raise Failed(faults.misconfigured(channel.id, str(problem))) from problem
    except Unsupported as unsupported:
        raise Failed(faults.inexpressible(unsupported), asked=False) from unsupported
    except Refused as refused:
        raise Failed(faults.unfetchable(refused)) from refused
    except UpstreamBroken as broken:
        raise Failed(faults.broken(broken)) from broken
    except ProviderFault as fault:
        again = line is not None and _mended(deps, channel, line, fault.fault)
        raise Failed(faults.without(fault.fault, channel.keys[place]), again=again) from fault


def _mended(deps: Deps, channel: Channel, line: Line, fault: Fault) -> bool:
    """Whether the same channel will do better when asked once more: with a new token, or by another operation."""
    if token_refused(line.way.row, fault):
        deps.tokens.forget()
        return True
    if line.parsed.fallback is not None and route_missing(fault):
        deps.health.has_no_responses(channel)
        return True
    return False


async def _over_http(carry: Carry) -> None:
    opened = await carry.deps.upstream.open(carry.line.outgoing)
    try:
        if not 200 <= opened.status < 300:
            raise ProviderFault(carry.line.dialect.error(await carry.in_time(opened.read())))
        if carry.line.exchange == "poll":
            await exchanges.by_polling(carry, await carry.in_time(opened.read()))
        elif carry.line.ask.stream and not _is_whole(opened, carry.line.ask.operation):
            await carry.stream(opened.chunks)
        else:
            await _whole(carry, await carry.in_time(opened.read()))
    finally:
        with suppress(UpstreamBroken):  # whatever it had to say, it has been said
            await opened.close()


async def _whole(carry: Carry, reply: Reply) -> None:
    if not (carry.line.ask.stream and reply.body.lstrip(_BLANK).startswith((b"data:", b"event:"))):
        await carry.whole(reply)
        return

    async def chunks(until: float | None) -> AsyncIterator[bytes]:
        yield reply.body

    await carry.stream(chunks)  # some servers call their events JSON


_BLANK = b"\xef\xbb\xbf \r\n"


def _is_whole(opened: Opened, operation: Operation) -> bool:
    """Whether a reply to a streaming request is no stream: an error in disguise, or a provider that cannot."""
    kind = opened.headers.get("content-type", "").lower()
    return kind.startswith("application/json") or (operation in EVENTFUL and "event-stream" not in kind)


async def _report(deps: Deps, job: Job, channel: Channel, place: int, fault: Fault) -> None:
    """Remember what a fault says about the channel, and take it out of service if it says so."""
    deps.health.report(channel, place, fault)
    log.warning(
        "attempt failed",
        request_id=job.incoming.request_id,
        channel=channel.id,
        kind=fault.kind,
        status=fault.status,
        code=fault.code,
    )
    if fault.kind != "disable" or not job.options.automatic_disable or deps.health.has_other_key(channel, fault):
        return
    try:
        if await deps.reader.disable_channel(channel.id, f"{fault.status} {fault.code or fault.type}"):
            log.error("channel disabled", channel=channel.id, code=fault.code)
            log.metric("ChannelDisabled", channel=str(channel.id))
    except StoreError as error:
        log.error("channel could not be disabled", channel=channel.id, reason=str(error))
