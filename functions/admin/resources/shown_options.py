"""How price options are shown: one-api's clients expect the whole table, of which only the changes are stored."""

import json
from collections.abc import Mapping
from typing import Any, cast

from gateway.billing import data

_BUILTIN = {"ModelRatio": "model_ratio", "CompletionRatio": "completion_ratio"}


def shown_value(key: str, value: str) -> str:
    """An option's value; for ratios the built-in table with the stored changes over it."""
    table = _BUILTIN.get(key)
    if table is None:
        return value
    builtin: Mapping[str, Any] = cast(Any, data.ratios())[table]
    stored: dict[str, Any] = json.loads(value or "{}")
    return json.dumps({**{name: number(ratio) for name, ratio in builtin.items()}, **stored}, ensure_ascii=False)


def number(ratio: str | float) -> float:
    """A ratio as JSON can say it; a fraction such as ``1/3`` is rounded."""
    above, _, below = str(ratio).partition("/")
    quotient = float(above) / float(below or 1)
    return int(quotient) if quotient.is_integer() else quotient
