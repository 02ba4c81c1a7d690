"""Sending one message to one receiver: a few times if it had no time for it, never again if it may have taken it."""

import time
from collections.abc import Callable

from gateway import log
from gateway.alarms.protocol import Alarm, NotSent, Settings
from gateway.alarms.registry import MODULES
from gateway.records import dataclass
from gateway.security.safe_fetch import Fetched, Fetcher, FetchFailed, FetchRefused, FetchUnsure

PAUSES = (1.0, 3.0)  # seconds before another try
_LATER = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Sender:
    """How alarms leave. Nobody waits for a second try where somebody looks on."""

    fetcher: Fetcher
    pauses: tuple[float, ...] = PAUSES
    pause: Callable[[float], None] = time.sleep

    def send(self, name: str, settings: Settings, message: Alarm) -> None:
        """``NotSent`` if the receiver has it certainly not; whether it has it may stay open."""
        for pause in (*self.pauses, None):
            try:
                problem, again = self._once(name, settings, message)
            except FetchRefused as error:
                problem, again = str(error), False
            except FetchUnsure as error:
                log.warning("an alarm may not have arrived", receiver=name, reason=str(error))
                return
            except FetchFailed as error:
                problem, again = str(error), True
            if not problem:
                return
            if pause is None or not again:
                raise NotSent(problem)
            self.pause(pause)

    def _once(self, name: str, settings: Settings, message: Alarm) -> tuple[str, bool]:
        """What is wrong, if anything, and whether another try may do."""
        module = MODULES[name]
        post = module.post(settings, message)
        answer: Fetched = self.fetcher.post(post.url, post.body, post.headers)
        return module.problem(answer), answer.status in _LATER
