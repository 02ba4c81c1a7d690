"""Trying channels until one answers, and carrying its answer to the caller.

Before the first byte of an answer another channel may still be tried and the caller sees nothing of it.
From then on the attempt is committed: whatever happens is noted in ``Delivery``, and no other channel is tried.
"""

from contextlib import suppress

from gateway import log
from gateway.domain.channel import Channel
from gateway.errors import StoreError, UpstreamBroken
from gateway.outbound.base import Answer, Fault, ProviderFault, Unsupported
from gateway.upstream import Opened
from relay import faults
from relay.carry import Carry
from relay.deps import Deps
from relay.faults import Failed
from relay.flows import produced
from relay.job import Delivery, Job
from relay.line import connect
from relay.sink import Sink

PASSED_HEADERS = ("content-type", "openai-processing-ms", "x-request-id")


async def run(deps: Deps, job: Job, sink: Sink, delivery: Delivery) -> None:
    """Answer the caller from the first channel that can; raises what the last one said if none did."""
    last: Fault | None = None
    for channel in job.channels[: job.options.retry_times + 1]:
        try:
            await attempt(deps, job, channel, sink, delivery)
        except Failed as failed:
            last = failed.fault
            await _report(deps, job, channel, last)
            if last.kind in ("caller", "filtered") or sink.gone:
                break
        else:
            deps.health.recovered(channel.id)
            return
    assert last is not None, "a job has at least one channel"
    raise faults.refusal(last)


async def attempt(deps: Deps, job: Job, channel: Channel, sink: Sink, delivery: Delivery) -> None:
    """One channel, once; ``Failed`` if nothing of its answer reached the caller."""
    try:
        line = await connect(deps, job, channel)
        opened = await deps.upstream.open(line.outgoing)
    except Unsupported as unsupported:
        raise Failed(faults.inexpressible(unsupported)) from unsupported
    except UpstreamBroken as error:
        raise Failed(faults.broken(error)) from error
    try:
        await _answer(Carry(deps, job, channel, line, sink, delivery), opened)
    except UpstreamBroken as error:
        raise Failed(faults.broken(error)) from error
    except ProviderFault as error:
        raise Failed(error.fault) from error
    finally:
        await _close(opened)


async def _answer(carry: Carry, opened: Opened) -> None:
    if not 200 <= opened.status < 300:
        raise Failed(carry.line.dialect.error(await opened.read()))
    if carry.job.parsed.stream and not _is_whole(opened):
        await carry.stream(opened)
    else:
        await _whole(carry, opened)


def _is_whole(opened: Opened) -> bool:
    """Whether a reply to a streaming request is no stream: an error in disguise, or a provider that cannot."""
    return opened.headers.get("content-type", "").lower().startswith("application/json")


async def _whole(carry: Carry, opened: Opened) -> None:
    reply = await opened.read()
    line, job = carry.line, carry.job
    answer = line.dialect.response(line.ask, reply)
    carry.commit()
    delivery = carry.delivery
    delivery.usage, delivery.finished = answer.usage, True
    delivery.text = lambda: _text_of(answer)
    if job.parsed.stream:
        await carry.as_stream(answer)
    elif line.passes_reply:
        headers = {name: reply.headers[name] for name in PASSED_HEADERS if name in reply.headers}
        await carry.sink.whole(opened.status, headers, reply.body)
    else:
        body, content_type = job.inbound.answer(job.parsed, answer)
        await carry.sink.whole(200, {"content-type": content_type}, body)


def _text_of(answer: Answer) -> str:
    return "".join(produced(answer.body or {})) if answer.body else ""


async def _report(deps: Deps, job: Job, channel: Channel, fault: Fault) -> None:
    """Remember what a fault says about the channel, and take it out of service if it says so."""
    deps.health.report(channel.id, fault)
    log.warning(
        "attempt failed",
        request_id=job.incoming.request_id,
        channel=channel.id,
        kind=fault.kind,
        status=fault.status,
        code=fault.code,
    )
    if fault.kind != "disable" or not job.options.automatic_disable:
        return
    try:
        if await deps.reader.disable_channel(channel.id, f"{fault.status} {fault.code or fault.type}"):
            log.error("channel disabled", channel=channel.id, code=fault.code)
            log.metric("ChannelDisabled", channel=str(channel.id))
    except StoreError as error:
        log.error("channel could not be disabled", channel=channel.id, reason=str(error))


async def _close(opened: Opened) -> None:
    with suppress(UpstreamBroken):  # whatever it had to say, it has been said
        await opened.close()
