"""Waiting with an end, for what nearly always is done at once."""

import asyncio
import types
from collections.abc import Awaitable, Coroutine, Generator
from types import CoroutineType
from typing import Any, TypeVar, cast

T = TypeVar("T")


async def within(work: Awaitable[T], seconds: float) -> T:
    """What the work comes to; ``TimeoutError`` if it waits for longer than so many seconds.

    A time limit takes 5 microseconds to set up and take down: it is set where there is something to wait for.
    """
    if not isinstance(work, CoroutineType):
        async with asyncio.timeout(seconds):
            return await work
    begun = cast("CoroutineType[Any, Any, T]", work)
    try:
        waits_for = begun.send(None)
    except StopIteration as done:
        return done.value
    async with asyncio.timeout(seconds):
        return await _rest(begun, waits_for)


@types.coroutine
def _rest(work: Coroutine[Any, Any, T], waits_for: Any) -> Generator[Any, Any, T]:
    """Go on with a coroutine that has begun to wait, as ``await`` would have from its beginning."""
    while True:
        try:
            result = yield waits_for
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the coroutine's to deal with
            step: Any = lambda error=error: work.throw(error)  # noqa: E731
        else:
            step = lambda result=result: work.send(result)  # noqa: E731
        try:
            waits_for = step()
        except StopIteration as done:
            return done.value
