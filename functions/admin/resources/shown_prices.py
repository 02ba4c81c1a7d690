"""Prices as everybody may see them: exact texts, in dollars and as the ratios that one-api's people know."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from admin.openapi.examples import example
from admin.web.fields import Shown
from gateway.billing import rational
from gateway.billing.price import INPUT_KINDS, OUTPUT_KINDS, Price, Rates
from gateway.billing.rational import parse

_MILLION = 1_000_000


class TokenPrice(Shown, json_schema_extra=example(kind="input", ratio="0.075", dollars="0.15")):
    """``ratio`` is quota per token, ``dollars`` per million of them."""

    kind: str
    ratio: str
    dollars: str


class PiecePrice(Shown, json_schema_extra=example(unit="image", what="1024x1024", quota="20000", dollars="0.04")):
    """For each ``request``, ``image`` (``what``: its quality and size), ``character`` or ``second``."""

    unit: str
    what: str
    quota: str
    dollars: str


class Step(Shown, json_schema_extra=example(service="", above=0)):
    """Prices of requests with more than ``above`` tokens of prompt, at a ``service`` tier that the provider confirms;
    the standard one is empty. A kind that is not listed costs what ``input`` costs, or ``output``."""

    service: str
    above: int
    tokens: list[TokenPrice]


class Offer(Shown, json_schema_extra=example(pieces=[])):
    """What a model is sold at, before a group's factor."""

    steps: list[Step]
    pieces: list[PiecePrice]


def offer(price: Price, per_unit: str) -> Offer:
    """A price, with so many quota to a dollar."""
    unit = parse(per_unit)
    steps = [
        Step(service=service, above=above, tokens=[_token(name, value, unit) for name, value in _told(rates)])
        for service, schedule in price.plans.items()
        for above, rates in schedule
    ]
    return Offer(steps=steps, pieces=list(_pieces(price, unit)))


def _told(rates: Rates) -> Iterator[tuple[str, Fraction]]:
    """Input and output, and every kind that costs something else."""
    yield "input", rates.input
    yield "output", rates.output
    for kinds, plain in ((INPUT_KINDS, rates.input), (OUTPUT_KINDS, rates.output)):
        yield from ((kind, value) for kind in kinds if (value := getattr(rates, kind)) != plain)


def _token(kind: str, ratio: Fraction, unit: Fraction) -> TokenPrice:
    return TokenPrice(kind=kind, ratio=rational.text(ratio), dollars=rational.text(ratio * _MILLION / unit))


def _pieces(price: Price, unit: Fraction) -> Iterator[PiecePrice]:
    images: Mapping[str, Fraction] = price.images
    sold = [("image", what, value) for what, value in images.items()]
    sold += [(name, "", value) for name in ("request", "character", "second") if (value := getattr(price, name))]
    for name, what, value in sold:
        yield PiecePrice(unit=name, what=what, quota=rational.text(value), dollars=rational.text(value / unit))
