"""A time limit that is only set where there is something to wait for."""

import asyncio
from collections.abc import Awaitable

import pytest

from relay.at_once import within


async def at_once() -> int:
    return 7


async def later(seconds: float) -> int:
    for _ in range(3):
        await asyncio.sleep(0)
    await asyncio.sleep(seconds)
    return 7


async def fails(seconds: float) -> int:
    await asyncio.sleep(seconds)
    raise KeyError("x")


@pytest.mark.parametrize("work", [at_once, lambda: later(0.01), lambda: asyncio.ensure_future(later(0.01))])
async def test_what_is_done_in_time_is_answered(work: "type[Awaitable[int]]") -> None:
    assert await within(work(), 1) == 7


@pytest.mark.parametrize("work", [lambda: later(5), lambda: asyncio.ensure_future(later(5))])
async def test_what_takes_longer_is_given_up(work: "type[Awaitable[int]]") -> None:
    with pytest.raises(TimeoutError):
        await within(work(), 0.02)


@pytest.mark.parametrize("seconds", [0, 0.01])
async def test_what_fails_fails(seconds: float) -> None:
    with pytest.raises(KeyError):
        await within(fails(seconds), 1)


async def test_who_waits_can_be_cancelled_and_the_work_hears_of_it() -> None:
    heard = list[str]()

    async def work() -> None:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            heard.append("cancelled")
            await asyncio.sleep(0.01)
            heard.append("tidied")
            raise

    task = asyncio.create_task(within(work(), 10))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == ["cancelled", "tidied"]
