"""What models cost before the operator says something else: the built-in tables, as the settings show them."""

from collections.abc import Iterator
from functools import lru_cache

from fastapi import APIRouter

from admin.openapi.examples import example
from admin.web.envelope import Answer, ok
from admin.web.fields import Shown
from admin.web.gate import GatedRoute, needs
from gateway.billing import data, rational
from gateway.billing.pricing import Price, PriceBook, UnknownPrice
from gateway.domain.identity import Role

routes = APIRouter(prefix="/api/option", tags=["options"], route_class=GatedRoute)


class BuiltinPrice(
    Shown, json_schema_extra=example(name="gpt-4o", ratio="2.5", completion="4", cached="1.25", request="")
):
    """``ratio``, ``cached`` and ``request`` in quota for a token of input, a cached one, a request; ``completion``: how
    many times ``ratio`` a token of output costs. All exact texts, empty where there is no such price. ``name`` may end
    in a channel type, as in `llama3-8b-8192(33)`.
    """

    name: str
    ratio: str
    completion: str
    cached: str
    request: str


@routes.get("/prices", summary="What every model of the built-in tables costs, before the operator's own prices")
@needs(Role.ROOT)
def show_builtin_prices() -> Answer[list[BuiltinPrice]]:
    return ok(list(builtin_prices()))


@lru_cache(maxsize=1)
def builtin_prices() -> tuple[BuiltinPrice, ...]:
    """All of them: some 3,700, read in half a second, once per process."""
    return tuple(_priced(sorted({*data.ratios()["model_ratio"], *data.prices()})))


def _priced(names: list[str]) -> Iterator[BuiltinPrice]:
    book = PriceBook.from_options({})
    for name in names:
        model, _, channel_type = name.removesuffix(")").rpartition("(") if name.endswith(")") else (name, "", "0")
        try:
            yield _shown(name, book.price(model, int(channel_type)))
            book.known.clear()  # all at once would be 10 MB
        except (UnknownPrice, ValueError):  # a negative ratio is none, and not every bracket holds a channel type
            continue


def _shown(name: str, price: Price) -> BuiltinPrice:
    rates = price.rates(0)
    return BuiltinPrice(
        name=name,
        ratio="" if rates is None else rational.text(rates.input),
        completion="" if rates is None else rational.text(price.completion_ratio),
        cached="" if rates is None else rational.text(rates.cached),
        request="" if price.request is None else rational.text(price.request),
    )
