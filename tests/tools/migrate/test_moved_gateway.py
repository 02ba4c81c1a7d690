"""Customers of an old one-api notice nothing but the address: moved by the command, served by a running gateway."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from local.places import ROOT
from tests.e2e.support import CHAT, MODEL, succeeded
from tests.fakes.upstream import UpstreamProcess
from tests.support.gateway_process import GatewayProcess
from tests.tools.migrate import one_api_world as world
from tests.tools.migrate.old_database import sqlite_file
from tests.tools.migrate.old_tables import ONE_API

pytestmark = pytest.mark.e2e

ANSWERED = {1: 200, 2: 200, 3: 200, 4: 200, 12: 200, 13: 200, 16: 200}
REFUSED = {5: 403, 6: 403, 7: 401, 8: 401, 9: 401, 10: 401, 11: 403, 14: 401, 15: 401, 17: 403}


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, in a folder, as an operator gives it."""
    given = [sys.executable, "-m", "tools.migrate", "one-api", "--sqlite", str(folder / "one-api.db"), *arguments]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(given, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[GatewayProcess, Path]]:
    """A gateway to which a one-api was moved before its first start."""
    folder = tmp_path_factory.mktemp("moved")
    with UpstreamProcess() as upstream:
        sqlite_file(folder / "one-api.db", ONE_API, world.rows(upstream.url))
        planned = command(folder)
        assert planned.returncode == 0, planned.stderr
        assert "Plan: nothing is written" in (folder / "moving/plan.md").read_text()
        done = command(folder, "--apply")
        assert done.returncode == 0, done.stdout + done.stderr
        gateway = GatewayProcess(folder, environment={"SYNC_FREQUENCY": "0"}, known_root=False)
        try:
            yield gateway.start(), folder
        finally:
            gateway.close()


def test_the_report_says_that_all_is_equal_and_holds_no_secret(moved: tuple[GatewayProcess, Path]) -> None:
    _, folder = moved
    report = json.loads((folder / "moving/report.json").read_text())
    assert report["differences"] == 0
    assert report["compared"]["user"] == 9
    everything = (folder / "moving/report.md").read_text() + json.dumps(report)
    assert "**Everything is equal.**" in everything
    secrets = [world.SECRET, "secret-sk", "provider-key", world.key_of(2), world.code_of(1), world.password("root")]
    assert not [secret for secret in secrets if secret in everything]
    assert (folder / "moving/report.md").stat().st_mode & 0o077 == 0


def test_every_old_key_is_answered_as_it_was(moved: tuple[GatewayProcess, Path]) -> None:
    gateway, _ = moved
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]}
    answers: dict[int, int] = {}
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as http:
        for token in world.tokens():
            key = {"authorization": f"Bearer sk-{token['key']}"}
            answers[token["id"]] = http.post(CHAT, json=body, headers=key).status_code
        pinned = {"authorization": f"Bearer sk-{world.key_of(1)}-1"}
        assert http.post(CHAT, json=body, headers=pinned).status_code == 200
        alias = {"authorization": f"Bearer {world.key_of(16)}"}
        assert http.post(CHAT, json=body | {"model": "unheard-of"}, headers=alias).status_code == 404
    assert answers == ANSWERED | REFUSED


def test_people_sign_in_see_their_balance_and_redeem_their_code_once(moved: tuple[GatewayProcess, Path]) -> None:
    gateway, _ = moved
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as http:
        for name, password in world.PASSWORDS.items():
            succeeded(http.post("/api/user/login", json={"username": name, "password": password}))
        alice = {"authorization": f"{6:032d}"}
        http.cookies.clear()
        before = succeeded(http.get("/api/user/self", headers=alice))
        assert 5_990_000 < before["quota"] <= 6_000_000
        first = http.post("/api/user/topup", json={"key": world.code_of(1)}, headers=alice).json()
        again = http.post("/api/user/topup", json={"key": world.code_of(1)}, headers=alice).json()
        assert (first["success"], again["success"]) == (True, False)
        after = succeeded(http.get("/api/user/self", headers=alice))
        assert after["quota"] == before["quota"] + 5_000


def test_a_channel_answers_its_test_and_a_later_comparison_tells_use_from_difference(
    moved: tuple[GatewayProcess, Path],
) -> None:
    gateway, folder = moved
    root = {"authorization": f"{1:032d}"}
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as http:
        for channel in (1, 4, 8):
            tested = http.get(f"/api/channel/test/{channel}", headers=root).json()
            assert tested["success"], tested
    (endpoint,) = re.findall(r"at (http://\S+), data in", gateway.output())
    compared = command(folder, "--verify", "--endpoint-url", endpoint)
    report = json.loads((folder / "moving/report.json").read_text())
    differing = [found for found in report["findings"] if found["sort"] == "differs"]
    assert compared.returncode == (1 if differing else 0), compared.stderr
    assert differing == []
