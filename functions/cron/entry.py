"""Where the function starts on Lambda, and the only place here with side effects: log lines and metrics go out."""

from cron.app import handler
from gateway import log

log.configure()

__all__ = ["handler"]
