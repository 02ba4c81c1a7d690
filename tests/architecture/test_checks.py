"""``make test`` runs every test: end-to-end tests lie where it looks for them."""

import re

from local.places import ROOT

MARK = "mark." + "e2e"  # not written here, or this file would be one of them


def test_every_folder_with_end_to_end_tests_and_no_other_is_searched_for_them() -> None:
    (named,) = re.findall(r"^END_TO_END := \$\(addprefix tests/,(.*)\)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    tests = ROOT / "tests"
    marked = [path.relative_to(tests) for path in tests.rglob("*.py") if MARK in path.read_text()]
    assert sorted({path.parts[0] for path in marked}) == named.split()
