"""Price books for whoever builds one for each answer: the same options make the same book, kept with what it knows."""

from collections.abc import Mapping
from functools import lru_cache

from gateway.billing.pricing import OPTIONS, PriceBook

_KEPT = 2  # the current options, and those of a moment ago


def book_of(options: Mapping[str, str]) -> PriceBook:
    """The book of these options; raises ``InvalidPrices``."""
    return _made(tuple(options.get(name) or "" for name in OPTIONS))


@lru_cache(maxsize=_KEPT)
def _made(texts: tuple[str, ...]) -> PriceBook:
    return PriceBook.from_options(dict(zip(OPTIONS, texts, strict=True)))
