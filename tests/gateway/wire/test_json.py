"""Figures of a usage report, before anybody has judged them."""

from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.wire.json import figure


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (7, 7),
        ("7", 7),
        (7.9, 7),
        (0, 0),
        (-5, -5),
        ("-5", -5),
        (10**18, 10**15),
        (-(10**40), -(10**15)),
        ("1e300", 10**15),
        (True, 0),
        (None, 0),
        ("many", 0),
        (float("nan"), 0),
        ("inf", 0),
        ([], 0),
        ({}, 0),
    ],
    ids=repr,
)
def test_a_figure_is_kept_unless_it_is_no_number(value: Any, read: int) -> None:
    assert figure(value) == read


@pytest.mark.parametrize("value", [-1, 10**18])
def test_a_figure_that_cannot_be_is_never_plausible(value: int) -> None:
    assert not Usage(prompt=figure(value), completion=1).plausible()
    assert not Usage(prompt=1, completion=figure(value)).plausible()
