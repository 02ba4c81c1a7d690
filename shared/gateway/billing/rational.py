"""Exact numbers: prices are rationals, never floats.

A number is written as a decimal (``0.625``) or, where no decimal is exact, as a fraction (``4/3``).
"""

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Any, NoReturn

from gateway.patterns import pattern

# Prices are few and every request needs some of them: reading one takes 3 microseconds, and writing it as many.
_KEPT = 4096

# A price outside these powers of ten is a slip of the keyboard, and 10**999999 would eat the memory.
SMALLEST, LARGEST = -30, 18
LONGEST = 100  # characters of one number: no price needs as many

_EXACT = pattern(r"-?[0-9]{1,2000}(?:\.[0-9]{1,2000}|/[0-9]{1,2000})?")


def parse(value: Any) -> Fraction:
    """An exact number from JSON or text; ``ValueError`` says what is wrong with it."""
    if isinstance(value, str | int) and not isinstance(value, bool) and _is_long(value):
        raise ValueError(f"a number of more than {LONGEST} characters is out of range")
    if isinstance(value, str) and "/" in value:
        above, _, below = value.partition("/")
        divisor = parse(below)
        if not divisor:
            raise ValueError(f"{value!r} divides by zero")
        return parse(above) / divisor
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError(f"{value!r} is not a number")
    try:
        number = Decimal(str(value) if isinstance(value, float) else value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None
    if len(number.as_tuple().digits) > LONGEST:
        raise ValueError(f"a number of more than {LONGEST} digits is out of range")
    if not number.is_finite() or (number and not SMALLEST <= number.adjusted() <= LARGEST):
        raise ValueError(f"{value!r} is out of range")
    return Fraction(number)


def _is_long(value: str | int) -> bool:
    return len(value) > LONGEST if isinstance(value, str) else abs(value) >= 10**LONGEST


@lru_cache(_KEPT)
def exact(written: str) -> Fraction:
    """Whatever ``text`` wrote, products of the smallest prices included; ``ValueError`` for anything else."""
    if not _EXACT.fullmatch(written):
        raise ValueError(f"{written[:80]!r} is not an exact number")
    try:
        return Fraction(written)
    except ZeroDivisionError as error:
        raise ValueError(f"{written[:80]!r} divides by zero") from error


def text(number: Fraction) -> str:
    """The number as ``parse`` reads it back: a plain decimal if that is exact, else a fraction."""
    return _text(number.numerator, number.denominator)  # which a dictionary finds faster than the fraction


@lru_cache(_KEPT)
def _text(numerator: int, denominator: int) -> str:
    rest, twos, fives = denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{numerator}/{denominator}"
    places = max(twos, fives)
    digits = str(abs(numerator) * 10**places // denominator).rjust(places + 1, "0")
    sign = "-" if numerator < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits


def summed(sold: Iterable[tuple[int, Fraction]]) -> tuple[int, int]:
    """Amounts times their prices, added up: above and below the line, not reduced. A tenth of what fractions take."""
    over, under = 0, 1
    for amount, price in sold:
        above, below = amount * price.numerator, price.denominator
        if below == under:
            over += above
        else:
            over, under = over * below + above * under, under * below
    return over, under


def round_up(number: Fraction) -> int:
    """The smallest integer that is not below the number."""
    return -(-number.numerator // number.denominator)


def two_places(number: Fraction) -> str:
    """``%.2f`` of the nearest double, as C prints it: 0.125 is ``0.12`` and 0.625 is ``0.62``."""
    return _two_places(number.numerator, number.denominator)


@lru_cache(_KEPT)
def _two_places(numerator: int, denominator: int) -> str:
    return f"{numerator / denominator:.2f}"


def load_json(document: str) -> Any:
    """JSON whose decimals stay exact; ``ValueError`` for NaN, Infinity and malformed text."""

    def refuse(name: str) -> NoReturn:
        raise ValueError(f"{name} is not a number")

    return json.loads(document, parse_float=Decimal, parse_constant=refuse)
