"""Figures for CloudWatch, as its embedded metric format wants them."""

import json
import logging

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
