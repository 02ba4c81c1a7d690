"""What an invocation of the relay takes of a processor, whole and streamed, one at a time.

    PYTHONPATH=shared:functions:. python -m bench.lambda_calls

The function is started as on Lambda, with the streaming runtime, and gets API Gateway's events through an emulated
Runtime API. What is measured is its own process alone: the tables, the provider and the emulator are others.
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

from bench.proc import cpu
from bench.scenarios import SCENARIOS
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.runtime_process import ROOT, wrapped_runtime
from tests.fakes.upstream import FakeUpstream
from tests.support.furnished import MODEL, environment, furnished
from tests.support.tables import Stack, running_dynamodb

WARM, ROUNDS = 20, 3
LOADS = {"whole": "ns1", "streamed": "st1", "200 KB": "big1"}


def event(key: str, body: bytes) -> dict[str, Any]:
    """A chat as API Gateway hands it over."""
    path = "/v1/chat/completions"
    return {
        "resource": "/{proxy+}",
        "httpMethod": "POST",
        "path": path,
        "requestContext": {"stage": "prod", "path": path, "identity": {"sourceIp": "127.0.0.1"}},
        "headers": {},
        "multiValueHeaders": {"Host": ["localhost"], "Authorization": [f"Bearer {key}"]},
        "body": body.decode(),
        "isBase64Encoded": False,
    }


async def asked(api: RuntimeApi, invocation: dict[str, Any], times: int) -> None:
    """So many invocations, each to its end."""
    for _ in range(times):
        async for _chunk in api.invoke(invocation).chunks():
            pass


async def measured(tables: Stack, calls: int, rounds: int = ROUNDS) -> dict[str, dict[str, float]]:
    """Milliseconds of processor time an invocation, and from its beginning to its end, by load."""
    found: dict[str, dict[str, float]] = {}
    async with FakeUpstream() as upstream, RuntimeApi() as api:
        key = furnished(tables, upstream.url).key
        env = environment(tables) | {"SYNC_FREQUENCY": "60"}
        async with wrapped_runtime(api.address, "relay.asgi.handler", env=env) as process:
            await api.polled(1)
            for name, scenario in LOADS.items():
                invocation = event(key, SCENARIOS[scenario].body(MODEL))
                await asked(api, invocation, WARM)
                spent: list[float] = []
                took: list[float] = []
                for _ in range(rounds):
                    before, begun = cpu(process.pid), time.monotonic()
                    await asked(api, invocation, calls)
                    took.append(1000 * (time.monotonic() - begun) / calls)
                    spent.append(1000 * cpu(process.pid).since(before) / calls)
                found[name] = {"cpu_ms": statistics.median(spent), "ms": statistics.median(took)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.lambda_calls", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=100, help="of each load, in each of three rounds")
    parser.add_argument("--out", type=Path, metavar="FILE.json")
    given = parser.parse_args()
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.setdefault(name, "us-east-1")  # the emulator takes any
    folder = ROOT / ".build" / "lambda-calls"
    folder.mkdir(parents=True, exist_ok=True)
    with running_dynamodb(folder) as dynamodb:
        found = asyncio.run(measured(dynamodb.tables(), given.calls))
    for name, spent in found.items():
        print(f"{name:10}{spent['cpu_ms']:8.3f} ms of the processor{spent['ms']:10.3f} ms to its end")
    if given.out:
        given.out.write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
