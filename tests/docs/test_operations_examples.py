"""Sends every worked example of docs/operations.md."""

import json
import re
from pathlib import Path
from typing import Any

from admin.resources.log_parts import SENTENCES
from admin.resources.shown_health import times
from gateway.store.money.health import Health
from gateway.store.money.health_keys import health_of, health_owner
from tests.e2e.conftest import AT_ONCE
from tests.support.memory_gateway import MemoryOperator, MemoryUpstream, operating_in_memory

AT = 1_767_229_200  # 2026-01-01 01:00
PAGE = (Path(__file__).resolve().parents[2] / "docs/operations.md").read_text("utf-8")


def example(kind: str) -> dict[str, str]:
    """The lines of the one block of this kind, by name."""
    (block,) = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return dict(line.split(": ", 1) for line in block.strip().splitlines())


def rows_of(operator: MemoryOperator, owner: str) -> list[dict[str, Any]]:
    return operator.logs_of(owner)


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


def test_the_traffic_comes_to_the_health_that_is_shown() -> None:
    shown = example("health")
    entries = [*map(_answered, json.loads(shown["answered"])), *map(_failed, json.loads(shown["failed"]))]
    channel, customers = Health(), Health()
    for found in (found for entry in entries for found in health_of(entry)):
        into = channel if found.owner == health_owner("2026-01-01") else customers
        into.add(found.adds)
    seen = times(channel) | {"faults": channel.faults}
    assert json.loads(shown["channel"]) == seen
    assert json.loads(shown["public"]).items() <= times(customers).items()


def _answered(took: dict[str, int]) -> dict[str, Any]:
    entry = {"type": 2, "created_at": AT, "channel_id": 1, "model_name": "m", "elapsed_time": took["ms"]}
    return entry | {"details": {"ttft": took["ttft"]}}


def _failed(kind: str) -> dict[str, Any]:
    attempts = [{"channel": 1, "kind": kind}]
    return {"type": 8, "created_at": AT, "model_name": "m", "details": {"kind": kind, "attempts": attempts}}
