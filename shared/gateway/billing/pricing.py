"""The price book: from options and committed tables to the price of a model.

Looked up in this order, each by ``name(channel type)`` and then by ``name``:

1. option ``ModelPrice``: our own, per model, any of the prices below;
2. option ``ModelRatio``, then one-api's default table (with ``CompletionRatio`` and the rules by name);
3. the price map of today's models, which also adds to 2 what a single ratio cannot say (cached, audio, long
   context, service tiers), in proportion to its own input and output price;
4. option ``UnknownModelPrice``: ``refuse`` (default) or a ratio.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from gateway.billing import data, oneapi, rational
from gateway.billing.model_price import ModelPrice, read_model_prices
from gateway.billing.price import STANDARD, Kinds, Price, Tiers, complete, make_plans
from gateway.billing.price_row import PriceRow, read_row
from gateway.billing.settings import InvalidPrices, read_ratios, read_unknown
from gateway.billing.tool_prices import read_tool_prices, tool_prices
from gateway.errors import BadRequest
from gateway.records import dataclass

__all__ = ["InvalidPrices", "Price", "PriceBook", "UnknownPrice"]

OPTIONS = ("ModelRatio", "CompletionRatio", "GroupRatio", "ModelPrice", "ToolPrice", "UnknownModelPrice")

# A token-priced voice is asked for by text: so many audio tokens a second, so many letters spoken in it. Slow
# speech and dense audio on purpose, since nothing better is known before (and often after) the request.
AUDIO_TOKENS_PER_SECOND, LETTERS_PER_SECOND = 32, 12

_ONE = Fraction(1)
MOST_KNOWN = 4096  # prices kept; a caller who chooses the channel can make up names without end


class UnknownPrice(BadRequest):
    """The model has no price anywhere; asking again will not help until an administrator sets one."""

    code = "model_price_not_configured"


@dataclass(frozen=True, slots=True)
class PriceBook:
    """One set of prices. Immutable: a changed option makes a new book with a new ``version``."""

    version: str
    ratios: Mapping[str, Fraction]
    completions: Mapping[str, Fraction]
    groups: Mapping[str, Fraction]
    overrides: Mapping[str, ModelPrice]
    tools: Mapping[str, Fraction]
    unknown: Fraction | None
    known: dict[tuple[str, int], Price] = field(default_factory=dict[tuple[str, int], Price], compare=False, repr=False)

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> "PriceBook":
        """Builds a book from option texts (see ``OPTIONS``); raises ``InvalidPrices`` naming the bad entry."""
        texts = {name: options.get(name) or "" for name in OPTIONS}
        stamp = hashlib.sha256(data.fingerprint().encode())
        for name in OPTIONS:
            stamp.update(f"\n{name}={texts[name]}".encode())
        return cls(
            version=stamp.hexdigest()[:12],
            ratios=read_ratios("ModelRatio", texts["ModelRatio"], negative=True),
            completions=read_ratios("CompletionRatio", texts["CompletionRatio"]),
            groups=read_ratios("GroupRatio", texts["GroupRatio"] or default_groups()),
            overrides=read_model_prices(texts["ModelPrice"]),
            tools=read_tool_prices(texts["ToolPrice"]),
            unknown=read_unknown(texts["UnknownModelPrice"]),
        )

    def group_ratio(self, group: str) -> Fraction:
        """What a group pays per quota; an unknown group pays 1."""
        return self.groups.get(group, _ONE)

    def model_ratio(self, model: str, channel_type: int = 0) -> Fraction | None:
        """one-api's model ratio: option, then default table; ``None`` if neither has the model."""
        return oneapi.model_ratio(model, channel_type, self.ratios)

    def completion_ratio(self, model: str, channel_type: int = 0) -> Fraction:
        """one-api's completion ratio: option, default table, rules by name."""
        return oneapi.completion_ratio(model, channel_type, self.completions)

    def price(self, model: str, channel_type: int = 0) -> Price:
        """What the model costs on that channel type; raises ``UnknownPrice``."""
        key = (model, channel_type)
        found = self.known.get(key)
        if found is None:
            found = self._resolve(model, channel_type)
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            self.known[key] = found
        return found

    def _resolve(self, model: str, channel_type: int) -> Price:
        override = next((self.overrides[n] for n in oneapi.names(model, channel_type) if n in self.overrides), None)
        row = find_row(model, channel_type)
        ratio, source = self._ratio(model, channel_type, override, row)
        tools = tool_prices(model, channel_type, self.tools, override.calls if override else {})
        if override and override.flat:
            return replace(flat_price(model, self.version, override), tools=tools)
        if ratio is None and row is None and override is None:
            raise UnknownPrice(unknown_message(model, channel_type), param="model")
        completion = self._completion(model, channel_type, override, row)
        drawn = Draft(model, channel_type, ratio, completion, row or PriceRow(), override or ModelPrice())
        return replace(drawn.price(), version=self.version, source=source, tools=tools)

    def _ratio(
        self, model: str, channel_type: int, override: ModelPrice | None, row: PriceRow | None
    ) -> tuple[Fraction | None, str]:
        """The input price that wins, and where it was found. A negative ratio (``openrouter/auto``) is no price."""
        if override and "input" in override.kinds:
            return override.kinds["input"], "ModelPrice"
        ratio = self.model_ratio(model, channel_type)
        if ratio is not None and ratio >= 0:
            return ratio, "ModelRatio"
        if row is None and override is None and self.unknown is not None:
            return self.unknown, "UnknownModelPrice"
        return None, row.source if row else "ModelPrice"

    def _completion(self, model: str, channel_type: int, override: ModelPrice | None, row: PriceRow | None) -> Fraction:
        """What wins: an explicit ratio, one-api's rule for a model of its own table, the map, a rule by name."""
        if override and override.completion is not None:
            return override.completion
        listed = oneapi.listed_completion_ratio(model, channel_type, self.completions)
        if listed is not None:
            spoken = row is not None and row.mode == "audio_transcription"
            return Fraction(1) if spoken and not listed else listed
        if row and row.completion is not None and oneapi.builtin_ratio(model, channel_type) is None:
            return row.completion
        return self.completion_ratio(model, channel_type)


@dataclass(frozen=True, slots=True)
class Draft:
    """A price in the making: the ratio that won, the map's row and the operator's own figures."""

    model: str
    channel_type: int
    ratio: Fraction | None
    completion: Fraction
    row: PriceRow
    override: ModelPrice

    def price(self) -> Price:
        tiers = self._tiers()
        base = tiers.get(STANDARD, {}).get(0, {})
        images, character = self._images(), self._character()
        units = {**self._units(), **self.override.units}
        rates = complete(base) if base else None
        shown = rates.input if rates else character or max(images.values(), default=Fraction(0)) / oneapi.IMAGE_UNITS
        return Price(
            model=self.model,
            version="",
            source="",
            model_ratio=shown,
            completion_ratio=rates.output / shown if rates and shown else self.completion,
            plans=make_plans(tiers),
            images={**({} if "" in self.override.images else images), **self.override.images},
            picture_tokens=self.row.picture_tokens or "image_out" in self.override.kinds,
            character=units.get("character", character),
            by_bytes=self.ratio is not None and "character" not in self.override.units,
            second=units.get("second"),
            timed="second" in units and "input" not in self.row.base,
            request=units.get("request"),
            context=self.row.context,
            max_output=self.row.max_output,
        )

    @property
    def rise(self) -> Fraction:
        """How many times the map's input price is charged; its other input prices follow."""
        reference = self.row.base.get("input") or oneapi.builtin_ratio(self.model, self.channel_type)
        return self.ratio / reference if self.ratio is not None and reference else Fraction(1)

    def _plain(self) -> dict[str, Fraction]:
        """The two prices a ratio gives."""
        if self.ratio is not None:
            return {"input": self.ratio, "output": self.ratio * self.completion}
        if "input" in self.row.base:
            return {"input": self.row.base["input"], "output": self.row.base["input"] * self.completion}
        return {}

    def _tiers(self) -> dict[str, Tiers]:
        plain = self._plain()
        output, listed = plain.get("output"), self.row.base.get("output")
        rise_out = output / listed if output is not None and listed else self.rise
        tiers = self.row.scaled(self.rise, rise_out)
        base: Kinds = {**tiers.get(STANDARD, {}).get(0, {}), **plain, **self.override.kinds}
        if not base:
            return {}
        return self.override.apply({**tiers, STANDARD: {**tiers.get(STANDARD, {}), 0: base}})

    def _images(self) -> dict[str, Fraction]:
        """one-api's rule for a model of its table or one that only has a ratio; else the map's figures."""
        own = oneapi.builtin_ratio(self.model, self.channel_type) is not None or not self.row.images
        if self.ratio is not None and own and not self.row.picture_tokens:
            return dict(oneapi.image_prices(self.model, self.ratio))
        return {name: price * self.rise for name, price in self.row.images.items()}

    def _units(self) -> dict[str, Fraction]:
        units = {name: price * self.rise for name, price in self.row.units.items() if name != "character"}
        if self.row.mode == "audio_speech":
            units.pop("second", None)  # of speech: nobody reports it; see _character
        return units

    def _character(self) -> Fraction | None:
        """one-api's ratio per byte, the map's price per character, or an estimate for a voice sold by token."""
        if self.ratio is not None:
            return self.ratio
        if "character" in self.row.units or self.row.mode != "audio_speech":
            return self.row.units.get("character")
        if "second" in self.row.units:
            return self.row.units["second"] / LETTERS_PER_SECOND
        spoken = self.row.base.get("audio_out", self.row.base.get("output", Fraction(0)))
        return self.row.base.get("input", Fraction(0)) + spoken * AUDIO_TOKENS_PER_SECOND / LETTERS_PER_SECOND


@lru_cache(maxsize=512)  # a row is 2 KB; more are asked for where all are shown, once
def find_row(model: str, channel_type: int) -> PriceRow | None:
    """The map's row for a model, if it has one."""
    table = data.prices()
    plain = oneapi.without_internet(model, "qwen-", "command-")
    return next((read_row(table[name]) for name in oneapi.names(plain, channel_type) if name in table), None)


def flat_price(model: str, version: str, override: ModelPrice) -> Price:
    """A fixed price per request and nothing else."""
    request = override.units["request"]
    return Price(
        model=model,
        version=version,
        source="ModelPrice",
        model_ratio=request,
        completion_ratio=Fraction(1),
        request=request,
    )


def default_groups() -> str:
    pairs = data.ratios()["group_ratio"].items()
    return "{" + ",".join(f'"{name}":{ratio}' for name, ratio in pairs) + "}"


def unknown_message(model: str, channel_type: int) -> str:
    return (
        f"model {model!r} has no price. An administrator can set one: add {model!r} (or "
        f"'{model}({channel_type})' for this channel type only) to the option ModelRatio or ModelPrice, "
        "or set the option UnknownModelPrice to a ratio."
    )


def as_json(price: Price) -> dict[str, Any]:
    """A price for people to read, as the admin API shows it; figures as exact text."""
    standard = price.rates(0)
    return {
        "model": price.model,
        "source": price.source,
        "version": price.version,
        "model_ratio": rational.text(price.model_ratio),
        "completion_ratio": rational.text(price.completion_ratio),
        "tokens": {name: rational.text(getattr(standard, name)) for name in standard.__slots__} if standard else None,
        "images": {name: rational.text(value) for name, value in price.images.items()},
        **{
            name: rational.text(value)
            for name in ("character", "second", "request")
            if (value := getattr(price, name)) is not None
        },
    }
