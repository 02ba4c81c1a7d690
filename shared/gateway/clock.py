"""Time, request ids and randomness: the one place they come from, so that tests can fix them.

A request id is 31 digits: UTC ``YYYYMMDDhhmmss``, three digits of milliseconds, fourteen random digits.
Ids made later sort later, so an id is also the sort key of the log entry it settles into.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

# Log ids are milliseconds since this moment, shifted left by 12 bits of randomness: below 2**53
# (safe in JavaScript) until the year 2093, increasing, and made without a shared counter.
LOG_EPOCH_MS = 1_704_067_200_000


class Clock(Protocol):
    """What the rest of the code may ask about time and chance."""

    def now(self) -> int:
        """Unix time in whole seconds."""
        ...

    def now_ms(self) -> int:
        """Unix time in milliseconds."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
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


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The real time and the operating system's randomness."""

    def now(self) -> int:
        return int(time.time())

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def random_digits(self, count: int) -> str:
        return f"{secrets.randbelow(10**count):0{count}d}"

    def token(self, bytes_: int = 16) -> str:
        return secrets.token_hex(bytes_)

    def fraction(self) -> float:
        return secrets.randbits(53) / (1 << 53)


def new_request_id(clock: Clock) -> str:
    """A fresh, time-ordered request id (see the module text)."""
    ms = clock.now_ms()
    stamp = datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y%m%d%H%M%S")
    return f"{stamp}{ms % 1000:03d}{clock.random_digits(14)}"


def new_log_id(clock: Clock) -> int:
    """A log id that grows with time and needs no counter."""
    return ((clock.now_ms() - LOG_EPOCH_MS) << 12) | int(clock.fraction() * 4096)
