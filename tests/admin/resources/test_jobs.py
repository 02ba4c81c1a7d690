"""The list of jobs."""

from admin.web.deps import Deps
from gateway.jobs import JOBS
from gateway.store.settings import job_runs
from gateway.store.settings.job_runs import JobRun
from tests.admin.api import Api


def test_every_job_is_listed_with_how_it_went_and_when_it_is_next(api: Api, deps: Deps) -> None:
    for started in (1_000, 1_060):
        run = JobRun(started_at=started, milliseconds=12, figures={"released": 2})
        job_runs.note(deps.store, "release_holds", run)
    job_runs.note(deps.store, "audit", JobRun(started_at=5, succeeded=False, reason="RuntimeError: no", asked=True))
    jobs = {job["name"]: job for job in api.root.get("/api/job")["data"]}
    assert jobs.keys() == JOBS.keys() and all(job["description"] for job in jobs.values())
    held = jobs["release_holds"]
    assert (held["state"], held["started_at"], held["milliseconds"], held["next_at"]) == ("done", 1_060, 12, 1_120)
    assert held["figures"] == {"released": 2}
    assert (jobs["audit"]["state"], jobs["audit"]["reason"], jobs["audit"]["asked"]) == (
        "failed",
        "RuntimeError: no",
        True,
    )
    assert (jobs["remind"]["state"], jobs["remind"]["started_at"], jobs["remind"]["next_at"]) == ("never", 0, 0)
