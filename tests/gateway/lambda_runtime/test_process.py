"""The runtime as a process in Lambda's environment: starting, failing to start, ending; and the stock one beside it."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.runtime_process import ROOT, runtime, stock_runtime, wrapped_runtime

EVENTS = Path(__file__).parents[2] / "events"
APPS = [Path(__file__).parent / "apps"]
EVENT = json.loads((EVENTS / "rest_v1.json").read_text())


def get(path: str, query: str = "") -> dict:
    """A GET through a function URL."""
    event = json.loads((EVENTS / "function_url.json").read_text())
    event["requestContext"]["http"] |= {"method": "GET", "path": path}
    return event | {"rawPath": path, "rawQueryString": query, "body": None}


async def test_lambdas_wrapper_starts_our_loop_for_the_functions_handler() -> None:
    async with RuntimeApi() as api, wrapped_runtime(api.address, "lambda_apps.handler", paths=APPS) as process:
        invocation = api.invoke(EVENT)
        answered = json.loads(await invocation.body())
        assert (await invocation.head()).mode == "streaming"
        # The wrapper is replaced, not kept as a parent that would swallow signals.
        assert answered == {"path": "/v1/chat/completions", "pid": process.pid, "trace": invocation.trace_id}
        # A line printed by the application is out before the environment can be frozen.
        assert process.stdout is not None
        assert await process.stdout.readline() == f"a metric line {invocation.request_id}\n".encode()


async def test_a_starlette_stream_arrives_in_its_parts() -> None:
    async with RuntimeApi() as api, runtime(api.address, "lambda_apps:starlette", paths=APPS):
        invocation = api.invoke(get("/count"))
        assert [chunk.data async for chunk in invocation.chunks()] == [b"0\n", b"1\n", b"2\n"]
        assert (await api.invoke(get("/")).body()) == b"hello"
        assert (await api.invoke(get("/nothing")).head()).status == 404


async def test_the_garbage_collector_rests_while_the_function_loads_and_leaves_alone_what_was_loaded() -> None:
    async with RuntimeApi() as api, runtime(api.address, "lambda_apps:starlette", paths=APPS):
        assert await api.invoke(get("/collector")).body() == b"False True True"


async def test_sixteen_at_once_stay_in_one_process() -> None:
    env = {"AWS_LAMBDA_MAX_CONCURRENCY": "16"}
    async with RuntimeApi() as api, runtime(api.address, "lambda_apps:app", paths=APPS, env=env) as process:
        await api.polled(16)
        bodies = await asyncio.gather(*(api.invoke(EVENT).body() for _ in range(16)))
    assert [json.loads(body)["pid"] for body in bodies] == [process.pid] * 16
    assert {json.loads(body)["trace"] for body in bodies} == {None}


BROKEN = {
    "no_such_module.handler": ("Runtime.ImportModuleError", "no_such_module"),
    "broken_syntax.handler": ("Runtime.UserCodeSyntaxError", "broken_syntax"),
    "broken_import.handler": ("Runtime.KeyError", "TABLE_NAME"),
    "exits_at_import.handler": ("Runtime.SystemExit", "exits_at_import"),
    "lambda_mangum.handler": ("Runtime.HandlerNotFound", "no application 'app'"),
    "handler": ("Runtime.MalformedHandlerName", "module.name"),
}


@pytest.mark.parametrize("handler", BROKEN)
async def test_what_cannot_be_loaded_is_an_init_error(handler: str, tmp_path: Path) -> None:
    (tmp_path / "broken_syntax.py").write_text("def handler(:\n")
    (tmp_path / "broken_import.py").write_text("import os\nos.environ['TABLE_NAME']\n")
    (tmp_path / "exits_at_import.py").write_text("raise SystemExit(3)\n")
    kind, said = BROKEN[handler]
    async with RuntimeApi() as api, wrapped_runtime(api.address, handler, paths=[tmp_path, *APPS]) as process:
        failure = await api.init_error
        assert await process.wait() == 1
    assert failure.kind == failure.document["errorType"] == kind
    assert said in failure.document["errorMessage"]
    assert api.polls == 0


async def test_an_application_that_does_not_start_is_an_init_error() -> None:
    async with RuntimeApi() as api, runtime(api.address, "lambda_apps:unstartable", paths=APPS) as process:
        failure = await api.init_error
        assert await process.wait() == 1
    assert failure.kind == "Runtime.StartupFailed"
    assert "the table is missing" in failure.document["errorMessage"]
    assert failure.document["stackTrace"]


async def test_sigterm_lets_the_running_answer_end_then_shuts_the_application_down(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    async with RuntimeApi() as api, runtime(api.address, "lambda_apps:finish_on_command", paths=APPS) as process:
        invocation = api.invoke(get("/", query=str(gate)))
        assert await invocation.next_chunk() == b"first"
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(gate.write_bytes, b"go on")
        assert await invocation.body() == b"second"
        _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"shut down\n")
        assert api.polls == 1


async def test_sigterm_ends_an_idle_environment() -> None:
    async with RuntimeApi() as api, runtime(api.address, "lambda_apps:app", paths=APPS) as process:
        await api.polled(1)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


async def test_a_snapshot_is_taken_between_start_and_first_poll() -> None:
    env = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    async with RuntimeApi() as api, runtime(api.address, "lambda_apps:app", paths=APPS, env=env):
        await api.invoke(EVENT).body()
    assert [kind for kind, _ in api.journal][:2] == ["restore", "next"]


async def test_the_loop_brings_no_heavy_module_with_it() -> None:
    loaded = await _modules("import sys, gateway.lambda_runtime.__main__; print(*sys.modules)")
    assert "mangum.handlers.api_gateway" in loaded
    assert not loaded & {
        "starlette",
        "anyio",
        "httpx",
        "aiohttp",
        "http.client",
        "email",
        "pydantic",
        "boto3",
        "orjson",
    }


async def test_the_genuine_client_runs_a_plain_mangum_handler_and_buffers() -> None:
    async with RuntimeApi() as api, stock_runtime(api.address, "lambda_mangum.handler", paths=APPS):
        invocation = api.invoke(get("/v1/models"))
        head = await invocation.head()
        chunks = [chunk.data async for chunk in invocation.chunks()]
    assert (head.mode, len(chunks)) == ("buffered", 1)
    answer = json.loads(chunks[0])
    assert (answer["statusCode"], answer["body"]) == (200, "0\n1\n2\n")


async def test_the_genuine_client_reports_its_errors_the_same_way() -> None:
    async with RuntimeApi() as api, stock_runtime(api.address, "no_such_module.handler", paths=APPS):
        failure = await api.init_error
    assert failure.kind == "Runtime.ImportModuleError"


async def _modules(code: str) -> set[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, env={"PYTHONPATH": str(ROOT / "shared")}
    )
    output, _ = await process.communicate()
    return set(output.decode().split())
