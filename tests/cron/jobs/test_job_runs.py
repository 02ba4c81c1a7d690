"""How jobs went is kept, also of those that fail, and when the next run is."""

from typing import Any

import pytest

from cron import app
from cron.deps import build
from gateway.jobs import JOBS
from gateway.store.context import Store, open_store
from gateway.store.settings import job_runs
from gateway.store.settings.job_runs import JobRun
from tests.support.tables import Stack


@pytest.fixture
def store(tables: Stack) -> Store:
    return open_store(tables.settings())


def test_the_jobs_that_are_listed_are_those_that_there_are() -> None:
    assert JOBS.keys() == app.JOBS.keys()


def test_the_next_run_is_as_far_away_as_the_last_ones_were_apart(store: Store) -> None:
    assert job_runs.read(store, "remind") is None
    runs = [(1_000, False, 0), (1_060, False, 1_120), (1_070, True, 1_120), (1_120, False, 1_180)]
    for started, asked, following in runs:
        job_runs.note(store, "remind", JobRun(started_at=started, asked=asked))
        found = job_runs.read(store, "remind")
        assert found is not None
        assert (found.started_at, found.asked, found.next_at) == (started, asked, following)


def test_a_run_is_noted_with_its_figures_or_with_why_it_failed(
    tables: Stack, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: Any) -> dict[str, Any]:
        raise RuntimeError("the table is gone")

    async def counts(_: Any) -> dict[str, Any]:
        return {"counted": 3}

    monkeypatch.setattr(app, "build", lambda: build(tables.settings()))
    monkeypatch.setattr(app, "JOBS", {"remind": counts, "audit": fails})
    assert app.handler({"job": "remind", "asked": True})["data"] == {"counted": 3}
    with pytest.raises(RuntimeError):
        app.handler({"job": "audit"})
    done, failed = job_runs.read(store, "remind"), job_runs.read(store, "audit")
    assert done is not None and failed is not None
    assert (done.succeeded, done.asked, done.figures) == (True, True, {"counted": 3})
    assert (failed.succeeded, failed.reason) == (False, "RuntimeError: the table is gone")
    assert failed.scheduled_at == failed.started_at > 0
