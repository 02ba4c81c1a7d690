"""The day as it passes: customers ask at their times, jobs run at theirs, and what is left at midnight is finished."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import Message

from tests.relay.reseller import script
from tests.relay.reseller.house import DAY, House
from tests.relay.reseller.prices import OPTIONS, bought
from tests.relay.reseller.providers import Provider, degrading, dying, slow
from tests.relay.reseller.script import LARGE, MINI, SOLE, Ask, Customer
from tests.support.memory_http import scope_of
from tests.support.tables import Stack

Json = dict[str, Any]
# Seconds between two runs of a job, and before the first.
JOBS = {"release_holds": (900, 60), "roll_up": (900, 90), "remind": (3600, 300), "test_channels": (3600, 1800)}
AFTERWARDS = ("release_holds", "roll_up", "roll_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What is there when the day is over. ``providers`` by the numbers of their channels."""

    house: House
    providers: dict[int, Provider]
    customers: list[Customer]
    asks: list[Ask]
    runs: dict[str, list[Json]]

    def by_number(self) -> dict[int, Ask]:
        return {ask.number: ask for ask in self.asks}


def play(tables: Stack, *, count: int, seed: int) -> Played:
    """A gateway is set up, and has its day."""
    house = House(tables, seed)
    providers = _channels(house)
    for key, value in {**OPTIONS, **bought(providers)}.items():
        assert house.api.put("/api/option/", {"key": key, "value": value})["success"], key
    people = script.customers(house.store)
    asks = script.day(people, count, seed)
    played = Played(house=house, providers=providers, customers=people, asks=asks, runs={name: [] for name in JOBS})
    house.loop.run_until_complete(_pass(played))
    return played


def _channels(house: House) -> dict[int, Provider]:
    """Three, of the same models but for one."""
    wanted = [("degrading", degrading, f"{MINI},{LARGE},{SOLE}"), ("dying", dying, f"{MINI},{LARGE},{SOLE}")]
    wanted.append(("slow", slow, f"{MINI},{LARGE}"))
    found: dict[int, Provider] = {}
    for name, conduct, models in wanted:
        provider = Provider(name, conduct, house.hour)
        channel = {"type": 1, "name": name, "key": f"key-of-{name}", "models": models, "group": "default,vip"}
        assert house.api.post("/api/channel/", channel | {"base_url": house.serve(provider)})["success"]
        (row,) = house.api.get(f"/api/channel/search?keyword={name}")["data"]
        found[row["id"]] = provider
    return found


async def _pass(played: Played) -> None:
    jobs = [asyncio.ensure_future(_run(played, name)) for name in JOBS]
    await asyncio.gather(*(_asked(played.house, ask) for ask in played.asks))
    await asyncio.sleep(max(0, DAY + 600 - played.house.loop.time()))  # no job is under way then
    for job in jobs:
        job.cancel()
    for ended in await asyncio.gather(*jobs, return_exceptions=True):
        assert isinstance(ended, asyncio.CancelledError), ended
    await asyncio.sleep(1500)  # whatever was held is over, and old enough for the sums
    for name in AFTERWARDS:
        played.runs[name].append(await played.house.job(name))


async def _run(played: Played, name: str) -> None:
    every, first = JOBS[name]
    await asyncio.sleep(first)
    while True:
        played.runs[name].append(await played.house.job(name))
        await asyncio.sleep(every)


async def _asked(house: House, ask: Ask) -> None:
    """One request from its beginning to its end, or until its sender leaves."""
    await asyncio.sleep(ask.at)
    headers = {"authorization": f"Bearer {ask.customer.key}", "content-type": "application/json"}
    request = httpx.Request(
        "POST",
        "http://gateway.test/v1/chat/completions",
        content=json.dumps(ask.request).encode(),
        headers=headers,
    )
    unread, left = [request.read()], asyncio.Event()
    if ask.leaves:
        house.loop.call_later(ask.leaves, left.set)

    async def receive() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            ask.status = message["status"]
            ask.request_id = dict(message["headers"])[b"x-oneapi-request-id"].decode()
        ask.body += message.get("body") or b""

    await house.relay(scope_of(request), receive, send)
