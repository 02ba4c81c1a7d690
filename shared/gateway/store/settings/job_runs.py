"""How the last run of each job went, and how far apart those are that nobody asked for. One item per job."""

import json
from dataclasses import asdict, field, replace
from typing import Any

from gateway.records import dataclass
from gateway.store.client.expressions import Change, update
from gateway.store.client.lookup import item_at
from gateway.store.context import Store
from gateway.store.schema.items import CodeItem

_KEPT = 30 * 86_400
_LONGEST = 500  # characters of a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """Times in unix seconds. ``figures`` are what the job answered, ``reason`` why it failed.

    ``scheduled_at`` is when it last began by itself, ``every`` how many seconds after the time before.
    """

    started_at: int = 0
    milliseconds: int = 0
    succeeded: bool = True
    asked: bool = False  # somebody ran it by hand
    reason: str = ""
    figures: dict[str, Any] = field(default_factory=dict[str, Any])
    scheduled_at: int = 0
    every: int = 0

    @property
    def next_at(self) -> int:
        """When it is to begin again by itself; 0 if that is not known."""
        return self.scheduled_at + self.every if self.every else 0


def read(store: Store, name: str) -> JobRun | None:
    """The last run of a job, if it ran in the last thirty days."""
    item = item_at(CodeItem, _code(name))
    if item is None:
        return None
    values: dict[str, Any] = item.value
    return JobRun(**values)


def note(store: Store, name: str, run: JobRun) -> None:
    """Keep a run as the last one."""
    before = read(store, name) or JobRun()
    if run.asked:
        run = replace(run, scheduled_at=before.scheduled_at, every=before.every)
    else:
        every = run.started_at - before.scheduled_at if before.scheduled_at else 0
        run = replace(run, scheduled_at=run.started_at, every=every)
    sets = {"value": json.dumps(asdict(replace(run, reason=run.reason[:_LONGEST]))), "ttl": run.started_at + _KEPT}
    store.transactor.update(update(store.tables.codes, {"code": _code(name)}, Change(sets=sets)))


def _code(name: str) -> str:
    return f"progress#job#{name}"
