"""The targets of the Makefile run every test: those of a kind lie where it looks for them."""

import re
from pathlib import Path

import pytest

from local.places import ROOT
from tests.support import begun_first

TESTS = ROOT / "tests"


def named(variable: str) -> list[str]:
    """The folders and files of tests that a variable of the Makefile lists."""
    (line,) = re.findall(rf"^{variable} := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    prefix, _, rest = line.rpartition("addprefix tests/,")
    return [f"tests/{name}" for name in rest.rstrip(")").split()] if prefix else line.split()


def marked(mark: str) -> list[Path]:
    """Files that give tests a mark; this one does not spell it."""
    return [path.relative_to(ROOT) for path in TESTS.rglob("*.py") if f"mark.{mark}" in path.read_text()]


@pytest.mark.parametrize(("variable", "mark"), [("END_TO_END", "e2e"), ("DEPLOYED", "infra")])
def test_every_place_with_tests_of_a_kind_and_no_other_is_searched_for_them(variable: str, mark: str) -> None:
    folders, files = named(variable), [path for path in marked(mark) if not path.is_relative_to(*named("IN_CHROMIUM"))]
    assert [str(path) for path in files if not any(path.is_relative_to(folder) for folder in folders)] == []
    assert [folder for folder in folders if not any(path.is_relative_to(folder) for path in files)] == []


def test_what_is_begun_first_is_there() -> None:
    assert [name for name in begun_first.FILES if not (ROOT / name).is_file()] == []
