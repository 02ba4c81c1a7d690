"""AWS Lambda Powertools around the functions that can afford its import (60 to 90 ms): admin and cron.

Each of their lines names the invocation it belongs to, and each cold start is a metric. The relay writes the same lines
without it, because the import would be a quarter of its cold start. The Tracer is left out everywhere: it brings the
X-Ray SDK, at three times that.
"""

import json
import warnings
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import Metrics

from gateway import log
from gateway.config import metric_namespace

LambdaHandler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Flat(LambdaPowertoolsFormatter):
    """The gateway's lines are JSON already, figures among them: their fields stand beside those of the invocation."""

    def serialize(self, log: Any) -> str:
        message = str(log["message"])
        if message.startswith("{"):
            del log["message"], log["location"]  # which is that of ``gateway.log``, always
            log.update(json.loads(message))
        return super().serialize(log)


def observed(service: str, handler: LambdaHandler) -> LambdaHandler:
    """The handler, with log lines and metrics on standard output; called once, where the function starts.

    https://docs.aws.amazon.com/powertools/python/latest/core/logger/
    """
    logger = Logger(service=service, logger_formatter=Flat(use_rfc3339=True))
    log.configure(handler=logger.registered_handler)
    warnings.filterwarnings("ignore", "No application metrics to publish")  # the gateway writes its own; most have none
    metrics = Metrics(namespace=metric_namespace(), service=service)
    counted: LambdaHandler = metrics.log_metrics(handler, capture_cold_start_metric=True)
    return logger.inject_lambda_context(counted)
