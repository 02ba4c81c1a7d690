"""``make bench ARGS="--target lambda"``: what an invocation of the relay takes, and its start at small sizes.

The function runs as on Lambda, with the streaming runtime, under the emulated Runtime API; tables and provider are
processes of their own and not in the figures. To hold a start to its share of a processor takes the right to make
cgroups, which root has; without it the whole processor is measured, and the table says so.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import cold_start, lambda_calls, lambda_share
from bench.figures import number
from bench.share import share
from bench.table import aligned
from tests.support.furnished import environment
from tests.support.tables import DynamoDB, Stack, running_dynamodb

SIZES = (256, 512, 1024)
FREE = "not held"
Found = dict[str, dict[str, float]]


@contextmanager
def held(megabytes: int) -> Generator[Path | None]:
    """The group of that size, or nothing where it cannot be made."""
    with ExitStack() as made:
        try:
            group = made.enter_context(share(megabytes))
        except OSError:
            group = None
        yield group


def starts(dynamodb: DynamoDB, given: argparse.Namespace) -> Found:
    """By size, cold starts of the relay and of a bare application at the same share."""
    found: Found = {}
    for megabytes in given.sizes:
        with held(megabytes) as group:
            tables = dynamodb.tables()
            found[str(megabytes) if group else FREE] = asyncio.run(_start(group, tables, given))
            dynamodb.drop(tables)
            if group is None:
                break
    return found


async def _start(group: Path | None, tables: Stack, given: argparse.Namespace) -> dict[str, float]:
    figures = await lambda_share.measure(group, tables, given.chats)
    mine, bare = await cold_start.compare("relay.asgi:app", "/v1/models", given.rounds, environment(tables), group)
    return figures | {"first_ms": mine.milliseconds, "bare_ms": bare.milliseconds}


def tables_of(calls: Found, begun: Found) -> str:
    """Both as text."""
    rows = [[name, number(row["cpu_ms"], 3), number(row["ms"], 2)] for name, row in calls.items()]
    invocations = aligned([["invocation", "CPU ms", "ms to its end"], *rows])
    head = [
        "MB",
        "start ms",
        "of CPU",
        "first answer ms",
        "bare Starlette",
        "ratio",
        "first chat ms",
        "later",
        "peak MB",
    ]
    lines = [head]
    for size, row in begun.items():
        whole = (row["cold_start_ms"], row["cold_start_cpu_ms"], row["first_ms"], row["bare_ms"])
        ratio = number(row["first_ms"] / row["bare_ms"], 2)
        chats = (row["first_chat_ms"], row["first_byte_ms"], row["peak_mb"])
        lines.append([size, *(number(value, 0) for value in whole), ratio, *(number(value, 0) for value in chats)])
    return f"{invocations}\n\n{aligned(lines)}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m bench.lambda_run", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="of the invocations, and starts that are compared")
    parser.add_argument("--calls", type=int, default=100, help="of each load in a round")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="megabytes (default: %(default)s)")
    parser.add_argument("--chats", type=int, default=lambda_share.CHATS, help="streamed to each size")
    parser.add_argument("--out", type=Path, metavar="FILE.json")
    given = parser.parse_args(arguments)
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.setdefault(name, "us-east-1")  # the emulator takes any
    with TemporaryDirectory(prefix="lambda-") as folder, running_dynamodb(Path(folder)) as dynamodb:
        calls = asyncio.run(lambda_calls.measured(dynamodb.tables(), given.calls, given.rounds))
        begun = starts(dynamodb, given)
    print(tables_of(calls, begun))
    if given.out:
        given.out.write_text(json.dumps({"invocations": calls, "starts": begun}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
