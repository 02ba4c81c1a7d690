"""One row of ``prices.json``, as numbers."""

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction

from gateway.billing import data, rational
from gateway.billing.price import KINDS, OUTPUT_KINDS, SERVICES, STANDARD, Kinds, Tiers
from gateway.records import dataclass

UNITS = ("request", "character", "second")


@dataclass(frozen=True, slots=True)
class PriceRow:
    """What the map says about one model; the empty row says nothing."""

    source: str = ""
    mode: str = ""
    tiers: Mapping[str, Tiers] = field(default_factory=dict[str, Tiers])
    units: Kinds = field(default_factory=dict[str, Fraction])
    images: Kinds = field(default_factory=dict[str, Fraction])
    context: int = 0
    max_output: int = 0

    @property
    def base(self) -> Kinds:
        """Standard prices of a short request."""
        return self.tiers.get(STANDARD, {}).get(0, {})

    @property
    def completion(self) -> Fraction | None:
        """Output price over input price; what only produces pictures or sound has their price as its output price."""
        price = self.base.get("input")
        output = next((self.base[kind] for kind in ("output", "image_out", "audio_out") if kind in self.base), price)
        return output / price if price and output is not None else None

    @property
    def picture_tokens(self) -> bool:
        """Whether pictures are sold by token, so that a ratio per token says nothing about a whole one."""
        return "image_out" in self.base

    def scaled(self, rise_in: Fraction, rise_out: Fraction) -> dict[str, Tiers]:
        """The same prices, input side and output side each times its factor."""
        output_side = ("output", *OUTPUT_KINDS)
        return {
            service: {
                above: {kind: price * (rise_out if kind in output_side else rise_in) for kind, price in kinds.items()}
                for above, kinds in tiers.items()
            }
            for service, tiers in self.tiers.items()
        }


def read_row(row: data.Row) -> PriceRow:
    """Texts to exact numbers; only the row that is asked for is ever converted."""
    tiers: dict[str, Tiers] = {STANDARD: read_tiers(row)}
    tiers.update({service: read_tiers(row[service]) for service in SERVICES if service in row})
    images = {name: rational.parse(price) for name, price in row.get("images", {}).items()}
    if "image" in row:
        images[""] = rational.parse(row["image"])
    return PriceRow(
        source=f"price map: {row['from']}",
        mode=row["mode"],
        tiers={service: own for service, own in tiers.items() if own},
        units={name: rational.parse(row[name]) for name in UNITS if name in row},
        images=images,
        context=row.get("context", 0),
        max_output=row.get("max_output", 0),
    )


def read_tiers(row: data.Row) -> Tiers:
    found: dict[int, Kinds] = {0: read_kinds(row)} if read_kinds(row) else {}
    found.update({int(above): read_kinds(kinds) for above, kinds in row.get("tiers", {}).items()})
    return found


def read_kinds(row: data.Row) -> Kinds:
    return {kind: rational.parse(row[kind]) for kind in KINDS if kind in row}
