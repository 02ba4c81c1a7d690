"""The most a request can cost, before it is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from fractions import Fraction
from typing import Any, cast

from gateway.billing import audio_duration, estimate
from gateway.billing.charging import Asked, affordable, reserve
from gateway.billing.price import SERVICES, STANDARD, Price
from gateway.billing.pricing import PriceBook, UnknownPrice
from gateway.domain.channel import Channel
from gateway.domain.identity import Caller
from gateway.domain.usage import NOTHING, Usage
from gateway.outbound.protocol import PICTURES, SOUNDS
from gateway.records import dataclass, short_record
from relay import hosted_tools
from relay.answer_limits import completion_limit, heeds
from relay.inbound.protocol import Json, ParsedRequest
from relay.options import Options

LEAST_IN_CONTEXT = 1024  # tokens of an answer there is surely place for: the prompt's bound says four times too much


def reservation(
    book: PriceBook, channels: list[Channel], caller: Caller, parsed: ParsedRequest, options: Options
) -> tuple[list[Channel], "Quote"]:
    """The channels that have a price for this model, and what the request can cost on them.

    Raises ``UnknownPrice`` when none has one.
    """
    priced: list[Channel] = []
    offers: list[Offer] = []
    refusal: UnknownPrice | None = None
    limit, tools = completion_limit(parsed), hosted_tools.asked(parsed, options.tool_calls)
    for channel in channels:
        model = channel.upstream_model(parsed.model)
        try:
            price = book.price(model, channel.type)
        except UnknownPrice as unknown:
            refusal = unknown
            continue
        priced.append(channel)
        heeding = heeds(channel, parsed.operation, model)
        longest = limit if limit is not None and heeding else price.max_output or options.longest_answer
        calls = hosted_tools.held_for(parsed, channel, price, tools)
        offers.append(Offer(price, longest, heeding, open_ended=limit is None or not heeding, calls=calls))
    if refusal is not None and not priced:
        raise refusal
    ratio = book.group_ratio(caller.user.group)
    return priced, Quote(Measured.of(parsed), tuple(dict.fromkeys(offers)), ratio, options.fetched_tokens)


@dataclass(frozen=True, slots=True)
class Offer:
    """One price a request may be served at, and how many tokens its answer may have there, per choice.

    ``heeding``: the provider keeps to a limit; ``open_ended``: there is none that it would keep to. ``calls``: of the
    provider's own tools.
    """

    price: Price
    longest: int
    heeding: bool = True
    open_ended: bool = False
    calls: Mapping[str, int] = field(default_factory=dict[str, int])

    def __hash__(self) -> int:
        return hash((self.price.model, self.longest))


@short_record
class Measured:
    """A request's size, taken once: it is priced for every channel that may serve it."""

    parsed: ParsedRequest
    prompt: int
    kinds: frozenset[str]
    fetched: int = 0  # things that the provider looks up by itself
    exact: bool = False  # the prompt was counted

    @classmethod
    def of(cls, parsed: ParsedRequest) -> "Measured":
        """Walks the body; about a microsecond per text in it."""
        body, kinds = parsed.body, estimate.kinds(parsed.body)
        looks = "image_in" in kinds or isinstance(body.get("prompt"), dict) or any(map(body.get, estimate.STORED))
        return cls(parsed, estimate.estimate(body), kinds, estimate.fetched(body) if looks else 0)


@short_record
class Quote:
    """What a request can cost on the channels that may serve it, at most; all amounts in quota."""

    measured: Measured
    offers: tuple[Offer, ...]
    ratio: Fraction
    fetched_tokens: int = 0

    @property
    def open_ended(self) -> bool:
        """Whether an answer may be as long as the model likes."""
        return any(offer.open_ended for offer in self.offers)

    @property
    def heeded(self) -> bool:
        """Whether every provider that may serve it keeps to a limit."""
        return all(offer.heeding for offer in self.offers)

    @property
    def longest(self) -> int:
        """The most tokens of one answer that may be asked for, wherever it is served: more would be refused."""
        return min(map(self._longest, self.offers), default=0)

    def _longest(self, offer: Offer) -> int:
        if not (offer.open_ended and offer.price.context):
            return offer.longest
        return min(offer.longest, max(offer.price.context - self._prompt(offer.price), LEAST_IN_CONTEXT))

    def with_prompt(self, tokens: int) -> "Quote":
        """The same with the prompt as it was counted."""
        return replace(self, measured=replace(self.measured, prompt=min(tokens, self.measured.prompt), exact=True))

    def with_fewest_calls(self) -> "Quote":
        """The same with one call of each tool."""
        return replace(self, offers=tuple(replace(each, calls=dict.fromkeys(each.calls, 1)) for each in self.offers))

    def worst(self) -> int:
        """With the longest answers there can be."""
        return max((self._cost(offer, offer.longest) for offer in self.offers), default=0)

    def assumed(self, tokens: int) -> int:
        """With so many tokens in place of a limit that is not there."""
        return max(
            (self._cost(offer, tokens if offer.open_ended else offer.longest) for offer in self.offers), default=0
        )

    def at(self, tokens: int) -> int:
        """With answers of so many tokens."""
        return max((self._cost(offer, tokens) for offer in self.offers), default=0)

    def affordable(self, quota: int) -> int:
        """How many tokens every answer may have for so much; below zero where that does not pay for the prompt."""
        parsed = self.measured.parsed
        found = [
            affordable(
                offer.price,
                quota,
                prompt_estimate=self._prompt(offer.price),
                group_ratio=self.ratio,
                n=answers(parsed),
                asked=asked,
            )
            for offer in self.offers
            for asked in self._asked(offer)
        ]
        return min((tokens for tokens in found if tokens is not None), default=self.longest)

    def tokens(self, each: int = 0) -> int:
        """How many tokens it can be, prompt and answers: each answer of so many, or the longest there can be."""
        return max(
            (
                self._prompt(offer.price) + (each or offer.longest) * answers(self.measured.parsed)
                for offer in self.offers
            ),
            default=0,
        )

    def _cost(self, offer: Offer, tokens: int) -> int:
        return max(
            reserve(
                offer.price,
                prompt_estimate=self._prompt(offer.price),
                max_completion=tokens,
                n=answers(self.measured.parsed),
                group_ratio=self.ratio,
                pre_consumed=0,
                asked=asked,
            )
            for asked in self._asked(offer)
        )

    def _prompt(self, price: Price) -> int:
        """What is looked up is no more than the model can read, where that is known."""
        looked_up = self.measured.fetched * self.fetched_tokens
        return self.measured.prompt + (min(looked_up, price.context) if price.context else looked_up)

    def _asked(self, offer: Offer) -> Iterator[Asked]:
        """What it asks for, at each tier it may be served at."""
        parsed = self.measured.parsed
        size, quality = described(parsed)
        pieces = units(parsed, offer.price, Usage(calls=offer.calls) if offer.calls else NOTHING)
        for tier in tiers_of(parsed.body):
            yield Asked(kinds=self.measured.kinds, pieces=pieces, service=tier, size=size, quality=quality)


def service_of(body: Json) -> str:
    """The service tier in a request or reply; a tier without prices of its own costs the standard price."""
    tier = body.get("service_tier")
    return tier if isinstance(tier, str) else ""


def tiers_of(body: Json) -> list[str]:
    """The tiers a request may be served at while its provider has not said which: what was asked for, or the standard
    one. Not every provider knows the field, so that a cheaper tier is no price before it is confirmed.
    """
    asked = service_of(body)
    return [STANDARD, asked] if asked in SERVICES else [STANDARD]


def answers(parsed: ParsedRequest) -> int:
    """How many answers are produced and paid for. Completions take many prompts at once, and of ``best_of`` answers to
    each all are paid for: https://platform.openai.com/docs/api-reference/completions/create#completions-create-best_of
    """
    count = _choices(parsed.body.get("n"))
    if parsed.operation != "completions":
        return count
    prompts: Any = parsed.body.get("prompt")
    many = isinstance(prompts, list) and not isinstance(next(iter(cast(list[Any], prompts)), 0), int)
    return max(count, _choices(parsed.body.get("best_of"))) * (len(cast(list[Any], prompts)) if many else 1)


def units(parsed: ParsedRequest, price: Price, usage: Usage) -> Usage:
    """The usage with what is sold by the piece and known from the request: pictures, characters, sound."""
    if parsed.operation in PICTURES and not usage.images:
        return replace(usage, images=_choices(parsed.body.get("n")))
    text: Any = parsed.body.get("input")
    if parsed.operation == "speech" and isinstance(text, str) and not usage.characters:
        return replace(usage, characters=estimate.speech_units(price, text))
    if parsed.operation in SOUNDS and not (usage.milliseconds or usage.total):
        return replace(usage, milliseconds=longest_sound(parsed))
    return usage


def longest_sound(parsed: ParsedRequest) -> int:
    """Milliseconds of the uploaded sound: as its header says, else its bytes at 8 kbit/s, the leanest usual codec."""
    return sum(audio_duration.milliseconds(upload.data) for upload in parsed.uploads)


def described(parsed: ParsedRequest) -> tuple[str, str]:
    """Size and quality of the pictures asked for."""
    if parsed.operation not in PICTURES:
        return "", ""
    size, quality = parsed.body.get("size"), parsed.body.get("quality")
    return (size if isinstance(size, str) else ""), (quality if isinstance(quality, str) else "")


def _choices(n: Any) -> int:
    return n if isinstance(n, int) and not isinstance(n, bool) and n > 0 else 1
