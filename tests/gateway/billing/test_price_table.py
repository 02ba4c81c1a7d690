"""The committed table: today's flagship models have every price their vendor lists."""

import re

import pytest

from gateway.billing import data
from gateway.billing.pricing import PriceBook
from gateway.billing.rational import parse

BOOK = PriceBook.from_options({})

CACHED_CHAT = [
    *[
        (1, m)
        for m in (
            "gpt-6-astra",
            "gpt-6-sol",
            "gpt-6-luna",
            "gpt-5.6",
            "gpt-5.4",
            "gpt-5.4-mini",
            "gpt-5",
            "gpt-4.1",
            "o3",
            "o4-mini",
        )
    ],
    *[
        (14, m)
        for m in ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-sonnet-4-5", "claude-opus-4-8")
    ],
    *[
        (24, m)
        for m in ("gemini-4-argon", "gemini-3.8-flash", "gemini-3.1-pro-preview", "gemini-2.5-pro", "gemini-2.5-flash")
    ],
    *[(28, m) for m in ("mistral-large-4", "mistral-medium-3-5", "mistral-small-2603", "codestral-2508")],
    *[(45, m) for m in ("grok-4.7", "grok-4.5", "grok-4.3")],
    *[(36, m) for m in ("deepseek-flash", "deepseek-v4-flash", "deepseek-v4-pro")],
    *[(17, m) for m in ("qwen3.8-max", "qwen3.7-max", "qwen3-coder-plus")],
    *[(25, m) for m in ("kimi-k3", "kimi-k3.1-pro", "kimi-k2.6")],
    *[(16, m) for m in ("glm-5.3", "glm-5.3-flash", "glm-5", "glm-4.6")],
]
LONG_CONTEXT = [
    "gpt-6-astra",
    "gpt-5.4",
    "claude-haiku-5-5",
    "gemini-2.5-pro",
    "gemini-3.1-pro-preview",
    "grok-4.7",
    "qwen3-max",
    "qwen-plus-latest",
]
EMBEDDING = [
    "text-embedding-3-large",
    "text-embedding-3-small",
    "gemini-embedding-2",
    "gemini-embedding-001",
    "mistral-embed",
    "codestral-embed",
    "embed-v5.0-pro",
]
PICTURE_BY_TOKEN = [
    "gpt-image-2.5-sunburst",
    "gpt-image-2",
    "gpt-image-1",
    "gemini-3-pro-image",
    "gemini-2.5-flash-image",
]
PICTURE_BY_PIECE = ["grok-imagine-image-2.0", "qwen-image-3.0", "imagen-3.0-generate-001", "dall-e-3", "cogview-3"]
SPEECH = ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gemini-3.8-flash-tts", "voxtral-mini-tts-3", "qwen3-tts-flash"]
TRANSCRIPTION = [
    "whisper-1",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "voxtral-mini-latest",
    "grok-voice-transcribe-2.0",
]


@pytest.mark.parametrize(("channel_type", "model"), CACHED_CHAT)
def test_a_flagship_chat_model_has_input_output_and_cached_prices(channel_type, model):
    rates = BOOK.price(model, channel_type).rates(1000)
    assert 0 < rates.cached < rates.input < rates.output
    assert BOOK.price(model, channel_type).context > 0


@pytest.mark.parametrize("model", LONG_CONTEXT)
def test_a_long_context_has_its_own_price(model):
    price = BOOK.price(model)
    assert price.rates(999_999).input > price.rates(1000).input
    assert price.rates(999_999).output > price.rates(1000).output


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-4-5"])
def test_claude_charges_for_writing_the_cache_and_more_for_an_hour(model):
    rates = BOOK.price(model, 14).rates(1000)
    assert rates.input < rates.cache_write < rates.cache_write_1h


@pytest.mark.parametrize("model", ["gpt-5.4", "claude-sonnet-5-5", "gemini-2.5-pro"])
def test_a_batch_is_cheaper(model):
    price = BOOK.price(model)
    assert price.rates(1000, "batch").input < price.rates(1000).input


@pytest.mark.parametrize("model", ["gpt-5.4", "gpt-4o", "gemini-2.5-pro"])
def test_priority_is_dearer(model):
    price = BOOK.price(model)
    assert price.rates(1000, "priority").input > price.rates(1000).input


@pytest.mark.parametrize("model", EMBEDDING)
def test_an_embedding_model_has_a_price(model):
    assert BOOK.price(model).rates(1000).input > 0


@pytest.mark.parametrize("model", PICTURE_BY_TOKEN)
def test_a_picture_sold_by_token_has_a_dear_token(model):
    price = BOOK.price(model)
    assert price.picture_tokens
    assert price.rates(1000).image_out > price.rates(1000).input > 0


@pytest.mark.parametrize("model", PICTURE_BY_PIECE)
def test_a_picture_sold_by_the_piece_has_a_price(model):
    assert BOOK.price(model).picture() > 0


@pytest.mark.parametrize("model", SPEECH)
def test_speech_has_a_price_per_character(model):
    assert BOOK.price(model).character > 0


@pytest.mark.parametrize("model", TRANSCRIPTION)
def test_transcription_has_a_price_per_second_or_token(model):
    price = BOOK.price(model)
    assert (price.second or 0) > 0 or price.rates(1).input > 0


@pytest.mark.parametrize("model", ["gpt-4o-audio-preview-2024-12-17", "gpt-audio", "gpt-realtime-2"])
def test_sound_has_its_own_token_price(model):
    rates = BOOK.price(model).rates(1000)
    assert rates.audio_in > rates.input
    assert rates.audio_out > rates.output


def names() -> list[tuple[str, int]]:
    typed = re.compile(r"(.*)\((\d+)\)")
    return [(m[1], int(m[2])) if (m := typed.fullmatch(name)) else (name, 0) for name in data.prices()]


def test_every_row_of_the_table_resolves_and_none_is_negative():
    for model, channel_type in names():
        price = BOOK.price(model, channel_type)
        rates = [rates for schedule in price.plans.values() for _, rates in schedule]
        assert all(getattr(rate, kind) >= 0 for rate in rates for kind in rate.__slots__), model
        assert rates or price.images or price.character is not None or price.second is not None or price.request, model


def test_nothing_is_free_unless_the_map_or_one_api_says_so():
    free_by_ratio = {name for name, ratio in data.ratios()["model_ratio"].items() if parse(ratio) == 0}
    for name, row in data.prices().items():
        model = re.sub(r"\(\d+\)$", "", name)
        figures = [parse(v) for k, v in row.items() if isinstance(v, str) and k not in ("from", "mode")]
        if not any([*figures, *map(parse, row.get("images", {}).values())]) or model in free_by_ratio:
            continue
        price = BOOK.price(model, int(name[len(model) + 1 : -1]) if name != model else 0)
        dear = [rates.input + rates.output for _, rates in price.schedule("")]
        assert any([*dear, *price.images.values(), price.character, price.second, price.request]), name


def test_a_kind_of_token_is_never_free_where_the_plain_one_costs():
    for name, row in data.prices().items():
        if parse(row.get("input", "0")):
            free = [
                k
                for k in (
                    "cached",
                    "cache_write",
                    "cache_write_1h",
                    "audio_in",
                    "image_in",
                    "reasoning",
                    "audio_out",
                    "image_out",
                )
                if parse(row.get(k, "1")) == 0
            ]
            assert not free, name


def test_every_row_names_the_entry_it_came_from():
    assert all(row["from"] and row["mode"] for row in data.prices().values())
    assert len(data.prices()) > 3000
