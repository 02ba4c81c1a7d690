"""A runtime as a process in the environment Lambda gives it, talking to the emulated Runtime API.

``runtime`` starts ours with any ``module:app`` or a handler's name; ``wrapped_runtime`` starts it the way Lambda
does, through the exec wrapper; ``stock_runtime`` starts the genuine ``awslambdaric`` with a plain handler.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRAPPER = ROOT / "infra" / "bootstrap-stream"


def runtime(
    address: str, target: str, *, paths: Sequence[Path] = (), env: Mapping[str, str] | None = None
) -> AbstractAsyncContextManager[Process]:
    """Our runtime with ``module:app``."""
    return started([sys.executable, "-m", "gateway.lambda_runtime", target], address, "unused.handler", paths, env)


def wrapped_runtime(
    address: str, handler: str, *, paths: Sequence[Path] = (), env: Mapping[str, str] | None = None
) -> AbstractAsyncContextManager[Process]:
    """Our runtime as Lambda starts it: the wrapper gets the command of the managed runtime."""
    command = ["/bin/sh", str(WRAPPER), sys.executable, "/var/runtime/bootstrap.py"]
    return started(command, address, handler, paths, env)


def stock_runtime(
    address: str, handler: str, *, paths: Sequence[Path] = (), env: Mapping[str, str] | None = None
) -> AbstractAsyncContextManager[Process]:
    """The genuine runtime interface client, which buffers."""
    return started([sys.executable, "-m", "awslambdaric", handler], address, handler, paths, env)


@asynccontextmanager
async def started(
    command: Sequence[str], address: str, handler: str, paths: Sequence[Path], env: Mapping[str, str] | None
) -> AsyncGenerator[Process]:
    """Run a command with Lambda's environment and nothing else; kill it if it is still there at the end."""
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(address, handler, paths) | dict(env or {}), stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def environment(address: str, handler: str, paths: Sequence[Path]) -> dict[str, str]:
    """What Lambda sets for a managed Python runtime, with the layer and the function where they are here."""
    task_root = paths[0] if paths else ROOT / "functions"
    code = [*paths, ROOT / "shared", ROOT / "functions"]
    return {
        "AWS_LAMBDA_RUNTIME_API": address,
        "_HANDLER": handler,
        "LAMBDA_TASK_ROOT": str(task_root),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PYTHONPATH": ":".join(map(str, code)),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_NAME": "relay",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/relay",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
    }
