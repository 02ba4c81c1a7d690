"""Exchanges with a channel from their beginning to their whole answer, whichever way the provider answers.

A task is asked for until it is done, a WebSocket read until it has said everything. The steps are described by the
dialects (``gateway.outbound.exchange``); the waiting and sending is here.
"""

import asyncio
from typing import cast

from gateway.errors import UpstreamBroken
from gateway.outbound import registry
from gateway.outbound.exchange import Fetch, PollingDialect, Step, Task, WebSocketDialect
from gateway.outbound.protocol import CanonicalResponse, Dialect, ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.streams.collect import gathered
from gateway.upstream import Upstream
from gateway.upstream.protocol import HandshakeRefused, SignedRequest, WebSocket
from gateway.upstream.route import ProviderRoute
from gateway.wire.bounds import check_reply

MAX_POLLS = 600


async def answered(upstream: Upstream, way: ProviderRoute, request: ProviderRequest) -> CanonicalResponse:
    """The answer to an ask that wants no stream; files of a task's answer stay addresses.

    Raises ``ProviderFault``, ``UpstreamBroken``, ``Unsupported`` or ``NotSetUp``.
    """
    dialect = registry.dialect(way.dialect)
    outgoing = await way.sign(request, dialect.request(request))
    exchange = way.row.exchanges.get(request.operation, "http")
    if exchange == "websocket":
        socket = await opened(upstream, dialect, request, outgoing)
        try:
            return await said(dialect, request, socket)
        finally:
            await socket.close()
    reply = good(dialect, await upstream.complete(outgoing))
    if exchange != "poll":
        return dialect.response(request, reply)
    step = await done(upstream, way, request, cast(PollingDialect, dialect).created(request, reply))
    return step.answer if isinstance(step, Fetch) else step


async def done(
    upstream: Upstream, way: ProviderRoute, request: ProviderRequest, step: Step
) -> Fetch | CanonicalResponse:
    """What a task comes to, asked for until it is done."""
    dialect = cast(PollingDialect, registry.dialect(way.dialect))
    for _ in range(MAX_POLLS):
        if not isinstance(step, Task):
            break
        await asyncio.sleep(step.wait)
        reply = await upstream.complete(await way.sign(request, step.call))
        step = dialect.poll(request, step, good(dialect, reply))
    if isinstance(step, Task):
        raise UpstreamBroken("timeout", "the provider's task did not end in time")
    return step


async def opened(upstream: Upstream, dialect: Dialect, request: ProviderRequest, outgoing: SignedRequest) -> WebSocket:
    """A WebSocket on which the request has been sent."""
    try:
        return await upstream.websocket(outgoing, cast(WebSocketDialect, dialect).frames(request))
    except HandshakeRefused as refused:
        raise ProviderFault(dialect.error(refused.reply)) from refused


async def said(
    dialect: Dialect, request: ProviderRequest, socket: WebSocket, until: float | None = None
) -> CanonicalResponse:
    """Everything that comes over a WebSocket, as one answer. Not every server hangs up by itself."""
    decoder, frames, size = dialect.stream(request), list[bytes](), 0
    async for frame in socket.chunks(until):
        frames.append(frame)
        check_reply(size := size + len(frame))
        decoder.decode(frame)
        if decoder.finished or decoder.fault is not None:
            break
    return gathered(request, dialect.stream(request), b"".join(frames))


def good(dialect: Dialect, reply: WireResponse) -> WireResponse:
    """The reply itself; raises ``ProviderFault`` for one that is an error."""
    if not 200 <= reply.status < 300:
        raise ProviderFault(dialect.error(reply))
    return reply
