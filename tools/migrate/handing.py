"""Keys that had to be made anew, since their gateway knew them by a hash only: a file to hand them out from.

A key is in the file before it is in the tables, and is looked for there first: so a run that died between the two gives
the same key again, and nobody's key is lost.
"""

import csv
import os
from pathlib import Path

from gateway.security.generated import api_key
from tools.migrate.records import OldToken

_COLUMNS = ("id", "name", "owner", "key")


class HandedOut:
    """The file, which only its owner may read. While a move is only planned there is none."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._keys: dict[int, str] = {}
        if path is not None and path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                self._keys = {int(row["id"]): row["key"].removeprefix("sk-") for row in csv.DictReader(file)}

    def key_of(self, old: OldToken, owner: str) -> str:
        """The key that takes the place of one that nobody knows."""
        if old.id not in self._keys:
            self._keys[old.id] = api_key()
            self._append((old.id, old.name, owner, f"sk-{self._keys[old.id]}"))
        return self._keys[old.id]

    def _append(self, row: tuple[int, str, str, str]) -> None:
        if self.path is None:
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        begun = self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if not begun:
                writer.writerow(_COLUMNS)
            writer.writerow(row)
            file.flush()
            os.fsync(file.fileno())
