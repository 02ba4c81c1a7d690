"""The retry rule, row by row of ``retry.json``: what a row leaves out is as in ``USUAL``."""

import json
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest

from gateway.outbound.protocol import Fault, FaultKind
from relay.attempt.retry import Decision, decide
from relay.faults import Failed

ROWS = json.loads(Path(__file__).with_name("retry.json").read_text())
USUAL = {"asked": True, "mended": False, "asked_again": False, "other_key": False, "gone": False, "left": 4}


def decided(given: dict[str, Any]) -> Decision:
    """For these circumstances."""
    known = USUAL | given
    fault = Fault(kind=known.pop("kind"), status=500, message="")
    return decide(Failed(fault, asked=known.pop("asked"), mended=known.pop("mended")), **known)


@pytest.mark.parametrize("row", ROWS, ids=[row["sentence"] for row in ROWS])
def test_the_rule_decides_as_its_table_says(row: dict[str, Any]) -> None:
    assert decided(row["given"]) == Decision(row["step"], row["costs"])


@pytest.mark.parametrize("kind", get_args(FaultKind))
def test_the_table_has_a_row_for_every_kind_of_fault(kind: str) -> None:
    assert any(row["given"] == {"kind": kind} for row in ROWS)


def test_it_always_comes_to_an_end() -> None:
    """What is free is asking again, which is done once, or passing over a channel that was not asked."""
    flags = ("asked", "mended", "asked_again", "other_key", "gone")
    for kind, *chosen in product(get_args(FaultKind), *[(False, True)] * len(flags)):
        given = dict(zip(flags, chosen, strict=True))
        free = not decided({"kind": kind, **given}).costs
        assert not free or not given["asked"] or (given["mended"] and not given["asked_again"])
