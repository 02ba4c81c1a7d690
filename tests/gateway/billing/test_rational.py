from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.rational import load_json, parse, round_up, text, two_places


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("0.15", Fraction(3, 20)),
        ("4/3", Fraction(4, 3)),
        (2, Fraction(2)),
        (Decimal("1e-7"), Fraction(1, 10**7)),
        (0.1, Fraction(1, 10)),
    ],
)
def test_a_number_is_what_is_written_not_its_nearest_double(written, exact):
    assert parse(written) == exact


@pytest.mark.parametrize("written", ["", "x", "1/0", True, None, [], "nan", "Infinity", "1e999999999", "1e-999999", {}])
def test_what_is_not_a_usable_number_is_refused(written):
    with pytest.raises(ValueError, match=r"not a number|out of range|divides by zero"):
        parse(written)


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6))
def test_a_number_written_and_read_is_the_same_number(number):
    assert parse(text(number)) == number


@given(st.decimals(min_value=-1000, max_value=1000, places=9, allow_nan=False))
def test_a_decimal_is_written_as_a_decimal(number):
    assert "/" not in text(Fraction(number))


@given(st.fractions(max_denominator=1000))
def test_rounding_up_is_the_next_integer(number):
    assert 0 <= round_up(number) - number < 1


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("0.125", "0.12"),
        ("0.625", "0.62"),
        ("0.375", "0.38"),
        ("8.52", "8.52"),
        ("0.005", "0.01"),
        ("219/55", "3.98"),
        ("0.07", "0.07"),
    ],
)
def test_two_places_round_the_binary_value_as_c_does(number, shown):
    assert two_places(parse(number)) == shown


@pytest.mark.parametrize("document", ['{"a": NaN}', '{"a": Infinity}', "{"])
def test_json_without_exact_numbers_is_refused(document):
    with pytest.raises(ValueError):
        load_json(document)
