"""HTTP/1.1 as any server may speak it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from gateway.lambda_runtime.connection import Connection, ConnectionLost
from tests.support.listening import listening

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]


@asynccontextmanager
async def connected(script: Script) -> AsyncIterator[Connection]:
    async def client(reader, writer):
        try:
            await script(reader, writer)
        finally:
            writer.close()

    async with listening(client) as address:
        connection = Connection("127.0.0.1", int(address.partition(":")[2]))
        yield connection
        connection.close()


REPLIES = {
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello"),
    "no reason phrase": (b"HTTP/1.1 202\r\ncontent-length:0\r\n\r\n", 202, b""),
    "chunked": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n",
        200,
        b"hello",
    ),
    "until the end": (b"HTTP/1.0 200 OK\r\n\r\nhello", 200, b"hello"),
    "no body": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "after 100 and 103": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        200,
        b"hello",
    ),
}


@pytest.mark.parametrize("pieces", ["whole", "byte by byte"])
@pytest.mark.parametrize("name", REPLIES)
async def test_a_reply_is_read_however_it_is_framed(name: str, pieces: str) -> None:
    wire, status, body = REPLIES[name]

    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        for piece in [wire] if pieces == "whole" else [wire[at : at + 1] for at in range(len(wire))]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    async with connected(script) as connection:
        reply = await connection.request("GET", "/")
    assert (reply.status, reply.body) == (status, body)


@pytest.mark.parametrize("name", ["length", "chunked", "after 100 and 103"])
async def test_a_reply_cut_short_is_a_lost_connection(name: str) -> None:
    wire = REPLIES[name][0]
    for cut in range(1, len(wire)):

        async def script(reader, writer, cut=cut):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(wire[:cut])

        async with connected(script) as connection:
            with pytest.raises(ConnectionLost):
                await connection.request("GET", "/")


@pytest.mark.parametrize(
    "wire",
    [
        b"SMTP ready\r\n\r\n",
        b"HTTP/1.1 okay\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
    ids=lambda wire: wire[:40].decode(),
)
async def test_what_is_not_http_is_a_lost_connection(wire: bytes) -> None:
    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(wire)
        await reader.read()

    async with connected(script) as connection:
        with pytest.raises(ConnectionLost, match="not HTTP"):
            await connection.request("GET", "/")


async def test_a_kept_alive_connection_is_used_again_and_replaced_when_it_has_been_closed() -> None:
    accepted = []

    async def script(reader, writer):
        accepted.append(writer)
        for _ in range(2):  # two requests each, then hang up at the third without a word
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")

    async with connected(script) as connection:
        for _ in range(5):
            assert (await connection.request("GET", "/")).status == 200
    assert len(accepted) == 3


async def test_a_reply_that_says_close_closes() -> None:
    accepted = []

    async def script(reader, writer):
        accepted.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n")
        await reader.read()

    async with connected(script) as connection:
        for _ in range(2):
            await connection.request("GET", "/")
    assert len(accepted) == 2


async def test_an_early_answer_to_an_upload_ends_it() -> None:
    lost = asyncio.Event()

    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await reader.read()

    async with connected(script) as connection:
        upload = connection.upload("/", [], b"", lost.set)
        await upload.send(b"one")
        await lost.wait()
        await upload.send(b"two", last=True)
        assert (await upload.confirmed()).status == 413


async def test_an_upload_that_cannot_connect_is_lost(unused_tcp_port: int) -> None:
    lost = []
    upload = Connection("127.0.0.1", unused_tcp_port).upload("/", [], b"", lambda: lost.append(1))
    await upload.send(b"one")
    await upload.send(b"two", last=True)
    assert (upload.lost, lost) == (True, [1])
    with pytest.raises(ConnectionLost):
        await upload.confirmed()
