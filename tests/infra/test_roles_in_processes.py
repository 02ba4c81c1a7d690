"""Each function as Lambda starts it, in a process of its own, with the credentials of its role: nothing is denied."""

import json
from collections.abc import Generator
from typing import Any

import httpx
import openai
import pytest

from cron.app import JOBS
from tests.emulators.front_door import front_door
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.runtime_process import stock_runtime, wrapped_runtime
from tests.fakes.upstream import FakeUpstream
from tests.support.enforcing.endpoint import Enforcing, enforcing
from tests.support.furnished import MODEL, ROOT_ACCESS_TOKEN, environment, furnished
from tests.support.tables import Stack


@pytest.fixture
def door(tables: Stack) -> Generator[Enforcing]:
    with enforcing(tables.endpoint_url) as made:
        yield made


def seen_by(role: str, door: Enforcing, tables: Stack, **more: str) -> dict[str, str]:
    """The environment of a function with this role."""
    return environment(tables) | {"AWS_ACCESS_KEY_ID": role, "AWS_ENDPOINT_URL_DYNAMODB": door.url} | more


async def test_the_relay_answers_and_repeats_an_answer(door: Enforcing, tables: Stack) -> None:
    async with FakeUpstream() as upstream, RuntimeApi() as api:
        kept = furnished(tables, upstream.url)
        async with (
            wrapped_runtime(api.address, "relay.asgi.handler", env=seen_by("RelayRole", door, tables)),
            front_door(api) as url,
            openai.AsyncOpenAI(api_key=kept.key, base_url=f"{url}/v1", max_retries=0) as sdk,
        ):
            messages: Any = [{"role": "user", "content": "hello"}]
            asked: dict[str, Any] = {"model": MODEL, "messages": messages, "extra_headers": {"idempotency-key": "k"}}
            first = await sdk.chat.completions.create(**asked)
            again = await sdk.chat.completions.create(**asked)
            await api.polled(3)
        assert first.id == again.id and len(upstream.requests()) == 1
    assert door.judge.seen["RelayRole"] and not door.judge.denied


async def test_every_job_runs(door: Enforcing, tables: Stack) -> None:
    async with FakeUpstream() as upstream, RuntimeApi() as api:
        furnished(tables, upstream.url)
        env = seen_by("CronRole", door, tables)
        async with stock_runtime(api.address, "cron.entry.handler", env=env):
            for job in JOBS:
                answer = json.loads(await api.invoke({"job": job}).body())
                assert answer.get("success"), (job, answer)
    assert door.judge.seen["CronRole"] and not door.judge.denied


async def test_the_management_api_lists_and_changes(door: Enforcing, tables: Stack) -> None:
    furnished(tables, "http://127.0.0.1:9")
    env = seen_by("AdminRole", door, tables, SESSION_SECRET="s" * 32, CRON_FUNCTION="cron")
    async with (
        RuntimeApi() as api,
        stock_runtime(api.address, "admin.asgi.handler", env=env),
        front_door(api) as url,
        httpx.AsyncClient(base_url=url, headers={"authorization": ROOT_ACCESS_TOKEN}, timeout=30) as root,
    ):
        for path in ("user/", "channel/", "log/", "option/", "redemption/", "usage/", "audit/"):
            answer = await root.get(f"/api/{path}")
            assert answer.json()["success"], (path, answer.text)
        changed = await root.put("/api/option/", json={"key": "Notice", "value": "hello"})
        assert changed.json()["success"], changed.text
    assert door.judge.seen["AdminRole"] and not door.judge.denied
