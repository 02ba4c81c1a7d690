"""Option ``ModelPrice``: per model, what a single ratio cannot say.

    {"some-model": {"input": 1.25, "output": 5, "cached": 0.625, "tiers": [{"above": 200000, "input": 2.5}],
                    "batch": 0.5, "priority": {"input": 2.5, "output": 10}},
     "flat-model": {"request": 2500}}

Every figure is quota: per token (so ``input`` is a model ratio), per ``request``, ``image``, ``character`` or
``second``. ``images`` maps a size or ``quality/size`` to quota per picture, ``calls`` a vendor's own tool to quota per
call, which is added to whatever else there is. A service tier is an object of prices
or a factor on all of them. ``request`` alone replaces every other price; beside others it is added.
"""

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from typing import Any, cast

from gateway.billing.price import KINDS, SERVICES, STANDARD, Kinds, Tiers
from gateway.billing.settings import InvalidPrices, read_object, read_price
from gateway.records import dataclass

OPTION = "ModelPrice"
UNITS = ("request", "character", "second")
Factor = Fraction


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """One entry. ``services`` holds tiers, or a factor on the standard prices."""

    kinds: Kinds = field(default_factory=dict[str, Fraction])
    tiers: Tiers = field(default_factory=dict[int, Kinds])
    services: Mapping[str, Tiers | Factor] = field(default_factory=dict[str, Tiers | Factor])
    units: Kinds = field(default_factory=dict[str, Fraction])
    images: Kinds = field(default_factory=dict[str, Fraction])
    calls: Kinds = field(default_factory=dict[str, Fraction])

    @property
    def flat(self) -> bool:
        """A price per request and nothing else."""
        return set(self.units) == {"request"} and not (self.kinds or self.images)

    @property
    def completion(self) -> Fraction | None:
        """The completion ratio, if both prices are given."""
        price, output = self.kinds.get("input"), self.kinds.get("output")
        return output / price if price and output is not None else None

    def apply(self, tiers: Mapping[str, Tiers]) -> dict[str, Tiers]:
        """Lays these tiers and services over the ones there are."""
        found = dict(tiers)
        if self.tiers:
            found[STANDARD] = {0: tiers[STANDARD][0], **self.tiers}
        for service, own in self.services.items():
            found[service] = scale(found[STANDARD], own) if isinstance(own, Fraction) else own
        return found


def scale(tiers: Tiers, factor: Fraction) -> Tiers:
    return {above: {kind: price * factor for kind, price in kinds.items()} for above, kinds in tiers.items()}


def read_model_prices(text: str) -> dict[str, ModelPrice]:
    """The whole option; raises ``InvalidPrices`` naming the model and the field."""
    return {model: read_model_price(model, value) for model, value in read_object(OPTION, text).items()}


def read_model_price(model: str, value: Any) -> ModelPrice:
    entry = as_object(model, value)
    allowed = {*KINDS, *UNITS, *SERVICES, "image", "images", "tiers", "calls"}
    if unknown := sorted(entry.keys() - allowed):
        raise InvalidPrices(
            f"{OPTION}: {model!r}: unknown field {unknown[0]!r}; known: {sorted(allowed)}", param=OPTION
        )
    images = read_kinds(model, as_object(model, entry.get("images", {})))
    if "image" in entry:
        images[""] = read_price(OPTION, model, entry["image"])
    return ModelPrice(
        kinds=read_kinds(model, entry, KINDS),
        tiers=read_tiers(model, entry.get("tiers", [])),
        services={service: read_service(model, entry[service]) for service in SERVICES if service in entry},
        units=read_kinds(model, entry, UNITS),
        images=images,
        calls=read_kinds(model, as_object(model, entry.get("calls", {}))),
    )


def read_service(model: str, value: Any) -> Tiers | Factor:
    if not isinstance(value, dict):
        return read_price(OPTION, model, value)
    entry = as_object(model, cast(object, value))
    return {0: read_kinds(model, entry, KINDS), **read_tiers(model, entry.get("tiers", []))}


def read_tiers(model: str, value: Any) -> dict[int, Kinds]:
    if not isinstance(value, list):
        raise InvalidPrices(f"{OPTION}: {model!r}: tiers must be a list of objects with 'above'", param=OPTION)
    tiers: dict[int, Kinds] = {}
    for item in cast(list[Any], value):
        entry = as_object(model, item)
        above = read_price(OPTION, model, entry.get("above"))
        if above <= 0 or above.denominator != 1:
            raise InvalidPrices(f"{OPTION}: {model!r}: 'above' must be a whole number of prompt tokens", param=OPTION)
        tiers[int(above)] = read_kinds(model, entry, KINDS)
    return tiers


def read_kinds(model: str, entry: Mapping[str, Any], names: tuple[str, ...] | None = None) -> dict[str, Fraction]:
    chosen = entry if names is None else [name for name in names if name in entry]
    return {name: read_price(OPTION, f"{model}.{name}", entry[name]) for name in chosen}


def as_object(model: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidPrices(f'{OPTION}: {model!r} must be an object such as {{"input": 1.25}}', param=OPTION)
    return cast(dict[str, Any], value)
