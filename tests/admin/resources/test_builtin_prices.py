"""The built-in tables as the settings show them: what a model costs while the operator says nothing."""

from fractions import Fraction

from gateway.billing.pricing import PriceBook
from tests.admin.api import Api


def test_the_prices_of_the_tables_are_exact_and_do_not_follow_the_operators(api: Api) -> None:
    api.root.put("/api/option/", {"key": "ModelRatio", "value": '{"gpt-4o": 100}'})
    rows = {row["name"]: row for row in api.root.get("/api/option/prices")["data"]}
    assert rows["gpt-4o"] == {"name": "gpt-4o", "ratio": "2.5", "completion": "4", "cached": "1.25", "request": ""}
    assert rows["rerank-v3.5"]["request"] == "1000"
    assert "openrouter/auto" not in rows  # its ratio is negative: no price
    book = PriceBook.from_options({})
    rates = book.price("llama3-8b-8192", 33).rates(0)
    row = rows["llama3-8b-8192(33)"]
    assert rates and Fraction(row["ratio"]) * Fraction(row["completion"]) == rates.output
