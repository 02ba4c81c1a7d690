"""Usage objects as providers really report them, and as none should."""

from typing import Any

import pytest

from gateway.domain.usage import Usage
from gateway.outbound.openai.usage import read_usage

CASES: dict[str, tuple[dict[str, Any], Usage]] = {
    "plain": ({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}, Usage(prompt=10, completion=5)),
    "openai details": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "total_tokens": 150,
            "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 3},
            "completion_tokens_details": {"reasoning_tokens": 32, "audio_tokens": 7, "accepted_prediction_tokens": 1},
        },
        Usage(prompt=100, cached=64, audio_in=3, completion=50, reasoning=32, audio_out=7),
    ),
    "null details": (
        {"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": None, "completion_tokens_details": None},
        Usage(prompt=1, completion=2),
    ),
    "deepseek": (
        {"prompt_tokens": 30, "completion_tokens": 4, "prompt_cache_hit_tokens": 20, "prompt_cache_miss_tokens": 10},
        Usage(prompt=30, cached=20, completion=4),
    ),
    "moonshot": (
        {"prompt_tokens": 20, "completion_tokens": 3, "cached_tokens": 10},
        Usage(prompt=20, cached=10, completion=3),
    ),
    "xai leaves reasoning out": (
        {
            "prompt_tokens": 361,
            "completion_tokens": 26,
            "total_tokens": 622,
            "completion_tokens_details": {"reasoning_tokens": 235},
        },
        Usage(prompt=361, completion=261, reasoning=235),
    ),
    "xai with reasoning inside": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 30,
            "total_tokens": 40,
            "completion_tokens_details": {"reasoning_tokens": 20},
        },
        Usage(prompt=10, completion=30, reasoning=20),
    ),
    "perplexity leaves reasoning out of everything": (
        {"prompt_tokens": 33, "completion_tokens": 7, "total_tokens": 40, "reasoning_tokens": 73, "citation_tokens": 9},
        Usage(prompt=33, completion=80, reasoning=73),
    ),
    "anthropic names, cache beside": (
        {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 7},
        Usage(prompt=107, cached=90, cache_write=7, completion=5),
    ),
    "anthropic lifetimes": (
        {
            "input_tokens": 10,
            "output_tokens": 5,
            "cache_read_input_tokens": 0,
            "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
        },
        Usage(prompt=40, cache_write=10, cache_write_1h=20, completion=5),
    ),
    "compatible reply, cache inside": (
        {"prompt_tokens": 107, "completion_tokens": 5, "total_tokens": 112, "cache_read_input_tokens": 90},
        Usage(prompt=107, cached=90, completion=5),
    ),
    "compatible reply, cache beside": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 112,
            "cache_read_input_tokens": 90,
            "cache_creation_input_tokens": 7,
        },
        Usage(prompt=107, cached=90, cache_write=7, completion=5),
    ),
    "responses": (
        {
            "input_tokens": 36,
            "input_tokens_details": {"cached_tokens": 4},
            "output_tokens": 87,
            "output_tokens_details": {"reasoning_tokens": 64},
            "total_tokens": 123,
        },
        Usage(prompt=36, cached=4, completion=87, reasoning=64),
    ),
    "images": (
        {"input_tokens": 50, "output_tokens": 1000, "input_tokens_details": {"text_tokens": 10, "image_tokens": 40}},
        Usage(prompt=50, image_in=40, completion=1000),
    ),
    "heard by the second": ({"type": "duration", "seconds": 9.2}, Usage(milliseconds=9200)),
    "heard in tokens": (
        {"type": "tokens", "input_tokens": 14, "input_token_details": {"audio_tokens": 14}, "output_tokens": 45},
        Usage(prompt=14, audio_in=14, completion=45),
    ),
    "embeddings": ({"prompt_tokens": 8, "total_tokens": 8}, Usage(prompt=8)),
    "total only": ({"total_tokens": 8}, Usage(prompt=8)),
    "total zero": ({"prompt_tokens": 8, "completion_tokens": 2, "total_tokens": 0}, Usage(prompt=8, completion=2)),
    "completion null, total known": (
        {"prompt_tokens": 8, "completion_tokens": None, "total_tokens": 11},
        Usage(prompt=8, completion=3),
    ),
    "floats and numbers in quotes": (
        {"prompt_tokens": 8.0, "completion_tokens": "2", "queue_time": 0.2},
        Usage(prompt=8, completion=2),
    ),
    "negative": ({"prompt_tokens": -5, "completion_tokens": 2}, Usage(prompt=-5, completion=2)),
    "more reasoning than completion": (
        {
            "prompt_tokens": 5,
            "completion_tokens": 2,
            "total_tokens": 7,
            "completion_tokens_details": {"reasoning_tokens": 900},
        },
        Usage(prompt=5, completion=2, reasoning=900),
    ),
    "absurd": ({"prompt_tokens": 10**15, "completion_tokens": 2}, Usage(prompt=10**15, completion=2)),
}
IMPLAUSIBLE = {"negative", "more reasoning than completion", "absurd"}


@pytest.mark.parametrize("name", CASES)
def test_usage_comes_out_in_one_shape(name: str) -> None:
    raw, expected = CASES[name]
    assert read_usage({"usage": raw}) == expected


@pytest.mark.parametrize("name", CASES)
def test_figures_that_cannot_be_are_kept_for_billing_to_see(name: str) -> None:
    found = read_usage({"usage": CASES[name][0]})
    assert found is not None
    assert found.plausible() is (name not in IMPLAUSIBLE)


NONE: dict[str, Any] = {
    "null": {"usage": None},
    "absent": {},
    "string": {"usage": "12"},
    "list": {"usage": [1]},
    "empty": {"usage": {}},
    "all zero": {"usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}},
    "words": {"usage": {"prompt_tokens": "many", "completion_tokens": "few"}},
    "true": {"usage": {"prompt_tokens": True, "completion_tokens": True}},
    "prompt missing": {"usage": {"completion_tokens": 5}},
    "completion null, total unknown": {"usage": {"prompt_tokens": 5, "completion_tokens": None}},
    "not a number": {"usage": {"prompt_tokens": "nan", "completion_tokens": "inf"}},
    "no duration": {"usage": {"type": "duration", "seconds": 0}},
}


@pytest.mark.parametrize("name", NONE)
def test_what_says_nothing_is_no_usage(name: str) -> None:
    assert read_usage(NONE[name]) is None


FIGURES = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
PLACES: dict[str, dict[str, Any]] = {
    "top": {"usage": FIGURES},
    "x_groq": {"x_groq": {"id": "r", "usage": FIGURES}},
    "choice": {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": FIGURES}]},
    "response": {"type": "response.completed", "response": {"usage": FIGURES}},
    "message": {"message": {"usage": FIGURES}},
    "top null, choice filled": {"usage": None, "choices": ["odd", {"usage": FIGURES}]},
    "both, once": {"usage": FIGURES, "x_groq": {"usage": FIGURES}},
}


@pytest.mark.parametrize("place", PLACES)
def test_usage_is_found_wherever_a_provider_puts_it(place: str) -> None:
    assert read_usage(PLACES[place]) == Usage(prompt=3, completion=4)


def test_tokens_only_the_total_knows_of_were_thought_where_the_provider_is_known_for_it() -> None:
    raw = {"usage": {"prompt_tokens": 8, "completion_tokens": 10, "total_tokens": 500}}
    assert read_usage(raw) == Usage(prompt=8, completion=10)
    assert read_usage(raw, hidden_reasoning=True) == Usage(prompt=8, completion=492, reasoning=482)
