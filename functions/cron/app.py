"""Scheduled work by name: ``handler({"job": "release_holds"})``.

A job is a coroutine in ``cron.jobs`` that takes ``Deps`` and answers figures for the log. On AWS EventBridge
Scheduler calls the handler, locally a timer does, and root may through ``POST /api/job/{name}``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from cron.deps import Deps, build
from cron.jobs import (
    compare_models,
    export_days,
    notify_root,
    reconcile,
    release_holds,
    remind,
    roll_up,
    test_channels,
    update_balances,
)
from gateway import log
from gateway.alarms.office import Item
from gateway.errors import StoreError
from gateway.store.schema.items import ReadFailed
from gateway.store.settings import job_runs, options
from gateway.store.settings.job_runs import JobRun

Job = Callable[[Deps], Awaitable[dict[str, Any]]]

JOBS: Mapping[str, Job] = {
    "audit": reconcile.run,
    "export_days": export_days.run,
    "compare_models": compare_models.run,
    "notify_root": notify_root.run,
    "release_holds": release_holds.run,
    "remind": remind.run,
    "roll_up": roll_up.run,
    "test_channels": test_channels.run,
    "test_disabled_channels": test_channels.run_disabled,
    "update_balances": update_balances.run,
}


def handler(event: Mapping[str, Any], context: Any = None) -> dict[str, Any]:
    """Run one job to its end; an unknown name is an answer, not a crash."""
    name = str(event.get("job", ""))
    if name not in JOBS:
        return {"success": False, "message": f"no job {name!r}; there are {', '.join(sorted(JOBS))}"}
    figures = asyncio.run(_run(name, asked=event.get("asked") is True))
    log.info("job done", job=name, **figures)
    log.metric("JobDone", job=name)  # an alarm for each job misses it
    return {"success": True, "message": "", "data": figures}


async def _run(name: str, *, asked: bool) -> dict[str, Any]:
    deps = build()
    run = JobRun(started_at=deps.clock.now(), asked=asked)
    begun = deps.clock.monotonic()
    try:
        figures = await JOBS[name](deps)
        run = replace(run, figures=figures)
        return figures
    except Exception as error:
        run = replace(run, succeeded=False, reason=f"{type(error).__name__}: {error}")
        await asyncio.to_thread(_tell, deps, name, error)
        raise
    finally:
        took = round((deps.clock.monotonic() - begun) * 1000)
        _note(deps, name, replace(run, milliseconds=took))
        await deps.close()


def _note(deps: Deps, name: str, run: JobRun) -> None:
    """For who looks at the jobs; one that was done is not undone for it."""
    try:
        job_runs.note(deps.store, name, run)
    except (StoreError, ReadFailed) as error:
        log.error("a run was not noted", job=name, reason=str(error))


def _tell(deps: Deps, name: str, error: Exception) -> None:
    """Tell the operator that a job failed, once an hour; why is in the log, and whatever fails here is only noted."""
    hour = deps.clock.now() // 3600
    html = (
        f"<p>任务 {name} 执行失败（{type(error).__name__}），请查看日志。</p>"
        f"<p>Job {name} failed ({type(error).__name__}): see the logs.</p>"
    )
    try:
        office = deps.office(options.current(deps.store))
        if office.reachable():
            office.tell("任务失败 / a job failed", [Item(event="job_failed", key=f"job {name} {hour}", html=html)])
    except (StoreError, ReadFailed) as failed:
        log.error("nobody was told of a failed job", job=name, reason=f"{type(failed).__name__}: {failed}")
