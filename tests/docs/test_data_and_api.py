"""docs/data.md names every table and index of the template; docs/api.md names a test for every difference."""

import re
from pathlib import Path

from local.places import TEMPLATE
from local.tables import read_tables

ROOT = Path(__file__).resolve().parents[2]
DATA = (ROOT / "docs/data.md").read_text("utf-8")
API = (ROOT / "docs/api.md").read_text("utf-8")


def test_every_table_and_every_index_is_described() -> None:
    sections = {part.split("\n", 1)[0].strip(): part for part in DATA.split("\n## ")[1:]}
    tables = {table.name.removeprefix("stack-"): table for table in read_tables(TEMPLATE, "stack")}
    assert set(sections) == set(tables)
    for name, table in tables.items():
        assert not [index for index in table.indexes if f"`{index}`" not in sections[name]], name


def test_every_difference_is_held_by_a_test() -> None:
    table = API.partition("## Where we differ")[2]
    named = re.findall(r"^\| \d+ \|.*\| `(test_\w+)` \|$", table, re.MULTILINE)
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
    }
    assert len(named) == len(re.findall(r"^\| \d+ \|", table, re.MULTILINE)) > 30
    assert not set(named) - written
