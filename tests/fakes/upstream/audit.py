"""What the upstream saw and what it gave: the other side of a gateway's books."""

import asyncio
import base64
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tests.fakes.upstream.answers import MISSING
from tests.fakes.upstream.request import Json, Request

KEEP_BYTES = 64 << 20  # bodies kept for GET /__requests; the oldest go first
KEEP_RECORDS = 20_000

Outcome = Literal["open", "complete", "cut", "aborted"]


@dataclass(slots=True)
class Record:
    """One request and how far its answer got. ``usage`` is set once the bytes that report it were written."""

    request: Request
    status: int = 0
    stream: bool = False
    chunks_sent: int = 0
    bytes_sent: int = 0
    usage: Any = None
    outcome: Outcome = "open"

    def delivered(self) -> Json:
        request = self.request
        return {
            "number": request.number,
            "connection": request.connection,
            "method": request.method,
            "path": request.path,
            "key": request.key,
            "model": request.model,
            "status": self.status,
            "stream": self.stream,
            "chunks_sent": self.chunks_sent,
            "bytes_sent": self.bytes_sent,
            "usage": self.usage,
            "outcome": self.outcome,
        }

    def received(self) -> Json:
        request = self.request
        return {
            "number": request.number,
            "connection": request.connection,
            "method": request.method,
            "target": request.target,
            "path": request.path,
            "query": request.query,
            "headers": request.headers,
            "body_base64": base64.b64encode(request.body).decode(),
        }


class Audit:
    """Counts since the last reset. Bodies are kept up to a size; totals are never lost."""

    def __init__(self) -> None:
        self._watchers: list[asyncio.Event] = []
        self._log: Callable[[Json], None] | None = None
        self._last = 0  # number of the newest request
        self.connections_open = 0
        self.reset()

    def reset(self) -> None:
        self.records: deque[Record] = deque()
        self._kept = 0
        self._since = self._last + 1
        self.counts: Counter[str] = Counter()
        self.by_path: dict[str, Counter[str]] = {}
        self.billed: Counter[str] = Counter()

    def log_to(self, write: Callable[[Json], None]) -> None:
        """Called with every finished answer."""
        self._log = write

    def connected(self) -> None:
        self.counts["connections_opened"] += 1
        self.connections_open += 1

    def disconnected(self) -> None:
        self.connections_open -= 1

    def received(self, request: Request, *, reused: bool) -> Record:
        record = Record(request)
        self._last = request.number
        self.records.append(record)
        self._kept += len(request.body)
        while len(self.records) > KEEP_RECORDS or (self._kept > KEEP_BYTES and len(self.records) > 1):
            self._kept -= len(self.records.popleft().request.body)
        self.counts["requests"] += 1
        self.counts["connections_reused"] += reused
        self.changed()
        return record

    def sent(self, record: Record, size: int, chunks: int, usages: list[Any]) -> None:
        record.bytes_sent += size
        record.chunks_sent += chunks
        for usage in usages:
            if usage is not MISSING:
                record.usage = usage
                if self._counts(record):
                    self._bill(usage)

    def finished(self, record: Record, outcome: Outcome) -> None:
        record.outcome = outcome
        if not self._counts(record):
            return
        self.counts["finished"] += 1
        self.counts[outcome] += 1
        by_status = self.by_path.setdefault(record.request.path, Counter())
        by_status[str(record.status) if record.bytes_sent else "none"] += 1
        if self._log:
            self._log(record.delivered())
        self.changed()

    def changed(self) -> None:
        """Wakes whoever waits for something to happen."""
        for watcher in self._watchers:
            watcher.set()

    async def until(self, holds: Callable[[], bool], timeout: float) -> bool:
        """Whether the condition came true in time."""
        watcher = asyncio.Event()
        self._watchers.append(watcher)
        try:
            async with asyncio.timeout(timeout):
                while not holds():
                    watcher.clear()
                    await watcher.wait()
        except TimeoutError:
            return False
        finally:
            self._watchers.remove(watcher)
        return True

    def _counts(self, record: Record) -> bool:
        """Not what came before the last reset and ends after it."""
        return record.request.number >= self._since

    def stats(self, *, answers: bool = True) -> Json:
        names = ("requests", "finished", "complete", "cut", "aborted", "connections_opened", "connections_reused")
        return {
            **{name: self.counts[name] for name in names},
            "connections_open": self.connections_open,
            "by_path": self.by_path,
            "billed": dict(self.billed),
            "answers": [record.delivered() for record in self.records] if answers else [],
        }

    def _bill(self, usage: Any) -> None:
        """Adds up the numbers of a usage object that a bill could hold: positive, at any depth, by name."""
        if not isinstance(usage, dict):
            return
        for name, value in usage.items():
            if isinstance(value, int) and value > 0:
                self.billed[name] += value
            else:
                self._bill(value)
