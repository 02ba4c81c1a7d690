"""From the start of the process to the first answer, for an application beside a bare Starlette one.

    python -m bench.cold_start bench.bare_starlette:app --runs 9
    ENCRYPTION_KEY=$(head -c 32 /dev/urandom | base64) python -m bench.cold_start relay.asgi:app --path /v1/models

Both run in our Lambda runtime under the Runtime API emulator, taking turns, so that a busy machine is unfair to
both alike. The least of the runs counts: noise only ever adds. Bytecode is compiled before the first measured run,
as it is in a deployed bundle.
"""

import argparse
import asyncio
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.share import join
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.runtime_process import ROOT, runtime

BARE = "bench.bare_starlette:app"
CODE = (ROOT / "functions", ROOT)


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start: milliseconds, and the status of the first answer."""

    milliseconds: float
    status: int | None


async def cold_start(target: str, path: str, env: dict[str, str], group: Path | None = None) -> Start:
    """Start a process that serves ``module:app`` and have it answer one waiting GET."""
    async with RuntimeApi() as api:
        invocation = api.invoke(get(path))
        started = time.monotonic()
        async with runtime(api.address, target, paths=CODE, env=env) as process:
            join(group, process.pid)
            answered = asyncio.ensure_future(invocation.body())
            died = asyncio.ensure_future(process.wait())
            await asyncio.wait({answered, died}, return_when=asyncio.FIRST_COMPLETED)
            milliseconds = (time.monotonic() - started) * 1000
            if not answered.done():
                answered.cancel()
                errors = await process.stderr.read() if process.stderr else b""
                raise SystemExit(f"{target} ended before it answered:\n{errors.decode()}")
            died.cancel()
            return Start(milliseconds, (await invocation.head()).status)


def get(path: str) -> dict[str, object]:
    """A GET as API Gateway's REST API sends it."""
    return {
        "resource": "/{proxy+}",
        "httpMethod": "GET",
        "path": path,
        "requestContext": {"stage": "prod", "path": path, "identity": {"sourceIp": "127.0.0.1"}},
        "headers": {},
        "multiValueHeaders": {"Host": ["localhost"], "X-Forwarded-Proto": ["https"]},
        "body": None,
        "isBase64Encoded": False,
    }


async def compare(
    target: str, path: str, runs: int, env: dict[str, str], group: Path | None = None
) -> tuple[Start, Start]:
    """The fastest start of the application and of the bare one, after one of each that is not counted."""
    mine: list[Start] = []
    bare: list[Start] = []
    for _ in range(runs + 1):
        mine.append(await cold_start(target, path, env, group))
        bare.append(await cold_start(BARE, path, env, group))
    return fastest(mine[1:]), fastest(bare[1:])


def fastest(starts: list[Start]) -> Start:
    return min(starts, key=lambda start: start.milliseconds)


def parse(arguments: list[str]) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser("python -m bench.cold_start", description=__doc__.partition("\n")[0])
    parser.add_argument("target", help="the application, as module:attribute")
    parser.add_argument("--path", default="/", help="what the first request asks for (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=7, help="counted starts of each (default: %(default)s)")
    parser.add_argument("--limit", type=float, help="exit with 1 when the ratio is above this")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_LAMBDA", "PYTHON"))}
    mine, bare = asyncio.run(compare(options.target, options.path, options.runs, inherited))
    ratio = mine.milliseconds / bare.milliseconds
    print(f"{'application':32} {mine.milliseconds:8.1f} ms   status {mine.status}   {options.target}")
    print(f"{'bare Starlette':32} {bare.milliseconds:8.1f} ms   status {bare.status}   {BARE}")
    print(f"{'ratio':32} {ratio:8.2f}      least of {options.runs}")
    return 1 if options.limit is not None and ratio > options.limit else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
