"""What each operation costs at the relay, where the provider reports usage and where it reports none.

The figures are one-api's formulas worked out by hand: prompt × ratio + completion × ratio × completion ratio, pictures
by size and quality, speech by its bytes, transcripts by their length; docs/billing.md says where we differ on purpose.
"""

import json
import struct
from typing import Any

import pytest

from tests.e2e.conftest import NewAccount
from tests.e2e.support import MODEL, Account, Operator, asking

Json = dict[str, Any]
STARTED = 10**9
MODELS = (
    f"{MODEL},gpt-4o,gpt-3.5-turbo-instruct,text-embedding-ada-002,text-moderation-stable,dall-e-2,dall-e-3,gpt-image-1,"
    "tts-1,tts-1-hd,whisper-1"
)
TOKENS = "@@fake prompt_tokens=1000 completion_tokens=100@@"

JSON: dict[str, tuple[str, Json, int]] = {
    "a chat": ("/v1/chat/completions", asking(TOKENS), 105),  # (1000 + 100 × 4) × 0.075
    "a chat with cached tokens": (
        "/v1/chat/completions",
        asking("@@fake prompt_tokens=1000 cached_tokens=600 completion_tokens=100@@", model="gpt-4o"),
        2750,  # 400 × 2.5 + 600 × 1.25 + 100 × 10
    ),
    "a completion": ("/v1/completions", {"model": "gpt-3.5-turbo-instruct", "prompt": TOKENS}, 850),
    "a response": ("/v1/responses", {"model": "gpt-4o", "input": TOKENS}, 3500),
    "embeddings": ("/v1/embeddings", {"model": "text-embedding-ada-002", "input": [TOKENS, "b"]}, 50),
    "embeddings by engine": ("/v1/engines/text-embedding-ada-002/embeddings", {"input": TOKENS}, 50),
    "a moderation that tells no usage": ("/v1/moderations", {"input": "one two three"}, 1),
    "a picture": ("/v1/images/generations", {"prompt": "x"}, 12_500),
    "three small pictures": ("/v1/images/generations", {"prompt": "x", "n": 3, "size": "256x256"}, 30_000),
    "a fine picture": ("/v1/images/generations", {"prompt": "x", "model": "dall-e-3", "quality": "hd"}, 40_000),
    "a wide fine picture": (
        "/v1/images/generations",
        {"prompt": "x", "model": "dall-e-3", "quality": "hd", "size": "1792x1024"},
        60_000,
    ),
    "a picture sold by token": (
        "/v1/images/generations",
        {"prompt": "x", "model": "gpt-image-1", "quality": "medium", "size": "1024x1024"},
        21_000,
    ),
    "speech": ("/v1/audio/speech", {"model": "tts-1", "input": "a" * 1000, "voice": "alloy"}, 7_500),
    "speech is counted in bytes": ("/v1/audio/speech", {"model": "tts-1-hd", "input": "你好", "voice": "alloy"}, 90),
}


def check_charged(account: Account, quota: int) -> None:
    (entry,) = account.settled(1)
    assert entry["quota"] == quota
    assert account.balances() == (STARTED - quota, STARTED - quota)


# gpt-5.4 costs 1.25 and 7.5 a token; flex half of it, priority twice.
STANDARD, FLEX, PRIORITY = 8750, 4375, 17_500


@pytest.mark.parametrize(
    ("asked", "confirmed", "quota"),
    [
        ("flex", None, STANDARD),
        ("flex", "flex", FLEX),
        ("flex", "default", STANDARD),
        ("batch", None, STANDARD),
        ("priority", None, PRIORITY),
        ("priority", "default", STANDARD),
        (None, "priority", PRIORITY),
        ("nobody-knows", None, STANDARD),
    ],
)
@pytest.mark.parametrize(
    ("type", "stream"), [(1, False), (1, True), (26, True)], ids=["whole", "passed through", "translated"]
)
def test_a_cheaper_tier_is_a_price_once_the_provider_confirms_it(
    operator: Operator,
    new_account: NewAccount,
    type: int,
    stream: bool,
    asked: str | None,
    confirmed: str | None,
    quota: int,
) -> None:
    account = new_account(quota=STARTED, remain_quota=STARTED)
    channel = operator.channel(account.group, models="gpt-5.4", type=type)
    said = {"message": {"role": "assistant", "content": "x"}, "delta": {"content": "x"}}
    reply: Json = {
        "id": "c1",
        "created": 1,
        "model": "gpt-5.4",
        "choices": [{"index": 0, "finish_reason": "stop"} | said],
    }
    reply |= {"usage": {"prompt_tokens": 1000, "completion_tokens": 1000, "total_tokens": 2000}}
    reply |= {"service_tier": confirmed} if confirmed else {}
    body, kind = json.dumps(reply).encode(), "application/json"
    if stream:
        body, kind = b"data: " + body + b"\n\ndata: [DONE]\n\n", "text/event-stream"
    operator.upstream.replay(body, headers={"content-type": kind}, when={"key": channel.key})
    tier = {"service_tier": asked} if asked else {}
    assert account.post(asking(model="gpt-5.4", stream=stream, max_tokens=1000, **tier)).status_code == 200
    check_charged(account, quota)


def wav(seconds: int) -> bytes:
    """Silence, 8000 bytes a second."""
    size = seconds * 8000
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    return head + struct.pack("<4sI", b"data", size) + bytes(size)


SOUND = ("a.wav", wav(4), "audio/wav")
PICTURE = ("a.png", b"\x89PNG", "image/png")
FORMS: dict[str, tuple[str, Json, int]] = {
    "a transcript": ("/v1/audio/transcriptions", {"file": SOUND, "model": (None, "whisper-1")}, 200),
    "a transcript that is text": ("/v1/audio/transcriptions", {"file": SOUND, "response_format": (None, "srt")}, 200),
    "a transcript that tells its length": (
        "/v1/audio/transcriptions",
        {"file": SOUND, "response_format": (None, "verbose_json")},
        75,  # the provider says 1.5 seconds
    ),
    "a translation": ("/v1/audio/translations", {"file": SOUND}, 200),
    "an edited picture": ("/v1/images/edits", {"image": PICTURE, "prompt": (None, "x")}, 12_500),
    "a variation": ("/v1/images/variations", {"image": PICTURE}, 12_500),
}


@pytest.fixture
def account(operator: Operator, new_account: NewAccount) -> Account:
    account = new_account(quota=STARTED, remain_quota=STARTED)
    operator.channel(account.group, models=MODELS)
    return account


@pytest.mark.parametrize("case", JSON)
def test_a_request_costs_what_the_formula_says(account: Account, case: str) -> None:
    path, body, quota = JSON[case]
    answer = account.post(body, path=path)
    assert answer.status_code == 200, answer.text
    check_charged(account, quota)


@pytest.mark.parametrize("case", FORMS)
def test_a_form_costs_what_the_formula_says(account: Account, case: str) -> None:
    path, fields, quota = FORMS[case]
    answer = account.http.post(path, files=fields, headers={"authorization": f"Bearer {account.key}"})
    assert answer.status_code == 200, answer.text
    check_charged(account, quota)
