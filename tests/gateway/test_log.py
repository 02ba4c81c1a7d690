"""Figures for CloudWatch, as its embedded metric format wants them."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

from gateway import log


def figures(caplog: pytest.LogCaptureFixture) -> list[dict]:
    return [json.loads(record.getMessage()) for record in caplog.records]


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("gateway"), "propagate", True)
    caplog.set_level(logging.INFO, "gateway")


def test_a_figure_counts_in_all_and_in_each_of_its_dimensions(caplog: pytest.LogCaptureFixture) -> None:
    log.metric("UsageQuarantined", channel="7")
    (line,) = figures(caplog)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [[], ["channel"]]
    assert (line["UsageQuarantined"], line["channel"], directive["Namespace"]) == (1, "7", "OneApi")


def test_a_figure_without_dimensions_has_one_empty_set(caplog: pytest.LogCaptureFixture) -> None:
    log.metric("SweepFailures", 3)
    (line,) = figures(caplog)
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
    assert line["SweepFailures"] == 3


def test_the_stacks_name_is_the_namespace(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRIC_NAMESPACE", "my-stack")
    log.metric("SweepFailures")
    assert figures(caplog)[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "my-stack"


def test_a_line_says_when_in_the_form_by_which_lambda_believes_its_level(caplog: pytest.LogCaptureFixture) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    log.warning("something", reason="x")
    (line,) = figures(caplog)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"])
    assert before <= datetime.fromisoformat(line["timestamp"].replace("Z", "+00:00")) <= datetime.now(UTC)
    assert line | {"timestamp": ""} == {"timestamp": "", "level": "WARNING", "message": "something", "reason": "x"}


def test_a_figure_may_be_of_time(caplog: pytest.LogCaptureFixture) -> None:
    log.metric("FirstByte", 250, "Milliseconds")
    (line,) = figures(caplog)
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "FirstByte", "Unit": "Milliseconds"}]
