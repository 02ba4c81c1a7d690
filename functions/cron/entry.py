"""Where the function starts on Lambda, and the only place here with side effects: log lines and metrics go out."""

from cron import app
from gateway.observed import observed

handler = observed("cron", app.handler)
