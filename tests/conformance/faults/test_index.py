"""Every fault that was seen has its test, and every kind others of our own: counted, and held to tests that there are.

``index.jsonl`` has a row for each: the number of its kind, whether it was seen or is a further member of the kind, what
it is, and the test that holds it (without parameters: all of them).
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import COLLECTED

ROWS = [json.loads(line) for line in Path(__file__).with_name("index.jsonl").read_text("utf-8").splitlines()]
# How many were seen of each kind: what it is about, by number.
SEEN = {
    1: ("written strictly, paid for rightly", 7),
    2: ("the other mode than asked", 3),
    3: ("errors inside a success", 7),
    4: ("ends that the content contradicts", 3),
    5: ("identifiers at borders", 7),
    6: ("histories", 8),
    7: ("schemas", 8),
    8: ("what is meant for one door", 21),
    9: ("agents' tools", 6),
    10: ("items of a response", 3),
    11: ("state that one channel holds", 6),
    12: ("tokens of two kinds", 4),
    13: ("names by pattern", 8),
    14: ("channels and administration", 10),
}
LEAST = 5  # further members of each kind
ROOT = Path(__file__).parents[3]


def test_a_row_has_its_four_words_and_stands_there_once() -> None:
    assert all(row.keys() == {"kind", "as", "said", "test"} and all(row.values()) for row in ROWS)
    assert {row["as"] for row in ROWS} == {"example", "member"}
    repeated = Counter((row["kind"], row["test"]) for row in ROWS)
    assert [row for row, count in repeated.items() if count > 1] == []


@pytest.mark.parametrize("kind", SEEN)
def test_a_kind_has_all_that_was_seen_and_five_of_our_own(kind: int) -> None:
    counted = Counter(row["as"] for row in ROWS if row["kind"] == kind)
    assert counted["example"] == SEEN[kind][1] and counted["member"] >= LEAST
    assert {row["kind"] for row in ROWS} == SEEN.keys()


@pytest.mark.timeout(400)  # alone it collects half of the suite, while others may run
def test_every_test_that_is_named_is_collected(pytestconfig: pytest.Config) -> None:
    here = pytestconfig.stash[COLLECTED]
    here |= {test.partition("[")[0] for test in here}
    named = sorted({row["test"] for row in ROWS} - here)
    if not named:  # all were collected with this one
        return
    command = [sys.executable, "-m", "pytest", "-n", "0", "--collect-only", "-q", "-p", "no:randomly", *named]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-3000:] + found.stderr[-3000:]
