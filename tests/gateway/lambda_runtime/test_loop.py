"""The pollers: many invocations at once, an API that hangs up, and the end."""

import asyncio
import json
import logging
import os
from pathlib import Path

import pytest

from gateway.lambda_runtime import journal
from gateway.lambda_runtime.api import RuntimeApiError
from gateway.lambda_runtime.loop import Loop
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.serving import serving
from tests.support.listening import listening

EVENT = json.loads((Path(__file__).parents[2] / "events" / "rest_v1.json").read_text())


async def answer(send, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def test_sixteen_invocations_run_at_once_on_one_loop() -> None:
    together = asyncio.Barrier(16)

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"in ", "more_body": True})
        await together.wait()  # returns only when all sixteen are here
        assert journal.request_id.get() == scope["aws.request_id"]
        await send({"type": "http.response.body", "body": scope["aws.request_id"].encode()})

    async with serving(app, concurrency=16) as api:
        await api.polled(16)
        for _ in range(2):
            invocations = [api.invoke(EVENT) for _ in range(16)]
            bodies = await asyncio.gather(*(invocation.body() for invocation in invocations))
            assert bodies == [f"in {invocation.request_id}".encode() for invocation in invocations]


async def test_one_slow_settlement_does_not_hold_up_the_others() -> None:
    settle = asyncio.Event()

    async def app(scope, receive, send):
        await answer(send, b"done")
        if scope["aws.request_id"] == "slow":
            await settle.wait()

    async with serving(app, concurrency=2) as api:
        await api.invoke(EVENT, request_id="slow").body()
        for _ in range(3):
            assert await api.invoke(EVENT).body() == b"done"
        settle.set()


async def test_the_trace_is_in_the_environment_when_there_is_only_one(monkeypatch) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)

    async def app(scope, receive, send):
        await answer(send, os.environ.get("_X_AMZN_TRACE_ID", "none").encode())

    async with serving(app) as api:
        assert await api.invoke(EVENT, trace_id="Root=1-a").body() == b"Root=1-a"
        assert await api.invoke(EVENT, trace_id=None).body() == b"none"
    async with serving(app, concurrency=2) as api:
        assert await api.invoke(EVENT, trace_id="Root=1-b").body() == b"none"


async def test_each_request_gets_its_own_copy_of_the_lifespans_state() -> None:
    shared = {"pool": object()}

    async def app(scope, receive, send):
        assert scope["state"] == shared
        scope["state"]["mine"] = True
        await answer(send, b"fine")

    async with serving(app, state=shared) as api:
        assert [await api.invoke(EVENT).body() for _ in range(2)] == [b"fine", b"fine"]
    assert shared.keys() == {"pool"}


async def test_stopping_finishes_what_runs_and_takes_nothing_more() -> None:
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first ", "more_body": True})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"second"})

    async with RuntimeApi() as api:
        loop = Loop(app, api.address, concurrency=2)
        running = asyncio.create_task(loop.run())
        invocation = api.invoke(EVENT)
        await invocation.next_chunk()
        await api.polled(2)
        loop.stop()
        await api.until("hung-up")
        late = api.invoke(EVENT)
        assert not running.done()
        go_on.set()
        assert await invocation.body() == b"second"
        await running
        assert ("event", late.request_id) not in api.journal


class FlakyApi:
    """Hangs up on the first connections, then is the real thing."""

    def __init__(self, refusals: int, api: RuntimeApi) -> None:
        self.refusals, self.api = refusals, api

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusals:
            self.refusals -= 1
            writer.close()
            return
        await self.api.connected(reader, writer)


async def test_a_runtime_api_that_hangs_up_is_asked_again() -> None:
    async def app(scope, receive, send):
        await answer(send, b"here")

    async with RuntimeApi() as api, listening(FlakyApi(3, api)) as address:
        loop = Loop(app, address)
        running = asyncio.create_task(loop.run())
        assert await api.invoke(EVENT).body() == b"here"
        loop.stop()
        await running


async def test_a_runtime_api_that_is_gone_ends_the_loop(unused_tcp_port: int, monkeypatch) -> None:
    monkeypatch.setattr("gateway.lambda_runtime.loop.RETRY_DELAYS", (0.001, 0.001))
    with pytest.raises(ConnectionError):
        await Loop(lambda *_: None, f"127.0.0.1:{unused_tcp_port}", concurrency=2).run()


OUT_OF_ORDER = {
    "an error": b"HTTP/1.1 500 Container error\r\nLambda-Runtime-Aws-Request-Id: 1\r\nContent-Length: 0\r\n\r\n",
    "no id": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("wire", OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
async def test_an_answer_that_is_no_event_ends_every_poller(wire: bytes) -> None:
    waiting = asyncio.Event()

    async def reply(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        if not waiting.is_set():
            waiting.set()
            await reader.read()  # the other poller waits for an event that never comes
        else:
            writer.write(wire)
        writer.close()

    async with listening(reply) as address:
        with pytest.raises(RuntimeApiError, match="next invocation"):
            await Loop(lambda *_: None, address, concurrency=2).run()


async def test_an_answer_the_runtime_api_refuses_is_logged_and_the_loop_goes_on(caplog) -> None:
    caplog.set_level(logging.WARNING)

    async def app(scope, receive, send):
        if scope["aws.request_id"] == "forgotten":
            api.running.clear()  # as when Lambda gave the invocation up meanwhile
        await answer(send, b"late")

    async with serving(app) as api:
        api.invoke(EVENT, request_id="forgotten")
        assert await api.invoke(EVENT).body() == b"late"
    assert "did not take the answer: status 400" in caplog.text
