"""``python -m local`` around small stand-ins for the functions: what the runner itself does is under test.

Each writes a line into the file JOURNAL when it starts and ends.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import boto3
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from gateway.store.accounts.bootstrap import RootCredentials
from local.functions import Functions, Parts
from local.run import main

PASSWORD = "made-up-password"


async def _echo(request: Request) -> JSONResponse:
    return JSONResponse({"path": request.url.path, "app": request.app.state.name, "kept": request.state.kept})


async def _ticks(request: Request) -> StreamingResponse:
    async def ticks() -> AsyncGenerator[bytes]:
        try:
            for number in range(int(request.query_params["count"])):
                yield b"%d\n" % number
                await asyncio.sleep(0.1)
        finally:
            _note("stream settled")

    return StreamingResponse(ticks())


def _app(name: str) -> Starlette:
    routes = [Route("/v1/ticks", _ticks), Route("/{rest:path}", _echo)]
    app = Starlette(routes=routes, lifespan=_lifespan(name))
    app.state.name = name
    return app


def _lifespan(name: str) -> Callable[[Starlette], AbstractAsyncContextManager[Mapping[str, Any]]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[Mapping[str, Any]]:
        if os.environ.get("FAILS") == name:
            raise RuntimeError("its settings are wrong")
        _note(f"{name} started")
        yield {"kept": name}
        _note(f"{name} ended")

    return lifespan


def _cron(event: dict[str, Any]) -> dict[str, Any]:
    _note(f"job {event['job']}")
    if os.environ.get("FAILS") == "cron":
        raise RuntimeError("the job failed")
    return {"done": True}


def _seed(environment: Mapping[str, str]) -> RootCredentials | None:
    """The first start is the one that finds no mark in the tables."""
    prefix, endpoint = environment["TABLE_PREFIX"], environment["AWS_ENDPOINT_URL_DYNAMODB"]
    table = boto3.resource("dynamodb", endpoint_url=endpoint).Table(f"{prefix}options")
    mark = {"scope": "stand-in", "key": "seeded"}
    if table.get_item(Key=mark, ConsistentRead=True).get("Item"):
        return None
    table.put_item(Item=mark)
    return RootCredentials("root", environment.get("INITIAL_ROOT_PASSWORD") or PASSWORD, "", "")


def _note(line: str) -> None:
    with Path(os.environ["JOURNAL"]).open("a") as journal:
        journal.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(parts=Parts(seed=_seed, load=lambda: Functions(_app("relay"), _app("admin"), _cron))))
