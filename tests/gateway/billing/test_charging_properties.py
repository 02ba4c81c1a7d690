"""What must hold for any price and any usage."""

import json
from collections import Counter
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.billing import data
from gateway.billing.charging import Asked, ImplausibleUsage, charge, recompute, reserve
from gateway.billing.price import INPUT_KINDS, KINDS, OUTPUT_KINDS
from gateway.billing.pricing import PriceBook
from gateway.domain.usage import Usage

BOOK = PriceBook.from_options({})
SOLD_BY_TOKEN = sorted(name for name in data.prices() if "input" in data.prices()[name] and "(" not in name)

figures = st.decimals(min_value=0, max_value=1000, places=4)
groups = st.fractions(min_value=0, max_value=20, max_denominator=1000)
services = st.sampled_from(["", "batch", "flex", "priority", "default"])


@st.composite
def prices(draw, *, tiers=True, dearer=False):
    """A price with any of its kinds; ``dearer``: no kind below its plain one."""
    entry = {kind: draw(figures) for kind in draw(st.sets(st.sampled_from(KINDS), min_size=1))}
    entry.setdefault("input", draw(figures))
    if dearer:
        entry.pop("cached", None)
        entry["output"] = entry.get("output", entry["input"])
        for side, plain in ((INPUT_KINDS, "input"), (OUTPUT_KINDS, "output")):
            entry.update({kind: entry[kind] + entry[plain] for kind in side if kind in entry})
    body = {kind: float(value) for kind, value in entry.items()}
    if tiers:
        body["tiers"] = [
            {"above": draw(st.integers(1, 3000)), "input": float(draw(figures)), "output": float(draw(figures))}
        ]
        body["flex"] = {"input": float(draw(figures))}
        body["priority"] = {"output": float(draw(figures)), "tiers": [{"above": 50, "input": float(draw(figures))}]}
    return PriceBook.from_options({"ModelPrice": json.dumps({"m": body})}).price("m")


@st.composite
def usages(draw, largest=5000):
    prompt, completion = draw(st.integers(0, largest)), draw(st.integers(0, largest))
    parts, left = {}, prompt
    for name in ("cached", "cache_write", "cache_write_1h", "audio_in", "image_in"):
        parts[name] = draw(st.integers(0, left))
        left -= parts[name]
    left = completion
    for name in ("reasoning", "audio_out", "image_out"):
        parts[name] = draw(st.integers(0, left))
        left -= parts[name]
    return Usage(prompt=prompt, completion=completion, **parts)


@given(prices(), usages(), groups, services)
def test_a_charge_is_a_whole_number_that_is_not_negative_and_its_receipt_says_the_same(price, usage, group, service):
    paid = charge(price, usage, group, service=service)
    assert isinstance(paid.quota, int)
    assert paid.quota >= 0
    assert recompute(paid.terms) == paid.quota


@given(prices(), usages(), groups, services, st.integers(0, 500), st.integers(1, 4))
def test_the_reservation_covers_whatever_stays_within_its_bounds(price, usage, group, service, spare, n):
    limit = -(-usage.completion // n)
    held = reserve(
        price,
        prompt_estimate=usage.prompt + spare,
        max_completion=limit,
        n=n,
        group_ratio=group,
        pre_consumed=0,
        asked=Asked(service=service),
    )
    assert held >= charge(price, usage, group, service=service).quota


@given(st.sampled_from(SOLD_BY_TOKEN), usages(largest=400_000), services)
@settings(max_examples=300)
def test_the_reservation_covers_the_charge_of_every_model_of_the_table(model, usage, service):
    price = BOOK.price(model)
    more = {"group_ratio": Fraction(1), "pre_consumed": 0, "asked": Asked(service=service)}
    held = reserve(price, prompt_estimate=usage.prompt, max_completion=usage.completion, **more)
    assert held >= charge(price, usage, Fraction(1), service=service).quota


@given(prices(tiers=False), usages(), groups, st.integers(0, 100), st.sampled_from(["prompt", "completion"]))
def test_more_tokens_never_cost_less(price, usage, group, more, name):
    grown = usage_with(usage, name, more)
    assert charge(price, grown, group).quota >= charge(price, usage, group).quota


@given(
    prices(tiers=False, dearer=True),
    usages(),
    groups,
    st.sampled_from(["cache_write", "cache_write_1h", "audio_in", "image_in", "reasoning", "audio_out", "image_out"]),
)
def test_a_dearer_kind_of_token_never_costs_less_than_a_plain_one(price, usage, group, name):
    grown = usage_with(usage, name, 1)
    assume(grown.cached + grown.cache_write + grown.cache_write_1h + grown.audio_in + grown.image_in <= grown.prompt)
    assume(grown.reasoning + grown.audio_out + grown.image_out <= grown.completion)
    assert charge(price, grown, group).quota >= charge(price, usage, group).quota


@given(
    st.sampled_from(["dall-e-3", "tts-1", "whisper-1"]),
    st.sampled_from(["images", "characters", "milliseconds"]),
    st.integers(0, 10_000),
    st.integers(1, 100),
)
def test_more_pieces_never_cost_less(model, name, amount, more):
    def cost(count: int) -> int | None:
        try:
            return charge(BOOK.price(model), Usage(**{name: count}), Fraction(1)).quota
        except ImplausibleUsage:
            return None

    before, after = cost(amount), cost(amount + more)
    assert after is None or after >= (before or 0)


@given(prices(tiers=False), usages(), usages(), groups)
def test_splitting_a_request_is_never_cheaper(price, one, other, group):
    names = [name for name in Usage.__slots__ if name not in ("estimated", "requests", "calls")]
    calls = dict(Counter(one.calls) + Counter(other.calls))
    whole = Usage(calls=calls, **{name: getattr(one, name) + getattr(other, name) for name in names})
    split = charge(price, one, group).quota + charge(price, other, group).quota
    assert split >= charge(price, whole, group).quota


@given(prices(), usages(), groups, groups, services)
def test_a_dearer_group_never_pays_less(price, usage, one, other, service):
    low, high = sorted((one, other))
    assert charge(price, usage, low, service=service).quota <= charge(price, usage, high, service=service).quota


@given(
    st.builds(
        Usage,
        **dict.fromkeys(
            ["prompt", "completion", "cached", "reasoning", "audio_in", "image_out", "images"], st.integers(-10, 10**19)
        ),
    )
)
def test_any_report_at_all_is_charged_or_quarantined(usage):
    try:
        paid = charge(BOOK.price("gpt-5.4"), usage, Fraction(1))
    except ImplausibleUsage:
        return
    assert paid.quota >= 0


def usage_with(usage, name, more):
    values = {slot: getattr(usage, slot) for slot in Usage.__slots__}
    return Usage(**{**values, name: values[name] + more})
