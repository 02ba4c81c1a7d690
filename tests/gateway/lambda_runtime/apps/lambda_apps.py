"""Applications that tests start in a process of their own, each for one property of the runtime."""

import asyncio
import gc
import json
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from gateway import log


async def app(scope, receive, send):
    """Says what it was asked, and where it runs. ``app`` is what a handler ``lambda_apps.handler`` leads to."""
    assert scope["type"] == "http"
    print("a metric line", scope["aws.request_id"])
    document = {"path": scope["path"], "pid": os.getpid(), "trace": os.environ.get("_X_AMZN_TRACE_ID")}
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(document).encode()})


async def finish_on_command(scope, receive, send):
    """Answers in two parts; the second waits until something is written to the pipe named in the query."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        print("shut down", file=sys.stderr, flush=True)
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    await asyncio.to_thread(Path(scope["query_string"].decode()).read_bytes)
    await send({"type": "http.response.body", "body": b"second"})


async def fails_with_its_own_log(scope, receive, send):
    """Gives the gateway's loggers a handler, as the relay does, and fails."""
    log.configure()
    raise RuntimeError("no table")


@asynccontextmanager
async def _refuse_to_start(_app):
    raise RuntimeError("the table is missing")
    yield


async def _count(_request):
    async def numbers():
        for number in range(3):
            yield f"{number}\n"

    return StreamingResponse(numbers(), media_type="text/plain")


async def _greet(_request):
    return PlainTextResponse("hello")


LOADED_WITH_COLLECTOR = gc.isenabled()


async def _collector(_request):
    return PlainTextResponse(f"{LOADED_WITH_COLLECTOR} {gc.isenabled()} {gc.get_freeze_count() > 10_000}")


starlette = Starlette(routes=[Route("/count", _count), Route("/collector", _collector), Route("/", _greet)])
unstartable = Starlette(lifespan=_refuse_to_start)
