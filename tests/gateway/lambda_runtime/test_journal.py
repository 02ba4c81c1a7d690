"""Log lines: JSON, with the request they belong to, whatever the application does to the loggers."""

import json
import logging
import sys
from pathlib import Path

from gateway.lambda_runtime.journal import JsonLines, request_id
from tests.emulators.runtime_api import RuntimeApi
from tests.emulators.runtime_process import runtime

APPS = [Path(__file__).parent / "apps"]
EVENT = json.loads((Path(__file__).parents[2] / "events" / "rest_v1.json").read_text())


def record(message: str, *arguments: object, exc_info=None) -> logging.LogRecord:
    return logging.LogRecord("gateway.x", logging.ERROR, "x.py", 1, message, arguments, exc_info)


def test_a_record_is_one_line_of_json_with_its_request() -> None:
    token = request_id.set("request-1")
    try:
        raise ValueError("ünlucky\nline")
    except ValueError:
        line = JsonLines().format(record("it %s", "failed", exc_info=sys.exc_info()))
    finally:
        request_id.reset(token)
    entry = json.loads(line)
    assert "\n" not in line
    assert (entry["level"], entry["message"], entry["requestId"]) == ("ERROR", "it failed", "request-1")
    assert entry["errorType"] == "ValueError"
    assert entry["stackTrace"][0].startswith("Traceback")
    assert entry["timestamp"].endswith("+00:00")


def test_a_record_outside_any_request_names_none() -> None:
    assert "requestId" not in json.loads(JsonLines().format(record("starting")))


async def test_the_runtimes_lines_stay_json_when_the_application_sets_up_its_own() -> None:
    async with RuntimeApi() as api, runtime(api.address, "lambda_apps:fails_with_its_own_log", paths=APPS) as process:
        invocation = api.invoke(EVENT)
        assert (await invocation.head()).status == 500
        await invocation.ended()
        process.terminate()
        output, errors = await process.communicate()
    lines = [json.loads(line) for line in errors.splitlines()]
    assert output == b""
    assert [(line["level"], line["requestId"], line["errorType"]) for line in lines] == [
        ("ERROR", invocation.request_id, "RuntimeError")
    ]
