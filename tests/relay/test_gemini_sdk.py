"""Google's own library at the gateway, in front of Google's, OpenAI's and Anthropic's dialects."""

import warnings
from collections.abc import Generator
from typing import Any

import pytest

from tests.e2e.support import Account, Channel, Operator, until
from tests.relay import provider_replies as replies

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from google import genai
    from google.genai import errors, types

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MODEL = "gpt-4o-mini"
EMBEDDING = "text-embedding-3-small"
TYPES = {"openai": 1, "anthropic": 14, "gemini": 24}


def get_weather(city: str) -> str:
    """Weather of a city."""
    return f"18 C in {city}"


@pytest.fixture
def client(account: Account) -> Generator[genai.Client]:
    options = types.HttpOptions(base_url=account.operator.gateway.url, httpx_client=account.operator.connect())
    made = genai.Client(api_key=account.key, http_options=options)
    yield made
    made.close()


@pytest.fixture(params=TYPES)
def channel(request: pytest.FixtureRequest, operator: Operator, account: Account) -> Channel:
    return operator.channel(account.group, type=TYPES[request.param])


def test_content_is_generated_and_charged(client: genai.Client, account: Account, channel: Channel) -> None:
    answer = client.models.generate_content(
        model=MODEL,
        contents="@@fake chunks=3 prompt_tokens=100 cached_tokens=40@@",
        config=types.GenerateContentConfig(system_instruction="Be brief.", max_output_tokens=50),
    )
    assert (answer.text or "").split() == ["word0", "word1", "word2"]
    usage = answer.usage_metadata
    assert usage
    assert (usage.prompt_token_count, usage.cached_content_token_count, usage.candidates_token_count) == (100, 40, 3)
    assert answer.candidates and answer.candidates[0].finish_reason == types.FinishReason.STOP
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (100, 3)


def test_a_stream_says_the_same_piece_by_piece(client: genai.Client, account: Account, channel: Channel) -> None:
    pieces = list(client.models.generate_content_stream(model=MODEL, contents="@@fake chunks=5 prompt_tokens=100@@"))
    assert len(pieces) >= 5
    assert "".join(piece.text or "" for piece in pieces).split() == [f"word{number}" for number in range(5)]
    last = pieces[-1]
    assert last.candidates and last.candidates[0].finish_reason == types.FinishReason.STOP
    assert last.usage_metadata and last.usage_metadata.candidates_token_count == 5
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"], entry["is_stream"]) == (100, 5, True)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("kind", TYPES)
def test_functions_are_called_side_by_side(
    client: genai.Client, operator: Operator, account: Account, kind: str, streamed: bool
) -> None:
    channel = operator.channel(account.group, type=TYPES[kind])
    replies.calls(operator.upstream, channel.key, kind, streamed)
    config = types.GenerateContentConfig(
        tools=[get_weather], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
    )
    if streamed:
        pieces = list(client.models.generate_content_stream(model=MODEL, contents="Weather?", config=config))
        calls = [call for piece in pieces for call in piece.function_calls or []]
    else:
        calls = client.models.generate_content(model=MODEL, contents="Weather?", config=config).function_calls or []
    assert [(call.name, call.args) for call in calls] == [
        ("get_weather", {"city": "Paris"}),
        ("get_weather", {"city": "Rome"}),
    ]


@pytest.mark.parametrize("kind", TYPES)
def test_the_library_calls_functions_by_itself(
    client: genai.Client, operator: Operator, account: Account, kind: str
) -> None:
    channel = operator.channel(account.group, type=TYPES[kind])
    body = replies.body(kind)
    operator.upstream.replay(body, when={"key": channel.key}, times=1)
    answer = client.models.generate_content(
        model=MODEL, contents="@@fake chunks=2@@", config=types.GenerateContentConfig(tools=[get_weather])
    )
    assert (answer.text or "").split() == ["word0", "word1"]
    second = operator.upstream.requests()[-1]
    assert b"18 C in Paris" in second.body and b"18 C in Rome" in second.body
    if kind == "openai":
        asked = second.json["messages"]
        assert [message["role"] for message in asked] == ["user", "assistant", "tool", "tool"]
        assert [call["id"] for call in asked[1]["tool_calls"]] == [m["tool_call_id"] for m in asked[2:]]
    if kind == "gemini":
        assert "c2lnbmVk" in second.body.decode()


def test_a_gemini_channel_gets_the_very_bytes(client: genai.Client, operator: Operator, account: Account) -> None:
    operator.channel(account.group, type=24)
    config = types.GenerateContentConfig(
        tools=[types.Tool(google_search=types.GoogleSearch())],
        cached_content="cachedContents/1",
        safety_settings=[types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_NONE")],  # pyright: ignore
    )
    client.models.generate_content(model=MODEL, contents="hi", config=config)
    sent = operator.upstream.requests()[-1].json
    assert sent["tools"] == [{"googleSearch": {}}]
    assert sent["cachedContent"] == "cachedContents/1"
    assert sent["safetySettings"][0]["threshold"] == "BLOCK_NONE"


def test_what_only_gemini_can_do_is_refused_elsewhere(
    client: genai.Client, operator: Operator, account: Account
) -> None:
    channel = operator.channel(account.group)
    config = types.GenerateContentConfig(tools=[types.Tool(google_search=types.GoogleSearch())])
    with pytest.raises(errors.ClientError, match="googleSearch works with Gemini only") as caught:
        client.models.generate_content(model=MODEL, contents="hi", config=config)
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")
    until(lambda: not account.holds())
    assert channel.asked() == [] and account.entries() == []


@pytest.mark.parametrize(
    ("status", "kind", "name"),
    [
        (400, errors.ClientError, "INVALID_ARGUMENT"),
        (404, errors.ClientError, "NOT_FOUND"),
        (429, errors.ClientError, "RESOURCE_EXHAUSTED"),
        (500, errors.ServerError, "INTERNAL"),
        (503, errors.ServerError, "UNAVAILABLE"),
    ],
)
def test_a_providers_error_is_the_librarys_exception(
    client: genai.Client, channel: Channel, status: int, kind: type[errors.APIError], name: str
) -> None:
    channel.operator.upstream.control(when={"key": channel.key}, status=status)
    with pytest.raises(kind) as caught:
        client.models.generate_content(model=MODEL, contents="hi")
    assert (caught.value.code, caught.value.status) == (status, name)


def test_a_stream_that_breaks_is_an_exception_and_the_rest_was_delivered(
    client: genai.Client, channel: Channel
) -> None:
    text = ""
    with pytest.raises(errors.APIError):
        for piece in client.models.generate_content_stream(
            model=MODEL, contents="@@fake chunks=6 disconnect_after=3@@"
        ):
            text += piece.text or ""
    assert text.split() == ["word0", "word1", "word2"]


@pytest.mark.parametrize("kind", ["openai", "gemini"])
def test_texts_are_embedded(client: genai.Client, operator: Operator, account: Account, kind: str) -> None:
    operator.channel(account.group, type=TYPES[kind], models=EMBEDDING)
    config = types.EmbedContentConfig(task_type="RETRIEVAL_QUERY", output_dimensionality=8)
    many: Any = ["one", "two"]
    answer = client.models.embed_content(model=EMBEDDING, contents=many, config=config)
    assert answer.embeddings and len(answer.embeddings) == 2
    assert all(isinstance(value, float) for value in answer.embeddings[0].values or [])
    sent = operator.upstream.requests()[-1].json
    if kind == "openai":
        assert sent == {"model": EMBEDDING, "input": ["one", "two"], "dimensions": 8}
    else:
        assert [request["taskType"] for request in sent["requests"]] == ["RETRIEVAL_QUERY"] * 2
    (entry,) = account.settled(1)
    assert entry["prompt_tokens"] > 0


def test_one_text_is_embedded_by_embed_content(operator: Operator, account: Account) -> None:
    operator.channel(account.group, models=EMBEDDING)
    answer = account.post({"content": {"parts": [{"text": "one"}]}}, path=f"/v1beta/models/{EMBEDDING}:embedContent")
    assert answer.json()["embedding"]["values"]


def test_tokens_are_counted_for_free(client: genai.Client, operator: Operator, account: Account) -> None:
    operator.channel(account.group)
    assert 3 < (client.models.count_tokens(model=MODEL, contents="Say hello.").total_tokens or 0) < 15
    assert account.quota() == 10**9
    with pytest.raises(errors.ClientError) as caught:
        client.models.count_tokens(model="no-such-model", contents="hi")
    assert caught.value.code == 404


def test_models_are_listed_in_pages(client: genai.Client, operator: Operator, account: Account) -> None:
    names = [f"model-{number:02}" for number in range(25)]
    operator.channel(account.group, models=",".join([*names, "some-embedding"]))
    listed = list(client.models.list(config={"page_size": 10}))
    assert [model.name for model in listed] == [f"models/{name}" for name in [*names, "some-embedding"]]
    assert "embedContent" in (listed[-1].supported_actions or [])
    assert client.models.get(model="model-07").name == "models/model-07"
    with pytest.raises(errors.ClientError) as caught:
        client.models.get(model="model-99")
    assert caught.value.code == 404


def test_a_stream_without_sse_is_one_array(operator: Operator, account: Account, channel: Channel) -> None:
    body = {"contents": [{"parts": [{"text": "@@fake chunks=3@@"}]}]}
    answer = account.post(body, path=f"/v1beta/models/{MODEL}:streamGenerateContent")
    assert answer.headers["content-type"] == "application/json"
    (one,) = answer.json()
    assert one["candidates"][0]["content"]["parts"][0]["text"].split() == ["word0", "word1", "word2"]
