"""The small HTTP client to the database, against a server that answers in every legal way and some illegal ones."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from gateway.clock import Clock
from gateway.store.client import http
from gateway.store.client.http import IDLE, Pool, StoreConnectionLost
from tests.support.clock import FixedClock
from tests.support.listening import listening

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Database:
    """Answers in turn, over however many connections; keeps the bodies it got and the connection each came on."""

    def __init__(self, answers: Sequence[bytes | Answer], split: int) -> None:
        self.waiting, self.split = list(answers), split
        self.got, self.connections = list[bytes](), list[int]()
        self.serving = set[asyncio.Task[None]]()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        try:
            await self._converse(reader, writer, len(self.serving))
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        while self.waiting:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            self.got.append(await reader.readexactly(length))
            self.connections.append(connection)
            answer = self.waiting.pop(0)
            if callable(answer):
                await answer(writer)
                return
            for at in range(0, len(answer), self.split):
                writer.write(answer[at : at + self.split])
                await writer.drain()
            if b"close" in answer:
                return


@asynccontextmanager
async def server(
    *answers: bytes | Answer, split: int = 1 << 20, clock: Clock | None = None
) -> AsyncGenerator[tuple[Pool, list[bytes], list[int]]]:
    """A database with these answers, and a pool of connections to it."""
    database = Database(answers, split)
    async with listening(database) as address:
        pool = Pool(f"http://{address}/", clock)
        yield pool, database.got, database.connections
        pool.close()
        await asyncio.gather(*database.serving)


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"
CLOSING = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello"


@pytest.mark.parametrize("split", [1, 7, 1 << 20])
@pytest.mark.parametrize(("answer", "status"), [(PLAIN, 200), (CHUNKED, 400), (CLOSING, 200)])
async def test_an_answer_is_read_however_it_is_framed_and_cut(answer: bytes, status: int, split: int) -> None:
    async with server(answer, split=split) as (pool, got, _):
        assert await pool.post({"host": "db", "x": "y"}, b'{"a":1}') == (status, b"hello")
        assert got == [b'{"a":1}']


async def test_a_connection_is_used_again_unless_it_says_goodbye() -> None:
    async with server(PLAIN, CLOSING, PLAIN) as (pool, _, connections):
        for _ in range(3):
            await pool.post({}, b"x")
        assert connections == [1, 1, 2]


async def test_calls_side_by_side_have_connections_of_their_own() -> None:
    async with server(*[PLAIN] * 20) as (pool, got, _):
        answers = await asyncio.gather(*(pool.post({}, str(number).encode()) for number in range(20)))
        assert answers == [(200, b"hello")] * 20
        assert sorted(got, key=int) == [str(number).encode() for number in range(20)]


@pytest.mark.parametrize(
    "broken",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"],
)
async def test_an_answer_that_breaks_off_or_is_no_answer_is_a_lost_connection(broken: bytes) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(broken)

    async with server(answer, PLAIN) as (pool, _, connections):
        with pytest.raises(StoreConnectionLost):
            await pool.post({}, b"x")
        assert await pool.post({}, b"x") == (200, b"hello")
        assert connections == [1, 2]


async def test_a_call_that_is_given_up_does_not_leave_its_answer_to_the_next() -> None:
    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(PLAIN.replace(b"hello", b"stale"))

    async with server(late, PLAIN) as (pool, _, _):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await pool.post({}, b"x")
        assert await pool.post({}, b"x") == (200, b"hello")


async def test_an_answer_that_does_not_come_is_waited_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PATIENCE", 0.3)
    waited = asyncio.Event()

    async def late(writer: asyncio.StreamWriter) -> None:
        await waited.wait()

    async with server(PLAIN, late, PLAIN) as (pool, _, connections):
        await pool.post({}, b"x")
        await asyncio.sleep(0.2)
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            await pool.post({}, b"x")
        waited.set()
        assert time.monotonic() - begun > 0.25  # though the connection's timer was set for the call before
        assert await pool.post({}, b"x") == (200, b"hello")
        assert connections == [1, 1, 2]


async def test_a_call_under_way_when_all_is_closed_has_its_answer_and_hangs_up() -> None:
    asked, closed, over = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def late(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await closed.wait()
        writer.write(PLAIN)
        await writer.drain()
        await over.wait()

    async with asyncio.timeout(10), server(late, PLAIN) as (pool, _, connections):
        call = asyncio.ensure_future(pool.post({}, b"x"))
        await asked.wait()
        pool.close()
        closed.set()
        assert await call == (200, b"hello")
        assert await pool.post({}, b"y") == (200, b"hello")
        assert connections == [1, 2]
        over.set()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Take the request, and close."""


async def test_what_a_dead_kept_connection_loses_is_sent_again_at_once() -> None:
    async with server(PLAIN, hang_up, PLAIN) as (pool, got, connections):
        await pool.post({}, b"first")
        assert await pool.post({}, b"second") == (200, b"hello")
        assert (got, connections) == ([b"first", b"second", b"second"], [1, 1, 2])


async def test_a_fresh_connection_that_closes_is_not_tried_again() -> None:
    async with server(PLAIN, hang_up, hang_up, PLAIN) as (pool, got, _):
        await pool.post({}, b"first")
        with pytest.raises(StoreConnectionLost):
            await pool.post({}, b"second")
        assert got == [b"first", b"second", b"second"]
        await pool.post({}, b"third")


async def test_what_is_lost_after_a_byte_of_its_answer_is_not_sent_again() -> None:
    async def begin(writer: asyncio.StreamWriter) -> None:
        writer.write(b"H")

    async with server(PLAIN, begin, PLAIN) as (pool, got, _):
        await pool.post({}, b"first")
        with pytest.raises(StoreConnectionLost):
            await pool.post({}, b"second")
        assert got == [b"first", b"second"]
        await pool.post({}, b"third")


@pytest.mark.parametrize(("seconds", "used"), [(IDLE - 1, [1, 1]), (IDLE + 1, [1, 2])])
async def test_a_connection_ages_while_the_process_is_frozen(seconds: float, used: list[int]) -> None:
    clock = FixedClock()
    async with server(PLAIN, PLAIN, clock=clock) as (pool, _, connections):
        await pool.post({}, b"x")
        clock.freeze(seconds)
        await pool.post({}, b"x")
        assert connections == used
