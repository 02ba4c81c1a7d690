"""Exchanges that are more than one request and one reply: tasks that are asked for until done, and WebSockets.

The steps are described by the dialects (``gateway.outbound.exchange``); only the waiting and sending is here.
"""

import asyncio
from typing import cast

from gateway.errors import UpstreamBroken
from gateway.outbound.base import Call, ProviderFault, Reply
from gateway.outbound.exchange import Fetch, PollingDialect, Task, WebSocketDialect, beside, on_host
from gateway.outbound.gather import gathered
from gateway.upstream import HandshakeRefused, Outgoing, WebSocket
from relay.carry import Carry
from relay.line import fetched

MAX_POLLS = 600


async def by_polling(carry: Carry, reply: Reply) -> None:
    """A task was created: ask for it until it is done, then answer whole; or take its own stream."""
    line, deps = carry.line, carry.deps
    dialect = cast(PollingDialect, line.dialect)
    step = dialect.created(line.ask, reply)
    stream = step.stream if isinstance(step, Task) and line.ask.stream else None
    if stream is not None and (on_host(stream.path, line.outgoing.url) or beside(stream.path, line.outgoing.url)):
        await _task_stream(carry, stream)
        return
    for _ in range(MAX_POLLS):
        if not isinstance(step, Task):
            break
        await carry.in_time(asyncio.sleep(step.wait))
        reply = await carry.in_time(deps.upstream.complete(await line.sign(step.call)))
        if not 200 <= reply.status < 300:
            raise ProviderFault(dialect.error(reply))
        step = dialect.poll(line.ask, step, reply)
    if isinstance(step, Fetch):
        step = dialect.finish(line.ask, step, await fetched(deps, list(step.urls)))
    if isinstance(step, Task):
        raise UpstreamBroken("timeout", "the provider's task did not end in time")
    await carry.answer(step)


async def _task_stream(carry: Carry, call: Call) -> None:
    if on_host(call.path, carry.line.outgoing.url):
        outgoing = await carry.line.sign(call)
    else:  # a host of the same domain: its address is the secret, the channel's key stays here
        outgoing = Outgoing(method=call.method, url=call.path, headers=call.headers, body=call.body)
    opened = await carry.deps.upstream.open(outgoing)
    try:
        if not 200 <= opened.status < 300:
            raise ProviderFault(carry.line.dialect.error(await opened.read()))
        await carry.stream(opened.chunks)
    finally:
        await opened.close()


async def over_websocket(carry: Carry) -> None:
    """Frames out, frames in; streamed, or gathered to a whole answer. Not every server hangs up by itself."""
    line = carry.line
    dialect = cast(WebSocketDialect, line.dialect)
    try:
        socket = await carry.deps.upstream.websocket(line.outgoing, dialect.frames(line.ask))
    except HandshakeRefused as refused:
        raise ProviderFault(dialect.error(refused.reply)) from refused
    try:
        if carry.job.parsed.stream:
            await carry.stream(socket.chunks, ends_itself=False)
        else:
            await carry.answer(gathered(line.ask, dialect.stream(line.ask), await _all_frames(carry, socket)))
    finally:
        await socket.close()


async def _all_frames(carry: Carry, socket: WebSocket) -> bytes:
    probe = carry.line.dialect.stream(carry.line.ask)
    frames: list[bytes] = []
    async for frame in socket.chunks(carry.until):
        frames.append(frame)
        probe.decode(frame)
        if probe.finished or probe.fault is not None:
            break
    return b"".join(frames)
