"""What today's official SDK offers, at the running gateway."""

import array
import base64
import json
from collections.abc import Generator
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.e2e.support import MODEL, Account, Channel, Operator, asking

Json = dict[str, Any]
SAYS = {"content-type": "application/json"}
USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}


class City(BaseModel):
    name: str
    people: int


@pytest.fixture
def channel(operator: Operator, account: Account) -> Channel:
    models = f"{MODEL},text-embedding-3-small,dall-e-3,gpt-image-1,tts-1,whisper-1,omni-moderation-latest"
    return operator.channel(account.group, models=models)


@pytest.fixture
def client(operator: Operator, account: Account) -> Generator[openai.OpenAI]:
    with account.openai() as made:
        yield made


def says(channel: Channel, value: Any, headers: Json = SAYS, **how: Any) -> None:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    channel.operator.upstream.replay(body, headers=headers, when={"key": channel.key}, **how)


def completion(message: Json, finish: str = "stop") -> Json:
    choice = {"index": 0, "message": {"role": "assistant", "content": None} | message, "finish_reason": finish}
    head = {"id": "c1", "object": "chat.completion", "created": 1, "model": MODEL}
    return head | {"choices": [choice], "usage": USAGE}


def stream_of(*deltas: Json, finish: str = "stop") -> bytes:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    events = [head | {"choices": [choice]} for choice in [*choices, {"index": 0, "delta": {}, "finish_reason": finish}]]
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"


def test_structured_outputs_are_parsed(client: openai.OpenAI, channel: Channel) -> None:
    says(channel, completion({"content": '{"name": "Oslo", "people": 700000}'}))
    answer = client.chat.completions.parse(**asking(), response_format=City)
    assert answer.choices[0].message.parsed == City(name="Oslo", people=700_000)
    (seen,) = channel.asked()
    assert seen.json["response_format"]["json_schema"]["strict"] is True
    assert seen.json["response_format"]["json_schema"]["schema"]["required"] == ["name", "people"]


def test_the_streaming_helper_puts_tool_calls_together(client: openai.OpenAI, channel: Channel) -> None:
    begin = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "City", "arguments": ""}}
    pieces = [{"index": 0, "function": {"arguments": piece}} for piece in ('{"name": "Os', 'lo", "people": 7}')]
    body = stream_of(*({"tool_calls": [call]} for call in (begin, *pieces)), finish="tool_calls")
    says(channel, body, {"content-type": "text/event-stream"}, split="byte")
    tool = openai.pydantic_function_tool(City)
    with client.chat.completions.stream(**asking(), tools=[tool]) as stream:
        kinds = [event.type for event in stream]
        last = stream.get_final_completion()
    assert "tool_calls.function.arguments.done" in kinds
    (call,) = last.choices[0].message.tool_calls or []
    assert (call.function.name, call.function.parsed_arguments) == ("City", City(name="Oslo", people=7))


def test_embeddings_default_to_base64_and_are_numbers_again(client: openai.OpenAI, channel: Channel) -> None:
    vector = array.array("f", [0.5, -0.25, 2.0])
    item = {"object": "embedding", "index": 0, "embedding": base64.b64encode(vector.tobytes()).decode()}
    says(channel, {"object": "list", "data": [item], "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}})
    answer = client.embeddings.create(model="text-embedding-3-small", input="x")
    assert answer.data[0].embedding == [0.5, -0.25, 2.0]
    assert channel.asked()[0].json["encoding_format"] == "base64"


def test_pictures_come_as_bytes(client: openai.OpenAI, channel: Channel) -> None:
    says(channel, {"created": 1, "data": [{"b64_json": base64.b64encode(b"PNG").decode(), "revised_prompt": "a cat"}]})
    answer = client.images.generate(model="dall-e-3", prompt="a cat", response_format="b64_json")
    assert answer.data and base64.b64decode(answer.data[0].b64_json or "") == b"PNG"
    assert answer.data[0].revised_prompt == "a cat"


def test_speech_is_streamed(client: openai.OpenAI, channel: Channel) -> None:
    sound = bytes(range(256)) * 400
    says(channel, sound, {"content-type": "audio/mpeg"}, split=1000)
    with client.audio.speech.with_streaming_response.create(model="tts-1", input="hello", voice="alloy") as reply:
        assert reply.headers["content-type"] == "audio/mpeg"
        assert b"".join(reply.iter_bytes()) == sound


def test_a_verbose_transcript_keeps_its_words(client: openai.OpenAI, channel: Channel, account: Account) -> None:
    word = {"word": "hello", "start": 0.0, "end": 0.5}
    says(channel, {"task": "transcribe", "language": "english", "duration": 12.5, "text": "hello", "words": [word]})
    answer = client.audio.transcriptions.create(
        model="whisper-1",
        file=("a.wav", b"RIFF", "audio/wav"),
        response_format="verbose_json",
        timestamp_granularities=["word"],
    )
    assert (answer.text, answer.duration) == ("hello", 12.5)
    assert answer.words and answer.words[0].word == "hello"
    (seen,) = channel.asked()
    assert b'name="timestamp_granularities[]"\r\n\r\nword' in seen.body
    account.settled(1)


def test_moderations_pass(client: openai.OpenAI, channel: Channel) -> None:
    result = {"flagged": True, "categories": {"violence": True}, "category_scores": {"violence": 0.9}}
    says(channel, {"id": "m1", "model": "omni-moderation-latest", "results": [result]})
    answer = client.moderations.create(model="omni-moderation-latest", input="x")
    assert (answer.results[0].flagged, answer.results[0].categories.violence) == (True, True)


def test_raw_responses_show_the_request_id(client: openai.OpenAI, channel: Channel) -> None:
    says(channel, completion({"content": "hi"}), SAYS | {"x-request-id": "req_theirs", "openai-processing-ms": "12"})
    raw = client.chat.completions.with_raw_response.create(**asking())
    assert raw.parse().choices[0].message.content == "hi"
    assert (raw.headers["x-request-id"], raw.headers["openai-processing-ms"]) == ("req_theirs", "12")
    assert raw.headers["x-oneapi-request-id"].isdigit()


def test_an_error_is_the_sdks_own(client: openai.OpenAI, channel: Channel) -> None:
    body = {"error": {"message": "bad top_p", "type": "invalid_request_error", "param": "top_p", "code": "bad_value"}}
    says(channel, body, status=400)
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**asking(), top_p=7)
    assert (caught.value.param, caught.value.code, caught.value.type) == ("top_p", "bad_value", "invalid_request_error")
