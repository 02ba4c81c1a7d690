"""How an answer leaves: chunk by chunk, cleanly or broken off, to a reader that may have gone."""

import asyncio
import json
import logging
from pathlib import Path

import pytest

from gateway.lambda_runtime.answer import PRELUDE_LIMIT, prelude
from tests.emulators.invocation import Disconnected
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.serving import serving

EVENT = json.loads((Path(__file__).parents[2] / "events" / "function_url.json").read_text())
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}


def part(body: bytes, more: bool = True) -> dict:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def test_each_part_arrives_before_the_next_is_made() -> None:
    gates = [asyncio.Event() for _ in range(5)]

    async def app(scope, receive, send):
        await send(START)
        for number, gate in enumerate(gates):
            await gate.wait()
            await send(part(f"data: {number}\n\n".encode()))
        await send(part(b"", more=False))

    async with serving(app) as api:
        invocation = api.invoke(EVENT)
        for number, gate in enumerate(gates):
            assert api.journal.count(("chunk", invocation.request_id)) == number
            gate.set()
            assert await invocation.next_chunk() == f"data: {number}\n\n".encode()
        assert await invocation.body() == b""
        assert invocation.trailers == {}


async def test_the_answer_carries_what_lambda_and_api_gateway_ask_for() -> None:
    async def app(scope, receive, send):
        headers = [
            (b"Content-Type", b"text/plain"),
            (b"Vary", b"origin"),
            (b"vary", b"accept"),
            (b"Set-Cookie", b"session=abc; Path=/"),
            (b"set-cookie", b"lang=de"),
            (b"Connection", b"close"),
            (b"transfer-encoding", b"chunked"),
            (b"x-name", "Grüße".encode("latin-1")),
        ]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b"made"})

    async with serving(app) as api:
        invocation = api.invoke(EVENT, invocation_id="delivery-1")
        head = await invocation.head()
        assert await invocation.body() == b"made"
    assert (head.mode, head.status) == ("streaming", 201)
    assert head.content_type == "application/vnd.awslambda.http-integration-response"
    assert head.headers == {"content-type": "text/plain", "vary": "origin, accept", "x-name": "Grüße"}
    assert head.cookies == ["session=abc; Path=/", "lang=de"]
    assert head.request_headers["transfer-encoding"] == "chunked"
    assert "lambda-runtime-function-error-type" in head.request_headers["trailer"].lower()
    assert head.request_headers["lambda-runtime-invocation-id"] == "delivery-1"


@pytest.mark.parametrize("body", [b"", b"\0" * 100, bytes(range(256)) * 4000], ids=["empty", "nul", "a megabyte"])
async def test_a_body_of_any_bytes_arrives_as_it_is(body: bytes) -> None:
    async def app(scope, receive, send):
        await send(START)
        await send({"type": "http.response.body", "body": body})

    async with serving(app) as api:
        invocation = api.invoke(EVENT)
        assert await invocation.body() == body
        assert (await invocation.head()).status == 200


async def test_an_empty_first_part_sends_the_head_and_empty_parts_do_not_end_the_body() -> None:
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        await send(START)
        await send(part(b""))
        await go_on.wait()
        for body in (b"a", b"", b"b"):
            await send(part(body))
        await send(part(b"", more=False))

    async with serving(app) as api:
        invocation = api.invoke(EVENT)
        assert (await invocation.head()).status == 200
        go_on.set()
        assert await invocation.body() == b"ab"


@pytest.mark.parametrize("keep_alive", [True, False], ids=["connected", "connecting"])
async def test_sends_from_several_tasks_do_not_mix(keep_alive: bool) -> None:
    async def app(scope, receive, send):
        await send(START)
        await asyncio.gather(*(send(part(bytes([65 + number]) * 5)) for number in range(8)))
        await send(part(b"", more=False))

    async with serving(app, api=RuntimeApi(keep_alive=keep_alive)) as api:
        body = await api.invoke(EVENT).body()
    assert body == b"".join(bytes([65 + number]) * 5 for number in range(8))


@pytest.mark.parametrize("last", [False, True])
async def test_a_send_that_is_given_up_leaves_a_well_formed_answer(last: bool) -> None:
    async def app(scope, receive, send):
        await send(START)
        sending = asyncio.create_task(send(part(b"never", more=not last)))
        await asyncio.sleep(0)  # it is connecting now
        sending.cancel()
        await asyncio.wait({sending})

    async with serving(app, api=RuntimeApi(keep_alive=False)) as api:
        invocation = api.invoke(EVENT)
        assert (await invocation.head()).status == 200
        assert await invocation.body() == b""
        failure = await invocation.trailing_error()
    assert failure is not None and failure.kind == "IncompleteAnswer"


async def test_settlement_follows_the_last_byte_and_precedes_the_next_poll() -> None:
    settle = asyncio.Event()
    settled = []

    async def app(scope, receive, send):
        await send(START)
        await send(part(b"all", more=False))
        await settle.wait()
        settled.append(scope["aws.request_id"])

    async with serving(app) as api:
        first, second = api.invoke(EVENT), api.invoke(EVENT)
        assert await first.body() == b"all"  # the answer is whole while the application has not yet returned
        assert settled == []
        for _ in range(20):
            await asyncio.sleep(0)
        assert api.polls == 1
        settle.set()
        await second.body()
        assert settled[0] == first.request_id
    moments = [entry for entry in api.journal if entry[0] in {"response-end", "next"}]
    assert moments[:3] == [("next", ""), ("response-end", first.request_id), ("next", "")]


async def test_a_failing_settlement_spoils_neither_the_answer_nor_the_loop(caplog) -> None:
    async def app(scope, receive, send):
        await send(START)
        await send(part(b"all", more=False))
        raise RuntimeError("the ledger is down")

    async with serving(app) as api:
        for _ in range(2):
            invocation = api.invoke(EVENT)
            assert await invocation.body() == b"all"
            assert await invocation.trailing_error() is None
    assert {record.message for record in caplog.records} == {"the application failed after its answer was complete"}


async def test_a_disconnect_is_told_only_when_the_answer_is_complete() -> None:
    heard = []
    listening, go_on = asyncio.Event(), asyncio.Event()

    async def app(scope, receive, send):
        assert (await receive())["type"] == "http.request"
        hearing = asyncio.create_task(receive())
        hearing.add_done_callback(lambda task: heard.append(task.result()["type"]))
        await send(START)
        await send(part(b"one"))
        listening.set()
        await go_on.wait()
        assert heard == []
        await send(part(b"two", more=False))
        await hearing

    async with serving(app) as api:
        invocation = api.invoke(EVENT)
        await invocation.next_chunk()
        await listening.wait()
        go_on.set()
        assert await invocation.body() == b"two"
        await api.polled(2)
    assert heard == ["http.disconnect"]


async def test_a_reader_that_goes_away_is_noticed_and_the_application_runs_on(caplog) -> None:
    caplog.set_level(logging.WARNING)
    heard, done = asyncio.Event(), []

    async def app(scope, receive, send):
        await receive()
        await send(START)
        await send(part(b"one"))
        assert (await receive())["type"] == "http.disconnect"
        heard.set()
        for _ in range(3):
            await send(part(b"x" * 100_000))
        await send(part(b"", more=False))
        done.append("settled")

    async with serving(app) as api:
        invocation = api.invoke(EVENT)
        await invocation.next_chunk()
        await invocation.disconnect()
        await heard.wait()
        with pytest.raises(Disconnected):
            await invocation.body()
        await api.polled(2)
        assert done == ["settled"]
        again = api.invoke(EVENT)
        assert await again.next_chunk() == b"one"
        await again.disconnect()
        await api.polled(3)
    assert {record.levelname for record in caplog.records} == {"WARNING"}


async def test_an_application_that_never_listens_may_stream_into_the_void() -> None:
    gone, done = asyncio.Event(), []

    async def app(scope, receive, send):
        await send(START)
        await send(part(b"one"))
        await gone.wait()
        for _ in range(50):
            await send(part(b"x" * 50_000))
        await send(part(b"", more=False))
        done.append("settled")

    async with serving(app) as api:
        invocation = api.invoke(EVENT)
        await invocation.next_chunk()
        await invocation.disconnect()
        gone.set()
        await api.polled(2)
    assert done == ["settled"]


async def test_one_send_is_one_write(monkeypatch) -> None:
    writes: list[bytes] = []
    write = asyncio.StreamWriter.write

    def noted(self, data):
        if not data.startswith(b"HTTP/"):  # the emulator's own
            writes.append(data)
        write(self, data)

    monkeypatch.setattr(asyncio.StreamWriter, "write", noted)

    async def app(scope, receive, send):
        await send(START)
        await send(part(b"data: 1\n\n"))
        await send(part(b"data: 2\n\n"))
        await send(part(b"data: 3\n\n", more=False))

    async with serving(app) as api:
        await api.invoke(EVENT).body()
        await api.polled(2)
    poll, first, second, third, *polls = writes
    assert all(each.startswith(b"GET ") for each in [poll, *polls])
    assert first.startswith(b"POST ") and first.endswith(b"9\r\ndata: 1\n\n\r\n")
    assert second == b"9\r\ndata: 2\n\n\r\n"
    assert third == b"9\r\ndata: 3\n\n\r\n0\r\n\r\n"


async def test_waiting_costs_no_processor_time() -> None:
    resting, go_on = asyncio.Event(), asyncio.Event()

    async def app(scope, receive, send):
        await send(START)
        await send(part(b"one"))
        resting.set()
        await go_on.wait()
        await send(part(b"two", more=False))

    async with serving(app) as api:
        invocation = api.invoke(EVENT)
        await resting.wait()
        turns = 0
        select = asyncio.get_running_loop()._selector.select  # type: ignore[attr-defined]

        def counted(timeout=None):
            nonlocal turns
            turns += 1
            return select(timeout)

        asyncio.get_running_loop()._selector.select = counted  # type: ignore[attr-defined]
        await asyncio.sleep(0.1)
        rested = turns
        go_on.set()
        assert await invocation.body() == b"onetwo"
    assert rested < 50  # thousands, if the loop spun on a socket that has nothing to say


def test_a_prelude_that_api_gateway_could_not_read_is_refused() -> None:
    room = PRELUDE_LIMIT - 8 - len(prelude(200, [(b"x", b"")]))
    assert len(prelude(200, [(b"x", b"a" * room)])) == PRELUDE_LIMIT - 8
    with pytest.raises(ValueError, match="at most 16384"):
        prelude(200, [(b"x", b"a" * (room + 1))])
