"""A round of channel tests that dies leaves no lock behind."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from cron.deps import Deps
from cron.deps import build as cron_deps
from cron.jobs import test_channels as job
from gateway.store.settings import progress
from tests.support.furnished import furnished
from tests.support.tables import Stack


@pytest.fixture
async def deps(tables: Stack) -> AsyncGenerator[Deps]:
    furnished(tables, "http://127.0.0.1:9")
    made = cron_deps(tables.settings())
    yield made
    await made.close()


async def test_after_a_round_that_failed_the_next_may_begin(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: Any) -> None:
        raise RuntimeError("the table is gone")

    with monkeypatch.context() as patch:
        patch.setattr(job, "_test", fails)
        with pytest.raises(RuntimeError):
            await job.run(deps)
    assert progress.read(deps.store, job.RUN).state == "done"
    assert (await job.run(deps))["total"] == 1
