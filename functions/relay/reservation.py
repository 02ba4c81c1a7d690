"""The most a request can cost, before it is sent."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, cast

from gateway.billing import audio_duration, estimate
from gateway.billing.charging import Asked, reserve
from gateway.billing.price import SERVICES, STANDARD, Price
from gateway.billing.pricing import PriceBook, UnknownPrice
from gateway.domain.channel import Channel
from gateway.domain.identity import Caller
from gateway.domain.usage import Usage
from gateway.outbound.protocol import PICTURES, SOUNDS
from relay.inbound.protocol import Json, ParsedRequest

LIMITS = ("max_completion_tokens", "max_tokens", "max_output_tokens")


def reservation(
    book: PriceBook, channels: list[Channel], caller: Caller, parsed: ParsedRequest, pre_consumed: int
) -> tuple[list[Channel], int]:
    """The channels that have a price for this model, and the most the request can cost on any of them.

    Raises ``UnknownPrice`` when none has one.
    """
    priced: list[Channel] = []
    most = 0
    refusal: UnknownPrice | None = None
    measured = Measured.of(parsed)
    for channel in channels:
        try:
            price = book.price(channel.upstream_model(parsed.model), channel.type)
        except UnknownPrice as unknown:
            refusal = unknown
            continue
        priced.append(channel)
        most = max(most, measured.worst_case(price, book.group_ratio(caller.user.group), pre_consumed))
    if refusal is not None and not priced:
        raise refusal
    return priced, most


@dataclass(frozen=True, slots=True)
class Measured:
    """A request's size, taken once: it is priced for every channel that may serve it."""

    parsed: ParsedRequest
    prompt: int
    kinds: frozenset[str]

    @classmethod
    def of(cls, parsed: ParsedRequest) -> "Measured":
        """Walks the body; about a microsecond per text in it."""
        return cls(parsed, estimate.estimate(parsed.body), estimate.kinds(parsed.body))

    def worst_case(self, price: Price, group_ratio: Fraction, pre_consumed: int) -> int:
        """The most this request can cost at this price, in quota."""
        return max(self._at(tier, price, group_ratio, pre_consumed) for tier in tiers_of(self.parsed.body))

    def _at(self, tier: str, price: Price, group_ratio: Fraction, pre_consumed: int) -> int:
        size, quality = described(self.parsed)
        pieces = units(self.parsed, price, Usage())
        asked = Asked(kinds=self.kinds, pieces=pieces, service=tier, size=size, quality=quality)
        return reserve(
            price,
            prompt_estimate=self.prompt,
            max_completion=completion_limit(self.parsed),
            n=answers(self.parsed),
            group_ratio=group_ratio,
            pre_consumed=pre_consumed,
            asked=asked,
        )


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


def completion_limit(parsed: ParsedRequest) -> int | None:
    """The caller's own bound on produced tokens, per choice; 0 where nothing is produced."""
    if parsed.operation not in ("chat", "completions", "edits", "responses"):
        return 0
    limits = [value for name in LIMITS if isinstance(value := parsed.body.get(name), int) and value > 0]
    return max(limits, default=None)


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
