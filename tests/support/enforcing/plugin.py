"""``pytest -p tests.support.enforcing.plugin``: any suite behind the template's roles.

The management API acts as AdminRole wherever a test calls it, and gateways are started with ``local_run``. A test in
which a role was denied something fails, whatever the application made of it.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.admin.api import Api
from tests.support.enforcing.endpoint import Judge
from tests.support.enforcing.inside import AsRole, enforced
from tests.support.enforcing.local_run import DENIED
from tests.support.gateway_process import GatewayProcess


def pytest_configure() -> None:
    """Gateways that tests start from here on run behind the roles."""
    GatewayProcess.default_module = "tests.support.enforcing.local_run"


@pytest.fixture(scope="session", autouse=True)
def judge() -> Generator[Judge]:
    """Of this process; what no role does is the test's own doing."""
    judge = Judge()
    make = Api.__init__

    def made(api: Api, app: Any, *arguments: Any, **named: Any) -> None:
        make(api, app if isinstance(app, AsRole) else AsRole(app, "AdminRole"), *arguments, **named)

    with pytest.MonkeyPatch.context() as patch, enforced(judge):
        patch.setattr(Api, "__init__", made)
        yield judge
    assert judge.seen["AdminRole"] or GatewayProcess.folders, "nothing of the gateway ran, so nothing was judged"


@pytest.fixture(autouse=True)
def nothing_denied(judge: Judge) -> Generator[None]:
    """Of the application in this process and of gateways beside it."""
    yield
    denied = [f"{role}: {call}" for role, call in judge.denied] + list(map(str, _written()))
    judge.denied.clear()
    assert not denied, "denied:\n" + "\n".join(denied)


def _written() -> Generator[str]:
    """What gateways wrote since this was last asked."""
    for folder in GatewayProcess.folders:
        file: Path = folder / DENIED
        if file.exists():
            yield from file.read_text().splitlines()
            file.unlink()
