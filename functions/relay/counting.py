"""Counting tokens beside the event loop, a few texts at a time: each takes a processor and some memory for a while."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from functools import cache
from typing import TypeVar
from weakref import WeakKeyDictionary

from gateway.errors import BadRequest
from relay.asgi_types import Receive
from relay.http_request import read_body

T = TypeVar("T")

AT_ONCE = 2
LARGE, LARGE_AT_ONCE = 1_000_000, 1  # bytes of a body that waits for its turn before it is read
READING = 60  # seconds that reading it may keep others waiting
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@asynccontextmanager
async def turn(headers: Mapping[str, str]) -> AsyncGenerator[None]:
    """A block in which a large body is read and counted, a few at a time: those that wait do not lie in memory."""
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and len(declared) < len(f"{LARGE}"):
        yield
        return
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(LARGE_AT_ONCE)):
        yield


async def read_soon(receive: Receive, headers: Mapping[str, str], limit: int) -> bytes:
    """The body, if it comes while others may have to wait for it."""
    try:
        async with asyncio.timeout(READING):
            return await read_body(receive, headers, limit)
    except TimeoutError:
        raise BadRequest(f"the request body did not come within {READING} seconds", status=408) from None


async def in_turn(work: Callable[[], T]) -> T:
    """What the work comes to, once it is its turn; work that nobody waits for any more does not begin."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), work)


@cache
def _threads() -> Executor:
    from concurrent.futures.thread import ThreadPoolExecutor  # noqa: PLC0415 (0.4 ms; providers count, as a rule)

    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="count")
