"""Timers in place of EventBridge: each runs a job of the cron function every so many seconds."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from local.failure import RunFailed

log = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a job runs: a variable in units of ``unit`` seconds; 0 is never."""

    job: str
    variable: str
    unit: int
    default: int


FREQUENCIES = (
    Frequency("release_holds", "HOLD_SWEEP_FREQUENCY", 1, 60),
    Frequency("notify_root", "NOTIFY_FREQUENCY", 1, 60),
    Frequency("remind", "REMIND_FREQUENCY", 1, 300),
    Frequency("roll_up", "ROLL_UP_FREQUENCY", 1, 60),
    Frequency("audit", "AUDIT_FREQUENCY", 3600, 24),
    Frequency("export_days", "EXPORT_FREQUENCY", 3600, 0),
    Frequency("test_channels", "CHANNEL_TEST_FREQUENCY", 60, 0),
    Frequency("update_balances", "CHANNEL_UPDATE_FREQUENCY", 60, 0),
    Frequency("compare_models", "MODEL_LIST_FREQUENCY", 60, 0),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job and the seconds between its runs."""

    job: str
    seconds: int


def read_schedules(environment: Mapping[str, str]) -> list[Schedule]:
    """The jobs that are switched on."""
    schedules = [Schedule(f.job, f.unit * _count(environment, f)) for f in FREQUENCIES]
    return [schedule for schedule in schedules if schedule.seconds > 0]


async def keep(schedules: list[Schedule], handler: Handler) -> None:
    """Run every schedule until cancelled."""
    await asyncio.gather(*(_repeat(schedule, handler) for schedule in schedules))


async def _repeat(schedule: Schedule, handler: Handler) -> None:
    while True:
        await asyncio.sleep(schedule.seconds)
        await _run(schedule.job, handler)


async def _run(job: str, handler: Handler) -> None:
    """One run, in a thread: jobs are synchronous. One that fails runs again at its next time."""
    try:
        result = await asyncio.to_thread(handler, {"job": job})
        log.info("job %s: %s", job, result)
    except Exception:
        log.exception("job %s failed", job)


def _count(environment: Mapping[str, str], frequency: Frequency) -> int:
    text = environment.get(frequency.variable) or str(frequency.default)
    with suppress(ValueError):
        if (count := int(text)) >= 0:
            return count
    raise RunFailed(f"the environment variable {frequency.variable} must be a whole number from 0, not {text!r}")
