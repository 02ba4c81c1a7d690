"""The relay with the share of a processor that Lambda gives it at each size of memory, held to it by a cgroup.

    sudo python -m bench.lambda_share --write    into infra/measured.json, from which docs/operations.md has its costs

Measured are the start until the first poll, what a relay adds before the first byte of a stream, the processor's time
of a whole stream, and the most memory. ``make bench ARGS="--target lambda"`` shows them too, without writing.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench.proc import cpu
from bench.share import join, share
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.runtime_process import ROOT, wrapped_runtime
from tests.fakes.upstream import FakeUpstream
from tests.support.furnished import MODEL, environment, furnished
from tests.support.tables import Stack, running_dynamodb

SIZES = (256, 512, 1024, 1769)
MEASURED = ROOT / "infra" / "measured.json"
CHUNKS, APART = 160, 5  # of a stream, and milliseconds between them
CHATS = 12


def chat(key: str) -> dict[str, Any]:
    """A streamed chat as API Gateway hands it over."""
    content = f"hello @@fake chunks={CHUNKS} delay_ms={APART}@@"
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": content}]}
    path = "/v1/chat/completions"
    return {
        "resource": "/{proxy+}",
        "httpMethod": "POST",
        "path": path,
        "requestContext": {"stage": "prod", "path": path, "identity": {"sourceIp": "127.0.0.1"}},
        "headers": {},
        "multiValueHeaders": {"Host": ["localhost"], "Authorization": [f"Bearer {key}"]},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


async def measure(group: Path | None, tables: Stack, chats: int = CHATS) -> dict[str, float]:
    """One size, whose group it is."""
    async with FakeUpstream() as upstream, RuntimeApi() as api:
        key = furnished(tables, upstream.url).key
        env = environment(tables) | {"SYNC_FREQUENCY": "10"}
        started = time.monotonic()
        async with wrapped_runtime(api.address, "relay.asgi.handler", env=env) as process:
            join(group, process.pid)
            async with asyncio.timeout(120):
                await api.polled(1)
            cold, cold_cpu = time.monotonic() - started, cpu(process.pid)
            firsts = [await first_byte(api, key) for _ in range(chats)]
            used = cpu(process.pid).since(cold_cpu) / chats
            peak = peak_megabytes(process.pid)
    return {
        "cold_start_ms": round(1000 * cold),
        "cold_start_cpu_ms": round(1000 * cold_cpu.fine),
        "first_chat_ms": round(1000 * firsts[0]),
        "first_byte_ms": round(1000 * statistics.median(firsts[1:] or firsts)),
        "stream_cpu_ms": round(1000 * used),
        "peak_mb": round(peak),
    }


async def first_byte(api: RuntimeApi, key: str) -> float:
    """Seconds from the request to the first bytes of its answer; the stream is read to its end."""
    begun = time.monotonic()
    invocation = api.invoke(chat(key))
    first = 0.0
    async for chunk in invocation.chunks():
        first = first or chunk.at - begun
    return first


def peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (kilobytes,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(kilobytes) / 1024


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m bench.lambda_share", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"into {MEASURED.relative_to(ROOT)}")
    options = parser.parse_args(arguments)
    folder = ROOT / ".build" / "share"
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, float]] = {}
    with running_dynamodb(folder) as dynamodb:
        for megabytes in SIZES:
            tables = dynamodb.tables()
            with share(megabytes) as group:
                found[str(megabytes)] = asyncio.run(measure(group, tables))
            dynamodb.drop(tables)
            print(megabytes, found[str(megabytes)], flush=True)
    if options.write:
        before: dict[str, Any] = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
        MEASURED.write_text(json.dumps(before | {"relay": found}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
