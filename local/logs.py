"""Log lines of a local run: all of them into a file, warnings also on the terminal."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from local.failure import RunFailed

FILE_BYTES = 10 * 1024 * 1024
FILES_KEPT = 5


def log_to(log_dir: Path) -> None:
    """Send what Python's logging is told to ``gateway.log``, and warnings to standard error as well."""
    try:
        file = RotatingFileHandler(
            log_dir / "gateway.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8"
        )
    except OSError as error:
        raise RunFailed(f"cannot write to {error.filename}: {error.strerror}; name another with --log-dir") from None
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [file, terminal]
    root.setLevel(logging.INFO)
    for chatty in ("botocore", "asyncio", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def gather() -> None:
    """Bring the gateway's own lines, which it sends to standard output, to the same two places."""
    gateway = logging.getLogger("gateway")
    gateway.handlers.clear()
    gateway.propagate = True
