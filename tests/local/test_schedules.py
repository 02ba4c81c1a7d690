"""Which jobs run, and how often."""

import pytest

from local.failure import RunFailed
from local.schedules import Schedule, read_schedules


def test_stale_holds_are_swept_every_minute() -> None:
    assert Schedule("release_holds", 60) in read_schedules({})


def test_channels_are_tested_and_balances_asked_for_only_where_that_is_switched_on() -> None:
    given = {"CHANNEL_TEST_FREQUENCY": "5", "CHANNEL_UPDATE_FREQUENCY": "1440"}
    assert {schedule.job for schedule in read_schedules(given)} - {schedule.job for schedule in read_schedules({})} == {
        "test_channels",
        "update_balances",
    }
    assert Schedule("test_channels", 300) in read_schedules(given)


def test_a_frequency_of_zero_switches_a_job_off() -> None:
    assert "release_holds" not in [schedule.job for schedule in read_schedules({"HOLD_SWEEP_FREQUENCY": "0"})]


@pytest.mark.parametrize("text", ["soon", "-1", "1.5"])
def test_a_frequency_that_is_no_number_is_told(text: str) -> None:
    with pytest.raises(RunFailed, match=f"HOLD_SWEEP_FREQUENCY must be a whole number from 0, not '{text}'"):
        read_schedules({"HOLD_SWEEP_FREQUENCY": text})
