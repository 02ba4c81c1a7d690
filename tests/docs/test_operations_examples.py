"""Sends every worked example of docs/operations.md."""

import json
import re
from pathlib import Path
from typing import Any

from admin.resources.log_parts import SENTENCES
from tests.e2e.conftest import AT_ONCE
from tests.support.memory_gateway import MemoryOperator, MemoryUpstream, operating_in_memory

PAGE = (Path(__file__).resolve().parents[2] / "docs/operations.md").read_text("utf-8")


def example(kind: str) -> dict[str, str]:
    """The lines of the one block of this kind, by name."""
    (block,) = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return dict(line.split(": ", 1) for line in block.strip().splitlines())


def rows_of(operator: MemoryOperator, owner: str) -> list[dict[str, Any]]:
    return [row for row in operator.table("logs") if row["owner"] == owner]


def test_the_failed_request_leaves_the_entry_that_is_shown() -> None:
    shown, upstream = example("failures"), MemoryUpstream()
    status, _, body = shown["said"].partition(" ")
    with operating_in_memory(upstream, AT_ONCE) as operator:
        account = operator.account()
        operator.channel(account.group).behaves(status=int(status), body=json.loads(body))
        assert account.post(json.loads(shown["asked"])).status_code == int(status)
        (row,) = rows_of(operator, f"failed#{account.id}")
    details = row["details"]
    wanted = json.loads(shown["attempts"])
    assert len(details["attempts"]) == len(wanted)
    for attempt, fields in zip(details["attempts"], wanted, strict=True):
        assert fields.items() <= attempt.items()
    assert details["attempts"][-1]["text"] == shown["operator"]
    assert SENTENCES[details["kind"]].en == shown["user"]
