"""A room says what belongs in it, stays small enough to see at once, and shares no class name with another."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from local.places import ROOT
from tests.support.sources import name_of

MOST_ENTRIES = {"shared/gateway/outbound": 30, "shared/gateway/store": 10, "functions/admin": 8}
PACKAGES = [path for folder in ("shared/gateway", "functions") for path in sorted((ROOT / folder).rglob("__init__.py"))]


@pytest.mark.parametrize("folder", MOST_ENTRIES)
def test_a_room_is_seen_at_once(folder: str) -> None:
    entries = [path.name for path in (ROOT / folder).iterdir() if not path.name.startswith("__")]
    assert len(entries) <= MOST_ENTRIES[folder], sorted(entries)


@pytest.mark.parametrize("path", PACKAGES, ids=name_of)
def test_a_package_says_what_belongs_in_it_and_what_does_not(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert len(text.splitlines()) >= 3, "a line on what it is, and a few on what belongs there and what elsewhere"


def test_no_two_public_classes_of_the_gateway_have_one_name() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "shared/gateway").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name_of(path))
    assert not {name: found for name, found in places.items() if len(found) > 1}
