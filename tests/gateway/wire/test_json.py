"""Figures of a usage report, before anybody has judged them."""

import time
from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.wire import json
from gateway.wire.json import figure, overgrown


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


def test_a_document_of_more_lists_than_anybody_should_read_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "MOST_CONTAINERS", 10)
    assert json.parse(b"[" + b"[]," * 10 + b"[]]") is None
    assert json.parse(b"[" + b"[]," * 8 + b"[]]") == [[]] * 9
    assert json.parse(b'["' + b"[" * 100 + b'"]') == ["[" * 100]


@pytest.mark.parametrize(
    "unclosed", [b'"' + b'\\"' * 2_000_000, b'"\\' * 2_000_000, b'"' * 4_000_001, b"[" * 4_000_000]
)
def test_what_is_never_closed_is_looked_at_once(unclosed: bytes) -> None:
    before = time.process_time()
    overgrown(b"[" * 100 + unclosed, 10)
    assert time.process_time() - before < 5
