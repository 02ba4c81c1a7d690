"""The real relay in the real runtime: started as Lambda starts it, called by OpenAI's SDK through the emulated API."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import openai
import pytest
from boto3.dynamodb.types import TypeDeserializer

from local.tables import dynamodb_client
from tests.emulators.front_door import front_door
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.runtime_process import wrapped_runtime
from tests.fakes.upstream import FakeUpstream
from tests.support.furnished import MODEL, Furnished, environment, furnished
from tests.support.tables import Stack

AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Deployed:
    """A relay behind its API, its provider, and what it keeps."""

    api: RuntimeApi
    sdk: openai.AsyncOpenAI
    upstream: FakeUpstream
    kept: Furnished

    async def chat(self, script: str = "", **fields: Any) -> Any:
        """One request; ``script`` is what the provider is told."""
        content = f"hello @@fake {script}@@" if script else "hello"
        messages: Any = [{"role": "user", "content": content}]
        return await self.sdk.chat.completions.create(model=MODEL, messages=messages, **fields)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table."""
        client = dynamodb_client(self.kept.tables.endpoint_url)
        items = client.call("Scan", {"TableName": f"{self.kept.tables.prefix}{table}", "ConsistentRead": True})["Items"]
        client.close()
        read = TypeDeserializer().deserialize
        return [{name: read(value) for name, value in item.items()} for item in items]

    def charged(self) -> list[dict[str, Any]]:
        return [row for row in self.rows("logs") if row.get("type") == 2]

    async def idle(self, polls: int) -> None:
        """The function asks for work again: whatever a request still owed is done by then."""
        async with asyncio.timeout(20):
            await self.api.polled(polls)


@pytest.fixture
async def deployed(request: pytest.FixtureRequest, tables: Stack) -> AsyncGenerator[Deployed]:
    concurrency = getattr(request, "param", 1)
    async with FakeUpstream() as upstream, RuntimeApi() as api:
        kept = furnished(tables, upstream.url)
        env = environment(tables) | ({"AWS_LAMBDA_MAX_CONCURRENCY": str(concurrency)} if concurrency > 1 else {})
        async with (
            wrapped_runtime(api.address, "relay.asgi.handler", env=env),
            front_door(api) as url,
            openai.AsyncOpenAI(api_key=kept.key, base_url=f"{url}/v1", max_retries=0) as sdk,
        ):
            yield Deployed(api, sdk, upstream, kept)


async def test_the_sdk_has_each_chunk_before_the_provider_makes_the_next(deployed: Deployed) -> None:
    stream = await deployed.chat("gate=g gate_after=2 chunks=4 ", stream=True)
    read: list[str] = []
    async for part in stream:
        read += [choice.delta.content for choice in part.choices if choice.delta.content]
        if len(read) == 2:  # the provider waits at the gate: nothing was held back
            await deployed.upstream.wait(gate="g")
            deployed.upstream.release("g")
    assert "".join(read).split() == ["word0", "word1", "word2", "word3"]


async def test_what_a_request_owes_is_settled_before_the_next_poll(deployed: Deployed) -> None:
    answer = await deployed.chat("chunks=7 ")
    assert answer.choices[0].message.content
    await deployed.idle(2)
    (entry,) = deployed.charged()
    assert (entry["completion_tokens"], entry["quota"] > 0, deployed.rows("holds")) == (7, True, [])


@pytest.mark.parametrize("fault", ["error_after=2", "disconnect_after=2 reset=1", "truncated=1"])
async def test_a_provider_that_fails_in_mid_stream_ends_as_an_error_event(deployed: Deployed, fault: str) -> None:
    stream = await deployed.chat(f"{fault} chunks=5 delay_ms=50 ", stream=True)
    read = 0
    with pytest.raises(openai.APIError) as failure:
        async for part in stream:
            read += any(choice.delta.content for choice in part.choices)
    assert read
    assert isinstance(failure.value.body, dict) and failure.value.body["message"]
    await deployed.idle(2)
    assert len(deployed.charged()) == 1
    assert deployed.rows("holds") == []


async def test_a_client_that_goes_away_is_settled(deployed: Deployed) -> None:
    stream = await deployed.chat("gate=g gate_after=1 chunks=6 ", stream=True)
    await anext(aiter(stream))
    await stream.close()
    await deployed.upstream.wait(gate="g")
    deployed.upstream.release("g")
    await deployed.idle(2)
    (entry,) = deployed.charged()
    assert entry["completion_tokens"] == 6
    assert deployed.rows("holds") == []


@pytest.mark.parametrize("deployed", [AT_ONCE], indirect=True)
async def test_sixteen_invocations_run_at_once_and_each_is_charged(deployed: Deployed) -> None:
    asked = [asyncio.create_task(deployed.chat(f"gate=g chunks={number + 1} ")) for number in range(AT_ONCE)]
    await deployed.upstream.wait(gate="g", count=AT_ONCE, timeout=20)  # all of them are inside, none is answered
    deployed.upstream.release("g")
    answers = await asyncio.gather(*asked)
    assert sorted(answer.usage.completion_tokens for answer in answers) == list(range(1, AT_ONCE + 1))
    await deployed.idle(2 * AT_ONCE)
    assert sorted(int(entry["completion_tokens"]) for entry in deployed.charged()) == list(range(1, AT_ONCE + 1))
    assert deployed.rows("holds") == []


async def test_a_wrong_key_is_a_401_that_the_sdk_understands(deployed: Deployed) -> None:
    with pytest.raises(openai.AuthenticationError):
        await deployed.sdk.with_options(api_key="sk-nobody").models.list()


async def test_a_relay_without_its_key_reports_why_it_cannot_start(tables: Stack) -> None:
    env = environment(tables) | {"ENCRYPTION_KEY": "too short"}
    async with RuntimeApi() as api, wrapped_runtime(api.address, "relay.asgi.handler", env=env) as process:
        failure = await api.init_error
        assert await process.wait() == 1
    assert "ENCRYPTION_KEY" in json.dumps(failure.document)
