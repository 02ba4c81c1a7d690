"""What requests would have cost elsewhere: a table against one-api's rule, and what an option may say."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.billing.pricing import InvalidPrices
from gateway.billing.shadow import Shadow
from gateway.domain.usage import Usage

TABLE = '{"ModelRatio": {"m": 2.5}, "CompletionRatio": {"m": 3}, "GroupRatio": {"default": 1, "vip": 0.5}}'


def shadow(text: str = TABLE, share: str = "100") -> Shadow:
    made = Shadow.from_options({"ShadowPrices": text, "ShadowShare": share})
    assert made is not None
    return made


SHADOW = shadow()


@settings(max_examples=50)
@given(prompt=st.integers(0, 10**6), completion=st.integers(0, 10**5), group=st.sampled_from(["default", "vip"]))
def test_it_is_what_one_api_charges(prompt: int, completion: int, group: str) -> None:
    ratio = {"default": 2.5, "vip": 1.25}[group]  # halves: exact in binary, too
    told = SHADOW.quota("m", 1, Usage(prompt=prompt, cached=prompt // 2, completion=completion), group)
    assert told == math.ceil((prompt + completion * 3) * ratio)


def test_cached_tokens_are_cheaper_only_where_the_other_gateway_has_it_so() -> None:
    usage = Usage(prompt=1000, cached=1000)
    plain = shadow('{"ModelRatio": {"gpt-4o-mini": 0.075}}').quota("gpt-4o-mini", 1, usage, "default")
    aware = shadow('{"ModelRatio": {"gpt-4o-mini": 0.075}, "cached": true}').quota("gpt-4o-mini", 1, usage, "default")
    assert plain == 75
    assert aware is not None and aware < plain


def test_a_model_that_the_other_gateway_does_not_know_has_no_price() -> None:
    assert shadow().quota("no-such-model", 1, Usage(prompt=1), "default") is None
    assert shadow().quota("m", 1, Usage(prompt=-1), "default") is None


def test_a_share_is_a_share_of_all_and_the_same_requests_each_time() -> None:
    made = shadow(share="12.5")
    asked = [f"20260101{number:023d}" for number in range(5_000)]
    share = [made.compared(one) for one in asked]
    assert 0.11 < sum(share) / len(share) < 0.14
    assert [made.compared(one) for one in asked] == share
    none, every = shadow(share="0"), shadow()
    assert not any(none.compared(one) for one in asked)
    assert all(every.compared(one) for one in asked)


@pytest.mark.parametrize("text", ["", "{}"])
def test_without_prices_nothing_is_compared(text: str) -> None:
    assert Shadow.from_options({"ShadowPrices": text}) is None


@pytest.mark.parametrize(
    "text", ['{"Ratio": {}}', '{"ModelRatio": {"m": "x"}}', '{"cached": 1}', "[]", '{"GroupRatio": 1}']
)
def test_what_is_no_table_is_refused(text: Any) -> None:
    with pytest.raises(InvalidPrices):
        Shadow.from_options({"ShadowPrices": text})
