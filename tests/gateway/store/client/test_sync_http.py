"""Connections to DynamoDB that threads share, against the server of ``test_http``: kept, ended meanwhile, too old."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from gateway.clock import Clock
from gateway.store.client.http import IDLE, StoreConnectionLost
from gateway.store.client.sync_http import SyncPool
from tests.gateway.store.client.test_http import CHUNKED, CLOSING, PLAIN, Answer, Database
from tests.support.clock import FixedClock
from tests.support.listening import listening

HEADERS = {"host": "db", "x": "y"}


class Asking:
    """A pool, used from threads; and what the database saw of it."""

    def __init__(self, pool: SyncPool, database: Database) -> None:
        self.pool, self.database = pool, database

    async def post(self, body: bytes = b"{}") -> tuple[int, bytes]:
        return await asyncio.to_thread(self.pool.post, HEADERS, body)


@asynccontextmanager
async def server(*answers: bytes | Answer, split: int = 1 << 20, clock: Clock | None = None) -> AsyncGenerator[Asking]:
    database = Database(answers, split)
    async with listening(database) as address:
        pool = SyncPool(f"http://{address}/", clock)
        yield Asking(pool, database)
        pool.close()
        await asyncio.gather(*database.serving)


@pytest.mark.parametrize("split", [1, 1 << 20])
@pytest.mark.parametrize(("answer", "status"), [(PLAIN, 200), (CHUNKED, 400), (CLOSING, 200)])
async def test_an_answer_is_read_however_it_is_framed_and_cut(answer: bytes, status: int, split: int) -> None:
    async with server(answer, split=split) as asking:
        assert await asking.post(b'{"a":1}') == (status, b"hello")
        assert asking.database.got == [b'{"a":1}']


async def test_a_connection_is_kept_unless_the_database_says_otherwise() -> None:
    async with server(PLAIN, PLAIN, CLOSING, PLAIN) as asking:
        for _ in range(4):
            await asking.post()
        assert asking.database.connections == [1, 1, 1, 2]


async def test_a_connection_that_waited_too_long_is_not_used() -> None:
    clock = FixedClock()
    async with server(PLAIN, PLAIN, clock=clock) as asking:
        await asking.post()
        clock.pass_(IDLE + 1)
        await asking.post()
        assert asking.database.connections == [1, 2]


async def test_a_call_that_a_dead_connection_lost_goes_out_again() -> None:
    async def hang_up(writer: asyncio.StreamWriter) -> None:
        """After the request, before an answer."""

    async with server(PLAIN, hang_up, PLAIN) as asking:
        await asking.post(b"1")
        assert await asking.post(b"2") == (200, b"hello")
        assert asking.database.got == [b"1", b"2", b"2"]


@pytest.mark.parametrize("cut", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", b"nothing of HTTP\r\n\r\n"])
async def test_what_a_fresh_connection_loses_is_told(cut: bytes) -> None:
    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.write(cut)
        await writer.drain()

    async with server(hang_up) as asking:
        with pytest.raises((StoreConnectionLost, ConnectionError)):
            await asking.post()


async def test_a_pool_that_is_forgotten_leaves_no_socket_behind() -> None:
    async with server(PLAIN) as asking:
        await asking.post()
        asking.pool = SyncPool("http://127.0.0.1:1")
        gc.collect()
        await asyncio.gather(*asking.database.serving)  # its side ends: nobody holds the other
