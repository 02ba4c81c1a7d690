"""The management API on real tables, called over HTTP."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from admin.app import bare_app
from admin.web.deps import Deps, connect
from admin.web.edge import Edge
from gateway.config import AdminSettings
from gateway.security import passwords
from gateway.store.accounts.bootstrap import first_start
from tests.admin.api import Api
from tests.support.tables import Stack

ROOT_TOKEN = "r" * 32
ROOT_PASSWORD = "correct horse"


def fake_job(name: str) -> dict[str, Any]:
    """Stands for the cron function, which knows one job."""
    if name != "release_holds":
        return {"success": False, "message": f"no job {name!r}"}
    return {"success": True, "message": "", "data": {"released": 0}}


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> Generator[None]:
    """Hashing takes long on purpose; what it costs in earnest is held by its own tests, maybe in this process."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_argon2", lambda: cheap)
        passwords._nobody.cache_clear()  # another folder may have made it at the full cost
        yield
    passwords._nobody.cache_clear()


@pytest.fixture
def deps(tables: Stack) -> Deps:
    """Dependencies on this test's own tables, limits off."""
    return begun(tables)


def begun(tables: Stack) -> Deps:
    """Dependencies on empty tables, in which there is a root from now on."""
    settings = replace(
        AdminSettings.read({}), global_api_rate_limit=0, global_web_rate_limit=0, session_secret="for tests"
    )
    first_start(tables.settings(), root_password=ROOT_PASSWORD, root_access_token=ROOT_TOKEN)
    return connect(tables.settings(), settings, run_job=fake_job)


@pytest.fixture(scope="session")
def application() -> FastAPI:
    """Built once: it takes longer than most tests. Each test puts its own dependencies in."""
    return bare_app("")


@pytest.fixture
def api(deps: Deps, application: FastAPI) -> Generator[Api, Any]:
    """The application as nobody in particular; ``api.root`` and ``api.sign_in`` are somebody."""
    application.state.deps = deps
    with Api(Edge(application, deps.clock), ROOT_TOKEN) as opened:
        yield opened
