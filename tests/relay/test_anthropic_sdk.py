"""Anthropic's own library at the gateway, in front of Anthropic's, OpenAI's and Google's dialects."""

from collections.abc import Generator
from typing import Any

import anthropic
import pytest

from tests.e2e.support import Account, Channel, Operator, until
from tests.relay import provider_replies as replies
from tests.support.memory_gateway import MemoryOperator

Json = dict[str, Any]

MODEL = "gpt-4o-mini"
OPENAI, ANTHROPIC, GEMINI = 1, 14, 24
TYPES = {"openai": OPENAI, "anthropic": ANTHROPIC, "gemini": GEMINI}
WEATHER: Any = {
    "name": "get_weather",
    "description": "Weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture
def client(operator: MemoryOperator, account: Account) -> Generator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key=account.key, max_retries=0, http_client=operator.connect2()) as made:
        yield made


@pytest.fixture(params=TYPES)
def channel(request: pytest.FixtureRequest, operator: Operator, account: Account) -> Channel:
    return operator.channel(account.group, type=TYPES[request.param])


def asking(text: str, **fields: Any) -> Any:
    return {"model": MODEL, "max_tokens": 100, "messages": [{"role": "user", "content": text}], **fields}


def test_a_message_is_answered_and_charged(client: anthropic.Anthropic, account: Account, channel: Channel) -> None:
    message = client.messages.create(
        **asking("@@fake chunks=3 prompt_tokens=100 cached_tokens=40@@", system="Be brief.")
    )
    (block,) = message.content
    assert block.type == "text" and block.text.split() == ["word0", "word1", "word2"]
    assert (message.type, message.role, message.stop_reason) == ("message", "assistant", "end_turn")
    assert message.id.startswith("msg_")
    usage = message.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (60, 40, 3)
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (100, 3)


def test_a_stream_builds_the_same_message(client: anthropic.Anthropic, account: Account, channel: Channel) -> None:
    with client.messages.stream(**asking("@@fake chunks=5 prompt_tokens=100 cached_tokens=40@@")) as stream:
        texts = list(stream.text_stream)
        message = stream.get_final_message()
    (block,) = message.content
    assert block.type == "text" and block.text == "".join(texts)
    assert block.text.split() == [f"word{number}" for number in range(5)]
    assert message.stop_reason == "end_turn"
    usage = message.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (60, 40, 5)
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"], entry["is_stream"]) == (100, 5, True)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("kind", TYPES)
def test_tools_are_called_side_by_side(
    client: anthropic.Anthropic, operator: Operator, account: Account, kind: str, streamed: bool
) -> None:
    channel = operator.channel(account.group, type=TYPES[kind])
    replies.calls(operator.upstream, channel.key, kind, streamed)
    asked = asking("Weather in Paris and Rome?", tools=[WEATHER], tool_choice={"type": "any"})
    if streamed:
        with client.messages.stream(**asked) as stream:
            message = stream.get_final_message()
    else:
        message = client.messages.create(**asked)
    assert message.stop_reason == "tool_use"
    calls = [block for block in message.content if block.type == "tool_use"]
    assert [(call.name, call.input) for call in calls] == [
        ("get_weather", {"city": "Paris"}),
        ("get_weather", {"city": "Rome"}),
    ]
    assert len({call.id for call in calls}) == 2


def test_results_of_tools_reach_the_provider_in_its_own_words(
    client: anthropic.Anthropic, operator: Operator, account: Account
) -> None:
    channel = operator.channel(account.group)
    call: Any = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris"}}
    result: Any = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "18 C"}
    client.messages.create(
        model=MODEL,
        max_tokens=50,
        tools=[WEATHER],
        messages=[
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [result, {"type": "text", "text": "And now?"}]},
        ],
    )
    (seen,) = channel.asked()
    assert [message["role"] for message in seen.json["messages"]] == ["user", "assistant", "tool", "user"]
    assert seen.json["messages"][2] == {"role": "tool", "tool_call_id": "toolu_1", "content": "18 C"}
    assert seen.json["messages"][1]["tool_calls"][0]["function"]["name"] == "get_weather"


def test_an_anthropic_channel_gets_the_very_bytes(
    client: anthropic.Anthropic, operator: Operator, account: Account
) -> None:
    operator.channel(account.group, type=ANTHROPIC, config='{"anthropic_beta": "from-the-channel"}')
    container: Any = {"id": "container_1"}
    document: Any = {"type": "document", "source": {"type": "file", "file_id": "file_1"}}
    tools: Any = [{"type": "web_search_20250305", "name": "web_search"}]
    messages: Any = [{"role": "user", "content": [document, {"type": "text", "text": "Read.", "x_new": 1}]}]
    client.messages.create(
        model=MODEL,
        max_tokens=50,
        tools=tools,
        messages=messages,
        extra_body={"container": container, "x_unknown": {"kept": [1.50]}},
        extra_headers={"anthropic-beta": "from-the-caller"},
    )
    seen = operator.upstream.requests()[-1]
    assert seen.path == "/v1/messages"
    assert seen.header("anthropic-beta") == "from-the-channel,from-the-caller"
    assert seen.json == {
        "model": MODEL, "max_tokens": 50, "tools": tools, "messages": messages, "container": container,
        "x_unknown": {"kept": [1.5]},
    }  # fmt: skip


def test_what_only_claude_can_do_is_refused_elsewhere_and_costs_nothing(
    client: anthropic.Anthropic, operator: Operator, account: Account
) -> None:
    operator.channel(account.group)
    with pytest.raises(anthropic.BadRequestError, match=r"web_search_20250305.* works with Claude only"):
        client.messages.create(**asking("hi", tools=[{"type": "web_search_20250305", "name": "web_search"}]))
    until(lambda: not account.holds())
    assert account.entries() == []


def test_a_channel_that_cannot_say_it_is_passed_over_without_a_try(
    client: anthropic.Anthropic, operator: Operator, account: Account, option: Any
) -> None:
    option("RetryTimes", "0")
    other = operator.channel(account.group, priority=10)
    operator.channel(account.group, type=ANTHROPIC)
    message = client.messages.create(**asking("hi", tools=[{"type": "web_search_20250305", "name": "web_search"}]))
    assert message.content and other.asked() == []


ERRORS: list[tuple[int, type[anthropic.APIStatusError], str]] = [
    (400, anthropic.BadRequestError, "invalid_request_error"),
    (404, anthropic.NotFoundError, "not_found_error"),
    (429, anthropic.RateLimitError, "rate_limit_error"),
    (500, anthropic.InternalServerError, "api_error"),
    (529, anthropic.InternalServerError, "overloaded_error"),
]


@pytest.mark.parametrize(("status", "kind", "name"), ERRORS)
def test_a_providers_error_is_the_librarys_exception(
    client: anthropic.Anthropic, channel: Channel, status: int, kind: type[anthropic.APIStatusError], name: str
) -> None:
    channel.operator.upstream.control(when={"key": channel.key}, status=status)
    with pytest.raises(kind) as caught:
        client.messages.create(**asking("hi"))
    body: Any = caught.value.body
    assert body["type"] == "error"
    assert body["error"]["type"] == name


def test_a_wrong_key_is_an_authentication_error(operator: Operator) -> None:
    with (
        anthropic.Anthropic(api_key="sk-wrong", max_retries=0, http_client=operator.connect2()) as client,
        pytest.raises(anthropic.AuthenticationError),
    ):
        client.messages.create(**asking("hi"))


def test_a_stream_that_breaks_is_an_exception_and_the_rest_was_delivered(
    client: anthropic.Anthropic, channel: Channel
) -> None:
    text = ""
    with (
        pytest.raises(anthropic.APIError) as caught,
        client.messages.stream(**asking("@@fake chunks=6 disconnect_after=3@@")) as stream,
    ):
        for piece in stream.text_stream:
            text += piece
    assert text.split() == ["word0", "word1", "word2"]
    body: Any = caught.value.body
    assert body["error"]["message"]


def test_tokens_are_counted_for_free(client: anthropic.Anthropic, operator: Operator, account: Account) -> None:
    operator.channel(account.group)
    few = client.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "Say hello."}])
    many = client.messages.count_tokens(
        model=MODEL, messages=[{"role": "user", "content": "Say hello. " * 50}], system="Be brief.", tools=[WEATHER]
    )
    assert 5 < few.input_tokens < 15
    assert 150 < many.input_tokens < 300
    assert account.quota() == 10**9
    with pytest.raises(anthropic.NotFoundError):
        client.messages.count_tokens(model="no-such-model", messages=[{"role": "user", "content": "hi"}])


def test_models_are_listed_in_pages(client: anthropic.Anthropic, operator: Operator, account: Account) -> None:
    names = [f"model-{number:02}" for number in range(25)]
    operator.channel(account.group, models=",".join(names))
    assert [model.id for model in client.models.list(limit=10)] == names
    page = client.models.list(limit=10, before_id="model-05")
    assert [model.id for model in page.data] == names[:5] and page.has_more is False
    one = client.models.retrieve("model-07")
    assert (one.id, one.type, one.display_name, one.created_at.year) == ("model-07", "model", "model-07", 2021)
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("model-99")
