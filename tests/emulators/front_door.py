"""An HTTP front before the emulated Runtime API: what a REST API with response streaming does, for real HTTP clients.

A request becomes a REST API event; the answer is passed on chunk by chunk. An error posted in place of an answer is
a 502, one in the trailers cuts the connection, and a client that goes away is not mentioned to the function: all as
API Gateway does. Answers of a runtime that buffers are understood as well.

    async with RuntimeApi() as api, front_door(api) as url: ...
"""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.emulators.invocation import Disconnected, Invocation
from tests.emulators.runtime_api import RuntimeApi, body_pieces, request_head
from tests.support.listening import listening

TEXT = ("text/", "application/json")


@asynccontextmanager
async def front_door(api: RuntimeApi) -> AsyncGenerator[str]:
    """The URL under which HTTP clients reach whatever runtime polls this API."""
    door = _FrontDoor(api)
    async with listening(door.connected) as address:
        try:
            yield f"http://{address}"
        finally:
            for connection in door.connections:
                connection.cancel()
            await asyncio.gather(*door.connections, return_exceptions=True)


def rest_event(method: str, target: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """The event of a REST API for a request; bodies that are not text are in base64."""
    url = urlsplit(target)
    query = parse_qs(url.query, keep_blank_values=True)
    text = headers.get("content-type", "").startswith(TEXT)
    context = {"stage": "prod", "path": f"/prod{url.path}", "identity": {"sourceIp": "127.0.0.1"}}
    return {
        "resource": "/{proxy+}",
        "path": url.path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"proxy": url.path.lstrip("/")},
        "stageVariables": None,
        "requestContext": context | {"resourcePath": "/{proxy+}", "httpMethod": method, "protocol": "HTTP/1.1"},
        "body": (body.decode() if text else base64.b64encode(body).decode()) if body else None,
        "isBase64Encoded": bool(body) and not text,
    }


class _FrontDoor:
    def __init__(self, api: RuntimeApi) -> None:
        self._api = api
        self.connections: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections.add(task)
        try:
            method, target, headers = await request_head(reader)
            body = b"".join([piece async for piece in body_pieces(reader, headers, {})])
            await _answer(self._api.invoke(rest_event(method, target, headers, body)), writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, Disconnected):
            writer.transport.abort()
        finally:
            self.connections.discard(task)
            writer.close()


async def _answer(invocation: Invocation, writer: asyncio.StreamWriter) -> None:
    try:
        head = await invocation.head()
    except Disconnected:
        _send_whole(writer, 502, {"content-type": "application/json"}, b'{"message": "Internal server error"}')
        return
    if head.status is None:
        said = json.loads(await invocation.body())
        text: str = said.get("body") or ""
        body = base64.b64decode(text) if said.get("isBase64Encoded") else text.encode()
        _send_whole(writer, said["statusCode"], said.get("headers") or {}, body)
        return
    fields = [*(head.headers or {}).items(), *(("set-cookie", cookie) for cookie in head.cookies or ())]
    fields = [(name, value) for name, value in fields if name != "content-length"]
    writer.write(_head(head.status, [*fields, ("transfer-encoding", "chunked")]))
    async for chunk in invocation.chunks():
        writer.write(b"%x\r\n%b\r\n" % (len(chunk.data), chunk.data))
        await writer.drain()
    if await invocation.trailing_error() is not None:
        raise Disconnected("the function failed in mid-stream")
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def _send_whole(writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: bytes) -> None:
    writer.write(_head(status, [*headers.items(), ("content-length", str(len(body)))]) + body)


def _head(status: int, fields: list[tuple[str, str]]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in [*fields, ("connection", "close")])
    return f"HTTP/1.1 {status} Emulated\r\n{lines}\r\n".encode("latin-1")
