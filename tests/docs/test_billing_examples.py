"""Recomputes every worked example of docs/billing.md."""

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from gateway.billing.charging import GROUP, MINIMUM, Asked, charge, recompute, reserve
from gateway.billing.pricing import PriceBook
from gateway.billing.purchase import PurchaseBook
from gateway.domain.usage import Usage

PAGE = Path(__file__).resolve().parents[2] / "docs/billing.md"
BLOCK = re.compile(r"^```billing\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> list[dict[str, str]]:
    return [
        dict(line.split(": ", 1) for line in block.strip().splitlines())
        for block in BLOCK.findall(PAGE.read_text("utf-8"))
    ]


def numbers(text: str) -> dict[str, int]:
    return {name: int(value) for name, value in (pair.split("=") for pair in text.split())}


def book(example: dict[str, str]) -> PriceBook:
    options = json.loads(example.get("options", "{}"))
    return PriceBook.from_options({name: json.dumps(value) for name, value in options.items()})


@pytest.mark.parametrize("example", [e for e in examples() if "usage" in e], ids=lambda e: f"{e['model']} {e['usage']}")
def test_a_worked_charge_is_right(example):
    prices = book(example)
    paid = charge(
        prices.price(example["model"], int(example.get("channel", 1))),
        Usage(calls=numbers(example.get("calls", "")), **numbers(example["usage"])),
        prices.group_ratio(example.get("group", "default")),
        service=example.get("service", ""),
        size=example.get("size", ""),
        quality=example.get("quality", ""),
    )
    inner = [f"{term.amount} × {term.price}" for term in paid.terms if term.name not in (GROUP, MINIMUM)]
    assert (" + ".join(inner) or "0") == example["sum"]
    assert paid.quota == recompute(paid.terms) == int(example["quota"])
    if "cost" in example:
        assert paid_for(example, paid.terms) == int(example["cost"])


def paid_for(example, terms):
    """What the operator pays on the channel with this number."""
    options = json.loads(example["options"])
    purchases = PurchaseBook.from_options({name: json.dumps(value) for name, value in options.items()})
    kind = int(example.get("channel", 1))
    bought = purchases.bought(
        int(example["bought"]), kind, example["model"], book(example).price(example["model"], kind)
    )
    assert bought is not None
    if not bought.as_sold:
        terms = charge(bought.price, Usage(**numbers(example["usage"])), Fraction(1)).terms
    return bought.cost(terms)


@pytest.mark.parametrize(
    "example", [e for e in examples() if "reserve" in e], ids=lambda e: f"{e['model']} {e['reserve']}"
)
def test_a_worked_reservation_is_right(example):
    asked = numbers(example["reserve"])
    held = reserve(
        book(example).price(example["model"], int(example.get("channel", 1))),
        prompt_estimate=asked["prompt"],
        max_completion=asked.get("max_completion"),
        n=asked.get("n", 1),
        group_ratio=Fraction(1),
        pre_consumed=asked.get("pre_consumed", 0),
        asked=Asked(kinds=frozenset(example["kinds"].split())),
    )
    assert held == int(example["quota"])


def test_the_page_has_its_examples_and_each_is_one_of_the_two_kinds():
    found = examples()
    assert len(found) >= 25
    assert all(("usage" in example) != ("reserve" in example) for example in found)
