"""Options of new-api. Prices of a request, of cached and of audio tokens are figures of ``ModelPrice`` here."""

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from gateway.billing import rational
from gateway.billing.pricing import InvalidPrices, PriceBook
from tools.migrate.sources.option_rows import named
from tools.migrate.sources.protocol import OldOptions
from tools.migrate.sources.rows import json_object

_LATER: Final = {
    "GroupGroupRatio": "ratios of a group when it uses another: here an account has one group",
    "UserUsableGroups": "groups that a key may choose: here a key has its owner's group",
    "AutoGroups": "groups that a key may choose: here a key has its owner's group",
    "TopupGroupRatio": "top-ups are made by an administrator or a code here",
}
# tables of factors on the price of input -> the figure of ModelPrice
_FACTORS: Final = {
    "CacheRatio": "cached",
    "CreateCacheRatio": "cache_write",
    "ImageRatio": "image_in",
    "AudioRatio": "audio_in",
}
_PER_MINUTE: Final = ("ModelRequestRateLimitCount", "UserRequestsPerMinute")
_CONVERTED: Final = frozenset({"ModelPrice", "AudioCompletionRatio", *_FACTORS})

Figures = dict[str, dict[str, Fraction]]


def new_api_options(stored: Mapping[str, str]) -> OldOptions:
    """What new-api's operator has set, by its name and in its form here."""
    values, left = named({name: value for name, value in stored.items() if name not in _CONVERTED})
    left |= {name: why for name, why in _LATER.items() if name in left}
    figures: Figures = {}
    for model, name, figure in (*_factors(stored, values), *_requests(stored, values)):
        figures.setdefault(model, {})[name] = figure
    if figures:
        values["ModelPrice"] = json.dumps({model: _shown(one) for model, one in figures.items()})
    values |= _limits(stored, left)
    return OldOptions(values=values, left=left)


def _requests(stored: Mapping[str, str], values: Mapping[str, str]) -> Iterator[tuple[str, str, Fraction]]:
    """A price of a request is in dollars there."""
    unit = _number(values.get("QuotaPerUnit") or "500000")
    for model, price in _table(stored, "ModelPrice").items():
        yield model, "request", price * unit


def _factors(stored: Mapping[str, str], values: Mapping[str, str]) -> Iterator[tuple[str, str, Fraction]]:
    """A factor is a price here: that of input, times the factor."""
    try:
        book = PriceBook.from_options({"ModelRatio": values.get("ModelRatio", "")})
    except InvalidPrices:
        return
    fixed, spoken = _table(stored, "ModelPrice"), _table(stored, "AudioCompletionRatio")
    for option, figure in _FACTORS.items():
        for model, factor in _table(stored, option).items():
            ratio = book.model_ratio(model)
            if ratio is None or ratio < 0 or model in fixed:
                continue
            yield model, figure, ratio * factor
            if option == "AudioRatio" and model in spoken:
                yield model, "audio_out", ratio * factor * spoken[model]


def _limits(stored: Mapping[str, str], left: dict[str, str]) -> dict[str, str]:
    """Requests of everybody in a minute; of other times, and of successful ones, there is no option for everybody."""
    there, here = _PER_MINUTE
    on = stored.get("ModelRequestRateLimitEnabled") == "true"
    minutes = stored.get("ModelRequestRateLimitDurationMinutes", "1")
    count = stored.get(there, "0")
    for name in [name for name in left if name.startswith("ModelRequestRateLimit")]:
        del left[name]
    if not on or not count.isdigit() or count == "0":
        return {}
    if minutes != "1":
        left[there] = f"{count} requests in {minutes} minutes: set limits of groups instead (GroupLimits)"
        return {}
    return {here: count}


def _table(stored: Mapping[str, str], name: str) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for model, value in json_object(stored.get(name, "")).items():
        try:
            number = rational.parse(value)
        except ValueError:
            continue
        if number >= 0:
            found[model] = number
    return found


def _number(text: str) -> Fraction:
    try:
        return rational.parse(text)
    except ValueError:
        return Fraction(500_000)


def _shown(figures: Mapping[str, Fraction]) -> dict[str, Any]:
    """Exact numbers of JSON: factors are short decimals, and so are their products."""
    return {name: int(figure) if figure.denominator == 1 else float(figure) for name, figure in figures.items()}
