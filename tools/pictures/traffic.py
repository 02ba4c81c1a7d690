"""A day and a half, request by request, through the relay itself: so receipts, failures and the log are real ones."""

import asyncio
import json
from random import Random

import httpx
from starlette.types import Message

from tests.relay.reseller.house import House
from tests.support.memory_http import scope_of
from tools.pictures.world import PLAYED, Key, World

COUNT = 240
LEAD = 3600.0  # seconds between two runs of the job that adds up


def play(world: World, seed: int = 7) -> None:
    """Requests at their times, jobs at theirs; then the time stands at ``NOW``."""
    chance = Random(seed)  # noqa: S311 (the same business each time)
    asks = [(_moment(chance), *_ask(world.keys, chance)) for _ in range(COUNT)]
    asks += [(PLAYED - 40.0 * number, *_ask(world.keys[:2], chance)) for number in range(1, 8)]
    world.house.loop.run_until_complete(_pass(world.house, asks))


def _moment(chance: Random) -> float:
    """Most of them by day."""
    return PLAYED - min(chance.expovariate(1 / 30_000), chance.uniform(0, PLAYED - 600)) - 120


def _ask(keys: list[Key], chance: Random) -> tuple[Key, str, bool]:
    key = chance.choices(keys, [one.share for one in keys])[0]
    model = "gpt-5-imaginary" if chance.random() < 0.01 else chance.choice(key.models)
    return key, model, chance.random() < 0.4 and not model.startswith(("claude", "gemini"))


async def _pass(house: House, asks: list[tuple[float, Key, str, bool]]) -> None:
    jobs = asyncio.ensure_future(_jobs(house))
    await asyncio.gather(*(_asked(house, *ask) for ask in asks))
    await asyncio.sleep(max(0.0, PLAYED - 2 - house.loop.time()))
    jobs.cancel()
    await asyncio.gather(jobs, return_exceptions=True)
    await house.job("roll_up")
    await house.job("release_holds")


async def _jobs(house: House) -> None:
    while True:
        await asyncio.sleep(LEAD)
        await house.job("roll_up")


async def _asked(house: House, at: float, key: Key, model: str, stream: bool) -> None:
    await asyncio.sleep(at)
    question = {"role": "user", "content": "Why does a ledger take a hold before it asks?"}
    body = {"model": model, "messages": [question], "stream": stream, "max_tokens": 4000}
    headers = {"authorization": f"Bearer {key.key}", "content-type": "application/json"}
    content = json.dumps(body).encode()
    address = "http://gateway.test/v1/chat/completions"
    request = httpx.Request("POST", address, content=content, headers=headers)
    unread, never = [request.read()], asyncio.Event()

    async def receive() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        await never.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        """Nobody reads it."""

    await house.relay(scope_of(request), receive, send)
