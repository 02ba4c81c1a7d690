"""Time, request ids and randomness: the one place they come from, so that tests can fix them.

There are three times. ``now`` is what dates are written with, and may be set back. ``monotonic`` measures within a
request; Lambda stops it while it freezes the process between invocations. ``wall`` is for whatever outlives a request
and has an age: what caches know, how long a connection was idle, when a pause is over.

A request id is 31 digits: UTC ``YYYYMMDDhhmmss``, three digits of milliseconds, fourteen random digits.
Ids made later sort later, so an id is also the sort key of the log entry it settles into.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from gateway.records import dataclass

# Log ids are milliseconds since this moment, shifted left by 12 bits of randomness: below 2**53
# (safe in JavaScript) until the year 2093, increasing, and made without a shared counter.
LOG_EPOCH_MS = 1_704_067_200_000

# Seconds by which the system's clock must lag to count as set back: two clocks are never read at the very same moment.
SET_BACK = 1.0


class Clock(Protocol):
    """What the rest of the code may ask about time and chance."""

    def now(self) -> int:
        """Unix time in whole seconds."""
        ...

    def now_ms(self) -> int:
        """Unix time in milliseconds."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back, and stands still while the process is frozen."""
        ...

    def wall(self) -> float:
        """Seconds that pass for the world too while the process is frozen; never goes back. For ages, not for dates."""
        ...

    def random_digits(self, count: int) -> str:
        """A string of random decimal digits."""
        ...

    def token(self, bytes_: int = 16) -> str:
        """Random lower-case hex of twice that many characters."""
        ...

    def fraction(self) -> float:
        """A random number in [0, 1)."""
        ...


class WallTime:
    """Seconds as the system's clock counts them, but for the times it is set back: then monotonic time fills in.

    Their difference says what happened. It grows where the process was frozen or the clock set forward: that time has
    passed. It shrinks where the clock was set back: that much is added from then on, so that nothing repeats itself.
    """

    def __init__(
        self, system: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._system = system
        self._monotonic = monotonic
        self._ahead = system() - monotonic()  # of the system's clock before the monotonic one
        self._set_back = 0.0  # seconds, all times together

    def __call__(self) -> float:
        monotonic = self._monotonic()
        ahead = self._system() - monotonic
        if ahead < self._ahead - SET_BACK:
            self._set_back += self._ahead - ahead
            self._ahead = ahead
        self._ahead = max(self._ahead, ahead)
        return monotonic + self._ahead + self._set_back


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The real time and the operating system's randomness."""

    _wall: WallTime = field(default_factory=WallTime, repr=False, compare=False)

    def now(self) -> int:
        return int(time.time())

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return self._wall()

    def random_digits(self, count: int) -> str:
        return f"{secrets.randbelow(10**count):0{count}d}"

    def token(self, bytes_: int = 16) -> str:
        return secrets.token_hex(bytes_)

    def fraction(self) -> float:
        return secrets.randbits(53) / (1 << 53)


def new_request_id(clock: Clock) -> str:
    """A fresh, time-ordered request id (see the module text)."""
    ms = clock.now_ms()
    return f"{_stamp(ms // 1000)}{ms % 1000:03d}{clock.random_digits(14)}"


@lru_cache(maxsize=4)
def _stamp(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y%m%d%H%M%S")


def new_log_id(clock: Clock) -> int:
    """A log id that grows with time and needs no counter."""
    return ((clock.now_ms() - LOG_EPOCH_MS) << 12) | int(clock.fraction() * 4096)
