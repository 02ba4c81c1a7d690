"""OpenAI's own library at the Responses API, where the provider has it and where it only has chat."""

import json
from collections.abc import Generator
from typing import Any

import openai
import pydantic
import pytest

from tests.e2e.support import Account, Channel, Operator, error_of, until
from tests.relay import provider_replies as replies

MODEL = "gpt-4o-mini"
NATIVE, CHAT, ANTHROPIC, GEMINI = 1, 25, 14, 24  # OpenAI; Moonshot, which has chat only
TYPES = {"native": NATIVE, "openai": CHAT, "anthropic": ANTHROPIC, "gemini": GEMINI}
CHATS = {name: type for name, type in TYPES.items() if name != "native"}
WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "Weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    "strict": False,
}


class Person(pydantic.BaseModel):
    name: str
    age: int


@pytest.fixture
def client(account: Account) -> Generator[openai.OpenAI]:
    with account.openai() as made:
        yield made


@pytest.fixture(params=TYPES)
def channel(request: pytest.FixtureRequest, operator: Operator, account: Account) -> Channel:
    return operator.channel(account.group, type=TYPES[request.param])


def ours(channel: Channel) -> bool:
    """Whether the response is made here; the fake provider's own are plainer."""
    return channel.asked()[-1].path != "/v1/responses" if channel.asked() else True


def test_a_response_is_made_and_charged(client: openai.OpenAI, account: Account, channel: Channel) -> None:
    made = client.responses.create(
        model=MODEL, input="@@fake chunks=3 prompt_tokens=100 cached_tokens=40@@", instructions="Be brief."
    )
    assert made.output_text.split() == ["word0", "word1", "word2"]
    assert (made.object, made.status) == ("response", "completed")
    assert made.usage
    assert (made.usage.input_tokens, made.usage.output_tokens) == (100, 3)
    assert not ours(channel) or made.usage.input_tokens_details.cached_tokens == 40
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (100, 3)


def test_a_stream_ends_with_the_same_response(client: openai.OpenAI, account: Account, channel: Channel) -> None:
    with client.responses.create(
        model=MODEL, input="@@fake chunks=5 prompt_tokens=100 cached_tokens=40@@", stream=True
    ) as stream:
        events = list(stream)
    assert not ours(channel) or [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == text
    assert text.split() == [f"word{number}" for number in range(5)]
    assert last.response.usage and last.response.usage.output_tokens == 5
    (entry,) = account.settled(1)
    assert (entry["prompt_tokens"], entry["completion_tokens"], entry["is_stream"]) == (100, 5, True)


def test_a_provider_that_has_the_api_gets_the_very_bytes(
    client: openai.OpenAI, operator: Operator, account: Account
) -> None:
    channel = operator.channel(account.group)
    tools: Any = [{"type": "web_search"}]
    client.responses.create(
        model=MODEL, input="hi", previous_response_id="resp_1", tools=tools, extra_body={"x_unknown": [1.50]}
    )
    (seen,) = channel.asked()
    assert seen.path == "/v1/responses"
    assert seen.json == {
        "model": MODEL, "input": "hi", "previous_response_id": "resp_1", "tools": tools, "x_unknown": [1.5],
    }  # fmt: skip


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("kind", CHATS)
def test_functions_are_called_and_their_outputs_go_back(
    client: openai.OpenAI, operator: Operator, account: Account, kind: str, streamed: bool
) -> None:
    channel = operator.channel(account.group, type=CHATS[kind])
    replies.calls(operator.upstream, channel.key, kind, streamed, times=1)
    conversation: Any = [{"role": "user", "content": "@@fake chunks=2@@"}]
    if streamed:
        with client.responses.stream(model=MODEL, input=conversation, tools=[WEATHER]) as stream:
            for _ in stream:
                pass
            made: Any = stream.get_final_response()
    else:
        made = client.responses.create(model=MODEL, input=conversation, tools=[WEATHER])
    calls = [item for item in made.output if item.type == "function_call"]
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        ("get_weather", {"city": "Paris"}),
        ("get_weather", {"city": "Rome"}),
    ]
    conversation += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in made.output]
    conversation += [
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": f"18 C in {json.loads(call.arguments)['city']}",
        }
        for call in calls
    ]
    again = client.responses.create(model=MODEL, input=conversation, tools=[WEATHER])
    assert again.output_text.split() == ["word0", "word1"]
    second = operator.upstream.requests()[-1].body
    assert b"18 C in Paris" in second and b"18 C in Rome" in second
    if kind == "gemini":
        assert b"c2lnbmVk" in second


def test_an_answer_is_parsed_by_its_schema(client: openai.OpenAI, operator: Operator, account: Account) -> None:
    channel = operator.channel(account.group, type=CHAT)
    message = {"role": "assistant", "content": '{"name": "Ann", "age": 30}'}
    body = replies.completion(message)
    operator.upstream.replay(json.dumps(body).encode(), when={"key": channel.key})
    made = client.responses.parse(model=MODEL, input="A person.", text_format=Person)
    assert made.output_parsed == Person(name="Ann", age=30)
    (seen,) = channel.asked()
    assert seen.json["response_format"]["type"] == "json_schema"
    assert seen.json["response_format"]["json_schema"]["name"] == "Person"
    assert "text" not in seen.json


HOSTED: list[Any] = [
    {"type": "web_search"},
    {"type": "mcp", "server_label": "x", "server_url": "https://mcp.example.com"},
]
STATEFUL: dict[str, Any] = {
    "previous_response_id": {"previous_response_id": "resp_1"},
    "conversation": {"conversation": "conv_1"},
    "background": {"background": True},
    "web_search": {"tools": HOSTED[:1], "tool_choice": {"type": "web_search"}},
    "mcp": {"tools": HOSTED[1:], "tool_choice": {"type": "mcp", "server_label": "x"}},
    "item_reference": {"input": [{"type": "item_reference", "id": "msg_1"}]},
    "file_id": {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file_1"}]}]},
}


@pytest.mark.parametrize("case", STATEFUL)
@pytest.mark.parametrize("stream", [False, True])
def test_what_needs_the_api_itself_is_refused_by_name(
    client: openai.OpenAI, operator: Operator, account: Account, case: str, stream: bool
) -> None:
    channel = operator.channel(account.group, type=CHAT)
    with pytest.raises(openai.BadRequestError, match=f"{case}.* needs a provider that has the Responses API|by id"):
        client.responses.create(**{"model": MODEL, "input": "hi", "stream": stream, **STATEFUL[case]})
    until(lambda: not account.holds())
    assert channel.asked() == [] and account.entries() == []


@pytest.mark.parametrize("stream", [False, True])
def test_tools_that_the_model_may_use_and_only_openai_runs_are_left_out(
    client: openai.OpenAI, operator: Operator, account: Account, stream: bool
) -> None:
    channel = operator.channel(account.group, type=CHAT)
    made: Any = client.responses.create(model=MODEL, input="@@fake chunks=2@@", stream=stream, tools=HOSTED)
    assert [*made][-1].type == "response.completed" if stream else made.status == "completed"
    (seen,) = channel.asked()
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & seen.json.keys()


def test_another_channel_that_has_the_api_is_asked_instead(
    client: openai.OpenAI, operator: Operator, account: Account, option: Any
) -> None:
    option("RetryTimes", "0")
    operator.channel(account.group, type=ANTHROPIC, priority=10)
    native = operator.channel(account.group)
    assert client.responses.create(model=MODEL, input="hi", previous_response_id="resp_1").output_text
    assert [seen.path for seen in native.asked()] == ["/v1/responses"]


def test_responses_are_not_kept(client: openai.OpenAI) -> None:
    for request in (client.responses.retrieve, client.responses.delete, client.responses.cancel):
        with pytest.raises(openai.BadRequestError, match="not kept by this gateway"):
            request("resp_1")
    with pytest.raises(openai.BadRequestError, match="not kept by this gateway"):
        client.responses.input_items.list("resp_1")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, openai.BadRequestError), (429, openai.RateLimitError), (500, openai.InternalServerError)],
)
def test_a_providers_error_is_the_librarys_exception(
    client: openai.OpenAI, channel: Channel, status: int, kind: type[openai.APIStatusError]
) -> None:
    channel.operator.upstream.control(when={"key": channel.key}, status=status)
    with pytest.raises(kind):
        client.responses.create(model=MODEL, input="hi")


def test_a_stream_that_breaks_is_an_exception(client: openai.OpenAI, channel: Channel) -> None:
    text = ""
    with (
        pytest.raises(openai.APIError),
        client.responses.create(model=MODEL, input="@@fake chunks=6 disconnect_after=3@@", stream=True) as stream,
    ):
        for event in stream:
            text += event.delta if event.type == "response.output_text.delta" else ""
    assert text.split() == ["word0", "word1", "word2"]


def test_a_cut_stream_without_usage_is_charged_for_the_prompt_too(
    client: openai.OpenAI, operator: Operator, account: Account
) -> None:
    channel = operator.channel(account.group, type=CHAT)
    channel.behaves(chunks=6, disconnect_after=3)
    conversation: Any = [{"role": "user", "content": [{"type": "input_text", "text": "word " * 200}]}]
    with pytest.raises(openai.APIError):
        list(client.responses.create(model=MODEL, input=conversation, stream=True))
    (entry,) = account.settled(1)
    assert entry["prompt_tokens"] > 150 and entry["completion_tokens"] >= 3


def test_tokens_are_counted_for_free(client: openai.OpenAI, operator: Operator, account: Account) -> None:
    operator.channel(account.group)
    counted = client.responses.input_tokens.count(model=MODEL, input="Say hello.")
    assert counted.object == "response.input_tokens" and 3 < counted.input_tokens < 15
    answer = account.post({"model": MODEL, "input": "hi", "background": True}, path="/v1/responses/input_tokens")
    assert answer.status_code == 400 and error_of(answer)["param"] == "background"
    assert account.quota() == 10**9
