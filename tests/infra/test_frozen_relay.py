"""The relay in our runtime's loop, frozen between invocations and ended at a deadline, as Lambda does both."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from gateway.clock import SystemClock
from gateway.config import RelaySettings
from gateway.store.accounts import tokens, users
from gateway.store.accounts.bootstrap import ROOT_ID
from local.tables import dynamodb_client
from relay.app import create_app
from relay.asgi import build
from relay.pipeline import CLOSING_TIME
from tests.emulators.front_door import front_door
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.serving import serving
from tests.fakes.upstream import FakeUpstream
from tests.support.furnished import MODEL, Furnished, furnished
from tests.support.tables import Stack

SYNC_FREQUENCY = 600
HOUR = 3600


class Frozen(SystemClock):
    """The real time, and hours that pass for the world only."""

    __slots__ = ("hours",)

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "hours", 0)

    def freeze(self) -> None:
        object.__setattr__(self, "hours", self.hours + 1)

    def now(self) -> int:
        return super().now() + self.hours * HOUR

    def now_ms(self) -> int:
        return super().now_ms() + self.hours * HOUR * 1000

    def wall(self) -> float:
        return super().wall() + self.hours * HOUR


@dataclass(frozen=True, slots=True)
class Frigid:
    """The relay, its caller, its provider, its time and its tables."""

    api: RuntimeApi
    client: httpx.AsyncClient
    upstream: FakeUpstream
    clock: Frozen
    kept: Furnished

    def freeze(self) -> None:
        """An hour passes; Lambda's deadlines come with it."""
        self.clock.freeze()
        self.api.seconds += HOUR

    async def chat(self, script: str = "", **fields: Any) -> httpx.Response:
        content = f"hello @@fake {script}@@" if script else "hello"
        body = {"model": MODEL, "messages": [{"role": "user", "content": content}], **fields}
        headers = {"authorization": f"Bearer {self.kept.key}"}
        return await self.client.post("/v1/chat/completions", json=body, headers=headers, timeout=30)

    async def charges(self) -> list[dict[str, Any]]:
        """What was charged, once the relay asks for work again."""
        async with asyncio.timeout(10):
            while self.api.running or self.api.journal[-1][0] != "next":
                await asyncio.sleep(0.01)
        return [row for row in self._rows("logs") if row["type"] == {"N": "2"}]

    def open_holds(self) -> int:
        return sum(len(row.get("holds", {}).get("M", {})) for row in self._rows("users"))

    def _rows(self, table: str) -> list[dict[str, Any]]:
        client = dynamodb_client(self.kept.tables.endpoint_url)
        rows = client.call("Scan", {"TableName": f"{self.kept.tables.prefix}{table}", "ConsistentRead": True})["Items"]
        client.close()
        return [dict(row) for row in rows]


@pytest.fixture
async def relay(tables: Stack) -> AsyncGenerator[Frigid]:
    async with FakeUpstream() as upstream:
        kept, clock = furnished(tables, upstream.url), Frozen()
        settings = RelaySettings.read({"SYNC_FREQUENCY": str(SYNC_FREQUENCY)})
        deps = build(tables.settings(), settings, clock)
        async with (
            serving(create_app(deps)) as api,
            front_door(api) as url,
            httpx.AsyncClient(base_url=url) as client,
        ):
            yield Frigid(api, client, upstream, clock, kept)
        await deps.close()


def disable_key(kept: Furnished) -> None:
    row = next(row for row in tokens.search(kept.store, ROOT_ID, "", limit=9) if row.unlimited_quota)
    tokens.change(kept.store, row, {"status": 2})


def ban_account(kept: Furnished) -> None:
    user = users.get(kept.store, ROOT_ID)
    assert user is not None
    users.change(kept.store, user, {"status": 2})


@pytest.mark.parametrize(("change", "status"), [(disable_key, 401), (ban_account, 403)])
async def test_who_is_turned_away_is_so_after_a_freeze(
    relay: Frigid, change: Callable[[Furnished], None], status: int
) -> None:
    assert (await relay.chat()).status_code == 200
    change(relay.kept)
    assert (await relay.chat()).status_code == 200  # SYNC_FREQUENCY is not over
    relay.freeze()
    assert (await relay.chat()).status_code == status


async def test_a_new_price_holds_after_a_freeze(relay: Frigid) -> None:
    await relay.chat()
    relay.kept.option("ModelRatio", json.dumps({MODEL: 500}))
    relay.freeze()
    await relay.chat()
    before, after = sorted(int(entry["quota"]["N"]) for entry in await relay.charges())
    assert after > 100 * before


async def test_connections_from_before_a_freeze_are_not_used(relay: Frigid) -> None:
    for _ in range(2):
        await relay.chat()
    assert relay.upstream.stats()["connections_opened"] == 1
    relay.freeze()
    for _ in range(2):
        assert (await relay.chat()).status_code == 200
    assert relay.upstream.stats()["connections_opened"] == 2


@pytest.mark.parametrize("stream", [False, True])
async def test_a_providers_connection_that_died_costs_the_caller_nothing(relay: Frigid, stream: bool) -> None:
    await relay.chat()
    relay.upstream.control(times=1, disconnect=True, reset=True)
    answer = await relay.chat(stream=stream)
    assert (answer.status_code, "word0" in answer.text) == (200, True)
    assert len(await relay.charges()) == 2
    assert sorted(sent["status"] for sent in relay.upstream.stats()["answers"] if sent["bytes_sent"]) == [200, 200]


async def test_a_stream_ends_before_lambda_ends_it_and_what_was_delivered_is_charged(relay: Frigid) -> None:
    relay.api.seconds = CLOSING_TIME + 1
    begun = time.monotonic()
    answer = await relay.chat("chunks=5 hang_after=2", stream=True)
    assert 0.5 < time.monotonic() - begun < 10
    assert "word1" in answer.text
    *_, error, done = answer.text.strip().split("\n\n")
    assert "longer than this gateway may run" in error
    assert done == "data: [DONE]"
    (entry,) = await relay.charges()
    assert (int(entry["completion_tokens"]["N"]) >= 2, relay.open_holds()) == (True, 0)


async def test_a_whole_answer_that_takes_too_long_is_a_504_and_free(relay: Frigid) -> None:
    relay.api.seconds = CLOSING_TIME + 1
    answer = await relay.chat("hang=1")
    assert answer.status_code == 504
    assert "longer than this gateway may run" in answer.json()["error"]["message"]
    assert (await relay.charges(), relay.open_holds()) == ([], 0)


async def test_an_invocation_with_no_time_left_is_refused_at_once(relay: Frigid) -> None:
    relay.api.seconds = CLOSING_TIME - 5
    assert (await relay.chat("hang=1")).status_code == 504
    assert (await relay.charges(), relay.open_holds()) == ([], 0)
