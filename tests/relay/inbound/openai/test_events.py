"""Streams that are no chats (pictures, transcripts, speech), asked for by OpenAI's own library."""

import base64
import json
from collections.abc import Generator
from typing import Any

import openai
import pytest

from tests.e2e.conftest import NewAccount
from tests.e2e.support import Account, Channel, Operator, error_of, events

Json = dict[str, Any]
EVENTS = {"content-type": "text/event-stream"}
WHOLE = {"content-type": "application/json"}
MODELS = "gpt-image-1,gpt-4o-transcribe,whisper-1,gpt-4o-mini-tts"
OPENAI, COMPATIBLE = 1, 50
SOUND = ("a.wav", b"RIFF", "audio/wav")

PICTURE_USAGE = {
    "total_tokens": 150,
    "input_tokens": 50,
    "output_tokens": 100,
    "input_tokens_details": {"text_tokens": 50, "image_tokens": 0},
}
PICTURE: list[Json] = [
    {"type": "image_generation.partial_image", "b64_json": "QQ==", "partial_image_index": 0},
    {"type": "image_generation.completed", "b64_json": "Qg==", "usage": PICTURE_USAGE},
]
EDIT: list[Json] = [{"type": "image_edit.completed", "b64_json": "Qg==", "usage": PICTURE_USAGE}]
TEXT_USAGE = {"type": "tokens", "input_tokens": 14, "output_tokens": 45, "total_tokens": 59}
TRANSCRIPT: list[Json] = [
    {"type": "transcript.text.delta", "delta": "Hello"},
    {"type": "transcript.text.delta", "delta": " world"},
    {"type": "transcript.text.done", "text": "Hello world", "usage": TEXT_USAGE},
]
SPEECH_USAGE = {"input_tokens": 10, "output_tokens": 100, "total_tokens": 110}
SPEECH: list[Json] = [
    {"type": "speech.audio.delta", "audio": "QUJD"},
    {"type": "speech.audio.done", "usage": SPEECH_USAGE},
]


@pytest.fixture(params=[OPENAI, COMPATIBLE], ids=["passed through", "translated"])
def channel(operator: Operator, account: Account, request: pytest.FixtureRequest) -> Channel:
    return operator.channel(account.group, models=MODELS, type=request.param)


@pytest.fixture
def client(operator: Operator, account: Account) -> Generator[openai.OpenAI]:
    with account.openai() as made:
        yield made


def says(channel: Channel, *told: Json, headers: Json = EVENTS, split: Any = "whole") -> None:
    body = b"".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in told)
    channel.operator.upstream.replay(body, headers=headers, split=split, when={"key": channel.key})


def says_whole(channel: Channel, body: bytes | Json, kind: str = "application/json") -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    channel.operator.upstream.replay(data, headers={"content-type": kind}, when={"key": channel.key})


@pytest.mark.parametrize("split", ["whole", "byte"])
def test_a_picture_comes_in_parts(client: openai.OpenAI, channel: Channel, account: Account, split: str) -> None:
    says(channel, *PICTURE, split=split)
    stream = client.images.generate(model="gpt-image-1", prompt="a cat", stream=True, partial_images=1)
    assert [(event.type, event.b64_json) for event in stream] == [(e["type"], e["b64_json"]) for e in PICTURE]
    assert channel.asked()[0].json["stream"] is True
    (entry,) = account.settled(1)
    assert (entry["quota"], entry["is_stream"]) == (50 * 2.5 + 100 * 20, True)


def test_an_edited_picture_comes_in_parts(client: openai.OpenAI, channel: Channel, account: Account) -> None:
    says(channel, *EDIT)
    stream = client.images.edit(model="gpt-image-1", image=b"PNG", prompt="a cat", stream=True)
    assert [event.type for event in stream] == ["image_edit.completed"]
    assert b'name="stream"\r\n\r\ntrue' in channel.asked()[0].body
    assert account.settled(1)[0]["quota"] == 2125


@pytest.mark.parametrize("split", ["whole", "byte"])
def test_a_transcript_comes_word_by_word(client: openai.OpenAI, channel: Channel, account: Account, split: str) -> None:
    says(channel, *TRANSCRIPT, split=split)
    stream = client.audio.transcriptions.create(model="gpt-4o-transcribe", file=SOUND, stream=True)
    assert [event.type for event in stream] == [event["type"] for event in TRANSCRIPT]
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (14, 45)


def test_speech_comes_as_events(client: openai.OpenAI, channel: Channel, account: Account) -> None:
    says(channel, *SPEECH)
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", input="hello", voice="alloy", stream_format="sse"
    ) as reply:
        assert events(reply.read()) == SPEECH
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (10, 100)


def test_a_provider_that_answers_whole_is_told_in_events(
    client: openai.OpenAI, channel: Channel, account: Account
) -> None:
    says_whole(channel, {"created": 7, "size": "1024x1024", "data": [{"b64_json": "Qg=="}], "usage": PICTURE_USAGE})
    (made,) = client.images.generate(model="gpt-image-1", prompt="a cat", stream=True)
    assert (made.type, made.b64_json, made.size) == ("image_generation.completed", "Qg==", "1024x1024")
    says_whole(channel, {"text": "Hello"})
    heard = list(client.audio.transcriptions.create(model="whisper-1", file=SOUND, stream=True))
    assert [event.type for event in heard] == ["transcript.text.delta", "transcript.text.done"]
    says_whole(channel, b"ID3\x00\xff", "audio/mpeg")
    body = {"model": "gpt-4o-mini-tts", "input": "hello", "voice": "alloy", "stream_format": "sse"}
    sound, done = events(account.post(body, "/v1/audio/speech").content)
    assert (base64.b64decode(sound["audio"]), done["type"]) == (b"ID3\x00\xff", "speech.audio.done")
    assert [entry["quota"] > 0 for entry in account.settled(3)] == [True] * 3


def test_a_provider_without_such_streams_is_asked_for_the_whole(operator: Operator, new_account: NewAccount) -> None:
    account = new_account()
    operator.channel(account.group, type=16, key="id.secret", models="dall-e-3")
    pictures = json.dumps({"created": 1, "data": [{"url": "https://pictures.invalid/1.png"}]}).encode()
    operator.upstream.replay(pictures, headers=WHOLE, when={"contains": account.name}, times=1)
    answer = account.post(
        {"model": "dall-e-3", "prompt": account.name, "stream": True, "partial_images": 2}, "/v1/images/generations"
    )
    assert answer.headers["content-type"] == "text/event-stream"
    (made,) = events(answer.content)
    assert (made["type"], made["url"]) == ("image_generation.completed", "https://pictures.invalid/1.png")
    (seen,) = [one for one in operator.upstream.requests() if account.name.encode() in one.body]
    assert seen.json.keys().isdisjoint({"stream", "partial_images"})
    assert account.settled(1)[0]["quota"] == 20_000


def test_a_stream_cut_short_ends_with_an_error(client: openai.OpenAI, channel: Channel, account: Account) -> None:
    says(channel, PICTURE[0])
    with pytest.raises(openai.APIError, match="before the answer was complete"):
        list(client.images.generate(model="gpt-image-1", prompt="a cat", stream=True, partial_images=1))
    account.settled(1)


def test_a_stream_in_words_is_refused(account: Account, channel: Channel) -> None:
    form = {"file": SOUND, "stream": (None, "perhaps")}
    answer = account.http.post(
        "/v1/audio/transcriptions", files=form, headers={"authorization": f"Bearer {account.key}"}
    )
    assert (answer.status_code, error_of(answer)["param"]) == (400, "stream")
