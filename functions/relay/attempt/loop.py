"""Trying channels until one answers.

Before the first byte of an answer another channel may still be tried and the caller sees nothing of it.
From then on the attempt is committed: whatever happens is noted in ``Delivery``, and no other channel is tried.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

from gateway import log
from gateway.domain.channel import Channel
from gateway.errors import StoreError, UpstreamBroken
from gateway.outbound.openai.errors import route_missing
from gateway.outbound.protocol import Fault, Operation, ProviderFault, Unsupported, WireResponse
from gateway.outbound.streams.modes import BLANK, EVENTS
from gateway.providers.auth import token_refused
from gateway.security.media import MediaRefused
from gateway.upstream.protocol import OpenResponse
from gateway.upstream.route import NotOffered, NotSetUp
from relay import failures, faults, limits
from relay.admitted_request import AdmittedRequest, Delivery
from relay.attempt import exchanges, unforeseen
from relay.attempt.attempt import Attempt
from relay.attempt.keys import Keys
from relay.attempt.retry import decide
from relay.attempt.route import UpstreamRoute, connect
from relay.deps import Deps
from relay.faults import Failed
from relay.inbound.openai.events import EVENTFUL
from relay.secrets import Secrets
from relay.sink import Sink
from relay.stateless import stateless, unknown_state

_NO_DEPLOYMENT = "DeploymentNotFound"  # Azure's, with a 404


async def run(deps: Deps, admitted: AdmittedRequest, sink: Sink, delivery: Delivery) -> None:
    """Answer the caller from the first channel that can; raises what the last one said if none did."""
    waiting, asked_again = deque(admitted.channels), set[int]()
    said: Failed | None = None
    left = admitted.options.retry_times + 1
    keys, put_off, model = Keys(deps, admitted), set[int](), admitted.parsed.model
    while True:
        channel, key_index = await _first(deps, waiting, keys, put_off, model)
        begun = delivery.begun = deps.clock.monotonic()
        try:
            if channel.limits:
                await limits.enter(deps, admitted, channel)
            await try_channel(deps, admitted, channel, key_index, sink, delivery)
            return keys.answered(channel, key_index, delivery)
        except Failed as failed:
            said = faults.speaker(said, failed)
            other_key, again = deps.health.has_other_key(channel, key_index, model), channel.id in asked_again
            decision = decide(failed, asked_again=again, other_key=other_key, gone=sink.gone, left=left)
            left -= decision.costs
            if decision.step == "same":
                asked_again.add(channel.id)
                continue
            _trace(deps, admitted, channel, key_index, failed, begun)
            await _report(deps, admitted, channel, key_index, failed)
            if decision.step == "next" and not keys.another(channel, failed.fault):
                await limits.leave(deps, admitted, waiting.popleft())
            if decision.step == "next" and not waiting and keys.strangers:
                waiting, admitted = deque(keys.strangers), stateless(admitted) or admitted
                if admitted is keys.admitted:
                    raise faults.refusal(said.fault) from said
                keys = Keys(deps, admitted)
            if decision.step == "stop" or not waiting:
                raise faults.refusal(said.fault) from said


async def _first(deps: Deps, waiting: deque[Channel], keys: Keys, put_off: set[int], model: str) -> tuple[Channel, int]:
    """The channel to ask, and its key; what another request is trying after a rest comes behind the others, once."""
    while True:
        channel, key_index = waiting[0], keys.pick(waiting[0])
        others = any(other.id not in put_off and other.id != channel.id for other in waiting)
        if not others or channel.id in put_off or await deps.health.rests.may_try(channel, key_index, model):
            return channel, key_index
        put_off.add(channel.id)
        waiting.rotate(-1)


def _trace(
    deps: Deps, admitted: AdmittedRequest, channel: Channel, key_index: int, failed: Failed, begun: float
) -> None:
    seconds = deps.clock.monotonic() - begun
    place = {"channel_id": channel.id, "key_index": key_index}
    failures.note_attempt(admitted.incoming.trail, failed.fault, **place, seconds=seconds, asked=failed.asked)


async def try_channel(
    deps: Deps, admitted: AdmittedRequest, channel: Channel, key_index: int, sink: Sink, delivery: Delivery
) -> None:
    """One channel with one of its keys; ``Failed`` if nothing of its answer reached the caller."""
    route: UpstreamRoute | None = None
    try:
        route = await connect(deps, admitted, channel, channel.keys[key_index])
        attempt = Attempt(deps, admitted, channel, route, sink, delivery, begun=asyncio.get_running_loop().time())
        with unforeseen.as_faults(delivery, sink, admitted.incoming.request_id):
            await (exchanges.over_websocket(attempt) if route.exchange == "websocket" else _over_http(attempt))
        deps.health.recovered(channel, key_index, admitted.parsed.model)
    except NotOffered as missing:
        raise Failed(faults.not_offered(missing.provider, missing.operation), asked=False) from missing
    except NotSetUp as problem:
        raise Failed(faults.misconfigured(channel.id, str(problem))) from problem
    except Unsupported as unsupported:
        raise Failed(faults.inexpressible(unsupported), asked=False) from unsupported
    except MediaRefused as refused:
        raise Failed(faults.unfetchable(refused)) from refused
    except UpstreamBroken as broken:
        raise Failed(faults.broken(broken)) from broken
    except ProviderFault as fault:
        mended = route is not None and _mended(deps, channel, route, fault.fault)
        said = _masked(fault.fault, channel, key_index, route)
        if unknown_state(said):  # no fault of the channel's, nor of the caller's as long as another may know it
            raise Failed(replace(said, kind="retry"), asked=False) from fault
        raise Failed(said, mended=mended) from fault
    except Failed as failed:  # by the first event of a stream
        failed.fault = _masked(failed.fault, channel, key_index, route)
        raise


def _masked(fault: Fault, channel: Channel, key_index: int, route: UpstreamRoute | None) -> Fault:
    secrets = route.secrets if route is not None else Secrets.of(channel, channel.keys[key_index])
    return secrets.out_of_fault(fault)


def _mended(deps: Deps, channel: Channel, route: UpstreamRoute, fault: Fault) -> bool:
    """Whether the same channel will do better when asked once more: with a new token, by another operation or name."""
    if token_refused(route.way.row, fault):
        deps.tokens.forget()
        return True
    if route.parsed.fallback is not None and route_missing(fault):
        deps.health.has_no_responses(channel, route.parsed.beneath)
        return True
    return fault.code == _NO_DEPLOYMENT and deps.health.no_deployment(
        channel, channel.upstream_model(route.parsed.model)
    )


async def _over_http(attempt: Attempt) -> None:
    opened = await attempt.deps.upstream.open(attempt.route.outgoing)
    try:
        if not 200 <= opened.status < 300:
            raise ProviderFault(attempt.route.dialect.error(await attempt.in_time(opened.read())))
        if attempt.route.exchange == "poll":
            await exchanges.by_polling(attempt, await attempt.in_time(opened.read()))
        elif attempt.route.request.stream and not _is_whole(opened, attempt.route.request.operation):
            await attempt.stream(opened.chunks)
        else:
            await _whole(attempt, await attempt.in_time(opened.read()))
    finally:
        with suppress(UpstreamBroken):  # whatever it had to say, it has been said
            await opened.close()


async def _whole(attempt: Attempt, reply: WireResponse) -> None:
    if not (attempt.route.request.stream and reply.body.lstrip(BLANK).startswith(EVENTS)):
        await attempt.whole(reply)
        return

    async def chunks(until: float | None) -> AsyncIterator[bytes]:
        yield reply.body

    await attempt.stream(chunks)  # some servers call their events JSON


def _is_whole(opened: OpenResponse, operation: Operation) -> bool:
    """Whether a reply to a streaming request is no stream: an error in disguise, or a provider that cannot."""
    kind = opened.headers.get("content-type", "").lower()
    return kind.startswith("application/json") or (operation in EVENTFUL and "event-stream" not in kind)


async def _report(deps: Deps, admitted: AdmittedRequest, channel: Channel, key_index: int, failed: Failed) -> None:
    """Remember what a fault says about the channel, and take it out of service if it says so."""
    fault, model = failed.fault, admitted.parsed.model
    deps.health.report(channel, key_index, fault, model if failed.asked else "")
    log.warning(
        "attempt failed",
        request_id=admitted.incoming.request_id,
        channel=channel.id,
        kind=fault.kind,
        status=fault.status,
        code=fault.code,
    )
    if fault.kind != "disable" or not admitted.options.automatic_disable:
        return
    if deps.health.has_other_key(channel, key_index, model):
        return
    try:
        if await deps.reader.disable_channel(channel.id, f"{fault.status} {fault.code or fault.type}"):
            log.error("channel disabled", channel=channel.id, code=fault.code)
            log.metric("ChannelDisabled", channel=str(channel.id))
    except StoreError as error:
        log.error("channel could not be disabled", channel=channel.id, reason=str(error))
