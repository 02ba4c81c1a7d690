"""Windows of time: turns by the calendar in time zones, days of 23 and 25 hours, rolling ones that never end early."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.windows import Window, bucket, known_zone

HOUR = 3600
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Asia/Shanghai",
]

ROWS: list[tuple[Window, str, str, str, float]] = [
    # window, zone, a moment there, when its bucket begins there, hours it lasts
    ("day", "UTC", "2026-11-30T23:59:59", "2026-11-30T00:00", 24),
    ("day", "Asia/Shanghai", "2026-11-30T00:00:00", "2026-11-30T00:00", 24),
    ("day", "Europe/Berlin", "2026-03-29T12:00:00", "2026-03-29T00:00", 23),
    ("day", "Europe/Berlin", "2026-10-25T01:00:00", "2026-10-25T00:00", 25),
    ("day", "America/New_York", "2026-11-01T23:30:00", "2026-11-01T00:00", 25),
    ("day", "America/Sao_Paulo", "2018-11-04T12:00:00", "2018-11-04T01:00", 23),  # clocks skipped midnight
    ("week", "Europe/Berlin", "2026-03-29T12:00:00", "2026-03-23T00:00", 7 * 24 - 1),
    ("week", "UTC", "2026-11-30T00:00:00", "2026-11-30T00:00", 7 * 24),
    ("month", "UTC", "2028-02-29T12:00:00", "2028-02-01T00:00", 29 * 24),
    ("month", "America/New_York", "2026-11-30T12:00:00", "2026-11-01T00:00", 30 * 24 + 1),
    ("month", "UTC", "2026-12-31T23:59:59", "2026-12-01T00:00", 31 * 24),
    ("5h", "UTC", "2026-11-30T04:59:59", "2026-11-30T00:00", 5),
    ("5h", "UTC", "2026-11-30T23:00:00", "2026-11-30T20:00", 4),
    ("5h", "Europe/Berlin", "2026-10-25T23:00:00", "2026-10-25T19:00", 5),  # the day has 25 hours
    ("minute", "UTC", "2026-11-30T04:59:59", "2026-11-30T04:59", 1 / 60),
]


@pytest.mark.parametrize(("window", "zone", "moment", "begins", "hours"), ROWS)
def test_a_window_by_the_calendar_turns_when_clocks_there_say_so(
    window: Window, zone: str, moment: str, begins: str, hours: float
) -> None:
    place = ZoneInfo(zone)
    now = int(datetime.fromisoformat(moment).replace(tzinfo=place).timestamp())
    found = bucket(window, now, zone=zone)
    assert datetime.fromtimestamp(found.start, place).strftime("%Y-%m-%dT%H:%M") == begins
    assert found.until - found.start == round(hours * HOUR)


moments = st.datetimes(datetime(2001, 1, 1), datetime(2037, 1, 1)).map(
    lambda at: int(at.replace(tzinfo=UTC).timestamp())
)
names: st.SearchStrategy[Window] = st.sampled_from(["5h", "day", "week", "month"])


@given(names, moments, st.sampled_from(ZONES))
def test_one_bucket_follows_on_the_other(window: Window, now: int, zone: str) -> None:
    found = bucket(window, now, zone=zone)
    assert found.start <= now < found.until
    assert bucket(window, found.start, zone=zone) == found == bucket(window, found.until - 1, zone=zone)
    assert bucket(window, found.until, zone=zone).start == found.until


@given(names, moments)
def test_what_is_used_counts_for_a_rolling_window_and_a_little_longer(window: Window, now: int) -> None:
    length = {"5h": 5, "day": 24, "week": 7 * 24, "month": 30 * 24}[window] * HOUR
    found = bucket(window, now, rolling=True)
    assert found.start <= now and now + length < found.until <= now + length * 21 / 20 + 1
    assert bucket(window, found.start, rolling=True) == found


@pytest.mark.parametrize("zone", ["", ".", "..", "../UTC", "/etc/passwd", "Europe", "Mars/Olympus", "a\0b", "ä"])
def test_what_is_no_time_zone_is_none(zone: str) -> None:
    assert not known_zone(zone)
