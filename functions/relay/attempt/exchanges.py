"""Exchanges that are more than one request and one reply: tasks that are asked for until done, and WebSockets.

What they share with every other caller of a provider is in ``gateway.upstream.whole``; here is what belongs to an
attempt: its time limit, streams, and files that must be fetched.
"""

from typing import cast

from gateway.outbound.exchange import Fetch, PollingDialect, Task, beside, on_host
from gateway.outbound.protocol import ProviderFault, WireRequest, WireResponse
from gateway.upstream.protocol import SignedRequest
from gateway.upstream.whole import done, opened, said
from relay.attempt.attempt import Attempt
from relay.attempt.route import fetched


async def by_polling(attempt: Attempt, reply: WireResponse) -> None:
    """A task was created: ask for it until it is done, then answer whole; or take its own stream."""
    route, deps = attempt.route, attempt.deps
    dialect = cast(PollingDialect, route.dialect)
    step = dialect.created(route.request, reply)
    stream = step.stream if isinstance(step, Task) and route.request.stream else None
    if stream is not None and (on_host(stream.path, route.outgoing.url) or beside(stream.path, route.outgoing.url)):
        await _task_stream(attempt, stream)
        return
    step = await attempt.in_time(done(deps.upstream, route.way, route.request, step))
    if isinstance(step, Fetch):
        step = dialect.finish(route.request, step, await fetched(deps, list(step.urls)))
    await attempt.answer(step)


async def _task_stream(attempt: Attempt, call: WireRequest) -> None:
    if on_host(call.path, attempt.route.outgoing.url):
        outgoing = await attempt.route.way.sign(attempt.route.request, call)
    else:  # a host of the same domain: its address is the secret, the channel's key stays here
        outgoing = SignedRequest(method=call.method, url=call.path, headers=call.headers, body=call.body)
    reply = await attempt.deps.upstream.open(outgoing)
    try:
        if not 200 <= reply.status < 300:
            raise ProviderFault(attempt.route.dialect.error(await reply.read()))
        await attempt.stream(reply.chunks)
    finally:
        await reply.close()


async def over_websocket(attempt: Attempt) -> None:
    """Frames out, frames in; streamed, or gathered to a whole answer. Not every server hangs up by itself."""
    route = attempt.route
    socket = await opened(attempt.deps.upstream, route.dialect, route.request, route.outgoing)
    try:
        if attempt.admitted.parsed.stream:
            await attempt.stream(socket.chunks, ends_itself=False)
        else:
            await attempt.answer(await said(route.dialect, route.request, socket, attempt.until))
    finally:
        await socket.close()
