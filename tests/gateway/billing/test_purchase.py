"""What the operator pays, by channel and model; exact, and unknown rather than nothing."""

import json
from fractions import Fraction
from typing import Any

import pytest

from gateway.billing.charging import charge
from gateway.billing.pricing import InvalidPrices, PriceBook
from gateway.billing.purchase import INFRASTRUCTURE, OPTION, PurchaseBook
from gateway.domain.usage import Usage

USAGE = Usage(prompt=1000, completion=500)


def cost(
    purchase: Any,
    *,
    channel: int = 3,
    model: str = "gpt-4o-mini",
    sale: dict[str, Any] | None = None,
    beside: str = "0",
) -> int | None:
    """Of one request, sold to a group that pays twice."""
    sold = PriceBook.from_options({name: json.dumps(value) for name, value in (sale or {}).items()}).price(model, 1)
    book = PurchaseBook.from_options({OPTION: json.dumps(purchase), INFRASTRUCTURE: beside})
    bought = book.bought(channel, 1, model, sold)
    if bought is None:
        return None
    terms = charge(sold if bought.as_sold else bought.price, USAGE, Fraction(2)).terms
    return bought.cost(terms)


@pytest.mark.parametrize(
    ("purchase", "expected"),
    [
        ({}, 225),  # 1000 x 0.075 + 500 x 0.3
        ({"default": {"factor": 0.4}}, 90),
        ({"default": {"factor": "1/3"}}, 75),
        ({"3": {"factor": 0.5}}, 113),  # rounded up, once
        ({"4": {"factor": 0.5}}, 225),
        ({"default": {"factor": 0.5}, "3": {"models": {"o3": 1}}}, 113),
        ({"3": {"factor": 0.5, "models": {"gpt-4o-mini": 0.1}}}, 23),
        ({"3": {"models": {"gpt-4o-mini": {"input": 0.05, "output": 0.2}}}}, 150),
        ({"3": {"factor": 0.5, "models": {"gpt-4o-mini": {"input": 0.05, "output": 0.2}}}}, 150),
        ({"3": {"models": {"gpt-4o-mini": {"request": 70}}}}, 70),
        ({"3": {"factor": 0}}, 0),
        ({"3": {"factor": None}}, None),
        ({"3": {"models": {"gpt-4o-mini": None}}}, None),
        ({"default": {"factor": None}, "3": {"models": {"gpt-4o-mini": 1}}}, 225),
        ({"default": {"models": {"gpt-4o-mini": {"request": 70}}}, "3": {"models": {"gpt-4o-mini": 0.2}}}, 45),
    ],
)
def test_a_request_costs_what_its_channel_and_model_are_bought_at(purchase: Any, expected: int | None) -> None:
    assert cost(purchase) == expected


def test_the_sales_ratios_do_not_change_what_is_paid() -> None:
    assert cost({}, sale={"ModelRatio": {"gpt-4o-mini": 50}}) == 225
    assert cost({}, sale={"ModelPrice": {"gpt-4o-mini": {"request": 9}}}) == 225


def test_what_each_request_takes_of_the_operators_own_machines_is_added_before_rounding() -> None:
    assert cost({"3": {"factor": 0.5}}, beside="32.3") == 145  # 112.5 + 32.3
    assert cost({"3": {"factor": 0}}, beside="33") == 33
    assert cost({"3": {"factor": None}}, beside="33") is None


def test_a_model_that_no_table_has_costs_nobody_knows_what_even_where_it_is_sold() -> None:
    sale = {"ModelRatio": {"nobodys-model": 1}}
    assert cost({}, model="nobodys-model", sale=sale) is None
    assert (
        cost({"3": {"models": {"nobodys-model": {"input": 1, "output": 2}}}}, model="nobodys-model", sale=sale) == 2000
    )
    assert cost({"3": {"models": {"nobodys-model": 0.5}}}, model="nobodys-model", sale=sale) is None


def test_a_changed_sale_is_compared_anew() -> None:
    book = PurchaseBook.from_options({})
    sold = PriceBook.from_options({}).price("gpt-4o-mini", 1)
    dearer = PriceBook.from_options({"ModelRatio": '{"gpt-4o-mini": 9}'}).price("gpt-4o-mini", 1)
    for price, alike in ((sold, True), (dearer, False), (sold, True)):
        bought = book.bought(3, 1, "gpt-4o-mini", price)
        assert bought is not None and bought.as_sold is alike


@pytest.mark.parametrize(
    "text",
    [
        '{"azure": {"factor": 1}}',
        '{"0": {"factor": 1}}',
        '{"3": 0.4}',
        '{"3": {"ratio": 1}}',
        '{"3": {"factor": -1}}',
        '{"3": {"factor": "half"}}',
        '{"3": {"models": {"m": {"inputs": 1}}}}',
        '{"3": {"models": ["m"]}}',
        "[]",
    ],
)
def test_what_is_no_purchase_price_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidPrices, match=OPTION) as refused:
        PurchaseBook.from_options({OPTION: text})
    assert refused.value.param == OPTION
