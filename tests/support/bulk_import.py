"""Very many items at once: read by the embedded database's own import, four times as fast as batches are written.

What a table exported to S3 looks like is put into a folder, and becomes the file that a gateway then starts on.
"""

import gzip
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from local.emulator import dynoxide
from local.places import TEMPLATE
from local.tables import read_tables

Json = dict[str, Any]

STACK = "one-api"  # as a local run names it


class Export:
    """Items by table, on their way into a database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tables = {table.name: table for table in read_tables(TEMPLATE, STACK)}

    def put(self, table: str, items: Iterable[Json]) -> None:
        """Items in attribute values, once for each table."""
        path = self._folder / "tables" / table / "data" / "items.json.gz"
        path.parent.mkdir(parents=True)
        with gzip.open(path, "wt", compresslevel=1) as file:
            file.writelines(json.dumps({"Item": item}, separators=(",", ":")) + "\n" for item in items)

    def put_actions(self, actions: Iterable[Json]) -> None:
        """What a transaction would have put, whatever its conditions."""
        items: dict[str, list[Json]] = {}
        for action in actions:
            items.setdefault(action["Put"]["TableName"], []).append(action["Put"]["Item"])
        for table, found in items.items():
            self.put(table, found)

    def read_into(self, data: Path) -> None:
        """Make the file of a database that holds these items."""
        schema = self._folder / "schema.json"
        described = [{"Table": {"TableName": name, **table.definition}} for name, table in self._tables.items()]
        schema.write_text(json.dumps(described))
        data.parent.mkdir(parents=True, exist_ok=True)
        command = [dynoxide().binary, "import", "--source", self._folder / "tables", "--schema", schema]
        done = subprocess.run([*command, "--output", data], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
