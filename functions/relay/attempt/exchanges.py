"""Exchanges that are more than one request and one reply: tasks that are asked for until done, and WebSockets.

The steps are described by the dialects (``gateway.outbound.exchange``); only the waiting and sending is here.
"""

import asyncio
from typing import cast

from gateway.errors import UpstreamBroken
from gateway.outbound.exchange import Fetch, PollingDialect, Task, WebSocketDialect, beside, on_host
from gateway.outbound.protocol import ProviderFault, WireRequest, WireResponse
from gateway.outbound.streams.collect import gathered
from gateway.upstream.protocol import HandshakeRefused, SignedRequest, WebSocket
from relay.attempt.attempt import Attempt
from relay.attempt.route import fetched

MAX_POLLS = 600


async def by_polling(attempt: Attempt, reply: WireResponse) -> None:
    """A task was created: ask for it until it is done, then answer whole; or take its own stream."""
    route, deps = attempt.route, attempt.deps
    dialect = cast(PollingDialect, route.dialect)
    step = dialect.created(route.request, reply)
    stream = step.stream if isinstance(step, Task) and route.request.stream else None
    if stream is not None and (on_host(stream.path, route.outgoing.url) or beside(stream.path, route.outgoing.url)):
        await _task_stream(attempt, stream)
        return
    for _ in range(MAX_POLLS):
        if not isinstance(step, Task):
            break
        await attempt.in_time(asyncio.sleep(step.wait))
        reply = await attempt.in_time(deps.upstream.complete(await route.sign(step.call)))
        if not 200 <= reply.status < 300:
            raise ProviderFault(dialect.error(reply))
        step = dialect.poll(route.request, step, reply)
    if isinstance(step, Fetch):
        step = dialect.finish(route.request, step, await fetched(deps, list(step.urls)))
    if isinstance(step, Task):
        raise UpstreamBroken("timeout", "the provider's task did not end in time")
    await attempt.answer(step)


async def _task_stream(attempt: Attempt, call: WireRequest) -> None:
    if on_host(call.path, attempt.route.outgoing.url):
        outgoing = await attempt.route.sign(call)
    else:  # a host of the same domain: its address is the secret, the channel's key stays here
        outgoing = SignedRequest(method=call.method, url=call.path, headers=call.headers, body=call.body)
    opened = await attempt.deps.upstream.open(outgoing)
    try:
        if not 200 <= opened.status < 300:
            raise ProviderFault(attempt.route.dialect.error(await opened.read()))
        await attempt.stream(opened.chunks)
    finally:
        await opened.close()


async def over_websocket(attempt: Attempt) -> None:
    """Frames out, frames in; streamed, or gathered to a whole answer. Not every server hangs up by itself."""
    route = attempt.route
    dialect = cast(WebSocketDialect, route.dialect)
    try:
        socket = await attempt.deps.upstream.websocket(route.outgoing, dialect.frames(route.request))
    except HandshakeRefused as refused:
        raise ProviderFault(dialect.error(refused.reply)) from refused
    try:
        if attempt.admitted.parsed.stream:
            await attempt.stream(socket.chunks, ends_itself=False)
        else:
            await attempt.answer(
                gathered(route.request, dialect.stream(route.request), await _all_frames(attempt, socket))
            )
    finally:
        await socket.close()


async def _all_frames(attempt: Attempt, socket: WebSocket) -> bytes:
    probe = attempt.route.dialect.stream(attempt.route.request)
    frames: list[bytes] = []
    async for frame in socket.chunks(attempt.until):
        frames.append(frame)
        probe.decode(frame)
        if probe.finished or probe.fault is not None:
            break
    return b"".join(frames)
