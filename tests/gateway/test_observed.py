"""What a Lambda function writes to standard output: lines that name their invocation, and metrics."""

import json
import logging
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway import log
from gateway.observed import observed


@dataclass(frozen=True)
class Context:
    function_name: str = "stack-cron"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:1:function:stack-cron"
    aws_request_id: str = "request-1"


@pytest.fixture(autouse=True)
def restored() -> Generator[None]:
    """Other tests hear the gateway's lines as they did before."""
    logger = logging.getLogger("gateway")
    handlers, propagate, level = logger.handlers[:], logger.propagate, logger.level
    yield
    logger.handlers[:], logger.propagate = handlers, propagate
    logger.setLevel(level)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_has_its_fields_beside_those_of_the_invocation(capsys: pytest.CaptureFixture[str]) -> None:
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        log.info("job done", job=event["job"], released=3)
        return {"success": True}

    assert observed("cron", handler)({"job": "sweep"}, Context()) == {"success": True}
    (line,) = [line for line in written(capsys) if "message" in line]
    assert (line["message"], line["job"], line["released"]) == ("job done", "sweep", 3)
    assert (line["level"], line["service"], line["function_request_id"]) == ("INFO", "cron", "request-1")


def test_a_figure_is_still_one_that_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        log.metric("SweepFailures", 2)
        return {}

    observed("other", handler)({}, Context())
    (line,) = [line for line in written(capsys) if "SweepFailures" in line]
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Metrics"], line["SweepFailures"]) == ([{"Name": "SweepFailures", "Unit": "Count"}], 2)
