"""Rate limits: counters per address (or account) and window of time, forgotten by the table itself."""

from dataclasses import replace

from gateway.records import dataclass
from gateway.store.client.expressions import Change, update
from gateway.store.context import Store

_KEPT_AFTER = 60  # seconds a counter outlives its window; the table deletes lazily anyway


@dataclass(frozen=True, slots=True)
class Share:
    """What somebody has had of a limit in a window, this request included; ``reset``: seconds until it ends."""

    limit: int
    used: int
    reset: int

    @property
    def exceeded(self) -> bool:
        """Whether this request is one too many."""
        return self.used > self.limit

    @property
    def remaining(self) -> int:
        """How many more requests may pass."""
        return max(0, self.limit - self.used)


def count(store: Store, bucket: str, who: str, *, limit: int, window: int) -> Share | None:
    """Count one request; ``None`` where there is no limit (0)."""
    if limit <= 0:
        return None
    used, reset = _write(store, bucket, who, window, Change(adds={"value": 1}))
    return Share(limit, used, reset)


def forget(store: Store, bucket: str, who: str, *, window: int) -> None:
    """Begin the running window anew."""
    _write(store, bucket, who, window, Change(sets={"value": 0}))


def give_back(store: Store, bucket: str, who: str, *, window: int) -> None:
    """Count one less in the running window."""
    _write(store, bucket, who, window, Change(adds={"value": -1}))


def _write(store: Store, bucket: str, who: str, window: int, what: Change) -> tuple[int, int]:
    """Change the counter of the running window; answers its value, and the seconds until the window ends."""
    now = store.clock.now()
    begun = now - now % window
    key = {"name": f"rate#{bucket}#{who}#{begun}", "shard": 0}
    kept = replace(what, sets={**what.sets, "ttl": begun + window + _KEPT_AFTER})
    found = store.transactor.update(update(store.tables.counters, key, kept, returns="UPDATED_NEW"))
    return found["value"], begun + window - now
