"""Counting beside the event loop, and what may wait for it in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.errors import BadRequest
from relay import counting

LARGE = {"content-length": "15000000"}
UNKNOWN: dict[str, str] = {}
SMALL = {"content-length": "999999"}


def most_at_once(headers: dict[str, str]) -> int:
    """How many of five blocks are open at a time."""
    opened = [0, 0]

    async def one() -> None:
        async with counting.turn(headers):
            opened[0] += 1
            opened[1] = max(opened)
            await asyncio.sleep(0)
            opened[0] -= 1

    async def all_of_them() -> None:
        await asyncio.gather(*(one() for _ in range(5)))

    asyncio.run(all_of_them())
    return opened[1]


def dripping() -> Callable[[], Awaitable[dict[str, Any]]]:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    return receive


def test_large_bodies_are_read_in_turn_and_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (most_at_once(LARGE), most_at_once(UNKNOWN), most_at_once(SMALL)) == (1, 1, 5)
    monkeypatch.setattr(counting, "READING", 0.05)
    with pytest.raises(BadRequest, match="did not come") as slow:
        asyncio.run(counting.read_soon(dripping(), UNKNOWN, 10**6))
    assert slow.value.status == 408
