"""Announcements, all of them in one item of the options table that is replaced whole if nobody else did meanwhile."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from gateway.records import dataclass
from gateway.store.client.expressions import Change, change
from gateway.store.client.lookup import item_at
from gateway.store.context import Store
from gateway.store.schema.items import OptionItem

MOST = 50
_KEY = {"scope": "site", "key": "announcements"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """``begins`` and ``ends`` in unix seconds, 0: always; ``audience`` is all, users or administrators."""

    id: int
    title: str
    text: str
    kind: str
    begins: int
    ends: int
    audience: str
    created_at: int

    def shown_at(self, now: int) -> bool:
        """Whether it is in force."""
        return self.begins <= now and (not self.ends or now < self.ends)


@dataclass(frozen=True, slots=True)
class Board:
    """The announcements, newest first, and what they are kept as."""

    rows: tuple[Announcement, ...] = ()
    kept: str = ""

    @property
    def next_id(self) -> int:
        """The number of the next one."""
        return max((row.id for row in self.rows), default=0) + 1


def read(store: Store) -> Board:
    """The board as it is now."""
    item = item_at(OptionItem, _KEY["scope"], _KEY["key"])
    kept = (item.value or "") if item is not None else ""
    return Board(tuple(Announcement(**row) for row in json.loads(kept or "[]")), kept)


def replace_all(store: Store, board: Board, rows: Sequence[Announcement]) -> bool:
    """Put these in their place; ``False`` if somebody else did meanwhile."""
    kept = json.dumps([asdict(row) for row in rows], ensure_ascii=False)
    what = Change(sets={"value": kept}, expected={"value": board.kept or None})
    return store.attempt([change(store.tables.options, _KEY, what)])
