"""A real client in front: the OpenAI SDK reads a stream through API Gateway's part, the Runtime API's and our loop."""

import asyncio
import json
from pathlib import Path

import httpx
import openai
import pytest

from tests.emulators.front_door import front_door
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.runtime_process import stock_runtime
from tests.emulators.serving import serving

APPS = [Path(__file__).parent / "apps"]
MESSAGES = [{"role": "user", "content": "Grüße"}]
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}


def chunk(text: str) -> dict:
    delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    document = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}
    return {"type": "http.response.body", "body": f"data: {json.dumps(document)}\n\n".encode(), "more_body": True}


def client(url: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key="sk-test", base_url=f"{url}/v1", max_retries=0)


async def test_the_openai_sdk_gets_each_chunk_before_the_next_is_made() -> None:
    gates = [asyncio.Event() for _ in range(4)]
    asked = []

    async def app(scope, receive, send):
        asked.append((scope["path"], json.loads((await receive())["body"])["messages"]))
        await send(START)
        for number, gate in enumerate(gates):
            await gate.wait()
            await send(chunk(str(number)))
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})

    gates[0].set()
    async with serving(app) as api, front_door(api) as url, client(url) as sdk:
        stream = await sdk.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        read = []
        async for part in stream:
            read.append(part.choices[0].delta.content)
            if len(read) < len(gates):
                assert not gates[len(read)].is_set()
                gates[len(read)].set()
    assert read == ["0", "1", "2", "3"]
    assert asked == [("/v1/chat/completions", MESSAGES)]


async def test_the_openai_sdk_sees_a_broken_stream_as_an_error() -> None:
    async def app(scope, receive, send):
        await send(START)
        await send(chunk("half"))
        raise RuntimeError("upstream fell over")

    async with serving(app) as api, front_door(api) as url, client(url) as sdk:
        stream = await sdk.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        with pytest.raises((openai.APIError, httpx.TransportError)):
            async for _ in stream:
                pass


async def test_the_openai_sdk_sees_an_early_failure_as_an_internal_server_error() -> None:
    async def app(scope, receive, send):
        raise RuntimeError("no table")

    async with serving(app) as api, front_door(api) as url, client(url) as sdk:
        with pytest.raises(openai.InternalServerError, match="Internal error") as failure:
            await sdk.chat.completions.create(model="m", messages=MESSAGES)
        assert failure.value.code == "internal_error"


async def test_a_client_that_goes_away_is_settled_all_the_same() -> None:
    go_on, settled = asyncio.Event(), asyncio.Event()

    async def app(scope, receive, send):
        await send(START)
        await send(chunk("one"))
        await go_on.wait()
        await send(chunk("two"))
        await send({"type": "http.response.body", "body": b""})
        settled.set()

    async with serving(app) as api, front_door(api) as url, client(url) as sdk:
        stream = await sdk.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        await anext(aiter(stream))
        await stream.close()
        go_on.set()
        await settled.wait()
        await api.polled(2)


async def test_bytes_and_cookies_pass_both_ways() -> None:
    async def app(scope, receive, send):
        body = (await receive())["body"]
        headers = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"x-query", scope["query_string"])]
        await send({"type": "http.response.start", "status": 203, "headers": headers})
        await send({"type": "http.response.body", "body": body[::-1]})

    raw = bytes(range(256))
    async with serving(app) as api, front_door(api) as url, httpx.AsyncClient() as http:
        answer = await http.post(f"{url}/v1/audio?x=%26&x=2", content=raw, headers={"content-type": "audio/mpeg"})
    assert (answer.status_code, answer.content) == (203, raw[::-1])
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["x-query"] == "x=%26&x=2"


async def test_the_stock_runtime_answers_the_same_client_buffered() -> None:
    async with (
        RuntimeApi() as api,
        stock_runtime(api.address, "lambda_mangum.handler", paths=APPS),
        front_door(api) as url,
        httpx.AsyncClient() as http,
    ):
        answer = await http.get(f"{url}/v1/models")
    assert (answer.status_code, answer.text) == (200, "0\n1\n2\n")
