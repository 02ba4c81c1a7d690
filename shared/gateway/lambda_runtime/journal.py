"""Log records as JSON lines on stderr, each with the request it belongs to.

The stock runtime gives the root logger a handler before it loads any code; whoever replaces the runtime has to.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

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
    """Give the root logger this format, unless the function has brought a handler of its own."""
    root = logging.getLogger()
    if root.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    root.setLevel(level if level in logging.getLevelNamesMapping() else "WARNING")
