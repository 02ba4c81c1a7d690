"""Which jobs run, and how often."""

import pytest

from local.failure import RunFailed
from local.schedules import Schedule, read_schedules


def test_stale_holds_are_swept_every_minute() -> None:
    assert read_schedules({}) == [Schedule("release_holds", 60)]


def test_a_frequency_of_zero_switches_a_job_off() -> None:
    assert read_schedules({"HOLD_SWEEP_FREQUENCY": "0"}) == []


@pytest.mark.parametrize("text", ["soon", "-1", "1.5"])
def test_a_frequency_that_is_no_number_is_told(text: str) -> None:
    with pytest.raises(RunFailed, match=f"HOLD_SWEEP_FREQUENCY must be a whole number from 0, not '{text}'"):
        read_schedules({"HOLD_SWEEP_FREQUENCY": text})
