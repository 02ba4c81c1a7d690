"""Jobs of the cron function: how they went, and running one now instead of at its time."""

from typing import Any, Literal

from fastapi import APIRouter

from admin.openapi.examples import JobName, example
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from gateway import log
from gateway.domain.identity import Role
from gateway.jobs import JOBS
from gateway.store.settings import job_runs
from gateway.store.settings.job_runs import JobRun

routes = APIRouter(prefix="/api/job", tags=["jobs"], route_class=GatedRoute)


class Job(
    Shown,
    json_schema_extra=example(
        name="release_holds",
        description="Gives back what requests hold whose process died.",
        state="done",
        started_at=1_767_225_600,
        milliseconds=120,
        figures={"released": 0},
        next_at=1_767_225_660,
    ),
):
    """``state`` is done, failed or never (in the last thirty days). ``figures`` are what the job counted, ``reason``
    why it failed; ``asked``: it was run by hand. ``next_at`` is 0 where it is not known: the job does not run by
    itself, or did so only once yet.
    """

    name: str
    description: str
    state: Literal["done", "failed", "never"]
    started_at: int
    milliseconds: int
    asked: bool
    reason: str
    figures: dict[str, Any]
    next_at: int


@routes.get("", summary="Every job: how its last run went, and when the next is")
@needs(Role.ROOT)
def list_jobs(deps: DepsOf) -> Answer[list[Job]]:
    return ok([_shown(name, text, job_runs.read(deps.store, name)) for name, text in JOBS.items()])


@routes.post("/{name}", summary="Run a job and wait for its result")
@needs(Role.ROOT, refuses=((messages.JOB_FAILED, 502), (messages.UNKNOWN_JOB, 404)), answers={"released": 0})
def run_job(name: JobName, deps: DepsOf) -> Answer[dict[str, Any]]:
    try:
        answer = deps.run_job(name)
    except Exception as error:
        log.error("job failed", job=name, reason=f"{type(error).__name__}: {error}")
        raise Refused(messages.JOB_FAILED.of(name=name), status=502) from error
    if not answer.get("success"):
        raise Refused(messages.UNKNOWN_JOB.of(name=name[:60]), status=404)
    return ok(answer["data"])


def _shown(name: str, description: str, found: JobRun | None) -> Job:
    run = found or JobRun()
    return Job(
        name=name,
        description=description,
        state="never" if found is None else "done" if run.succeeded else "failed",
        started_at=run.started_at,
        milliseconds=run.milliseconds,
        asked=run.asked,
        reason=run.reason,
        figures=run.figures,
        next_at=run.next_at,
    )
