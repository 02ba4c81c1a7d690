"""What one model costs, resolved: every kind of token, every service tier, every context length.

Prices are quota per token, picture, character, second or request (500000 quota = $1), exact. Tables are
sparse: they list what a vendor lists. Here the gaps are filled, always with what is known and never
with less: an unlisted kind costs what its plain token costs, and what a longer context or a faster service
leaves unlisted rises as its input price rises.
"""

from collections.abc import Mapping
from dataclasses import field, fields
from fractions import Fraction
from itertools import pairwise

from gateway.billing.pictures import fitting_picture
from gateway.billing.tool_prices import NO_TOOLS, ToolPrices
from gateway.records import dataclass

Kinds = Mapping[str, Fraction]  # kind of token to quota; sparse
Tiers = Mapping[int, Kinds]  # prompt tokens above which the prices hold; 0 is always there

INPUT_KINDS = ("cached", "cache_write", "cache_write_1h", "audio_in", "image_in", "cached_audio", "cached_image")
CACHED = {"audio_in": "cached_audio", "image_in": "cached_image"}  # the price of what is both
OUTPUT_KINDS = ("reasoning", "audio_out", "image_out")
KINDS = ("input", "output", *INPUT_KINDS, *OUTPUT_KINDS)
SERVICES = ("batch", "flex", "priority", "ultrafast")
STANDARD = ""  # every other service tier a provider may name: default, auto, standard, ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Quota per token of every kind."""

    input: Fraction
    output: Fraction
    cached: Fraction
    cache_write: Fraction
    cache_write_1h: Fraction
    audio_in: Fraction
    image_in: Fraction
    cached_audio: Fraction
    cached_image: Fraction
    reasoning: Fraction
    audio_out: Fraction
    image_out: Fraction


Schedule = tuple[tuple[int, Rates], ...]  # by rising start


@dataclass(frozen=True, slots=True, kw_only=True)
class Dearest:
    """The most that tokens of some kinds cost in prompts of more than so many tokens."""

    above: int
    prompt: Fraction
    produced: Fraction
    picture: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Everything ``charge`` needs to know about one model on one channel type.

    ``plans`` is empty for a model that is not sold by token. ``timed``: sold by the second first, by token only
    where nobody knows the duration. ``images`` maps ``quality/size``, ``size`` or ``""`` to quota per picture.
    """

    model: str
    version: str
    source: str
    model_ratio: Fraction
    completion_ratio: Fraction
    plans: Mapping[str, Schedule] = field(default_factory=dict[str, Schedule])
    images: Kinds = field(default_factory=dict[str, Fraction])
    picture_tokens: bool = False  # pictures are sold by token where tokens are reported
    character: Fraction | None = None
    by_bytes: bool = False  # ``character`` is the price of a UTF-8 byte, as one-api counts speech
    second: Fraction | None = None
    timed: bool = False
    request: Fraction | None = None
    tools: ToolPrices = NO_TOOLS  # what the vendor's own tools cost beside it, by the call
    context: int = 0  # tokens; 0: not known
    max_output: int = 0
    compiled: dict[tuple[str, frozenset[str]], tuple[Dearest, ...]] = field(  # by service tier and kinds of token
        default_factory=dict[tuple[str, frozenset[str]], tuple[Dearest, ...]], init=False, compare=False, repr=False
    )

    def schedule(self, service: str) -> Schedule:
        """The prices of a service tier; one that has none of its own is sold at the standard price."""
        return self.plans.get(service) or self.plans.get(STANDARD, ())

    def rates(self, prompt: int, service: str = STANDARD) -> Rates | None:
        """The token prices of a request with that many prompt tokens: they hold for all of its tokens."""
        found = None
        for above, rates in self.schedule(service):
            if above == 0 or prompt > above:
                found = rates
        return found

    def picture(self, size: str = "", quality: str = "") -> Fraction | None:
        """Quota for one picture: by quality and size, by size, any size; the dearest that fits if nobody says."""
        return fitting_picture(self.images, size, quality)


def complete(kinds: Kinds) -> Rates:
    """Fills the gaps of one list of prices."""
    plain = kinds.get("input", max(kinds.values()))
    output = kinds.get("output", kinds.get("image_out", kinds.get("audio_out", plain)))
    write = kinds.get("cache_write", plain)
    defaults = {
        "input": plain,
        "output": output,
        **dict.fromkeys(INPUT_KINDS, plain),
        **dict.fromkeys(OUTPUT_KINDS, output),
        "cache_write": write,
        "cache_write_1h": write,
    }
    for kind, both in CACHED.items():
        defaults[both] = kinds.get(kind, plain) * discount(kinds.get("cached", plain), plain)
    return Rates(**{part.name: kinds.get(part.name, defaults[part.name]) for part in fields(Rates)})


def discount(cached: Fraction, plain: Fraction) -> Fraction:
    """What of its price a cached token costs: vendors take as much off sound and pictures as off text."""
    return min(Fraction(1), cached / plain) if plain else Fraction(1)


def inherit(base: Kinds, own: Kinds) -> Kinds:
    """``own`` prices, and what they leave unlisted from ``base``, raised as the listed ones were raised."""
    rise_in = rise(base, own, "input", Fraction(1))
    rise_out = rise(base, own, "output", rise_in)
    output_side = ("output", *OUTPUT_KINDS)
    taken = {kind: price * (rise_out if kind in output_side else rise_in) for kind, price in base.items()}
    return {**taken, **own}


def rise(base: Kinds, own: Kinds, kind: str, otherwise: Fraction) -> Fraction:
    """How many times dearer, never cheaper."""
    before, after = base.get(kind), own.get(kind)
    return max(Fraction(1), after / before) if before and after is not None else otherwise


def dearer(one: Kinds, other: Kinds) -> Kinds:
    """Kind by kind the higher price; a kind that only one of them lists is compared with its plain price."""
    whole_one, whole_other = complete(one), complete(other)
    return {kind: max(getattr(whole_one, kind), getattr(whole_other, kind)) for kind in {*one, *other}}


def make_plans(tiers: Mapping[str, Tiers]) -> dict[str, Schedule]:
    """Sparse prices per service and context length to complete ones."""
    standard = dict(tiers.get(STANDARD, {}))
    if not standard:
        return {}
    base = standard.setdefault(0, standard[min(standard)])
    full = {above: inherit(base, own) if above else own for above, own in sorted(standard.items())}
    plans = {STANDARD: finish(full)}
    for service, own in tiers.items():
        if service != STANDARD:
            plans[service] = finish(service_tiers(full, own))
    return plans


def service_tiers(standard: Tiers, own: Tiers) -> Tiers:
    """The tiers of one service; where it lists none, the dearer of its own short price and the standard one."""
    short = inherit(standard[0], own.get(0, {}))
    found: dict[int, Kinds] = {}
    for above in sorted({0, *standard, *own}):
        usual = standard[max(start for start in standard if start <= above)]
        if above == 0:
            found[above] = short
        elif above in own:
            found[above] = inherit(usual, own[above])
        else:
            found[above] = dearer(short, usual)
    return found


def finish(tiers: Tiers) -> Schedule:
    schedule = [(above, complete(kinds)) for above, kinds in sorted(tiers.items())]
    kept = [later for earlier, later in pairwise(schedule) if later[1] != earlier[1]]
    return (schedule[0], *kept)
