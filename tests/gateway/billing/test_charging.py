from dataclasses import replace
from fractions import Fraction

import pytest

from gateway.billing.charging import Asked, ImplausibleUsage, charge, read_terms, recompute, reserve, write_terms
from gateway.billing.pricing import PriceBook
from gateway.domain.usage import MAX_FIGURE, Usage

ONE = Fraction(1)
BOOK = PriceBook.from_options({})
EVERY_KIND = PriceBook.from_options(
    {
        "ModelPrice": '{"m": {"input": 100, "output": 1000, "cached": 10, "cache_write": 125, "cache_write_1h": 200,'
        ' "audio_in": 300, "image_in": 400, "reasoning": 1100, "audio_out": 2000, "image_out": 3000}}'
    }
).price("m")


def quota(price, usage, group=ONE, **more):
    return charge(price, usage, group, **more).quota


@pytest.mark.parametrize(
    ("usage", "wanted"),
    [
        (Usage(prompt=10), 1000),
        (Usage(prompt=10, cached=4), 600 + 40),
        (Usage(prompt=10, cache_write=4), 600 + 500),
        (Usage(prompt=10, cache_write_1h=4), 600 + 800),
        (Usage(prompt=10, cached=1, cache_write=2, cache_write_1h=3), 400 + 10 + 250 + 600),
        (Usage(prompt=10, audio_in=4), 600 + 1200),
        (Usage(prompt=10, image_in=4), 600 + 1600),
        (Usage(completion=10), 10000),
        (Usage(completion=10, reasoning=4), 6000 + 4400),
        (Usage(completion=10, audio_out=4), 6000 + 8000),
        (Usage(completion=10, image_out=4), 6000 + 12000),
        (Usage(completion=10, images=1), 30000),
        (Usage(completion=10, images=1, image_out=4), 6000 + 12000),
        (Usage(), 0),
    ],
)
def test_every_kind_of_token_is_charged_once_at_its_own_price(usage, wanted):
    assert quota(EVERY_KIND, usage) == wanted


def test_a_token_that_is_cached_and_sound_is_as_much_cheaper_as_a_cached_text():
    assert quota(EVERY_KIND, Usage(prompt=10, cached=10, audio_in=4)) == 4 * 30 + 6 * 10


@pytest.mark.parametrize(
    ("model", "prompt", "completion", "group", "wanted"),
    [
        ("gpt-4o", 8, 1, "1", 30),
        ("gpt-4o", 7, 2, "1", 38),
        ("claude-3-haiku-20240307", 11, 22, "1", 16),
        ("text-embedding-3-small", 5, 0, "1", 1),
        ("gpt-3.5-turbo", 0, 0, "1", 0),
        ("gpt-3.5-turbo", 1, 0, "0", 0),
        ("gpt-4o", 8, 1, "0.5", 15),
        ("glm-4-flash", 1000, 1000, "1", 0),
    ],
)
def test_text_costs_what_one_api_charges(model, prompt, completion, group, wanted):
    assert quota(BOOK.price(model, 1), Usage(prompt=prompt, completion=completion), Fraction(group)) == wanted


def test_exact_arithmetic_does_not_round_a_whole_number_up():
    # In doubles 100 x 0.07 is a hair above 7, and one-api charges 8.
    price = PriceBook.from_options({"ModelRatio": '{"m": 0.07}'}).price("m")
    assert quota(price, Usage(prompt=100)) == 7


def test_a_priced_model_costs_at_least_one_even_where_the_part_used_is_free():
    price = PriceBook.from_options({"ModelRatio": '{"m": 2}', "CompletionRatio": '{"m": 0}'}).price("m")
    paid = charge(price, Usage(completion=5), ONE)
    assert paid.quota == recompute(paid.terms) == 1


def test_pictures_are_charged_by_the_piece():
    assert quota(BOOK.price("dall-e-2"), Usage(images=3)) == 37500
    assert quota(BOOK.price("dall-e-3"), Usage(images=1), size="1792x1024", quality="hd") == 60000


def test_a_picture_model_with_a_ratio_is_charged_by_the_piece_even_if_tokens_are_reported():
    assert quota(BOOK.price("cogview-3", 16), Usage(images=1, prompt=20, completion=20)) == 7100


def test_a_chat_model_that_draws_is_charged_the_dearer_of_tokens_and_pieces():
    price = PriceBook.from_options({"ModelRatio": '{"m": 1}'}).price("m")
    assert quota(price, Usage(images=1, prompt=10, completion=10)) == 1000
    assert quota(price, Usage(images=1, prompt=90_000, completion=10)) == 90_010


def test_a_picture_sold_by_token_is_charged_by_its_tokens_or_by_the_piece_if_none_are_reported():
    price = BOOK.price("gpt-image-1")
    assert quota(price, Usage(images=1, prompt=10, completion=1000, image_out=1000)) == 25 + 20000
    assert quota(price, Usage(images=1), quality="low") == 5500


def test_a_picture_nobody_can_price_is_quarantined_not_given_away():
    with pytest.raises(ImplausibleUsage, match="does not say"):
        charge(BOOK.price("gpt-image-2"), Usage(images=1), ONE)


def test_speech_is_charged_by_length():
    assert quota(BOOK.price("tts-1"), Usage(characters=1000)) == 7500


def test_transcription_is_charged_by_duration_or_by_its_tokens_times_the_ratio():
    assert quota(BOOK.price("whisper-1"), Usage(milliseconds=60_000, completion=200)) == 3000
    assert quota(BOOK.price("whisper-1"), Usage(completion=200)) == 3000
    assert (
        quota(BOOK.price("gpt-4o-transcribe"), Usage(milliseconds=60_000, prompt=600, audio_in=600, completion=100))
        == 750 + 500
    )
    assert quota(BOOK.price("gpt-4o-transcribe"), Usage(milliseconds=60_000)) == 3000


def test_a_price_per_request_is_charged_once_whatever_was_used():
    price = PriceBook.from_options({"ModelPrice": '{"m": {"request": 2500}}'}).price("m")
    assert quota(price, Usage(prompt=10**6, completion=10**6, images=3)) == 2500
    assert quota(price, Usage()) == 2500


def test_a_price_per_request_beside_others_is_added():
    price = PriceBook.from_options({"ModelPrice": '{"m": {"request": 2500, "input": 1, "output": 2}}'}).price("m")
    assert quota(price, Usage(prompt=10, completion=10)) == 2530


def test_service_and_context_length_choose_the_price():
    price = BOOK.price("gpt-5.4")
    usage = Usage(prompt=1000, completion=100)
    assert [quota(price, usage, service=s) for s in ("", "flex", "priority", "batch", "default")] == [
        2000,
        1000,
        4000,
        1000,
        2000,
    ]
    assert quota(price, Usage(prompt=272_001)) == 680_003


@pytest.mark.parametrize(
    "usage",
    [
        Usage(prompt=-5),
        Usage(completion=-5),
        Usage(prompt=10**18),
        Usage(prompt=MAX_FIGURE + 1),
        Usage(images=-1),
        Usage(prompt=5, cached=6),
        Usage(prompt=5, cached=3, cache_write=3),
        Usage(completion=5, reasoning=6),
        Usage(prompt=5, audio_in=3, image_in=3),
        Usage(completion=5, audio_out=3, image_out=3),
    ],
)
def test_usage_that_cannot_be_is_never_turned_into_a_charge(usage):
    with pytest.raises(ImplausibleUsage):
        charge(EVERY_KIND, usage, ONE)


def test_an_absurd_charge_is_quarantined():
    price = PriceBook.from_options({"ModelRatio": '{"m": 1000000000}'}).price("m")
    with pytest.raises(ImplausibleUsage, match="quota for one request"):
        charge(price, Usage(prompt=MAX_FIGURE), ONE)


@pytest.mark.parametrize(
    ("model", "group", "shown"),
    [
        ("claude-3-haiku-20240307", "1", "倍率：0.12 × 1.00 × 5.00"),
        ("gemini-1.5-pro", "0.625", "倍率：0.62 × 0.62 × 3.00"),
        ("ERNIE-4.0-8K", "1.5", "倍率：8.52 × 1.50 × 1.00"),
    ],
)
def test_the_log_text_is_one_apis(model, group, shown):
    assert charge(BOOK.price(model), Usage(prompt=1), Fraction(group)).content == shown


@pytest.mark.parametrize(
    ("model", "usage", "shown"),
    [
        ("dall-e-3", Usage(images=1), "倍率：20.00 × 1.00"),
        ("tts-1", Usage(characters=1), "倍率：7.50 × 1.00"),
        ("whisper-1", Usage(completion=1), "倍率：15.00 × 1.00"),
    ],
)
def test_the_log_text_of_pictures_and_sound_has_two_figures(model, usage, shown):
    assert charge(BOOK.price(model), usage, ONE).content == shown


def test_a_receipt_computes_to_its_charge_after_prices_have_changed():
    usage = Usage(prompt=1000, cached=300, completion=77, reasoning=33)
    paid = charge(BOOK.price("gpt-5.4"), usage, Fraction(8, 10))
    changed = PriceBook.from_options({"ModelRatio": '{"gpt-5.4": 99}'})
    assert charge(changed.price("gpt-5.4"), usage, Fraction(8, 10)).quota != paid.quota
    stored = write_terms(paid.terms)
    assert read_terms(stored) == paid.terms
    assert recompute(read_terms(stored)) == paid.quota
    assert (paid.price_version, changed.version) == (BOOK.version, changed.price("gpt-5.4").version)


def test_a_tampered_receipt_computes_to_something_else():
    paid = charge(BOOK.price("gpt-5.4"), Usage(prompt=1000), ONE)
    forged = [replace(term, amount=term.amount - 1) if term.name == "prompt" else term for term in paid.terms]
    assert recompute(forged) != paid.quota


@pytest.mark.parametrize("text", ["", "3", "[3]", '[["prompt", "many", "1"]]', '[["prompt", 1]]', "{"])
def test_what_is_no_receipt_is_named(text):
    with pytest.raises(ValueError):
        read_terms(text)


def test_the_reservation_takes_the_dearest_rate_for_every_token():
    held = reserve(EVERY_KIND, prompt_estimate=10, max_completion=10, group_ratio=ONE, pre_consumed=500)
    assert held == 10 * 400 + 10 * 3000


def test_the_reservation_leaves_out_kinds_the_request_cannot_bring_about():
    asked = Asked(kinds=frozenset({"cache_write"}))
    held = reserve(EVERY_KIND, prompt_estimate=10, max_completion=10, group_ratio=ONE, pre_consumed=500, asked=asked)
    assert held == 10 * 125 + 10 * 1100


def test_the_reservation_counts_every_choice():
    price = PriceBook.from_options({"ModelRatio": '{"m": 1}'}).price("m")
    assert reserve(price, prompt_estimate=10, max_completion=5, n=4, group_ratio=ONE, pre_consumed=500) == 30


def test_without_a_limit_the_configured_number_of_tokens_is_reserved():
    price = PriceBook.from_options({"ModelRatio": '{"m": 1}'}).price("m")
    assert reserve(price, prompt_estimate=10, max_completion=None, group_ratio=ONE, pre_consumed=500) == 510


def test_the_reservation_of_a_long_prompt_is_at_the_long_price():
    held = [
        reserve(BOOK.price("gpt-5.4"), prompt_estimate=n, max_completion=0, group_ratio=ONE, pre_consumed=0)
        for n in (272_000, 272_001)
    ]
    assert held == [340_000, 680_003]


def test_the_reservation_of_pictures_and_speech_is_their_price():
    pictures, speech = Asked(pieces=Usage(images=2), quality="hd"), Asked(pieces=Usage(characters=1000))
    none = {"prompt_estimate": 0, "max_completion": 0, "group_ratio": ONE, "pre_consumed": 500}
    assert reserve(BOOK.price("dall-e-3"), asked=pictures, **none) == 80000
    assert reserve(BOOK.price("tts-1"), asked=speech, **none) == 7500
    assert reserve(BOOK.price("gpt-image-2"), asked=Asked(pieces=Usage(images=1)), **none) == 16_384 * 15


def test_a_free_model_reserves_nothing():
    free = BOOK.price("glm-4-flash")
    assert reserve(free, prompt_estimate=10**6, max_completion=10**6, group_ratio=ONE, pre_consumed=500) == 0
