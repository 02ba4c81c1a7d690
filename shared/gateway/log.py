"""Structured logs: one JSON object per line on standard output, cheap enough for the hot path.

Secrets have no business here: callers pass ids and reasons, never headers, bodies or addresses with keys.
"""

import json
import logging
import sys
import time
from typing import Any

from gateway.config import metric_namespace

_logger = logging.getLogger("gateway")


def configure(level: str = "INFO", handler: logging.Handler | None = None) -> None:
    """Send the gateway's log lines to standard output, or to a handler; done once, by whoever starts a process."""
    if handler is None:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
    _logger.handlers[:] = [handler]
    _logger.propagate = False
    _logger.setLevel(level)


def debug(message: str, **fields: Any) -> None:
    """A request goes its usual way; of interest with the setting DEBUG only."""
    _write(logging.DEBUG, message, fields)


def info(message: str, **fields: Any) -> None:
    """Something worth knowing happened."""
    _write(logging.INFO, message, fields)


def warning(message: str, **fields: Any) -> None:
    """Something went wrong and was dealt with."""
    _write(logging.WARNING, message, fields)


def error(message: str, **fields: Any) -> None:
    """Something went wrong that an operator must look at."""
    _write(logging.ERROR, message, fields)


def metric(name: str, value: int = 1, unit: str = "Count", **dimensions: str) -> None:
    """A figure for CloudWatch, in its embedded metric format; with dimensions it counts in all and in each.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    directive: dict[str, Any] = {
        "Namespace": metric_namespace(),
        "Dimensions": [[], sorted(dimensions)] if dimensions else [[]],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    line: dict[str, Any] = {
        "_aws": {"CloudWatchMetrics": [directive], "Timestamp": time.time_ns() // 1_000_000},
        name: value,
        **dimensions,
    }
    _logger.info("%s", json.dumps(line, ensure_ascii=False))


def _write(level: int, message: str, fields: dict[str, Any]) -> None:
    if _logger.isEnabledFor(level):
        line = {"timestamp": _now(), "level": logging.getLevelName(level), "message": message, **fields}
        _logger.log(level, "%s", json.dumps(line, ensure_ascii=False, default=str))


def _now() -> str:
    """RFC 3339: without such a timestamp Lambda takes every line for INFO, whatever its level says.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{nanoseconds // 1_000_000:03}Z"
