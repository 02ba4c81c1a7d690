"""A price that the options accept can be charged."""

import json
import time
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.billing import probe, rational
from gateway.billing.charging import charge, recompute
from gateway.billing.price import KINDS, SERVICES
from gateway.billing.pricing import InvalidPrices, PriceBook
from gateway.domain.options import DEFAULTS
from gateway.domain.usage import Usage

TINY = {"ModelRatio": '{"m": 1e-20}', "CompletionRatio": '{"m": 1e-20}'}


def test_the_defaults_can_be_charged_and_soon() -> None:
    before = time.process_time()
    probe.check(PriceBook.from_options(DEFAULTS))
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    "options",
    [TINY, {"ModelRatio": '{"m": "1/1e-30"}', "GroupRatio": '{"default": 1e-30}'}, {"ModelRatio": '{"m": "1/3"}'}],
)
def test_whatever_product_a_price_has_its_receipt_is_read(options: dict[str, str]) -> None:
    price = PriceBook.from_options(options).price("m")
    charged = charge(price, Usage(prompt=7, completion=7), Fraction(1, 10**29))
    assert recompute(charged.terms) == charged.quota >= 1


@pytest.mark.parametrize(
    "options",
    [
        {"ModelRatio": '{"m": 1e10}', "CompletionRatio": '{"m": 1e10}'},
        {"UnknownModelPrice": "1e18"},
        {"ModelRatio": '{"m": 1e10}', "GroupRatio": '{"default": 1, "dear": 1e10}'},
        {"ModelPrice": '{"m": {"request": 1e17}}'},
        {"ModelPrice": '{"m": {"input": 1, "output": 1, "priority": 1e18}}'},
        {"ModelPrice": '{"m": {"images": {"hd/1x1": 1e18, "": 1}}}'},
    ],
)
def test_a_price_at_which_no_request_could_be_charged_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(InvalidPrices, match="charged"):
        probe.check(PriceBook.from_options(options))


@pytest.mark.parametrize("number", ["1/" * 200 + "1", "0." + "1" * 5000, "9" * 5000, "1e999999", "1e-999999"])
@pytest.mark.parametrize("quoted", [True, False])
def test_a_number_of_absurd_length_is_no_price(number: str, quoted: bool) -> None:
    with pytest.raises(InvalidPrices):
        PriceBook.from_options({"ModelRatio": '{"m": %s}' % (json.dumps(number) if quoted else number)})


FIGURES = st.one_of(
    st.integers(0, 10**18),
    st.floats(0, 1e18, allow_nan=False).map(lambda number: f"{number:.25g}"),
    st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    st.sampled_from(["1e-30", "1e-20", "1e10", "1/1e-30", "0"]),
)


@given(
    st.dictionaries(
        st.sampled_from([*KINDS, "request", "character", "second", "image", *SERVICES]), FIGURES, min_size=1
    ),
    FIGURES,
    FIGURES,
)
def test_every_price_the_options_accept_can_be_charged(entry: dict[str, Any], ratio: Any, group: Any) -> None:
    options = {
        "ModelPrice": json.dumps({"m": entry}),
        "ModelRatio": json.dumps({"n": ratio}),
        "CompletionRatio": json.dumps({"n": ratio}),
        "GroupRatio": json.dumps({"g": group}),
    }
    try:
        book = PriceBook.from_options(options)
        probe.check(book)
    except InvalidPrices:
        return
    for name in ("m", "n"):
        price = book.price(name)
        if price.plans:
            charged = charge(price, Usage(prompt=9, completion=9), book.group_ratio("g"))
            assert recompute(charged.terms) == charged.quota


@given(st.fractions(), st.fractions())
def test_what_text_wrote_is_read_exactly(one: Fraction, other: Fraction) -> None:
    assert rational.exact(rational.text(one * other)) == one * other


@given(st.text(max_size=30))
@example("0/0")
@example("1/000")
def test_anything_else_is_no_exact_number(written: str) -> None:
    try:
        rational.exact(written)
    except ValueError:
        return
    assert rational.exact(rational.text(rational.exact(written))) == rational.exact(written)
