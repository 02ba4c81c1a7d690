"""Running a job of the cron function now instead of at its time."""

from typing import Any

from fastapi import APIRouter

from admin.openapi.examples import JobName
from admin.texts import messages
from admin.web.deps import DepsOf
from admin.web.envelope import Answer, Refused, ok
from admin.web.gate import GatedRoute, needs
from gateway import log
from gateway.domain.identity import Role

routes = APIRouter(prefix="/api/job", tags=["jobs"], route_class=GatedRoute)


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
