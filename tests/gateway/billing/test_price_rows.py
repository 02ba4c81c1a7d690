"""Rows of the price table, each read when it is asked for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing import data
from gateway.billing.price_table import PriceTable

WHOLE = json.loads(data.read("prices.json"))["models"]


def written(rows: dict[str, dict[str, str]]) -> bytes:
    """As ``make prices`` writes them."""
    lines = [f"{json.dumps(name)}:{json.dumps(row, separators=(',', ':'))}" for name, row in sorted(rows.items())]
    return ('{"date": "x","models":{\n' + ",\n".join(lines) + "\n}}\n").encode()


def test_every_row_is_found_as_it_is_written() -> None:
    table = data.prices()
    assert len(table) == len(WHOLE)
    assert list(table.items()) == list(WHOLE.items())
    assert all(table[name] == row for name, row in WHOLE.items())


@pytest.mark.parametrize("name", ["", "\x00", "nobody", "gpt-4o-min", "gpt-4o-mini ", "~", "\uffff", "😀", '"', "\\"])
def test_what_has_no_row_is_not_there(name: str) -> None:
    assert name not in data.prices()
    with pytest.raises(KeyError):
        data.prices()[name]


@given(st.dictionaries(st.text(min_size=1), st.just({"mode": "chat"}), min_size=1), st.text())
def test_any_names_are_found_and_no_others(rows: dict[str, dict[str, str]], other: str) -> None:
    table = PriceTable(written(rows))
    assert dict(table) == rows
    assert (other in table) == (other in rows)
    assert all(table[name] == row for name, row in rows.items())
