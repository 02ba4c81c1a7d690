"""Reads the price options: one-api's JSON tables, with the error an administrator can act on."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, cast

from gateway.billing import rational
from gateway.errors import BadRequest

REFUSE = "refuse"


class InvalidPrices(BadRequest):
    """An option text that is not a price table."""

    code = "invalid_prices"


def read_object(option: str, text: str) -> dict[str, Any]:
    """The JSON object of an option; an empty text is an empty table."""
    try:
        value: Any = rational.load_json(text.strip() or "{}")
    except json.JSONDecodeError as error:
        raise InvalidPrices(f"{option} is not valid JSON: {error}", param=option) from None
    except (ValueError, RecursionError) as error:
        raise InvalidPrices(f"{option}: {error}", param=option) from None
    if not isinstance(value, dict):
        raise InvalidPrices(f"{option} must be a JSON object from names to numbers", param=option)
    return cast(dict[str, Any], value)


def read_ratios(option: str, text: str, *, negative: bool = False) -> Mapping[str, Fraction]:
    """Name to ratio. Only ``ModelRatio`` may hold negative numbers: one-api's own table does, meaning no price."""
    return {
        name: read_price(option, name, value, negative=negative) for name, value in read_object(option, text).items()
    }


def read_price(option: str, name: str, value: Any, *, negative: bool = False) -> Fraction:
    """One number of an option."""
    try:
        price = rational.parse(value)
    except ValueError as error:
        raise InvalidPrices(f"{option}: {name!r}: {error}; write a number such as 1.25", param=option) from None
    if price < 0 and not negative:
        raise InvalidPrices(f"{option}: {name!r} is negative; a price is 0 or more", param=option)
    return price


def read_unknown(text: str) -> Fraction | None:
    """``refuse`` or empty: ``None``; else the ratio an unknown model is charged at."""
    if text.strip().lower() in ("", REFUSE):
        return None
    return read_price("UnknownModelPrice", "value", text.strip())
