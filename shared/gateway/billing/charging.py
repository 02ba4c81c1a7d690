"""From usage and a price to quota, with a receipt that computes to the same number ever after.

    quota = round_up(group_ratio x sum(amount x unit price))

Everything inside is exact; it is rounded once, upwards. See docs/billing.md for worked examples.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import orjson

from gateway.billing.price import CACHED, STANDARD, Dearest, Price, Rates
from gateway.billing.rational import exact, summed, text, two_places
from gateway.billing.tool_prices import kind_of, missing
from gateway.domain.usage import Usage
from gateway.records import record, short_record

GROUP, MINIMUM = "group_ratio", "minimum"
LARGEST_CHARGE = 10**15  # two billion dollars: no request, whatever it says

# The most tokens one produced picture takes at any vendor's largest size and quality that is documented.
IMAGE_TOKENS = 16_384

INPUT_SIDE = frozenset({"cache_write", "cache_write_1h", "audio_in", "image_in"})
OUTPUT_SIDE = frozenset({"audio_out", "image_out"})
ALL_KINDS = INPUT_SIDE | OUTPUT_SIDE


class ImplausibleUsage(Exception):
    """A usage report no request can have, or one this price cannot be applied to.

    The caller quarantines: charges the reservation, marks the entry, raises an alarm.
    """


@short_record
class Term:
    """One line of a receipt: so many of something at a price each. ``price`` is exact text, quota before group."""

    name: str
    amount: int
    price: str


@record
class Charge:
    """What a request costs. ``content`` is the text one-api writes into its log."""

    quota: int
    terms: tuple[Term, ...]
    price_version: str
    content: str


def charge(
    price: Price, usage: Usage, group_ratio: Fraction, *, service: str = STANDARD, size: str = "", quality: str = ""
) -> Charge:
    """The exact cost of what was used.

    ``service`` is the service tier the provider says it used (a tier without prices of its own costs the
    standard price); ``size`` and ``quality`` are the picture's. Raises ``ImplausibleUsage``.
    """
    check(usage)
    by_token, by_piece = list(token_terms(price, usage, service)), list(piece_terms(price, usage, size, quality))
    basis = choose(price, usage, by_token, by_piece)
    terms = [*request_terms(price, usage), *basis]
    if not terms and anything(usage) and not price.request:
        raise ImplausibleUsage(f"the price of {price.model!r} does not say what {usage} costs")
    terms += call_terms(price, usage)
    terms.append(Term(GROUP, 1, text(group_ratio)))
    quota = recompute(terms)
    if not quota and usage.total and _sells(price, group_ratio):
        terms.append(Term(MINIMUM, 1, "1"))
        quota = 1
    if quota > LARGEST_CHARGE:
        raise ImplausibleUsage(f"{quota} quota for one request of {price.model!r}")
    shown = log_text(price, group_ratio, completion=(basis is by_token or not basis) and not price.timed)
    return Charge(quota=quota, terms=tuple(terms), price_version=price.version, content=shown)


def choose(price: Price, usage: Usage, by_token: list[Term], by_piece: list[Term]) -> list[Term]:
    """By the piece where time is what is sold or no tokens are reported, else by token; for pictures that are not
    sold by token the dearer of the two."""
    if not by_token or (by_piece and price.timed):
        return by_piece
    if by_piece and usage.images and not price.picture_tokens:
        return max(by_token, by_piece, key=recompute)
    return by_token


def recompute(terms: Iterable[Term]) -> int:
    """The quota of a receipt, from its lines alone."""
    found = tuple(terms)
    group, least = _ONE, 0
    for term in found:
        if term.name == GROUP:
            group = exact(term.price) if term.amount == 1 else term.amount * exact(term.price)
        elif term.name == MINIMUM:
            least = int(term.amount * exact(term.price))
    over, under = summed(_sold(found))
    return max(-(-(over * group.numerator) // (under * group.denominator)), least)


def total(terms: Iterable[Term]) -> Fraction:
    """What the lines of a receipt come to before its group's factor."""
    return Fraction(*summed(_sold(terms)))


def _sold(terms: Iterable[Term]) -> Iterator[tuple[int, Fraction]]:
    return ((term.amount, exact(term.price)) for term in terms if term.name not in (GROUP, MINIMUM))


def _sells(price: Price, group_ratio: Fraction) -> bool:
    """Whether what is asked for costs something."""
    return price.model_ratio.numerator * group_ratio.numerator > 0


def write_terms(terms: Iterable[Term]) -> str:
    """A receipt as an entry stores it: ``[["prompt",8,"2.5"],...]``."""
    rows = [[term.name, term.amount, term.price] for term in terms]
    try:
        return orjson.dumps(rows).decode()  # 0.3 microseconds; the other writer takes 2
    except orjson.JSONEncodeError:  # halves of characters, integers of more than 64 bits
        return json.dumps(rows, separators=(",", ":"))


def read_terms(text: str) -> tuple[Term, ...]:
    """The receipt of an entry; ``ValueError`` if it is none."""
    rows = json.loads(text)
    try:
        return tuple(Term(str(name), int(amount), str(price)) for name, amount, price in rows)
    except (TypeError, ValueError) as error:
        raise ValueError(f"not a receipt: {text[:80]!r}") from error


def check(usage: Usage) -> None:
    """Raises ``ImplausibleUsage`` unless every part fits into its whole."""
    if not usage.plausible():
        raise ImplausibleUsage(f"no request uses {usage}")
    if usage.audio_in + usage.image_in > usage.prompt or usage.audio_out + usage.image_out > usage.completion:
        raise ImplausibleUsage(f"the parts are more than the whole: {usage}")


def anything(usage: Usage) -> bool:
    return bool(usage.total or usage.images or usage.characters or usage.milliseconds)


def request_terms(price: Price, usage: Usage) -> Iterator[Term]:
    if price.request is not None and usage.requests:
        yield Term("requests", usage.requests, text(price.request))


def token_terms(price: Price, usage: Usage, service: str) -> Iterator[Term]:
    """One line per kind of token that occurred, at the prices of the tier that the prompt's length selects."""
    rates = price.rates(usage.prompt, service)
    if rates is None:
        return
    for name, amount in (*prompt_parts(usage), *completion_parts(usage, rates)):
        if amount:
            yield Term(name, amount, text(getattr(rates, _KINDS.get(name, name))))


def prompt_parts(usage: Usage) -> Sequence[tuple[str, int]]:
    """Every prompt token exactly once. How many are both cached and sound (or a picture) the provider tells; where it
    does not, the cached ones are text first, and what does not fit there must be pictures, then sound."""
    left = usage.prompt - usage.audio_in - usage.image_in
    write_1h = min(usage.cache_write_1h, left)
    write = min(usage.cache_write, left - write_1h)
    left -= write_1h + write
    audio = min(usage.cached_audio, usage.audio_in, usage.cached)
    image = min(usage.cached_image, usage.image_in, usage.cached - audio)
    cached = min(usage.cached - audio - image, left)
    image += min(usage.cached - audio - image - cached, usage.image_in - image)
    audio += min(usage.cached - audio - image - cached, usage.audio_in - audio)
    return (
        ("prompt", left - cached),
        ("cached", cached),
        ("cached_audio", audio),
        ("cached_image", image),
        ("cache_write", write),
        ("cache_write_1h", write_1h),
        ("audio_in", usage.audio_in - audio),
        ("image_in", usage.image_in - image),
    )


def completion_parts(usage: Usage, rates: Rates) -> Sequence[tuple[str, int]]:
    """Every produced token exactly once. Pictures were made but no picture tokens reported: all of it is picture."""
    pictures, left = usage.image_out, usage.completion - usage.audio_out - usage.image_out
    if usage.images and not pictures and rates.image_out > rates.output:
        pictures, left = left, 0
    reasoning = min(usage.reasoning, left)
    return (
        ("completion", left - reasoning),
        ("reasoning", reasoning),
        ("audio_out", usage.audio_out),
        ("image_out", pictures),
    )


def piece_terms(price: Price, usage: Usage, size: str, quality: str) -> Iterator[Term]:
    """What is sold by the piece: pictures, characters of speech, time."""
    picture = price.picture(size, quality) if usage.images else None
    if picture is not None:
        yield Term("images", usage.images, text(picture))
    if usage.characters and price.character is not None:
        yield Term("characters", usage.characters, text(price.character))
    if usage.milliseconds and price.second is not None:
        yield Term("milliseconds", usage.milliseconds, text(price.second / 1000))


def call_terms(price: Price, usage: Usage) -> Iterator[Term]:
    """What tools of the provider's own did, by the call."""
    for name, amount in usage.calls.items():
        each = price.tools.of(name)
        if each is None and amount:
            raise ImplausibleUsage(f"{amount} calls of {name!r}: {missing(kind_of(name), 0)}")
        if each and amount:
            yield Term(name, amount, text(each))


def log_text(price: Price, group_ratio: Fraction, *, completion: bool) -> str:
    """one-api's log line: model ratio, group ratio and, for text, completion ratio."""
    parts = [price.model_ratio, group_ratio, *([price.completion_ratio] if completion else [])]
    return "倍率：" + " × ".join(map(two_places, parts))


@record
class Asked:
    """What a request can bring about besides plain text, as far as it is known beforehand.

    ``kinds``: the dearer kinds of token that can occur (``estimate.kinds``). ``pieces``: pictures, characters and
    milliseconds. ``service``, ``size`` and ``quality`` as in ``charge``.
    """

    kinds: frozenset[str] = ALL_KINDS
    pieces: Usage = Usage(requests=1)
    service: str = STANDARD
    size: str = ""
    quality: str = ""


ANYTHING = Asked()


def reserve(
    price: Price,
    *,
    prompt_estimate: int,
    max_completion: int | None,
    group_ratio: Fraction,
    pre_consumed: int,
    n: int = 1,
    asked: Asked = ANYTHING,
) -> int:
    """Quota to hold before a request: not less than it can cost.

    ``prompt_estimate`` is an upper bound of its prompt tokens (``billing.estimate``), ``max_completion`` the caller's
    limit per choice; without one ``pre_consumed`` tokens stand in for it, and the settlement may be higher.
    """
    completion = (pre_consumed if max_completion is None else max_completion) * n
    over, under = dearest_tokens(price, prompt_estimate, completion, asked)
    if beside := beside_tokens(price, asked):
        over, under = over * beside.denominator + beside.numerator * under, under * beside.denominator
    least = int(_sells(price, group_ratio) and prompt_estimate + completion > 0)
    return max(-(-(over * group_ratio.numerator) // (under * group_ratio.denominator)), least)


def affordable(
    price: Price, quota: int, *, prompt_estimate: int, group_ratio: Fraction, n: int = 1, asked: Asked = ANYTHING
) -> int | None:
    """How many tokens each of ``n`` answers may have at most so that ``reserve`` is no more than ``quota``.

    ``None``: any number, they cost nothing here. Below zero: not even the prompt is paid for.
    """
    if not group_ratio:
        return None
    left = quota / group_ratio - beside_tokens(price, asked)
    found = [(left - before, produced * n) for before, produced in dearest_rates(price, prompt_estimate, asked)]
    least = int(_sells(price, group_ratio))
    if quota < least or left < 0 or any(room < 0 for room, _ in found):
        return -1
    return min((int(room // each) for room, each in found if each), default=None)


def beside_tokens(price: Price, asked: Asked) -> Fraction:
    """What is sold by the request, the piece and the call, at most."""
    pieces = asked.pieces
    sold = (*request_terms(price, pieces), *piece_terms(price, pieces, asked.size, asked.quality))
    terms = (*sold, *call_terms(price, pieces))
    return total(terms) if terms else _NOTHING


_NOTHING, _ONE = Fraction(0), Fraction(1)
_KINDS = {"prompt": "input", "completion": "output"}


def dearest_tokens(price: Price, prompt: int, completion: int, asked: Asked) -> tuple[int, int]:
    """The most these tokens can cost at any context length up to the prompt's: above and below the line."""
    most = (0, 1)
    for found in _dearest(price, asked):
        if found.above and prompt <= found.above:
            continue
        over, under = summed(
            ((prompt, found.prompt), (_pictures(price, asked), found.picture), (completion, found.produced))
        )
        if over * most[1] > most[0] * under:
            most = (over, under)
    return most


def dearest_rates(price: Price, prompt: int, asked: Asked) -> Iterator[tuple[Fraction, Fraction]]:
    """For each context length up to the prompt's: what all but the answers costs at most, and a produced token."""
    for found in _dearest(price, asked):
        if not found.above or prompt > found.above:
            yield prompt * found.prompt + _pictures(price, asked) * found.picture, found.produced


def _pictures(price: Price, asked: Asked) -> int:
    """Tokens of pictures that are to be made, where these are sold by token."""
    return 0 if price.images else asked.pieces.images * IMAGE_TOKENS


def _dearest(price: Price, asked: Asked) -> tuple[Dearest, ...]:
    """The dearest tokens of these kinds, worked out once for each price: comparing fractions takes 15 microseconds."""
    key = (asked.service, asked.kinds)
    found = price.compiled.get(key)
    if found is None:
        schedule = price.schedule(asked.service)
        found = price.compiled[key] = tuple(_dearest_of(above, rates, asked) for above, rates in schedule)
    return found


def _dearest_of(above: int, rates: Rates, asked: Asked) -> Dearest:
    kinds = [name for kind in asked.kinds & INPUT_SIDE for name in (kind, CACHED.get(kind, kind))]
    return Dearest(
        above=above,
        prompt=max(rates.input, rates.cached, *(getattr(rates, kind) for kind in kinds)),
        produced=max(rates.output, rates.reasoning, *(getattr(rates, kind) for kind in asked.kinds & OUTPUT_SIDE)),
        picture=rates.image_out,
    )
