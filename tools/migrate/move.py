"""One move as its steps see it, and how they write: records gathered into transactions, each with its mark."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from gateway.clock import new_request_id
from gateway.errors import ConditionFailed
from gateway.store.client.expressions import MOST_ACTIONS, Json
from gateway.store.context import Store
from gateway.store.money.ledger_sums import carry
from gateway.store.settings.sequence import Entity, next_id
from tools.migrate.findings import Report
from tools.migrate.handing import HandedOut
from tools.migrate.marks import Marks
from tools.migrate.records import Period
from tools.migrate.sources.protocol import Source

CHUNK = 100  # records that are looked up together
TOLD_EVERY = 2.0  # seconds

Carried = Mapping[int, Mapping[str, int]]  # account here -> what its carried entry gets
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Move:
    """``applying`` is false while it is only planned: then nothing is written, and new numbers are negative ones."""

    source: Source
    store: Store
    marks: Marks
    report: Report
    applying: bool
    period: Period = field(default_factory=Period)
    replace_options: bool = False
    root: int = 0  # the account here that carries what belongs to nobody
    handed: HandedOut | None = None  # where keys are made anew
    quiet: bool = False
    _told: float = 0.0

    def number(self, kind: Entity, old: int) -> int:
        """The number that a record has here."""
        if self.marks.keeps(kind, old):
            return old
        return next_id(self.store, kind) if self.applying else -old

    def user(self, old: int) -> int | None:
        """The number here of an account there; ``None`` if it did not come along."""
        return self.marks.moved["user"].get(old)

    def tell(self, what: str, done: int, total: int, *, last: bool = False) -> None:
        """Say how far it is, now and then."""
        now = time.monotonic()
        if not self.quiet and (last or now - self._told >= TOLD_EVERY):
            self._told = now
            print(f"move: {what} {done}/{total}", file=sys.stderr, flush=True)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Note how long a step took."""
        begun = time.monotonic()
        yield
        self.report.seconds[what] = round(time.monotonic() - begun, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as it will be written. ``name`` is for the report, in case it is refused."""

    old: int
    new: int
    name: str
    actions: Sequence[Json]
    carried: Carried = field(default_factory=dict[int, dict[str, int]])


class Writer:
    """Gathers records of one kind until a transaction is full. Nothing is written while it is only planned."""

    def __init__(self, move: Move, kind: Entity) -> None:
        self._move, self._kind = move, kind
        self._waiting: list[Record] = []

    def add(self, record: Record) -> None:
        """Write it with others, sooner or later."""
        if self._size([*self._waiting, record]) > MOST_ACTIONS:
            self.flush()
        self._waiting.append(record)

    def flush(self) -> None:
        """Write what is waiting."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        if not self._move.applying:
            self._move.marks.moved[self._kind] |= {record.old: record.new for record in waiting}
            self._move.report.moved[self._kind] += len(waiting)
            return
        try:
            self._write(waiting)
        except ConditionFailed:
            for record in waiting:
                self._write_alone(record)

    def _write_alone(self, record: Record) -> None:
        try:
            self._write([record])
        except ConditionFailed:  # somebody has taken something of it since it was looked up
            words = "something here has its number, name or key since it was looked at; run it again"
            self._move.report.add("conflict", self._kind, record.old, record.name, words)

    def _write(self, records: Sequence[Record]) -> None:
        actions = [action for record in records for action in record.actions]
        actions += carry_actions(self._move.store, records)
        self._move.marks.transact(actions, self._kind, {record.old: record.new for record in records})
        self._move.report.moved[self._kind] += len(records)

    @staticmethod
    def _size(records: Sequence[Record]) -> int:
        owners = {owner for record in records for owner in record.carried}
        return sum(len(record.actions) for record in records) + len(owners) + 1


def carry_actions(store: Store, records: Sequence[Record]) -> list[Json]:
    """What stands in the books for what was before: one action for each account."""
    sums: dict[int, dict[str, int]] = {}
    for record in records:
        for owner, adds in record.carried.items():
            into = sums.setdefault(owner, {})
            for name, number in adds.items():
                into[name] = into.get(name, 0) + number
    until = new_request_id(store.clock)
    return [carry(store.tables, owner, adds, until) for owner, adds in sums.items()]


def chunks(records: Iterator[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of so many, until there are no more."""
    while found := list(islice(records, size)):
        yield found
