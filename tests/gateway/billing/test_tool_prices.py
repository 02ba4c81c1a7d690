"""Prices of tools that providers run: where they are looked up, and what must hold for any of them."""

import json
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing import data, probe
from gateway.billing.charging import Asked, ImplausibleUsage, affordable, charge, recompute, reserve
from gateway.billing.pricing import InvalidPrices, PriceBook
from gateway.billing.rational import parse
from gateway.billing.tool_prices import ToolPrices, kind_of
from gateway.domain.usage import Usage

BOOK = PriceBook.from_options({"UnknownModelPrice": "1"})


def tools(model: str = "m", type: int = 1, **options: Any) -> ToolPrices:
    made = {"UnknownModelPrice": "1"} | {name: json.dumps(value) for name, value in options.items()}
    return PriceBook.from_options(made).price(model, type).tools


def test_every_row_of_the_table_names_its_source_and_can_be_charged() -> None:
    for row in data.tools():
        assert row["source"].startswith("https://") and row["types"] and row.get("calls", row.get("always"))
        assert re.compile(row.get("models", ""))
        for name, price in row.get("calls", {}).items():
            assert 0 <= parse(price) <= 10**6, (name, price)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 5000),
        ({"ToolPrice": {"web_search": 1}}, 1),
        ({"ToolPrice": {"web_search": 1, "web_search(1)": 2}}, 2),
        ({"ToolPrice": {"web_search(14)": 3}}, 5000),
        ({"ToolPrice": {"web_search": 1}, "ModelPrice": {"m": {"calls": {"web_search": 4}}}}, 4),
        ({"ModelPrice": {"m": {"request": 10, "calls": {"web_search": 0}}}}, 0),
        ({"ModelPrice": {"m(1)": {"calls": {"web_search": 6}}}}, 6),
    ],
)
def test_the_operators_price_goes_before_the_tables_and_the_models_before_all(
    options: dict[str, Any], expected: int
) -> None:
    assert tools(**options).of("web_search") == expected


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("code_interpreter", {}, 15_000),
        ("code_interpreter/16g", {}, 240_000),
        ("code_interpreter/99g", {}, 15_000),
        ("code_interpreter/16g", {"code_interpreter": 7}, 7),
        ("code_interpreter/16g", {"code_interpreter": 7, "code_interpreter/16g": 8}, 8),
        ("image_generation/low/1024x1024", {}, 5_500),
        ("image_generation:gpt-image-1-mini/low/1024x1024", {}, 2_500),
        ("image_generation:gpt-image-9/low/1024x1024", {}, 5_500),
        ("image_generation", {}, 125_000),
        ("image_generation/low/", {}, 8_000),
        ("image_generation/low/1024x1024", {"image_generation": 9}, 9),
        ("x_search", {}, None),
    ],
)
def test_a_variant_has_its_own_price_or_its_kinds(name: str, options: dict[str, int], expected: int | None) -> None:
    assert tools(ToolPrice=options).of(name) == expected


def test_a_vendor_that_nobody_lists_has_no_tools() -> None:
    assert tools(type=50) == ToolPrices()
    assert not tools(type=50, ToolPrice={"web_search": 1}).hosts


def test_a_call_costs_beside_a_flat_price_and_whatever_the_models_ratio_is() -> None:
    used = Usage(prompt=5, completion=5, calls={"web_search": 2})
    for price in ({"request": 100}, {"input": 0, "output": 0}):
        book = PriceBook.from_options({"ModelPrice": json.dumps({"m": price})})
        assert charge(book.price("m", 1), used, Fraction(1)).quota == 10_000 + price.get("request", 0)


def test_a_call_without_a_price_is_put_into_quarantine() -> None:
    with pytest.raises(ImplausibleUsage, match="ToolPrice"):
        charge(BOOK.price("m", 50), Usage(prompt=1, calls={"web_search": 1}), Fraction(1))


@pytest.mark.parametrize("calls", [-1, 10**6])
def test_numbers_of_calls_that_cannot_be_are_put_into_quarantine(calls: int) -> None:
    with pytest.raises(ImplausibleUsage):
        charge(BOOK.price("m", 1), Usage(prompt=1, calls={"web_search": calls}), Fraction(1))


NAMES = st.sampled_from(
    [
        *("web_search", "web_search_preview", "file_search", "code_interpreter", "code_interpreter/64g"),
        *("image_generation", "image_generation/high/1024x1536", "image_generation:gpt-image-1.5/low/1x1"),
    ]
)
CALLS = st.dictionaries(NAMES, st.integers(0, 1000))
TOKENS, GROUPS = st.integers(1, 5000), st.fractions(min_value=0, max_value=20, max_denominator=1000)


@given(CALLS, CALLS, TOKENS, GROUPS)
def test_what_is_held_covers_the_calls_and_the_receipt_says_what_was_charged(
    calls: dict[str, int], more: dict[str, int], tokens: int, group: Fraction
) -> None:
    price = BOOK.price("m", 1)
    paid = charge(price, Usage(prompt=tokens, completion=tokens, calls=calls), group)
    assert recompute(paid.terms) == paid.quota
    pieces = Usage(calls={name: calls.get(name, 0) + more.get(name, 0) for name in {*calls, *more}})
    asked = Asked(pieces=pieces)
    held = reserve(price, prompt_estimate=tokens, max_completion=tokens, group_ratio=group, pre_consumed=0, asked=asked)
    assert held >= paid.quota
    room = affordable(price, held, prompt_estimate=tokens, group_ratio=group, asked=asked)
    assert room is None or room >= tokens


@pytest.mark.parametrize(
    "text", ['{"web_search": -1}', '{"web_search": "x"}', '{"web_search": {}}', "[]", '{"web_search": 1e18}']
)
def test_a_tools_price_that_cannot_be_charged_is_refused(text: str) -> None:
    with pytest.raises(InvalidPrices, match="ToolPrice"):
        probe.check(PriceBook.from_options({"ToolPrice": text}))


def test_a_new_price_of_a_tool_makes_another_version() -> None:
    versions = {PriceBook.from_options({"ToolPrice": text}).version for text in ("", '{"a": 1}', '{"a": 2}')}
    assert len(versions) == 3


def test_a_kind_is_what_stands_before_its_variant() -> None:
    assert [kind_of(name) for name in ("a", "a/b/c", "a:m/b")] == ["a"] * 3
