"""What of a source is here already, in the options table: scope ``moved#<name of the source>``.

A mark is written in the transaction of what it marks, and says which numbers there are which numbers here. So a record
is written once, whatever ended the run, whoever renamed or deleted it since. ``range#<kind>`` marks say which numbers
were kept free: what lies in such a range has its number from the source, everything else gets a new one.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from gateway.errors import ConditionFailed
from gateway.store.client.expressions import Json, put, put_new
from gateway.store.context import Store
from gateway.store.schema.items import OptionItem
from gateway.store.settings import sequence
from gateway.store.settings.sequence import Entity

KINDS: Final[tuple[Entity, ...]] = ("user", "token", "channel", "redemption")
_RANGE = "range#"


class AnotherRun(Exception):
    """Somebody else brings the same source over at this moment."""


class Marks:
    """The marks of one source, as they were read and as this run adds to them."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._scope = store, f"moved#{name}"
        self.moved: dict[str, dict[int, int]] = {kind: {} for kind in KINDS}
        self.notes: dict[str, Any] = {}
        self._ranges: dict[str, list[tuple[int, int]]] = {kind: [] for kind in KINDS}
        for item in OptionItem.query(self._scope, consistent_read=True):
            self._read(item.key, json.loads(item.value))

    def _read(self, key: str, value: Any) -> None:
        kind, _, _ = key.partition("#")
        if key.startswith(_RANGE):
            self._ranges[key.split("#")[1]].append((value[0], value[1]))
        elif kind in self.moved:
            self.moved[kind] |= {int(old): new for old, new in value.items()}
        else:
            self.notes[key] = value

    def keeps(self, kind: Entity, number: int) -> bool:
        """Whether a number of the source is free here for what has it there."""
        return any(low < number <= high for low, high in self._ranges[kind])

    def reserve(self, kind: Entity, highest: int, *, applying: bool) -> None:
        """Keep the numbers up to this one free, those that nobody has taken here."""
        low = sequence.current(self._store, kind)
        if highest <= low:
            return
        if applying:
            raised = sequence.raised(self._store.tables, kind, known=low, highest=highest)
            mark = self._put(f"{_RANGE}{kind}#{low:015d}", [low, highest])
            if not self._store.attempt([raised, mark]):
                raise AnotherRun(f"numbers of {kind} were taken at this moment; run it again")
        self._ranges[kind].append((low, highest))

    def action(self, kind: Entity, moved: Mapping[int, int]) -> Json:
        """What marks these, refused if another run was faster."""
        return self._put(f"{kind}#{min(moved):015d}", {str(old): new for old, new in moved.items()})

    def note(self, name: str, value: Any) -> None:
        """Keep anything else that the next run is to know; in place of what there was."""
        self.notes[name] = value
        item = {"scope": self._scope, "key": name, "value": json.dumps(value)}
        self._store.transactor.transact({"TransactItems": [put(self._table, item)]})

    def transact(self, actions: list[Json], kind: Entity, moved: Mapping[int, int]) -> None:
        """These actions and their mark, together. Raises ``ConditionFailed`` for an action, ``AnotherRun``."""
        try:
            self._store.transactor.transact({"TransactItems": [self.action(kind, moved), *actions]})
        except ConditionFailed as failed:
            if failed.failed(0):
                raise AnotherRun(f"{kind} {min(moved)} was brought over by another run just now") from failed
            raise
        self.moved[kind] |= moved

    @property
    def _table(self) -> str:
        return self._store.tables.options

    def _put(self, key: str, value: Any) -> Json:
        item = {"scope": self._scope, "key": key, "value": json.dumps(value, separators=(",", ":"))}
        return put_new(self._table, item, "scope")
