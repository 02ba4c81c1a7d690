"""An application that fails: a clean 500 while nothing is out, the error trailers afterwards, no secret in either."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.emulators.serving import serving

EVENT = json.loads((Path(__file__).parents[2] / "events" / "function_url.json").read_text())
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
ONE = {"type": "http.response.body", "body": b"one", "more_body": True}


async def fails_at_once(scope, receive, send):
    raise RuntimeError("secret sk-123")


async def fails_after_its_head(scope, receive, send):
    await send(START)
    raise RuntimeError("secret sk-123")


async def says_nothing(scope, receive, send):
    return


async def has_too_many_headers(scope, receive, send):
    await send(START | {"headers": [(b"x", b"secret sk-123" * 2000)]})


async def cancels_itself(scope, receive, send):
    raise asyncio.CancelledError


async def speaks_out_of_turn(scope, receive, send):
    await send(ONE)


def is_no_coroutine(scope, receive, send):
    raise RuntimeError("secret sk-123")


SILENT = [
    fails_at_once,
    fails_after_its_head,
    says_nothing,
    has_too_many_headers,
    cancels_itself,
    speaks_out_of_turn,
    is_no_coroutine,
]


@pytest.mark.parametrize("app", SILENT)
async def test_a_failure_before_the_first_byte_is_a_clean_500(app, caplog) -> None:
    async with serving(app) as api:
        invocation = api.invoke(EVENT)
        head = await invocation.head()
        body = await invocation.body()
        await api.polled(2)
    error = json.loads(body)["error"]
    assert (head.status, head.headers) == (500, {"content-type": "application/json"})
    assert (error["type"], error["code"]) == ("one_api_error", "internal_error")
    assert invocation.request_id in error["message"]
    assert b"secret" not in body and invocation.trailers == {}
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def breaks_off(scope, receive, send):
    await send(START)
    await send(ONE)
    raise ValueError("secret sk-123")


async def forgets_its_end(scope, receive, send):
    await send(START)
    await send(ONE)


async def starts_twice(scope, receive, send):
    await send(START)
    await send(ONE)
    await send(START)


async def is_cancelled_midway(scope, receive, send):
    await send(START)
    await send(ONE)
    raise asyncio.CancelledError


@pytest.mark.parametrize(
    ("app", "kind"),
    [
        (breaks_off, "ValueError"),
        (forgets_its_end, "IncompleteAnswer"),
        (starts_twice, "RuntimeError"),
        (is_cancelled_midway, "CancelledError"),
    ],
)
async def test_a_failure_in_mid_stream_is_told_in_the_trailers(app, kind: str, caplog) -> None:
    async with serving(app) as api:
        invocation = api.invoke(EVENT)
        assert (await invocation.head()).status == 200
        assert await invocation.body() == b"one"
        failure = await invocation.trailing_error()
        await api.polled(2)
    assert failure is not None
    assert failure.kind == failure.document["errorType"] == kind
    assert "secret" not in json.dumps(failure.document)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
