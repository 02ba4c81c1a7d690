"""What the operator pays for a request: option ``PurchasePrice``, per channel and model.

    {"default": {"factor": 1},
     "3": {"factor": 0.4},
     "4": {"factor": null, "models": {"gpt-4o": {"input": 1, "output": 4}, "o3": 0.5}}}

A channel is named by its number; ``default`` stands for what it leaves out, and for channels that are not named. A
``factor`` multiplies the built-in prices, to which no ratio and no price of the operator's sale is applied; 1 if there
is none. A model has prices of its own in the forms of ``ModelPrice``, or a factor. ``null`` is: nobody knows, and so
are models without a built-in price. Option ``InfrastructureCost`` is added to each request whose price is known.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from fractions import Fraction
from typing import Any

from gateway.billing.charging import Term, total
from gateway.billing.model_price import OPTION as SALE
from gateway.billing.model_price import ModelPrice, as_object, read_model_price
from gateway.billing.price import Price
from gateway.billing.pricing import MOST_KNOWN, PriceBook, UnknownPrice
from gateway.billing.rational import round_up
from gateway.billing.settings import InvalidPrices, read_object, read_price
from gateway.records import dataclass

OPTION, INFRASTRUCTURE = "PurchasePrice", "InfrastructureCost"
OPTIONS = (OPTION, INFRASTRUCTURE)
DEFAULT = "default"

Factor = Fraction | None  # None: nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What a model is bought at on a channel. ``as_sold``: at prices that are the sale's before any group's factor, so
    that the sale's terms are the purchase's."""

    price: Price
    factor: Fraction
    infrastructure: Fraction
    as_sold: bool

    def cost(self, terms: Iterable[Term]) -> int:
        """Quota that a request with these terms cost the operator, rounded once, upwards."""
        return round_up(total(terms) * self.factor + self.infrastructure)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one channel's provider takes: a book of prices, and factors on them."""

    factor: Factor
    book: PriceBook
    factors: Mapping[str, Factor] = field(default_factory=dict[str, Factor])

    def of(self, model: str, channel_type: int) -> tuple[Price, Fraction] | None:
        """The model's price, and what of it is paid."""
        factor = self._factor(model)
        if factor is None:
            return None
        try:
            return self.book.price(model, channel_type), factor
        except UnknownPrice:
            return None

    def _factor(self, model: str) -> Factor:
        if model in self.book.overrides:
            return Fraction(1)
        return self.factors.get(model, self.factor)


@dataclass(frozen=True, slots=True)
class PurchaseBook:
    """One set of purchase prices. Immutable: a changed option makes a new book."""

    default: Terms
    channels: Mapping[int, Terms]
    infrastructure: Fraction
    known: dict[tuple[int, int, str], tuple[Price, Bought | None]] = field(
        default_factory=dict[tuple[int, int, str], tuple[Price, Bought | None]], compare=False, repr=False
    )

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> "PurchaseBook":
        """Builds a book from option texts; raises ``InvalidPrices`` naming the bad entry."""
        given = read_object(OPTION, options.get(OPTION) or "")
        built_in = Terms(Fraction(1), PriceBook.from_options({}))
        default = _read(DEFAULT, given.pop(DEFAULT, {}), built_in)
        return cls(
            default=default,
            channels={_number(name): _read(name, value, default) for name, value in given.items()},
            infrastructure=read_price(INFRASTRUCTURE, "value", options.get(INFRASTRUCTURE) or "0"),
        )

    def books(self) -> Iterator[PriceBook]:
        """Every book of prices in it, to be checked."""
        yield from (terms.book for terms in (self.default, *self.channels.values()))

    def bought(self, channel_id: int, channel_type: int, model: str, sold: Price) -> Bought | None:
        """What the model is bought at on this channel where it is sold at that price; ``None``: nobody knows."""
        key = (channel_id, channel_type, model)
        found = self.known.get(key)
        if found is None or found[0] is not sold:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            found = self.known[key] = (sold, self._resolve(channel_id, channel_type, model, sold))
        return found[1]

    def _resolve(self, channel_id: int, channel_type: int, model: str, sold: Price) -> Bought | None:
        found = self.channels.get(channel_id, self.default).of(model, channel_type)
        if found is None:
            return None
        price, factor = found
        alike = replace(price, version="", source="") == replace(sold, version="", source="")
        return Bought(price=price, factor=factor, infrastructure=self.infrastructure, as_sold=alike)


def _number(name: str) -> int:
    if not (name.isascii() and name.isdigit() and 0 < int(name) < 2**53):
        raise InvalidPrices(f"{OPTION}: {name!r} is neither a channel's number nor 'default'", param=OPTION)
    return int(name)


def _read(name: str, value: Any, otherwise: Terms) -> Terms:
    """One channel's entry; what it leaves out is as ``otherwise`` has it."""
    try:
        entry = as_object(name, value)
        if unknown := sorted(entry.keys() - {"factor", "models"}):
            raise InvalidPrices(f"{SALE}: {name!r}: unknown field {unknown[0]!r}; known: ['factor', 'models']")
        models = as_object(f"{name}.models", entry.get("models", {}))
        factor = _factor(f"{name}.factor", entry["factor"]) if "factor" in entry else otherwise.factor
        prices = {model: read_model_price(model, price) for model, price in models.items() if isinstance(price, dict)}
        factors = {model: _factor(model, price) for model, price in models.items() if not isinstance(price, dict)}
    except InvalidPrices as error:
        raise InvalidPrices(error.message.replace(SALE, OPTION, 1), param=OPTION) from None
    return _laid_over(otherwise, factor, prices, factors)


def _laid_over(
    otherwise: Terms, factor: Factor, prices: Mapping[str, ModelPrice], factors: Mapping[str, Factor]
) -> Terms:
    kept = {model: price for model, price in otherwise.book.overrides.items() if model not in factors}
    book = replace(otherwise.book, overrides={**kept, **prices}, known={})
    return Terms(factor, book, {**otherwise.factors, **factors})


def _factor(name: str, value: Any) -> Factor:
    return None if value is None else read_price(OPTION, name, value)
