"""``python -m gateway.lambda_runtime [module:app]``: serve the function that Lambda's environment names.

Reads what Lambda sets: AWS_LAMBDA_RUNTIME_API, _HANDLER, LAMBDA_TASK_ROOT, AWS_LAMBDA_MAX_CONCURRENCY (managed
instances), AWS_LAMBDA_INITIALIZATION_TYPE (SnapStart) and AWS_LAMBDA_LOG_LEVEL.
Ends with 0 after SIGTERM and with 1 when the function could not start or the Runtime API went away.
"""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import cast

from gateway.lambda_runtime import journal
from gateway.lambda_runtime.api import RuntimeApi, RuntimeApiError
from gateway.lambda_runtime.lifespan import App, Lifespan, StartupFailed
from gateway.lambda_runtime.load import InitFailed, init_failed, load_app
from gateway.lambda_runtime.loop import Loop

log = logging.getLogger("gateway.lambda_runtime")


async def serve(handler: str, address: str, concurrency: int) -> int:
    """Load, start, serve, shut down; the exit status."""
    try:
        with _nothing_to_collect():
            # Inside the event loop, so that modules which ask for one at import find this one.
            app = load_app(handler)
            lifespan = await _start(app)
        await _wait_for_restore(address)
    except InitFailed as failure:
        log.error("the function cannot start: %s: %s", failure.kind, failure.message, exc_info=failure)
        await RuntimeApi(address).fail_init(failure.kind, failure.message, failure.trace)
        return 1
    loop = Loop(app, address, concurrency=concurrency, state=lifespan.state)
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, loop.stop)
    try:
        await loop.run()
    except (RuntimeApiError, OSError) as gone:
        log.error("the Runtime API went away: %s", gone)
        return 1
    finally:
        await lifespan.shutdown()
    return 0


@contextmanager
def _nothing_to_collect() -> Generator[None]:
    """Starting makes objects that stay. Looking for garbage among them took a tenth of a cold start, and would take a
    part of every later collection."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def _start(app: App) -> Lifespan:
    lifespan = Lifespan(app)
    try:
        await lifespan.startup()
    except StartupFailed as failure:
        raise init_failed(failure, str(failure)) from failure
    return lifespan


async def _wait_for_restore(address: str) -> None:
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        api = RuntimeApi(address)
        await api.restored()
        api.close()


def main(arguments: list[str]) -> int:
    # Metrics are printed lines; in a pipe they would wait in a buffer while Lambda freezes the process.
    cast(TextIOWrapper, sys.stdout).reconfigure(line_buffering=True)
    journal.install(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "WARNING"))
    sys.path.insert(0, os.environ.get("LAMBDA_TASK_ROOT", ""))
    handler = arguments[0] if arguments else os.environ["_HANDLER"]
    concurrency = int(os.environ.get("AWS_LAMBDA_MAX_CONCURRENCY") or 1)
    return asyncio.run(serve(handler, os.environ["AWS_LAMBDA_RUNTIME_API"], concurrency))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
