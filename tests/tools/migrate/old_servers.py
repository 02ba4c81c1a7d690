"""Database servers of this machine for a test, each with a port and a folder of its own, if they are installed."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.places import ROOT
from tests.support.gateway_process import free_port

MIGRATE_PYTHON = ROOT / ".venv-migrate/bin/python"
_WAIT = 30  # seconds
_KINDS = {"pk": "BIGSERIAL PRIMARY KEY", "text": "text", "int": "bigint", "bool": "boolean", "real": "double precision"}
_MYSQL = _KINDS | {"pk": "BIGINT PRIMARY KEY AUTO_INCREMENT", "text": "longtext", "real": "double"}


class NotInstalled(Exception):
    """What is missing, for the reason of a skip."""


@contextmanager
def postgresql(folder: Path) -> Generator[str]:
    """Its address."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not programs:
        raise NotInstalled("postgresql is not installed (Debian: postgresql)")
    home, port = programs[-1].parent, free_port()
    user = _lesser_user("postgres", folder)
    data = folder / "data"
    _run([*user, str(home / "initdb"), "-D", str(data), "-U", "old", "--auth=trust", "-E", "UTF8", "--no-sync"])
    server = [*user, str(home / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), "-c", "fsync=off"]
    with _serving(server, folder):
        yield f"postgres://old:secret-word@127.0.0.1:{port}/postgres"


@contextmanager
def mariadb(folder: Path) -> Generator[str]:
    """Its address, as Go's driver writes one."""
    program, install = shutil.which("mariadbd", path=_PATHS), shutil.which("mariadb-install-db", path=_PATHS)
    if program is None or install is None:
        raise NotInstalled("mariadb is not installed (Debian: mariadb-server)")
    port, data = free_port(), folder / "data"
    user = [f"--user={'mysql' if os.geteuid() == 0 else os.environ.get('USER', '')}"]
    _lesser_user("mysql", folder)
    _run([install, f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", *user])
    start = folder / "start.sql"
    statements = ["CREATE DATABASE old"]
    for host in ("localhost", "127.0.0.1"):
        statements += [f"CREATE USER old@'{host}' IDENTIFIED BY 'secret-word'", f"GRANT ALL ON old.* TO old@'{host}'"]
    start.write_text("".join(f"{statement};\n" for statement in statements))
    start.chmod(0o644)
    where = [f"--datadir={data}", f"--port={port}", f"--socket={folder}/s", "--bind-address=127.0.0.1"]
    with _serving([program, "--no-defaults", *where, f"--init-file={start}", *user], folder):
        yield f"old:secret-word@tcp(127.0.0.1:{port})/old?charset=utf8mb4&parseTime=True"


_PATHS = os.pathsep.join(["/usr/sbin", "/usr/bin", os.environ.get("PATH", "")])


def fill(dsn: str, world: str, folder: Path) -> None:
    """Make and fill its tables, by the environment that has drivers."""
    if not MIGRATE_PYTHON.exists():
        raise NotInstalled("what reads database servers is not installed: make .venv-migrate/.run")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "shared")))}
    given = json.dumps({"dsn": dsn, "world": world})
    deadline = time.monotonic() + _WAIT
    while True:
        done = subprocess.run(
            [str(MIGRATE_PYTHON), "-m", "tests.tools.migrate.old_servers"],
            input=given,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(done.stderr + (folder / "server.log").read_text()[-2_000:])
        time.sleep(0.5)


def _fill() -> None:
    """In a process of its own, as above."""
    import importlib

    from sqlalchemy import create_engine

    from tests.tools.migrate import old_tables
    from tests.tools.migrate.old_database import definition, fitting, insertion
    from tools.migrate.databases.servers import address

    given = json.loads(sys.stdin.read())
    url = address(given["dsn"])
    mysql = url.get_backend_name() == "mysql"
    quote, kinds = ("`", _MYSQL) if mysql else ('"', _KINDS)
    schema = old_tables.NEW_API if given["world"] == "new_api_world" else old_tables.ONE_API
    rows = importlib.import_module(f"tests.tools.migrate.{given['world']}").rows()
    with create_engine(url).begin() as connection:
        for table, columns in schema.items():
            connection.exec_driver_sql(definition(table, columns, kinds, quote))
        for table, row in fitting(schema, rows):
            statement = insertion(table, row, quote=quote, mark="%s")
            connection.exec_driver_sql(statement, tuple(row.values()))


def _lesser_user(name: str, folder: Path) -> list[str]:
    """How to run something as a user who may run it: such servers refuse to be root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, name)
    return ["setpriv", f"--reuid={name}", f"--regid={name}", "--clear-groups"]


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise NotInstalled(f"{command[-1]}: {done.stderr[-300:]}")


@contextmanager
def _serving(command: Sequence[str], folder: Path) -> Generator[None]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
    try:
        yield
    finally:
        process.terminate()
        process.wait(_WAIT)


if __name__ == "__main__":
    _fill()
