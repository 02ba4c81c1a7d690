"""One call to a channel from its beginning to its whole answer, whichever way the provider answers."""

import asyncio
from typing import cast

from gateway.errors import UpstreamBroken
from gateway.outbound import registry
from gateway.outbound.exchange import Fetch, PollingDialect, Task, WebSocketDialect
from gateway.outbound.protocol import CanonicalResponse, ProviderFault, ProviderRequest, WireResponse
from gateway.outbound.streams.collect import gathered
from gateway.upstream import Upstream
from gateway.upstream.protocol import HandshakeRefused
from gateway.upstream.route import ProviderRoute

MAX_POLLS = 600


async def answered(upstream: Upstream, way: ProviderRoute, request: ProviderRequest) -> CanonicalResponse:
    """The answer to an ask that wants no stream; files of a task's answer stay addresses.

    Raises ``ProviderFault``, ``UpstreamBroken``, ``Unsupported`` or ``NotSetUp``.
    """
    dialect = registry.dialect(way.dialect)
    outgoing = await way.sign(request, dialect.request(request))
    exchange = way.row.exchanges.get(request.operation, "http")
    if exchange == "websocket":
        try:
            socket = await upstream.websocket(outgoing, cast(WebSocketDialect, dialect).frames(request))
        except HandshakeRefused as refused:
            raise ProviderFault(dialect.error(refused.reply)) from refused
        try:
            decoder, frames = dialect.stream(request), list[bytes]()
            async for frame in socket.chunks():
                frames.append(frame)
                decoder.decode(frame)
                if decoder.finished or decoder.fault is not None:
                    break
        finally:
            await socket.close()
        return gathered(request, dialect.stream(request), b"".join(frames))
    reply = _good(way, await upstream.complete(outgoing))
    return await _by_polling(upstream, way, request, reply) if exchange == "poll" else dialect.response(request, reply)


async def _by_polling(
    upstream: Upstream, way: ProviderRoute, request: ProviderRequest, reply: WireResponse
) -> CanonicalResponse:
    dialect = cast(PollingDialect, registry.dialect(way.dialect))
    step = dialect.created(request, reply)
    for _ in range(MAX_POLLS):
        if not isinstance(step, Task):
            return step.answer if isinstance(step, Fetch) else step
        await asyncio.sleep(step.wait)
        reply = _good(way, await upstream.complete(await way.sign(request, step.call)))
        step = dialect.poll(request, step, reply)
    raise UpstreamBroken("timeout", "the provider's task did not end in time")


def _good(way: ProviderRoute, reply: WireResponse) -> WireResponse:
    if not 200 <= reply.status < 300:
        raise ProviderFault(registry.dialect(way.dialect).error(reply))
    return reply
