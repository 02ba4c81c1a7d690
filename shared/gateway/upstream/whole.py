"""One call to a channel from its beginning to its whole answer, whichever way the provider answers."""

import asyncio
from typing import cast

from gateway.errors import UpstreamBroken
from gateway.outbound import registry
from gateway.outbound.base import Answer, Ask, ProviderFault, Reply
from gateway.outbound.exchange import Fetch, PollingDialect, Task, WebSocketDialect
from gateway.outbound.gather import gathered
from gateway.upstream import HandshakeRefused, Upstream
from gateway.upstream.way import Way

MAX_POLLS = 600


async def answered(upstream: Upstream, way: Way, ask: Ask) -> Answer:
    """The answer to an ask that wants no stream; files of a task's answer stay addresses.

    Raises ``ProviderFault``, ``UpstreamBroken``, ``Unsupported`` or ``NotSetUp``.
    """
    dialect = registry.dialect(way.dialect)
    outgoing = await way.sign(ask, dialect.request(ask))
    exchange = way.row.exchanges.get(ask.operation, "http")
    if exchange == "websocket":
        try:
            socket = await upstream.websocket(outgoing, cast(WebSocketDialect, dialect).frames(ask))
        except HandshakeRefused as refused:
            raise ProviderFault(dialect.error(refused.reply)) from refused
        try:
            decoder, frames = dialect.stream(ask), list[bytes]()
            async for frame in socket.chunks():
                frames.append(frame)
                decoder.decode(frame)
                if decoder.finished or decoder.fault is not None:
                    break
        finally:
            await socket.close()
        return gathered(ask, dialect.stream(ask), b"".join(frames))
    reply = _good(way, await upstream.complete(outgoing))
    return await _by_polling(upstream, way, ask, reply) if exchange == "poll" else dialect.response(ask, reply)


async def _by_polling(upstream: Upstream, way: Way, ask: Ask, reply: Reply) -> Answer:
    dialect = cast(PollingDialect, registry.dialect(way.dialect))
    step = dialect.created(ask, reply)
    for _ in range(MAX_POLLS):
        if not isinstance(step, Task):
            return step.answer if isinstance(step, Fetch) else step
        await asyncio.sleep(step.wait)
        reply = _good(way, await upstream.complete(await way.sign(ask, step.call)))
        step = dialect.poll(ask, step, reply)
    raise UpstreamBroken("timeout", "the provider's task did not end in time")


def _good(way: Way, reply: Reply) -> Reply:
    if not 200 <= reply.status < 300:
        raise ProviderFault(registry.dialect(way.dialect).error(reply))
    return reply
