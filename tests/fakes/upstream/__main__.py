"""``python -m tests.fakes.upstream``: serve until told to stop."""

import argparse
import asyncio
import os
import signal
from pathlib import Path

import orjson

from tests.fakes.upstream.request import Json
from tests.fakes.upstream.server import FakeUpstream

try:
    from uvloop import run
except ImportError:
    from asyncio import run


async def serve(port: int, log: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeUpstream(port) as upstream:
        if log:
            with log.open("ab", buffering=0) as file:
                upstream.state.audit.log_to(lambda row: _write(file.write, row))
                await _run(upstream, stop)
        else:
            await _run(upstream, stop)


async def _run(upstream: FakeUpstream, stop: asyncio.Event) -> None:
    print(f"fake upstream listens on {upstream.url}", flush=True)
    await stop.wait()


def _write(write: object, row: Json) -> None:
    assert callable(write)
    write(orjson.dumps(row) + b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.upstream",
        description="A fake model provider on 127.0.0.1. The README beside its code lists directives and audits.",
    )
    parser.add_argument("--port", type=int, default=9000, help="0 for any free one; the first line printed says which")
    parser.add_argument("--log", type=Path, metavar="FILE", help="append one JSON line for each finished answer")
    parser.add_argument("--cpus", default="", metavar="0,1", help="run on these processors only")
    given = parser.parse_args()
    if given.cpus:
        os.sched_setaffinity(0, {int(number) for number in given.cpus.split(",")})
    run(serve(given.port, given.log))


if __name__ == "__main__":
    main()
