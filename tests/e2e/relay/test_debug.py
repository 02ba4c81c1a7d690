"""The setting DEBUG: what every request does is logged, and nothing of what it says."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import AT_ONCE, operating
from tests.e2e.support import Account, Operator
from tests.fakes.upstream import UpstreamProcess


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("debug")


@pytest.fixture(scope="module")
def operator(folder: Path, upstream: UpstreamProcess) -> Generator[Operator]:
    yield from operating(folder, upstream, AT_ONCE | {"DEBUG": "true"})


def test_what_a_request_does_is_logged_and_nothing_of_what_it_says(
    folder: Path, operator: Operator, account: Account
) -> None:
    channel = operator.channel(account.group)
    answer = account.chat("a very private question")
    (entry,) = account.settled(1)
    request_id = answer.headers["x-oneapi-request-id"]
    written = (folder / "logs" / "gateway.log").read_text()
    lines = {line["message"]: line for line in about(request_id, written)}
    assert lines["admitted"]["channels"] == [channel.id]
    assert (lines["settled"]["quota"], lines["settled"]["channel"]) == (entry["quota"], channel.id)
    assert lines["admitted"]["held"] >= entry["quota"]
    for secret in ("a very private question", account.key.removeprefix("sk-"), channel.key):
        assert secret not in written


def about(request_id: str, written: str) -> list[dict[str, Any]]:
    return [json.loads(line[line.index("{") :]) for line in written.splitlines() if request_id in line and "{" in line]
