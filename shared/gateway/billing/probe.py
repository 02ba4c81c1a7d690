"""Whether every price of a book can be charged: an answer that was delivered must not meet a price that cannot."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from gateway.billing.charging import ImplausibleUsage, charge, read_terms, recompute, reserve, write_terms
from gateway.billing.price import SERVICES, STANDARD, Price
from gateway.billing.pricing import PriceBook, UnknownPrice
from gateway.billing.settings import InvalidPrices
from gateway.billing.tool_prices import OPTION, ToolPrices
from gateway.domain.usage import Usage

UNLISTED = "a-model-that-no-table-lists"
_TOKENS = Usage(
    prompt=1000,
    cached=100,
    cache_write=100,
    cache_write_1h=100,
    audio_in=100,
    image_in=100,
    completion=1000,
    reasoning=100,
    audio_out=100,
    image_out=100,
)


def check(book: PriceBook) -> None:
    """Charge one request of every kind at every price; raises ``InvalidPrices`` naming the model that cannot be."""
    groups = {Fraction(1), *book.groups.values()}
    ends = {min(groups), max(groups), min((ratio for ratio in groups if ratio), default=Fraction(1))}
    for tool, price in book.tools.items():
        _check_tool(tool, price, ends)
    for name in sorted({UNLISTED, *book.ratios, *book.completions, *book.overrides}):
        try:
            price = book.price(name)
            for group in ends:
                _charged(price, group)
        except UnknownPrice:
            continue
        except (ImplausibleUsage, ValueError, ArithmeticError) as error:
            reason = f"{name!r}: no request could be charged at this price: {error}"
            raise InvalidPrices(f"{reason}; keep prices and their products between 1e-30 and 1e12") from error


def _check_tool(tool: str, each: Fraction, groups: set[Fraction]) -> None:
    nothing, own = Fraction(0), ToolPrices(own={tool: each})
    price = Price(model=tool, version="", source="", model_ratio=nothing, completion_ratio=nothing, tools=own)
    try:
        for group in groups:
            _charged(price, group)
    except (ImplausibleUsage, ValueError, ArithmeticError) as error:
        raise InvalidPrices(f"{OPTION}: {tool!r}: no call could be charged at this price: {error}") from error


def _charged(price: Price, group: Fraction) -> None:
    reserve(price, prompt_estimate=1000, max_completion=1000, group_ratio=group, pre_consumed=500)
    for service in (STANDARD, *SERVICES):
        for usage, size in _probes(price):
            charged = charge(price, usage, group, service=service, size=size)
            if recompute(read_terms(write_terms(charged.terms))) != charged.quota:
                raise ValueError("its receipt comes to another sum")


def _probes(price: Price) -> Iterator[tuple[Usage, str]]:
    """Of every kind that the price is for."""
    if price.plans:
        tops = {above for service in (STANDARD, *SERVICES) for above, _ in price.schedule(service)}
        for above in tops:
            yield replace(_TOKENS, prompt=above + 1000), ""
    for size in price.images:
        yield Usage(images=1), size
    if price.character is not None:
        yield Usage(characters=1000), ""
    if price.second is not None:
        yield Usage(milliseconds=1000), ""
    if price.request is not None:
        yield Usage(), ""
    for tool in price.tools.own:
        yield Usage(calls={tool: 10}), ""
