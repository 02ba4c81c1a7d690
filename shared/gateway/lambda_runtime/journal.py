"""Log records as JSON lines on stderr, each with the request it belongs to.

The stock runtime gives the root logger a handler before it loads any code; whoever replaces the runtime has to.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

RUNTIME = "gateway.lambda_runtime"

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class JsonLines(logging.Formatter):
    """One JSON object per record, with the keys Lambda's log view understands."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        if (current := request_id.get()) is not None:
            entry["requestId"] = current
        if record.exc_info and record.exc_info[0] is not None:
            entry["errorType"] = record.exc_info[0].__name__
            entry["stackTrace"] = self.formatException(record.exc_info).splitlines()
        return json.dumps(entry, ensure_ascii=False)


def install(level: str) -> None:
    """Send records to stderr in this format: the runtime's own always, others unless the function decides otherwise.

    The application may give the loggers above the runtime's a handler and a format for its own lines, so the
    runtime's do not pass there.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    known = level if level in logging.getLevelNamesMapping() else "WARNING"
    own = logging.getLogger(RUNTIME)
    own.propagate = False
    for logger in (own, logging.getLogger()):
        if not logger.handlers:
            logger.addHandler(handler)
            logger.setLevel(known)
