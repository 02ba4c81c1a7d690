import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.billing.encodings import RanksMissing, encoding
from gateway.billing.estimate import PICTURE, PICTURE_MINI, PICTURE_ORIGINAL, estimate, kinds, speech_units
from gateway.billing.pricing import PriceBook
from gateway.billing.token_counter import Counter


def user(content):
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": content}]}


def picture(detail="auto", url="data:image/png;base64," + "A" * 1_000_000):
    return {"type": "image_url", "image_url": {"url": url, "detail": detail}}


def installed() -> bool:
    try:
        return bool(encoding("o200k_base"))
    except RanksMissing:
        return False


@pytest.mark.skipif(not installed(), reason="the rank files are not installed: make ranks")
@given(st.lists(st.text(max_size=60), max_size=5), st.sampled_from(["gpt-4o", "gpt-4", "text-davinci-003", "davinci"]))
@settings(max_examples=150, deadline=None)
def test_no_text_has_more_tokens_than_estimated(texts, model):
    body = {"model": model, "messages": [{"role": "user", "name": text, "content": text} for text in texts]}
    assert estimate(body) >= Counter(model).prompt(body)
    tools = [{"type": "function", "function": {"name": text, "description": text}} for text in texts]
    assert estimate({**body, "tools": tools}) >= Counter(model).prompt(body) + sum(
        2 * Counter(model).text(t) for t in texts
    )


@pytest.mark.parametrize(
    "field", ["tools", "functions", "response_format", "system", "prompt", "instructions", "unknown_field"]
)
def test_everything_the_provider_may_show_to_the_model_counts(field):
    body = user("hi")
    assert estimate({**body, field: "x" * 1000}) >= estimate(body) + 1000
    assert estimate({**body, field: [{"deep": {"x" * 1000: None}}]}) >= estimate(body) + 1000


def test_tool_calls_and_reasoning_of_the_history_count():
    call = {"function": {"name": "f", "arguments": "x" * 1000}}
    body = {"messages": [{"role": "assistant", "tool_calls": [call], "reasoning_content": "x" * 1000}]}
    assert estimate(body) >= 2000


def test_a_picture_counts_as_a_picture_not_as_its_bytes():
    assert PICTURE < estimate(user([picture()])) < PICTURE + 500
    assert PICTURE_ORIGINAL < estimate(user([picture("original")])) < PICTURE_ORIGINAL + 500
    assert PICTURE_MINI < estimate({**user([picture()]), "model": "gpt-4o-mini"}) < PICTURE_MINI + 500


def test_sound_counts_by_its_length():
    sound = {"type": "input_audio", "input_audio": {"data": base64.b64encode(bytes(300_000)).decode(), "format": "mp3"}}
    assert 10_000 < estimate(user([sound])) < 10_500


def test_a_text_cannot_hide_as_a_picture():
    schema = {"type": "image_url", "image_url": "x" * 100_000}
    assert estimate({**user("hi"), "tools": [schema]}) > 100_000
    assert estimate(user([{**picture(), "text": "x" * 100_000}])) > 100_000


def test_a_deeply_nested_body_is_no_error():
    deep: object = "x"
    for _ in range(50_000):
        deep = [deep]
    assert estimate({**user("hi"), "metadata_of_mine": deep}) > 50_000
    assert kinds({"messages": [deep]}) == {"cache_write"}


@pytest.mark.parametrize(
    "body", [{}, {"messages": None}, {"messages": "x"}, {"messages": [None, 3, "x"]}, {"tools": "x"}, {"input": 5}]
)
def test_a_malformed_body_has_an_estimate(body):
    assert estimate(body) > 0


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"modalities": ["text", "audio"]}, "audio_out"),
        ({"modalities": ["image", "text"]}, "image_out"),
        ({"audio": {"voice": "alloy"}}, "audio_out"),
        ({"prompt_cache_retention": "24h"}, "cache_write_1h"),
        ({"messages": [{"content": [picture()]}]}, "image_in"),
        ({"messages": [{"content": [{"type": "input_audio"}]}]}, "audio_in"),
        ({"input": [{"content": [{"type": "input_file"}]}]}, "image_in"),
        ({"messages": [{"content": [{"cache_control": {"type": "ephemeral", "ttl": "1h"}}]}]}, "cache_write_1h"),
        ({"tools": [{"cache_control": {"type": "ephemeral", "ttl": "1h"}}]}, "cache_write_1h"),
    ],
)
def test_a_dearer_kind_is_expected_where_the_request_asks_for_it(more, kind):
    assert kinds({**user("hi"), **more}) == {"cache_write", kind}


def test_plain_text_can_only_write_the_cache():
    assert kinds(user("hi")) == {"cache_write"}
    assert kinds({**user("hi"), "modalities": "audio", "prompt_cache_retention": "in_memory"}) == {"cache_write"}


def test_speech_is_counted_in_bytes_or_characters_as_it_is_priced():
    book = PriceBook.from_options({})
    assert speech_units(book.price("tts-1"), "世界!") == 7
    assert speech_units(book.price("qwen3-tts-flash"), "世界!") == 3
