"""What is held before a request is sent: never less than it can cost on the dearest of its channels."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.charging import charge
from gateway.billing.pricing import PriceBook, UnknownPrice
from gateway.domain import options as known
from gateway.domain.channel import Channel
from gateway.domain.identity import Caller, Token, User
from gateway.domain.usage import Usage
from gateway.outbound.protocol import Operation
from gateway.wire.multipart import Upload
from relay.inbound.protocol import ParsedRequest
from relay.options import Options
from relay.reservation import reservation, units

BOOK = PriceBook.from_options({**known.DEFAULTS, "GroupRatio": '{"half": 0.5}'})
OPTIONS = Options.read({})


def channel(number: int = 1, mapping: dict[str, str] | None = None) -> Channel:
    return Channel(id=number, type=1, name="", status=1, keys=("k",), model_mapping=mapping or {})


def caller(group: str = "default") -> Caller:
    user = User(id=1, username="u", role=1, status=1, group=group, quota=1)
    return Caller(token=Token(id=1, user_id=1, name="t", status=1), user=user)


def parsed(operation: Operation = "chat", uploads: tuple[Upload, ...] = (), **body: Any) -> ParsedRequest:
    body = {"model": "gpt-4o", **body}
    return ParsedRequest(operation=operation, model=body["model"], body=body, raw=b"", uploads=uploads)


def held(request: ParsedRequest, *channels: Channel, group: str = "default") -> int:
    return reservation(BOOK, list(channels) or [channel()], caller(group), request, OPTIONS)[1].worst()


HELLO = [{"role": "user", "content": "hello there"}]


@pytest.mark.parametrize(
    "body",
    [
        {"messages": HELLO, "max_tokens": 100},
        {"messages": HELLO, "max_completion_tokens": 100},
        {"messages": HELLO, "max_tokens": 5, "max_completion_tokens": 100},
        {"messages": HELLO, "max_tokens": 25, "n": 4},
    ],
)
def test_the_whole_limit_is_held_for_every_choice(body: dict[str, Any]) -> None:
    price = BOOK.price("gpt-4o", 1)
    most = charge(price, Usage(prompt=11, completion=100), Fraction(1)).quota
    assert most <= held(parsed(**body)) <= most + 400


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"prompt": "a"}, 1),
        ({"prompt": ["a"]}, 1),
        ({"prompt": ["a", "b", "c"]}, 3),
        ({"prompt": [1, 2, 3]}, 1),
        ({"prompt": [[1, 2], [3]]}, 2),
        ({"prompt": ["a", "b"], "n": 2}, 4),
        ({"prompt": ["a", "b"], "n": 2, "best_of": 5}, 10),
        ({"prompt": [], "best_of": "many"}, 1),
        ({}, 1),
    ],
)
def test_a_completion_is_held_for_every_prompt_and_every_try(body: dict[str, Any], count: int) -> None:
    request = parsed("completions", model="gpt-3.5-turbo-instruct", max_tokens=1000, **body)
    price = BOOK.price("gpt-3.5-turbo-instruct", 1)
    most = charge(price, Usage(completion=1000 * count), Fraction(1)).quota
    assert most <= held(request) <= most + 200


@pytest.mark.parametrize(("model", "longest"), [("gpt-4o", 16_384), ("gpt-4o-unheard-of", 32_768)])
def test_a_request_without_a_limit_holds_the_longest_answer_of_its_model(model: str, longest: int) -> None:
    book = PriceBook.from_options({**known.DEFAULTS, "UnknownModelPrice": "1"})
    without, limited = (
        reservation(book, [channel()], caller(), parsed(model=model, messages=HELLO, **limit), OPTIONS)[1].worst()
        for limit in ({}, {"max_tokens": longest})
    )
    assert 0 <= limited - without < 50  # the field itself is weighed, too


def test_a_group_holds_at_its_own_price() -> None:
    request = parsed(messages=HELLO, max_tokens=1000)
    assert held(request, group="half") == math.ceil(held(request) / 2)


def test_the_dearest_of_the_channels_decides() -> None:
    request = parsed(model="gpt-4o-mini", messages=HELLO, max_tokens=1000)
    cheap, dear = channel(1), channel(2, {"gpt-4o-mini": "gpt-4o"})
    assert held(request, cheap) < held(request, dear) == held(request, cheap, dear) == held(request, dear, cheap)


def test_channels_without_a_price_are_left_out() -> None:
    request = parsed(messages=HELLO)
    priced, unpriced = channel(1), channel(2, {"gpt-4o": "nobody-prices-this"})
    found, _ = reservation(BOOK, [unpriced, priced], caller(), request, OPTIONS)
    assert found == [priced]
    with pytest.raises(UnknownPrice):
        reservation(BOOK, [unpriced], caller(), request, OPTIONS)


def test_what_the_provider_looks_up_is_held_at_the_most_that_the_operator_says_or_the_model_reads() -> None:
    said = {"max_tokens": 1, "messages": HELLO}
    document = {"type": "file", "file": {"file_data": "https://a.example/report.pdf"}}
    looking = said | {"messages": [{"role": "user", "content": [document]}]}
    price, small = BOOK.price("gpt-4o", 1), BOOK.price("gpt-4", 1)
    assert held(parsed(**looking)) - held(parsed(**said)) >= charge(price, Usage(prompt=100_000), Fraction(1)).quota
    few = held(parsed(**looking, model="gpt-4")) - held(parsed(**said, model="gpt-4"))
    assert charge(small, Usage(prompt=small.context), Fraction(1)).quota <= few < 4 * small.context * small.model_ratio


def test_one_of_two_channels_that_heeds_no_limit_makes_the_request_open_ended() -> None:
    request = parsed(messages=HELLO, max_tokens=1)
    deaf = replace(channel(2), type=23)  # Hunyuan's own protocol has no such field
    heeded, mixed = (
        reservation(BOOK, found, caller(), request, OPTIONS)[1] for found in ([channel()], [channel(), deaf])
    )
    assert (heeded.open_ended, mixed.open_ended, mixed.heeded) == (False, True, False)
    assert mixed.worst() > 100 * heeded.worst()


@given(
    st.integers(0, 10**6), st.sampled_from(["gpt-4o", "gpt-5.4"]), st.integers(1, 4), st.sampled_from(["", "priority"])
)
def test_what_an_amount_pays_for_costs_no_more_and_one_token_more_would(
    amount: int, model: str, n: int, tier: str
) -> None:
    request = parsed(model=model, messages=HELLO, n=n, service_tier=tier)
    quote = reservation(BOOK, [channel(), channel(2, {model: "gpt-4o-mini"})], caller("half"), request, OPTIONS)[1]
    tokens = quote.affordable(amount)
    assert quote.at(tokens + 1) > amount
    assert tokens < 0 or quote.at(tokens) <= amount


@pytest.mark.parametrize("text", ["x" * 3000, "猫" * 1000, "🦊" * 750, "\n" * 3000])
def test_more_prompt_holds_more_whatever_its_script(text: str) -> None:
    price = BOOK.price("gpt-4o", 1)
    content = [{"role": "user", "content": text}]
    worst = charge(price, Usage(prompt=3000), Fraction(1)).quota  # a token for each byte
    assert held(parsed(messages=content, max_tokens=1)) >= worst


def test_pictures_are_held_by_the_piece() -> None:
    one = held(parsed("images", model="dall-e-3", prompt="a cat", size="1024x1024"))
    four = held(parsed("images", model="dall-e-3", prompt="a cat", size="1024x1024", n=4))
    fine = held(parsed("images", model="dall-e-3", prompt="a cat", size="1024x1024", quality="hd"))
    assert one >= 20_000  # one-api's price of such a picture
    assert four >= 4 * 20_000
    assert fine >= 40_000


def test_sound_is_held_by_its_length_and_speech_by_its_characters() -> None:
    price = BOOK.price("whisper-1", 1)
    upload = Upload(field="file", filename="a.mp3", type="audio/mpeg", data=b"\x00" * 60_000)
    heard = parsed("transcription", (upload,), model="whisper-1")
    assert units(heard, price, Usage()).milliseconds >= 60_000
    assert held(heard) > 0
    spoken = parsed("speech", model="tts-1", input="hello")
    assert units(spoken, BOOK.price("tts-1", 1), Usage()).characters == 5
    assert held(spoken) > 0


def test_what_the_provider_reported_is_not_overwritten() -> None:
    pictures = parsed("images", model="dall-e-3", prompt="x", n=4)
    assert units(pictures, BOOK.price("dall-e-3", 1), Usage(images=2)).images == 2
