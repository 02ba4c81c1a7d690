"""The committed tables, read when they are first asked for.

``ratios.json``: one-api's default tables. ``prices.json``: today's models, written by ``make prices``.
``tool_prices.json``: what vendors' own tools cost, by hand, each row with its source.
Each is read once per process, nothing at import; of the largest only the rows that are asked for are parsed.
"""

import hashlib
from functools import lru_cache
from pkgutil import get_data
from typing import Required, TypedDict

import orjson

from gateway.billing.price_table import PriceTable, Row

PACKAGE = "gateway.billing"


class Rule(TypedDict, total=False):
    """A completion ratio by name: all of the conditions present must hold."""

    exact: str
    prefix: str
    suffix: str
    ratio: Required[str]


class Ratios(TypedDict):
    """one-api's tables; numbers as exact text."""

    model_ratio: dict[str, str]
    completion_ratio: dict[str, str]
    completion_rules: list[Rule]
    group_ratio: dict[str, str]
    image_sizes: dict[str, dict[str, str]]
    image_hd: dict[str, dict[str, str]]
    image_count: dict[str, list[int]]
    image_prompt_bytes: dict[str, int]
    image_upstream_name: dict[str, str]
    encodings: dict[str, str]


def read(name: str) -> bytes:
    return get_data(PACKAGE, name) or b""  # importlib.resources would load files, archives and packers: 3 ms


@lru_cache(maxsize=1)
def ratios() -> Ratios:
    """one-api's default tables."""
    return orjson.loads(read("ratios.json"))


@lru_cache(maxsize=1)
def prices() -> PriceTable:
    """Model, or ``model(channel type)``, to its row in the price table."""
    return PriceTable(read("prices.json"))


@lru_cache(maxsize=1)
def tools() -> list[Row]:
    """Rows of prices of vendors' own tools."""
    return orjson.loads(read("tool_prices.json"))["rows"]


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Changes whenever a committed table changes."""
    return hashlib.sha256(read("ratios.json") + read("prices.json") + read("tool_prices.json")).hexdigest()
