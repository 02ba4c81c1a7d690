"""Tokens with two properties: cached, and sound or a picture; as every vendor tells it that tells both."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from gateway.billing.charging import charge
from gateway.billing.pricing import PriceBook
from gateway.domain.usage import Usage
from gateway.outbound.anthropic.reply import usage_of as claude
from gateway.outbound.dashscope.chat import usage_of as dashscope
from gateway.outbound.gemini.reply import usage_of as gemini
from gateway.outbound.openai.usage import of_usage as openai

BOOK = PriceBook.from_options({})


def google(prompt: int, cached: int, made: int, **kinds: tuple[int, int]) -> Usage:
    """``kinds``: of the prompt, and of them cached."""
    told = [{"modality": kind.upper(), "tokenCount": read} for kind, (read, _) in kinds.items()]
    kept = [{"modality": kind.upper(), "tokenCount": both} for kind, (_, both) in kinds.items() if both]
    usage = gemini(
        {
            "promptTokenCount": prompt, "cachedContentTokenCount": cached, "candidatesTokenCount": made,
            "totalTokenCount": prompt + made, "promptTokensDetails": told, "cacheTokensDetails": kept,
        }
    )  # fmt: skip
    assert usage is not None
    return usage


@pytest.mark.parametrize(
    ("model", "usage", "wanted"),
    [
        ("gemini-3-flash-preview", google(24643, 24503, 3110, image=(22000, 0)), 5313),
        ("gemini-3-flash-preview", google(24643, 24503, 3110, image=(22000, 22000), text=(2643, 2503)), 5313),
        ("gemini-3-flash-preview", google(24643, 24503, 3110, video=(22000, 22000)), 5313),
        ("gemini-2.5-flash", google(10000, 8000, 0, audio=(10000, 8000)), 8000 * 0.05 + 2000 * 0.5),
        ("gemini-2.5-flash", google(10000, 8000, 0, audio=(5000, 5000), text=(5000, 3000)), 3000 * 0.015 + 250 + 300),
        ("gemini-2.5-flash", google(10000, 6000, 0, audio=(4000, 0)), 6000 * 0.015 + 4000 * 0.5),
        (
            "gpt-image-1",
            Usage(prompt=1000, cached=800, image_in=900, cached_image=700),
            100 * 0.625 + 700 * 1.25 + 1000,
        ),
        ("gpt-image-1", Usage(prompt=1000, cached=800, image_in=900), 100 * 0.625 + 700 * 1.25 + 200 * 5),
    ],
)
def test_what_is_cached_is_cheap_whatever_it_shows(model: str, usage: Usage, wanted: float) -> None:
    assert charge(BOOK.price(model), usage, Fraction(1)).quota == -(-wanted // 1)


def test_openai_tells_which_cached_tokens_were_heard_or_seen() -> None:
    details = {"cached_tokens": 90, "audio_tokens": 60, "image_tokens": 30}
    details |= {"cached_tokens_details": {"audio_tokens": 50, "image_tokens": 20}}
    found = openai({"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": details})
    assert found == Usage(
        prompt=100, completion=1, cached=90, audio_in=60, image_in=30, cached_audio=50, cached_image=20
    )


@pytest.mark.parametrize("total", [1030, 130])
def test_cached_tokens_are_beside_the_prompt_where_the_total_says_so(total: int) -> None:
    prompt = 1000 if total == 1030 else 100
    whole = {"prompt_tokens": 100, "completion_tokens": 30, "total_tokens": total}
    assert (found := openai({**whole, "prompt_tokens_details": {"cached_tokens": 900}})) is not None
    assert (found.prompt, found.cached) == (prompt, 900)
    assert (found := openai({**whole, "cached_tokens": 900})) is not None and found.prompt == prompt
    googles = {"promptTokenCount": 100, "cachedContentTokenCount": 900, "candidatesTokenCount": 30}
    assert (found := gemini({**googles, "totalTokenCount": total})) is not None and found.prompt == prompt
    alis = {"input_tokens": 100, "output_tokens": 30, "total_tokens": total}
    assert (found := dashscope({**alis, "prompt_tokens_details": {"cached_tokens": 900}})) is not None
    assert found.prompt == prompt


CACHED: list[dict[str, object]] = [
    {"prompt_cache_hit_tokens": 900, "prompt_cache_miss_tokens": 100},
    {"prompt_tokens_details": {"cached_tokens": 900, "image_tokens": 0}},
    {"input_tokens_details": {"cached_tokens": 900}},
    {"cached_tokens": 900},
]


@pytest.mark.parametrize("prompt", [100, 1000])
@pytest.mark.parametrize("words", ["prompt completion", "input output"])
@pytest.mark.parametrize("told", CACHED)
def test_whatever_a_server_calls_its_cached_tokens_the_total_says_where_they_are(
    told: dict[str, object], words: str, prompt: int
) -> None:
    names = [f"{word}_tokens" for word in words.split()]
    usage = dict(zip(names, (prompt, 30), strict=True)) | {"total_tokens": 1030} | told
    assert (found := openai(usage)) is not None
    assert (found.prompt, found.cached, found.completion) == (1000, 900, 30)


CLAUDES = {"cache_read_input_tokens": 600, "cache_creation_input_tokens": 300}


@pytest.mark.parametrize(
    ("prompt", "total", "whole"),
    [(1000, 1030, 1000), (100, 1030, 1000), (100, None, 1000), (1000, None, 1900), (100, 130, 1000), (100, 7, 1000)],
)
@pytest.mark.parametrize("read", [openai, claude])
def test_tokens_in_claudes_words_are_inside_or_beside_as_the_total_says_else_as_claude_does(
    read: Callable[[dict[str, Any]], Usage | None], prompt: int, total: int | None, whole: int
) -> None:
    said = {"input_tokens": prompt, "output_tokens": 30, **CLAUDES} | ({} if total is None else {"total_tokens": total})
    found = read(said)
    assert found is not None and (found.prompt, found.cached, found.cache_write) == (whole, 600, 300)
    assert found.completion == 30 and found.plausible()


def test_the_price_of_cached_sound_may_be_set() -> None:
    book = PriceBook.from_options(
        {"ModelPrice": '{"m": {"input": 2, "output": 8, "cached": 0.2, "audio_in": 16, "cached_audio": 0.3}}'}
    )
    usage = Usage(prompt=100, cached=50, audio_in=100, cached_audio=50)
    assert charge(book.price("m"), usage, Fraction(1)).quota == 50 * 16 + 15
