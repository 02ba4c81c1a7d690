"""The models of each channel type: one-api's defaults, which clients and imported channels expect, and those on sale.

``model_lists_oneapi.json`` is one-api's; ``model_lists_today.json`` is written by ``tools/make_models.py``. Both are
read when they are first asked for, which takes about 3 ms once per process: the relay serves calls without them.
"""

import json
from functools import cache
from pkgutil import get_data
from typing import NotRequired, TypedDict

PACKAGE = "gateway.providers"
_OPENAI = "1"


class ModelList(TypedDict):
    """Models by channel type; the types of ``as_openai`` are offered what OpenAI is."""

    source: str
    date: NotRequired[str]
    as_openai: NotRequired[list[int]]
    models: dict[str, list[str]]


@cache
def read(name: str) -> ModelList:
    return json.loads(get_data(PACKAGE, name) or b"")


def listed(type: int) -> tuple[str, ...]:
    """The models a channel of this type is offered with, one-api's first."""
    old, today = read("model_lists_oneapi.json"), read("model_lists_today.json")["models"]
    as_openai = type in old.get("as_openai", ())
    of_oneapi = old["models"].get(_OPENAI if as_openai else str(type), [])
    on_sale = today.get(_OPENAI if as_openai and str(type) not in today else str(type), [])
    return (*of_oneapi, *on_sale)
