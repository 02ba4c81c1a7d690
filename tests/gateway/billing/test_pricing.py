import json
from fractions import Fraction

import pytest

from gateway.billing import pricing
from gateway.billing.pricing import InvalidPrices, PriceBook, UnknownPrice, as_json
from gateway.billing.rational import parse

BOOK = PriceBook.from_options({})


def book(**options: object) -> PriceBook:
    return PriceBook.from_options({k: v if isinstance(v, str) else json.dumps(v) for k, v in options.items()})


def test_an_unknown_model_is_refused_and_the_message_says_where_to_set_its_price():
    with pytest.raises(UnknownPrice) as caught:
        BOOK.price("nobody-knows-it", 8)
    assert caught.value.status == 400
    for words in ("'nobody-knows-it'", "'nobody-knows-it(8)'", "ModelRatio", "UnknownModelPrice"):
        assert words in caught.value.message


def test_an_unknown_model_is_charged_at_the_ratio_the_operator_chose():
    price = book(UnknownModelPrice="30").price("nobody-knows-it")
    assert (price.source, price.rates(1).input, price.rates(1).output) == ("UnknownModelPrice", 30, 30)


def test_the_chosen_ratio_does_not_touch_models_that_have_a_price():
    assert book(UnknownModelPrice="30").price("gpt-5.4").rates(1).input == parse("1.25")


@pytest.mark.parametrize("text", ["", "refuse", " Refuse "])
def test_refusing_is_the_default(text):
    with pytest.raises(UnknownPrice):
        book(UnknownModelPrice=text).price("nobody-knows-it")


def test_a_negative_ratio_of_one_api_is_no_price():
    with pytest.raises(UnknownPrice):
        BOOK.price("openrouter/auto", 20)


def test_one_apis_own_ratio_wins_and_the_map_adds_the_rest_in_proportion():
    # The map has 1.25, 5 and 0.625 for it: a cached token costs half of a plain one.
    rates = BOOK.price("gpt-4o", 1).rates(1000)
    assert (rates.input, rates.output, rates.cached) == (parse("2.5"), 10, parse("1.25"))


def test_a_markup_on_the_ratio_marks_up_everything_of_the_model():
    plain, dear = BOOK.price("gpt-5.4"), book(ModelRatio={"gpt-5.4": 2.5}).price("gpt-5.4")
    for prompt in (1000, 300_000):
        for service in ("", "flex", "priority", "batch"):
            one, other = plain.rates(prompt, service), dear.rates(prompt, service)
            assert all(getattr(other, kind) == 2 * getattr(one, kind) for kind in one.__slots__)


def test_a_ratio_of_zero_makes_everything_free():
    rates = book(ModelRatio={"gpt-5.4": 0}).price("gpt-5.4").rates(300_000, "priority")
    assert all(getattr(rates, kind) == 0 for kind in rates.__slots__)


def test_the_map_knows_the_completion_price_of_models_newer_than_the_rules():
    # By name alone it would be 2.
    assert BOOK.price("gpt-4.1").completion_ratio == 4
    assert book(ModelRatio={"gpt-4.1": 1}).price("gpt-4.1").rates(1).output == 4


def test_a_completion_option_wins_over_map_and_rules():
    assert book(CompletionRatio={"gpt-4.1": 7, "gpt-4o": 6}).price("gpt-4.1").rates(1).output == 7
    assert book(CompletionRatio={"gpt-4.1": 7, "gpt-4o": 6}).price("gpt-4o").rates(1).output == 15


def test_long_context_costs_more_from_one_token_above_the_limit_for_the_whole_request():
    price = BOOK.price("gpt-5.4")
    assert price.rates(272_000).input == parse("1.25")
    assert price.rates(272_001).input == parse("2.5")


def test_several_tiers_are_told_apart():
    price = BOOK.price("qwen3-max")
    assert [float(price.rates(n).input) for n in (32_000, 32_001, 128_001)] == [0.6, 1.2, 1.5]


def test_a_service_without_its_own_long_context_price_costs_the_dearer_of_the_two_it_has():
    price = BOOK.price("gpt-5.4")
    assert price.rates(300_000, "priority").output == 15
    assert price.rates(300_000, "flex").input == parse("1.25")


def test_an_unpriced_service_tier_costs_the_standard_price():
    price = BOOK.price("claude-haiku-5-5")
    assert price.rates(10, "default") == price.rates(10, "priority") == price.rates(10)


def test_what_a_longer_context_leaves_unlisted_rises_with_its_input_price():
    tiered = {
        "m": {
            "input": 1,
            "output": 4,
            "cached": 0.1,
            "reasoning": 6,
            "tiers": [{"above": 100, "input": 2, "output": 6}],
        }
    }
    rates = book(ModelPrice=tiered).price("m").rates(101)
    assert (rates.cached, rates.reasoning) == (parse("0.2"), 9)


@pytest.mark.parametrize(
    ("kind", "like"),
    [
        ("cached", "input"),
        ("cache_write", "input"),
        ("cache_write_1h", "cache_write"),
        ("audio_in", "input"),
        ("image_in", "input"),
        ("reasoning", "output"),
        ("audio_out", "output"),
        ("image_out", "output"),
    ],
)
def test_a_kind_nobody_priced_costs_what_its_plain_token_costs(kind, like):
    prices = {"input": 3, "output": 5, "cache_write": 4}
    rates = book(ModelPrice={"m": {name: value for name, value in prices.items() if name != kind}}).price("m").rates(1)
    assert getattr(rates, kind) == getattr(rates, like)


def test_model_price_replaces_single_figures_and_leaves_the_others():
    rates = book(ModelPrice={"gpt-5.4": {"cached": 1}}).price("gpt-5.4").rates(1)
    assert (rates.input, rates.cached, rates.output) == (parse("1.25"), 1, parse("7.5"))


def test_model_price_for_a_channel_type_wins_over_the_plain_name():
    prices = book(ModelPrice={"m": {"input": 1}, "m(3)": {"input": 2}})
    assert (prices.price("m", 3).rates(1).input, prices.price("m", 1).rates(1).input) == (2, 1)


def test_a_service_can_be_a_factor_on_all_prices():
    price = book(ModelPrice={"m": {"input": 2, "output": 8, "batch": 0.5}}).price("m")
    assert (price.rates(1, "batch").input, price.rates(1, "batch").output) == (1, 4)


def test_a_price_per_request_alone_replaces_every_other_price():
    price = book(ModelPrice={"gpt-4o": {"request": 2500}}).price("gpt-4o")
    assert (price.request, dict(price.plans), price.images, price.character) == (2500, {}, {}, None)


def test_the_same_model_on_another_cloud_has_that_clouds_price():
    assert BOOK.price("gpt-4o", 3).source == "ModelRatio"
    assert BOOK.price("glm-5.3", 16).rates(1) != BOOK.price("glm-5.3", 50).rates(1)


def test_pictures_are_priced_by_size_and_quality():
    price = BOOK.price("gpt-image-1")
    assert (price.picture("1024x1024", "low"), price.picture("1024x1536", "high")) == (5500, 125000)
    assert price.picture("1024x1024", "auto") == price.picture("1024x1024") == 83500
    assert price.picture("auto", "low") == 8000
    assert BOOK.price("dall-e-2").picture() == 12500


def test_speech_is_priced_by_the_byte_in_one_api_and_by_the_character_in_the_map():
    assert (BOOK.price("tts-1").character, BOOK.price("tts-1").by_bytes) == (parse("7.5"), True)
    assert (BOOK.price("qwen3-tts-flash").character, BOOK.price("qwen3-tts-flash").by_bytes) == (5, False)


def test_a_voice_sold_by_token_has_an_estimated_price_per_character():
    assert BOOK.price("gpt-4o-mini-tts").character == Fraction(125, 12)


def test_transcription_is_priced_by_the_second():
    price = BOOK.price("whisper-1")
    assert (price.second, price.timed) == (50, True)
    assert book(ModelRatio={"whisper-1": 30}).price("whisper-1").second == 100
    assert not BOOK.price("gpt-4o-transcribe").timed


def test_a_group_ratio_is_the_operators_and_one_for_a_group_nobody_named():
    groups = book(GroupRatio={"vip": 0.8})
    assert (groups.group_ratio("vip"), groups.group_ratio("default"), BOOK.group_ratio("svip")) == (parse("0.8"), 1, 1)


def test_the_version_changes_with_any_option_and_only_then():
    versions = {
        BOOK.version,
        book(ModelRatio={"a": 1}).version,
        book(GroupRatio={"a": 1}).version,
        book(UnknownModelPrice="1").version,
    }
    assert len(versions) == 4
    assert PriceBook.from_options({"Theme": "x"}).version == BOOK.version
    assert BOOK.price("gpt-5.4").version == BOOK.version


def test_a_resolved_price_is_kept():
    assert BOOK.price("gpt-5.4", 1) is BOOK.price("gpt-5.4", 1)


def test_the_price_of_a_model_that_nobody_priced_is_kept_too_and_made_up_names_cannot_fill_the_memory(monkeypatch):
    monkeypatch.setattr(pricing, "MOST_KNOWN", 10)
    open_to_all = book(UnknownModelPrice="30")
    assert open_to_all.price("nobody-knows-it") is open_to_all.price("nobody-knows-it")
    for number in range(25):
        open_to_all.price(f"made-up-{number}")
    assert len(open_to_all.known) <= 10


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("ModelRatio", "{", "ModelRatio is not valid JSON"),
        ("ModelRatio", "[1]", "must be a JSON object"),
        ("ModelRatio", '{"m": "cheap"}', "'m'"),
        ("ModelRatio", '{"m": NaN}', "NaN"),
        ("ModelRatio", '{"m": 1e400}', "out of range"),
        ("CompletionRatio", '{"m": -1}', "negative"),
        ("GroupRatio", '{"vip": -0.5}', "negative"),
        ("GroupRatio", '{"vip": null}', "'vip'"),
        ("ModelPrice", '{"m": 3}', "must be an object"),
        ("ModelPrice", '{"m": {"inptu": 3}}', "unknown field 'inptu'"),
        ("ModelPrice", '{"m": {"input": -3}}', "negative"),
        ("ModelPrice", '{"m": {"tiers": {"above": 1}}}', "tiers must be a list"),
        ("ModelPrice", '{"m": {"input": 1, "tiers": [{"input": 1}]}}', "m"),
        ("ModelPrice", '{"m": {"input": 1, "tiers": [{"above": 0.5}]}}', "whole number"),
        ("UnknownModelPrice", "cheap", "UnknownModelPrice"),
        ("UnknownModelPrice", "-1", "negative"),
        ("ModelRatio", "[" * 100_000, "ModelRatio"),
    ],
)
def test_a_bad_option_is_refused_with_what_is_wrong(option, text, words):
    with pytest.raises(InvalidPrices) as caught:
        PriceBook.from_options({option: text})
    assert caught.value.status == 400
    assert words in caught.value.message
    assert caught.value.param == option


def test_a_price_can_be_shown():
    shown = as_json(BOOK.price("gpt-5.4"))
    assert shown["tokens"]["cached"] == "0.125"
    json.dumps(shown)
