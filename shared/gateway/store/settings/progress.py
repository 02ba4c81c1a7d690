"""How far something long has come, and that only one of it runs at a time.

One item per name. It is ``waiting`` from when somebody asked for a run until a process takes it, then ``running``;
a run that has died is over when it has said nothing for a while.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from gateway.errors import ConditionFailed
from gateway.records import dataclass
from gateway.store.client.expressions import Change, Condition, Is, update
from gateway.store.client.lookup import item_at
from gateway.store.context import Store
from gateway.store.schema.items import CodeItem

_WAIT = 60  # seconds in which somebody must take what was asked for
_SILENCE = 180  # seconds without a word after which a run counts as dead
_KEPT = 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Times in unix seconds; ``failed`` are of the ``done`` ones."""

    state: str = "idle"  # idle, waiting, running, done
    scope: str = ""
    total: int = 0
    done: int = 0
    failed: int = 0
    started_at: int = 0
    finished_at: int = 0


def ask(store: Store, name: str, scope: str) -> bool:
    """Note that a run is wanted; ``False`` if there is one."""
    progress = Progress(state="waiting", scope=scope, started_at=store.clock.now())
    return _write(store, name, progress, "", _WAIT, _over(store))


def take(store: Store, name: str, run: str, scope: str) -> bool:
    """Begin, with a name for this run; ``False`` if another one goes on."""
    progress = Progress(state="running", scope=scope, started_at=store.clock.now())
    return _write(store, name, progress, run, _SILENCE, [*_over(store), {"holder": ""}])


def tell(store: Store, name: str, run: str, progress: Progress) -> bool:
    """Say how far this run is; ``False`` if it is not this one's to say any more. Done frees the name."""
    seconds = 0 if progress.state == "done" else _SILENCE
    return _write(store, name, progress, run, seconds, [{"holder": run}])


def read(store: Store, name: str) -> Progress:
    """How far the newest run is."""
    item = item_at(CodeItem, _code(name))
    if item is None:
        return Progress()
    values: dict[str, Any] = item.value
    progress = Progress(**values)
    died = progress.state in ("waiting", "running") and item.expires_at <= store.clock.now()
    return replace(progress, state="done") if died else progress


def _over(store: Store) -> list[Condition]:
    """That nothing runs and nobody asked, or that it was too long ago."""
    return [{"code": None}, {"expires_at": Is("<=", store.clock.now())}]


def _write(store: Store, name: str, progress: Progress, run: str, seconds: int, expected: Sequence[Condition]) -> bool:
    now = store.clock.now()
    sets = {
        "value": json.dumps(asdict(progress)),
        "holder": run,
        "expires_at": now + seconds,
        "ttl": now + _KEPT,
        "attempts": 0,
    }
    try:
        store.transactor.update(update(store.tables.codes, {"code": _code(name)}, Change(sets=sets, expected=expected)))
    except ConditionFailed:
        return False
    return True


def _code(name: str) -> str:
    return f"progress#{name}"
