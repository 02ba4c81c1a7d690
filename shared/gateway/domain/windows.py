"""Windows of time: which bucket of a limit a moment belongs to, and until when that counts. Pure.

A window by the calendar is one bucket, from one turn to the next in its time zone; days have 23 to 25 hours there. Of
five hours there are five in a day, from its midnight on, the last of what is left. A rolling window is some twenty
buckets: what is used counts for the length of the window after its bucket, so it comes back up to one bucket late, and
never early.
"""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from gateway.records import dataclass

Window = Literal["minute", "5h", "day", "week", "month"]

MINUTE, HOUR, DAY = 60, 3600, 86_400
_FIVE = 5 * HOUR

# Of rolling windows: their length, and that of a bucket.
_ROLLING: dict[Window, tuple[int, int]] = {
    "5h": (_FIVE, 15 * MINUTE),
    "day": (DAY, HOUR),
    "week": (7 * DAY, 8 * HOUR),
    "month": (30 * DAY, DAY),
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a moment is counted, and when that is over; unix seconds."""

    start: int
    until: int


def bucket(window: Window, now: int, *, rolling: bool = False, zone: str = "UTC") -> Bucket:
    """The bucket of a window that a moment belongs to; also that which begins then."""
    if rolling:
        length, size = _ROLLING[window]
        start = now - now % size
        return Bucket(start, start + size + length)
    if window == "minute":
        return Bucket(now - now % MINUTE, now - now % MINUTE + MINUTE)
    return _by_calendar(window, now, zone)


@lru_cache(maxsize=4096)
def _by_calendar(window: Window, now: int, zone: str) -> Bucket:
    place = _place(zone)
    today = datetime.fromtimestamp(now, place).date()
    if window == "week":
        first = today - timedelta(days=today.weekday())
        return Bucket(_midnight(first, place), _midnight(first + timedelta(days=7), place))
    if window == "month":
        first = today.replace(day=1)
        return Bucket(_midnight(first, place), _midnight((first + timedelta(days=31)).replace(day=1), place))
    begun, ends = _midnight(today, place), _midnight(today + timedelta(days=1), place)
    if window == "5h":
        begun = begun + (now - begun) // _FIVE * _FIVE
        ends = min(begun + _FIVE, ends)
    return Bucket(begun, ends)


def _midnight(day: date, place: tzinfo) -> int:
    """When a day begins; where clocks skip that moment, when they do."""
    return int(datetime(day.year, day.month, day.day, tzinfo=place).timestamp())


@lru_cache(maxsize=64)
def _place(zone: str) -> tzinfo:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 (3 ms, and most windows count by no calendar)

    # Where the system has no zones, as on Lambda, they are found in it.
    import tzdata  # noqa: F401, PLC0415  # pyright: ignore[reportUnusedImport]

    return ZoneInfo(zone)


def known_zone(zone: str) -> bool:
    """Whether there is such a time zone."""
    try:
        _place(zone)
    except (ValueError, OSError, LookupError):  # of the words of a path, a folder, no zone
        return False
    return True
