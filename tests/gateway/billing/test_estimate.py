import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.billing.encodings import RanksMissing, encoding
from gateway.billing.estimate import (
    PICTURE,
    PICTURE_MINI,
    PICTURE_ORIGINAL,
    counted,
    estimate,
    fetched,
    kinds,
    speech_units,
)
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


@pytest.mark.skipif(not installed(), reason="the rank files are not installed: make ranks")
@given(st.lists(st.text(max_size=60), max_size=5), st.sampled_from(["gpt-4o", "gpt-4", "claude-sonnet-4-5"]))
@settings(max_examples=100, deadline=None)
def test_a_counted_prompt_has_no_fewer_tokens_than_it_has_and_no_more_than_its_bound_and_margin(texts, model):
    body = {"model": model, "messages": [{"role": "user", "name": text, "content": text} for text in texts]}
    assert Counter(model).prompt(body) <= counted(body, model) <= estimate(body) * 1.3 + 1


@pytest.mark.skipif(not installed(), reason="the rank files are not installed: make ranks")
def test_a_tokenizer_that_is_not_the_models_own_gets_a_margin():
    body = user("many words in a row " * 100)
    assert counted(body, "gpt-4o") * 1.2 < counted(body, "claude-sonnet-4-5") < counted(body, "gpt-4o") * 1.4
    assert counted(body, "gpt-4o") < estimate(body) / 3


def test_what_takes_too_long_or_cannot_be_counted_keeps_its_bound(monkeypatch):
    assert counted(user("x" * 1_000_000), "gpt-4o") is None

    def no_ranks(name):
        raise RanksMissing(name)

    monkeypatch.setattr("gateway.billing.token_counter.encoding", no_ranks)
    assert counted(user("x"), "gpt-4o") is None

    def panics(name):
        raise BaseException("PanicException")

    monkeypatch.setattr("gateway.billing.token_counter.encoding", panics)
    assert counted(user("x"), "gpt-4o") is None


def file(**fields):
    return [{"role": "user", "content": [{"type": "file", "file": fields}]}]


def document(**source):
    return user([{"type": "document", "source": source}])


FILM = {"type": "video_url", "video_url": {"url": "https://a.example/x"}}
CALL = {"type": "tool_use", "input": {"file_id": "f"}}


@pytest.mark.parametrize(
    ("body", "things"),
    [
        (user("https://a.example/x.pdf"), 0),
        ({"messages": file(file_data="data:application/pdf;base64,AAAA")}, 0),
        ({"messages": file(file_data="https://a.example/x.pdf")}, 1),
        ({"messages": file(file_id="file-1") + file(file_id="file-2")}, 2),
        (user([picture(url="https://a.example/x.png")]), 0),
        ({"messages": [{"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://a/x"}}]}]}, 1),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "document", "source": {"type": "file", "file_id": "f"}}]}
                ]
            },
            1,
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "document", "source": {"type": "url", "url": "https://a"}}]}
                ]
            },
            1,
        ),
        (
            {
                "messages": [
                    {"role": "assistant", "anthropic_content": [{"type": "tool_use", "input": {"file_id": "f"}}]}
                ]
            },
            0,
        ),
        ({"messages": [{"role": "user", "gemini_content": [{"fileData": {"fileUri": "https://a/x"}}]}]}, 1),
        ({"input": [{"role": "user", "content": [{"type": "input_file", "file_url": "https://a/x"}]}]}, 1),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, 1),
        ({"input": "x", "previous_response_id": "resp_1"}, 1),
        ({"input": "x", "conversation": {"id": "conv_1"}, "prompt": {"id": "pmpt_1"}}, 2),
        ({"prompt": "only a text"}, 0),
        ({"messages": [], "cachedContent": "cachedContents/1"}, 1),
    ],
)
def test_what_a_provider_looks_up_by_itself_is_found(body, things):
    assert fetched(body) == things
