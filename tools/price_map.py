"""Reads one entry of the public price map: dollars with many field names become quota with few."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

QUOTA_PER_DOLLAR = 500_000

KIND_FIELDS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "cache_creation_input_token_cost_above_12hr": "cache_write_1h",
    "output_cost_per_reasoning_token": "reasoning",
    "cache_read_input_audio_token_cost": "cached_audio",
    "cache_read_input_image_token_cost": "cached_image",
    "input_cost_per_audio_token": "audio_in",
    "output_cost_per_audio_token": "audio_out",
    "input_cost_per_image_token": "image_in",
    "output_cost_per_image_token": "image_out",
}
SERVICES = {"batches": "batch", "flex": "flex", "priority": "priority", "ultrafast": "ultrafast"}
FIELD = re.compile(
    rf"(?P<kind>{'|'.join(sorted(KIND_FIELDS, key=len, reverse=True))})"
    rf"(_above_(?P<thousand>\d+)k_tokens)?(_(?P<service>{'|'.join(SERVICES)}))?"
)

# What a gateway for chat, embeddings, images and audio does not sell.
SKIPPED_MODES = {
    "video_generation",
    "search",
    "ocr",
    "evaluation",
    "decisions",
    "extraction",
    "guardrail",
    "vector_store",
    None,
}
IMAGE_MODES = {"image_generation", "image_edit"}

UNIT_FIELDS = {
    "input_cost_per_query",
    "input_cost_per_request",
    "output_cost_per_image",
    "input_cost_per_image",
    "input_cost_per_second",
    "output_cost_per_second",
    "input_cost_per_character",
    "input_cost_per_pixel",
    "input_cost_per_token_cache_hit",
}

Kinds = dict[str, Decimal]


@dataclass(slots=True)
class Entry:
    """One model of the map. ``plans`` is service ("" is standard) to tier (tokens above) to kind to quota."""

    key: str
    provider: str
    mode: str
    plans: dict[str, dict[int, Kinds]] = field(default_factory=dict[str, dict[int, Kinds]])
    units: Kinds = field(default_factory=dict[str, Decimal])
    images: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    context: int = 0
    max_output: int = 0
    dropped: list[str] = field(default_factory=list[str])

    @property
    def base(self) -> Kinds:
        """The standard prices of a short request."""
        return self.plans.get("", {}).get(0, {})

    @property
    def free(self) -> bool:
        """Whether every figure is zero."""
        figures = [price for tiers in self.plans.values() for kinds in tiers.values() for price in kinds.values()]
        return not any([*figures, *self.units.values(), *self.images.values()])

    def weight(self) -> tuple[Decimal, Decimal]:
        """Orders offers of the same model: dearest last."""
        unit = max([*self.units.values(), *self.images.values()], default=Decimal(0))
        return (self.base.get("input", Decimal(0)) + self.base.get("output", Decimal(0)), unit)

    def to_json(self) -> str:
        """Our row: short, exact, in a fixed order."""
        row: dict[str, Any] = {"from": self.key, "mode": self.mode, **texts(self.base), **texts(self.units)}
        if self.images:
            row["images"] = texts(self.images)
        for service, tiers in sorted(self.plans.items()):
            target = row if not service else row.setdefault(service, texts(tiers.get(0, {})))
            above = {str(start): texts(kinds) for start, kinds in sorted(tiers.items()) if start}
            if above:
                target["tiers"] = above
        if self.context:
            row["context"] = self.context
        if self.max_output:
            row["max_output"] = self.max_output
        return json.dumps(row, separators=(",", ":"))


def texts(prices: Mapping[str, Decimal]) -> dict[str, str]:
    """Decimals as plain text without exponent or trailing zeros."""
    return {name: plain(price) for name, price in prices.items()}


def plain(price: Decimal) -> str:
    text = f"{price:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quota(dollars: Any) -> Decimal:
    """Dollars to quota, exact."""
    return Decimal(dollars) * QUOTA_PER_DOLLAR


def read_entry(key: str, value: Mapping[str, Any]) -> Entry | None:
    """An entry with at least one price we can charge by, else ``None``."""
    mode = value.get("mode")
    if mode in SKIPPED_MODES or "commitment" in key or "*" in key:
        return None
    entry = Entry(key, value.get("litellm_provider") or "", str(mode))
    read_tokens(entry, value)
    read_units(entry, value)
    entry.context = whole(value.get("max_input_tokens") or value.get("max_tokens"))
    entry.max_output = whole(value.get("max_output_tokens"))
    return entry if entry.base or entry.units or entry.images else None


def is_unread(name: str) -> bool:
    """Whether a field is a price that no usage figure of ours corresponds to."""
    return ("cost" in name or "pricing" in name) and not (
        FIELD.fullmatch(name) or name in UNIT_FIELDS or name == "tiered_pricing"
    )


def whole(value: Any) -> int:
    return int(value) if isinstance(value, int | Decimal) else 0


def read_tokens(entry: Entry, value: Mapping[str, Any]) -> None:
    for name, price in value.items():
        match = FIELD.fullmatch(name)
        if match and isinstance(price, int | Decimal):
            tiers = entry.plans.setdefault(SERVICES.get(match["service"], ""), {})
            kinds = tiers.setdefault(int(match["thousand"] or 0) * 1000, {})
            kinds[KIND_FIELDS[match["kind"]]] = quota(price)
    if "cached" not in entry.base and "input_cost_per_token_cache_hit" in value and entry.base:
        entry.base["cached"] = quota(value["input_cost_per_token_cache_hit"])
    for tier in value.get("tiered_pricing") or []:
        read_range(entry, tier)
    tidy(entry)


def read_range(entry: Entry, tier: Mapping[str, Any]) -> None:
    """A tier written as a range of prompt tokens (Qwen): its lower end is our ``above``."""
    kinds = entry.plans.setdefault("", {}).setdefault(int(tier["range"][0]), {})
    for name, price in tier.items():
        if name in KIND_FIELDS:
            kinds[KIND_FIELDS[name]] = quota(price)


def tidy(entry: Entry) -> None:
    """Leaves out figures that would give tokens away: a zero for one kind of a model that costs money, or
    a cache write below the plain input price. What is left out falls back to the plain price."""
    for service, tiers in list(entry.plans.items()):
        for above, kinds in list(tiers.items()):
            dear = max(kinds.get("input", Decimal(0)), entry.base.get("input", Decimal(0)))
            for kind in [kind for kind, price in kinds.items() if suspicious(kind, price, kinds, dear)]:
                del kinds[kind]
                entry.dropped.append(f"{service or 'standard'} above {above}: {kind}")
            if not kinds:
                del tiers[above]
        if not tiers:
            del entry.plans[service]


def suspicious(kind: str, price: Decimal, kinds: Kinds, dear: Decimal) -> bool:
    if kind in ("input", "output"):
        return False
    if kind.startswith("cache_write"):
        return price < kinds.get("input", dear if price == 0 else Decimal(0))
    return price == 0 and dear > 0


def read_units(entry: Entry, value: Mapping[str, Any]) -> None:
    def dearest(*names: str) -> Decimal | None:
        found = [quota(value[name]) for name in names if isinstance(value.get(name), int | Decimal)]
        return max(found) if found else None

    units: dict[str, Decimal | None] = {"request": dearest("input_cost_per_query", "input_cost_per_request")}
    if entry.mode in IMAGE_MODES:
        # Where a picture's price stands under "input" only, it is the price of a produced picture.
        produced = dearest("output_cost_per_image")
        units["image"] = produced if produced is not None else dearest("input_cost_per_image")
    if entry.mode in ("audio_transcription", "audio_speech"):
        units["second"] = dearest("input_cost_per_second", "output_cost_per_second")
        units["character"] = dearest("input_cost_per_character")
    entry.units = {name: price for name, price in units.items() if price is not None}
    if entry.mode == "image_generation" and "image" not in entry.units:
        read_pixels(entry, value)


def read_pixels(entry: Entry, value: Mapping[str, Any]) -> None:
    """A price per pixel becomes a price per picture of the size in the key."""
    size = re.search(r"(\d+)-x-(\d+)", entry.key)
    per_pixel = value.get("input_cost_per_pixel")
    if size and isinstance(per_pixel, Decimal) and per_pixel:
        entry.units["image"] = quota(per_pixel * int(size[1]) * int(size[2]))
