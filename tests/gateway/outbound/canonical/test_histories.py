"""Histories in the order, and with the turns, that every API takes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.outbound import registry
from gateway.outbound.canonical.histories import settled
from gateway.outbound.protocol import ProviderRequest

Json = dict[str, Any]
NOTE: Json = {"role": "user", "content": "note"}
ANSWER: Json = {"role": "assistant", "content": "done"}


def calls(*ids: str) -> Json:
    listed = [{"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}} for id in ids]
    return {"role": "assistant", "content": None, "tool_calls": listed}


def result(id: str) -> Json:
    return {"role": "tool", "tool_call_id": id, "content": f"of {id}"}


ORDERS: dict[str, tuple[list[Json], list[Json]]] = {
    "a note between": ([calls("a"), NOTE, result("a")], [calls("a"), result("a"), NOTE]),
    "a note between two results": (
        [calls("a", "b"), result("b"), NOTE, result("a"), ANSWER],
        [calls("a", "b"), result("b"), result("a"), NOTE, ANSWER],
    ),
    "two turns of calls, then the results": (
        [calls("a"), calls("b"), result("a"), result("b")],
        [calls("a"), result("a"), calls("b"), result("b")],
    ),
    "ids that come again": (
        [calls("a"), result("a"), calls("a"), NOTE, result("a")],
        [calls("a"), result("a"), calls("a"), result("a"), NOTE],
    ),
    "what the model said between": (
        [calls("a"), ANSWER, result("a"), NOTE],
        [{**calls("a"), "content": "done"}, result("a"), NOTE],
    ),
    "a rule between": (
        [calls("a"), {"role": "system", "content": "s"}, result("a")],
        [calls("a"), result("a"), {"role": "system", "content": "s"}],
    ),
    "thoughts alone": ([NOTE, {"role": "assistant", "content": None, "reasoning_content": "hm"}, NOTE], [NOTE, NOTE]),
    "nothing at all": ([NOTE, {"role": "assistant"}], [NOTE]),
}


@pytest.mark.parametrize("case", ORDERS)
def test_a_history_is_put_in_order(case: str) -> None:
    before, after = ORDERS[case]
    assert settled({"messages": before})["messages"] == after


@pytest.mark.parametrize(
    "messages", [[NOTE], [calls("a"), result("a"), NOTE, ANSWER], [calls("a"), NOTE], [result("x"), NOTE], []]
)
def test_what_is_in_order_is_the_very_same_object(messages: list[Json]) -> None:
    body = {"messages": messages}
    assert settled(body) is body


ids = st.sampled_from(["a", "b", "c"])
messages = st.lists(
    st.one_of(
        st.lists(ids, min_size=1, max_size=2, unique=True).map(lambda some: calls(*some)),
        ids.map(result),
        st.sampled_from([NOTE, ANSWER, {"role": "assistant", "content": None, "reasoning_content": "t"}]),
    ),
    max_size=9,
)


@given(messages=messages)
def test_no_result_that_has_a_call_stands_apart_from_it_and_nothing_is_lost(messages: list[Json]) -> None:
    after = settled({"messages": messages})["messages"]
    said = [item for item in messages if item["role"] in ("tool", "user")]
    assert sorted(map(json.dumps, said)) == sorted(
        json.dumps(item) for item in after if item["role"] in ("tool", "user")
    )
    for at, item in enumerate(after):
        waiting = {call["id"] for call in item.get("tool_calls", [])}
        later = at + 1
        while later < len(after) and after[later]["role"] == "tool":
            waiting.discard(after[later]["tool_call_id"])
            later += 1
        until = next((n for n in range(later, len(after)) if after[n].get("tool_calls")), len(after))
        assert not waiting & {one.get("tool_call_id") for one in after[later:until]}


def sent(dialect: str, model: str, **body: Any) -> Json:
    config = {"region": "us-east-1", "vertex_ai_project_id": "p"}
    request = ProviderRequest(operation="chat", body=body, model=model, requested_model="m", config=config)
    return json.loads(registry.dialect(dialect).request(request).body)


@pytest.mark.parametrize("blank", [" ", "\n", "\t\n ", "\u00a0"])
@pytest.mark.parametrize(
    ("dialect", "model"),
    [("anthropic", "claude-opus-4-6"), ("bedrock", "anthropic.claude-v2"), ("vertex", "claude-opus-4-6")],
)
def test_texts_of_white_space_do_not_reach_claude(dialect: str, model: str, blank: str) -> None:
    said = {**calls("a"), "content": blank}
    listed = [{"role": "system", "content": blank}, {"role": "user", "content": [{"type": "text", "text": blank}]}]
    body = sent(dialect, model, messages=[*listed, NOTE, said, result("a")])
    assert json.dumps(blank) not in json.dumps(body)
    assert not body.get("system")


CLAUDES = [("anthropic", "claude-opus-4-6"), ("bedrock", "anthropic.claude-v2"), ("vertex", "claude-opus-4-6")]


@pytest.mark.parametrize("blanks", [[" "], ["\n", "END"], ["END", "\t", "\n\n"], " ", "\r\n"])
@pytest.mark.parametrize(("dialect", "model"), CLAUDES)
def test_stops_of_white_space_do_not_reach_claude(dialect: str, model: str, blanks: list[str] | str) -> None:
    body = sent(dialect, model, messages=[NOTE], stop=blanks)
    kept = body.get("stop_sequences") or body.get("inferenceConfig", {}).get("stopSequences")
    assert kept == (["END"] if "END" in blanks else None)


@pytest.mark.parametrize("end", [" ", "\n", "\t\n ", "\u00a0"])
@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize(("dialect", "model"), CLAUDES)
def test_what_claude_is_to_go_on_with_does_not_end_in_white_space(
    dialect: str, model: str, listed: bool, end: str
) -> None:
    text = f"The answer is:{end}"
    begun = {"role": "assistant", "content": [{"type": "text", "text": text}] if listed else text}
    assert sent(dialect, model, messages=[NOTE, begun])["messages"][-1]["content"][0]["text"] == "The answer is:"
    assert sent(dialect, model, messages=[NOTE, begun, NOTE])["messages"][1]["content"][0]["text"] == text


THINKERS = [
    ("deepseek", "deepseek-v4-flash"),
    ("deepseek", "deepseek-reasoner"),
    ("moonshot", "kimi-k2.5"),
    ("moonshot", "kimi-k2-thinking"),
    ("siliconflow", "deepseek-ai/DeepSeek-V4"),
    ("bailian", "kimi-k2.6"),
]


@pytest.mark.parametrize(("dialect", "model"), THINKERS)
def test_models_that_think_get_thoughts_of_nothing_before_calls(dialect: str, model: str) -> None:
    body = sent(dialect, model, messages=[NOTE, calls("a"), result("a"), ANSWER])
    assert body["messages"][1]["reasoning_content"] == ""
    assert "reasoning_content" not in body["messages"][3]
    off = sent(dialect, model, messages=[NOTE, calls("a"), result("a")], thinking={"type": "disabled"})
    assert "reasoning_content" not in off["messages"][1]


@pytest.mark.parametrize("dialect", ["openai", "openai-like", "deepseek"])
def test_models_that_do_not_are_left_alone(dialect: str) -> None:
    assert sent(dialect, "m", messages=[NOTE, calls("a"), result("a")])["messages"] == [NOTE, calls("a"), result("a")]


@pytest.mark.parametrize(
    "dialect", ["moonshot", "doubao", "deepseek", "siliconflow", "mistral", "vllm", "no-developer"]
)
def test_a_developer_is_the_system_where_nobody_documents_it(dialect: str) -> None:
    body = sent(dialect, "m", messages=[{"role": "developer", "content": "x"}, NOTE])
    assert body["messages"][0]["role"] == "system"


@pytest.mark.parametrize("begun", [ANSWER, {**calls("a"), "content": "I look."}])
@pytest.mark.parametrize("blank", [None, "", " "])
def test_bedrock_hears_the_user_first_whoever_began(begun: Json, blank: str | None) -> None:
    before = [] if blank is None else [{"role": "user", "content": blank}]
    after = [result("a"), NOTE] if "tool_calls" in begun else [NOTE]
    listed = [{"role": "system", "content": "s"}, *before, begun, *after]
    turns = sent("bedrock", "anthropic.claude-opus-4-6-v1", messages=listed)["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert turns[0]["content"] == [{"text": "Begin."}]
    assert sent("bedrock", "anthropic.claude-opus-4-6-v1", messages=[NOTE, *listed])["messages"][0]["content"] == [
        {"text": "note"}
    ]


def test_gemini_hears_somebody_before_a_call() -> None:
    assert sent("gemini", "gemini-2.5-pro", messages=[calls("a"), result("a")])["contents"][0] == {
        "role": "user",
        "parts": [{"text": "Begin."}],
    }
    assert sent("gemini", "gemini-2.5-pro", messages=[ANSWER, NOTE])["contents"][0]["role"] == "model"


@pytest.mark.parametrize("nothing", ["", " ", "\n\t", [], None, [{"type": "text", "text": ""}, " "]], ids=repr)
def test_a_result_of_nothing_says_so_at_bedrock(nothing: Any) -> None:
    answered = {"role": "tool", "tool_call_id": "a", "content": nothing}
    (block,) = sent("bedrock", "anthropic.claude-v2", messages=[NOTE, calls("a"), answered])["messages"][-1]["content"]
    assert block["toolResult"]["content"] == [{"text": "(no output)"}]
