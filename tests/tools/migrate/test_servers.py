"""The same from MariaDB and PostgreSQL, where Debian's packages of them are installed."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from local.places import ROOT
from tests.tools.migrate.old_servers import MIGRATE_PYTHON, NotInstalled, fill, mariadb, postgresql

pytestmark = pytest.mark.e2e

Server = Callable[[Path], AbstractContextManager[str]]


@pytest.mark.parametrize("server", [mariadb, postgresql], ids=["mariadb", "postgresql"])
@pytest.mark.parametrize(("kind", "world"), [("one-api", "one_api_world"), ("new-api", "new_api_world")])
def test_a_database_server_is_read_like_a_file(server: Server, kind: str, world: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="old-")))
        place.chmod(0o755)
        try:
            dsn = stack.enter_context(server(place))
            fill(dsn, world, place)
        except NotInstalled as reason:
            pytest.skip(str(reason))
        done = subprocess.run(
            [str(MIGRATE_PYTHON), "-m", "tools.migrate", kind, "--apply", "--logs", "all"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MIGRATE_DSN": dsn},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "moving/report.json").read_text())
    assert report["differences"] == 0
    assert report["moved"]["log"] == 40 if kind == "one-api" else report["moved"]["log"] > 20
    assert "secret-word" not in done.stdout + done.stderr + json.dumps(report)


def test_a_server_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    if not MIGRATE_PYTHON.exists():
        pytest.skip("what reads database servers is not installed: make .venv-migrate/.run")
    done = subprocess.run(
        [str(MIGRATE_PYTHON), "-m", "tools.migrate", "one-api"],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "MIGRATE_DSN": "old:secret-word@tcp(127.0.0.1:1)/old",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "secret-word" not in done.stdout + done.stderr
