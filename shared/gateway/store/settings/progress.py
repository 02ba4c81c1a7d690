"""How far something long has come, and that only one of it runs at a time.

One item per name. It is ``waiting`` from when somebody asked for a run until a process takes it, then ``running``;
a run that has died is over when it has said nothing for a while.
"""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from gateway.errors import ConditionFailed
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Json
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
    return _write(store, name, progress, "", _WAIT, "attribute_not_exists(code) OR expires_at <= :now")


def take(store: Store, name: str, run: str, scope: str) -> bool:
    """Begin, with a name for this run; ``False`` if another one goes on."""
    progress = Progress(state="running", scope=scope, started_at=store.clock.now())
    free = "attribute_not_exists(code) OR expires_at <= :now OR holder = :nobody"
    return _write(store, name, progress, run, _SILENCE, free)


def tell(store: Store, name: str, run: str, progress: Progress) -> bool:
    """Say how far this run is; ``False`` if it is not this one's to say any more. Done frees the name."""
    seconds = 0 if progress.state == "done" else _SILENCE
    return _write(store, name, progress, run, seconds, "holder = :run")


def read(store: Store, name: str) -> Progress:
    """How far the newest run is."""
    item = item_at(CodeItem, _code(name))
    if item is None:
        return Progress()
    values: dict[str, Any] = item.value
    progress = Progress(**values)
    died = progress.state in ("waiting", "running") and item.expires_at <= store.clock.now()
    return replace(progress, state="done") if died else progress


def _write(store: Store, name: str, progress: Progress, run: str, seconds: int, condition: str) -> bool:
    now = store.clock.now()
    values: dict[str, Any] = {
        ":value": json.dumps(asdict(progress)),
        ":run": run,
        ":expires": now + seconds,
        ":ttl": now + _KEPT,
        ":none": 0,
    }
    values |= {":now": now} if ":now" in condition else {}
    values |= {":nobody": ""} if ":nobody" in condition else {}
    request: Json = {
        "TableName": store.tables.codes,
        "Key": to_item({"code": _code(name)}),
        "UpdateExpression": "SET #value = :value, holder = :run, expires_at = :expires, #ttl = :ttl, attempts = :none",
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#value": "value", "#ttl": "ttl"},
        "ExpressionAttributeValues": to_item(values),
    }
    try:
        store.transactor.update(request)
    except ConditionFailed:
        return False
    return True


def _code(name: str) -> str:
    return f"progress#{name}"
