"""The promises of docs/security.md and the bounds of docs/operations.md are held by tests of these names."""

import re

import pytest

from local.places import ROOT

DEFINED = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
}


def rows(document: str, heading: str = "") -> list[str]:
    """The rows of a document's tables, or of those below one heading."""
    text = (ROOT / "docs" / document).read_text()
    if heading:
        text = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in text.splitlines() if line.startswith("| ") and not line.endswith("| test |")]


ROWS = [*rows("security.md"), *rows("operations.md", "Bounds")]


def test_there_are_rows() -> None:
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:60])
def test_every_row_is_held_by_a_test_of_that_name(row: str) -> None:
    named = re.findall(r"`(test_\w+)`", row.rstrip("| ").rpartition("|")[2])
    assert named
    assert set(named) <= DEFINED
