"""Items of a response: every one has an id of its own, stands in order, and can be read again."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.inbound.responses.request import chat
from tests.relay.inbound import cases
from tests.relay.inbound.responses import agents

Json = dict[str, Any]
CLAUDE = "claude-3-7-sonnet-20250219"
ITEM_ID = re.compile(r"(rs|msg|fc|ctc|tsc|ig)_[a-zA-Z0-9_-]{1,60}")
text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8).filter(str.strip)
said = st.one_of(
    st.tuples(st.just("reasoning"), text),
    st.tuples(st.just("message"), text),
    st.tuples(st.just("function_call"), text),
    st.tuples(st.just("custom_tool_call"), text),
    st.tuples(st.just("image_generation_call"), st.sampled_from(["iVBORw0KGgo=", "/9j/4AAQ", "UklGRg=="])),
)
Said = list[tuple[str, str]]


def apart(sequence: Said) -> Said:
    """Without two of reasoning or message side by side, which are one item."""
    return [
        one for at, one in enumerate(sequence) if not at or one[0] != sequence[at - 1][0] or one[0].endswith("_call")
    ]


sequences = st.lists(said, min_size=1, max_size=7).map(apart)


def pieces(sequence: Said, id: str = "chatcmpl-1") -> list[Json]:
    """What a provider streams for these."""
    made: list[Json] = []
    for at, (kind, content) in enumerate(sequence):
        match kind:
            case "reasoning":
                detail = {"type": "reasoning.text", "text": content, "signature": f"s{at}", "index": at}
                made.append(agents.chunk(id=id, reasoning_content=content))
                made.append(agents.chunk(id=id, reasoning_details=[detail]))
            case "message":
                made.append(agents.chunk(id=id, content=content))
            case "image_generation_call":
                url = {"url": f"data:image/png;base64,{content}"}
                made.append(agents.chunk(id=id, images=[{"type": "image_url", "image_url": url}]))
            case _:
                name, key = ("exec", "path") if kind == "function_call" else ("apply_patch", "input")
                call = agents.call(name, json.dumps({key: content}), id=f"c{at}", index=at)
                made.append(agents.chunk(id=id, tool_calls=[call]))
    return [*made, agents.chunk("stop", id=id)]


def told(item: Json) -> tuple[str, str]:
    """An item as it was said."""
    match item["type"]:
        case "reasoning":
            return "reasoning", item["summary"][0]["text"]
        case "message":
            return "message", item["content"][0]["text"]
        case "function_call":
            return "function_call", json.loads(item["arguments"])["path"]
        case "custom_tool_call":
            return "custom_tool_call", item["input"]
        case kind:
            return kind, item["result"]


def read(messages: list[Json]) -> Said:
    """What these messages say, in order."""
    found: Said = []
    for message in messages:
        if message.get("reasoning_content"):
            found.append(("reasoning", message["reasoning_content"]))
        if isinstance(message["content"], str):
            found.append(("message", message["content"]))
        for image in message.get("images", []):
            found.append(("image_generation_call", image["image_url"]["url"].partition(",")[2]))
        for call in message.get("tool_calls", []):
            value = json.loads(call["function"]["arguments"])
            kind = "function_call" if "path" in value else "custom_tool_call"
            found.append((kind, value.get("path", value.get("input"))))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequences)
def test_any_sequence_of_items_goes_out_and_comes_back_in_order(sequence: Said) -> None:
    made = agents.streamed(agents.asked(), pieces(sequence))["output"]
    assert [told(item) for item in made] == sequence
    ids = [item["id"] for item in made]
    assert len(set(ids)) == len(ids)
    assert all(ITEM_ID.fullmatch(id) for id in ids)
    assert read(chat(agents.asked(input=made))["messages"]) == sequence
    assert agents.streamed(agents.asked(), pieces(sequence))["output"] == made  # stable


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequences)
def test_at_claude_thoughts_stay_before_what_they_led_to(sequence: Said) -> None:
    made = agents.streamed(agents.asked(), pieces(sequence))["output"]
    first = {"type": "message", "role": "user", "content": "?"}
    asked = cases.asked("responses", agents.asked(input=[first, *made]), "anthropic", CLAUDE)
    blocks = [block for turn in asked["messages"][1:] for block in turn["content"]]
    known = {"thinking": "reasoning", "text": "message", "tool_use": "call"}
    order = [kind if kind in ("reasoning", "message") else "call" for kind, _ in sequence if "image" not in kind]
    assert [known[block["type"]] for block in blocks] == order


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(sequences, min_size=2, max_size=4), st.sampled_from(["chatcmpl-1", "", "gen/1:x", "x" * 200]))
def test_ids_differ_over_a_whole_conversation_whatever_the_provider_calls_its_replies(
    turns: list[Said], id: str
) -> None:
    items: list[Json] = []
    for sequence in turns:
        items += agents.streamed(agents.asked(input=items), pieces(sequence, id))["output"]
    ids = [item["id"] for item in items]
    assert len(set(ids)) == len(ids)
    assert all(ITEM_ID.fullmatch(found) for found in ids)


def test_reasoning_text_reasoning_text_is_four_items_in_a_whole_answer_too() -> None:
    blocks = [
        {"type": "thinking", "thinking": "A", "signature": "s1"},
        {"type": "text", "text": "one"},
        {"type": "thinking", "thinking": "B", "signature": "s2"},
        {"type": "text", "text": "two"},
        {"type": "tool_use", "id": "c", "name": "exec", "input": {}},
    ]
    body = agents.completion(content="onetwo", anthropic_content=blocks)
    made = agents.whole(agents.asked(), body)["output"]
    assert [item["id"] for item in made] == ["rs_1", "msg_1", "rs_1_1", "msg_1_1", "fc_1_0"]
    assert [item.get("summary", item.get("content", [{}]))[0].get("text") for item in made[:4]] == [
        "A",
        "one",
        "B",
        "two",
    ]
    first = {"type": "message", "role": "user", "content": "?"}
    asked = cases.asked("responses", agents.asked(input=[first, *made]), "anthropic", CLAUDE)
    assert asked["messages"][1]["content"] == blocks


@pytest.mark.parametrize("dialect", ["openai", "openai-like", "mistral", "gemini"])
def test_elsewhere_a_turn_of_the_models_is_one_message(dialect: str) -> None:
    made = agents.streamed(agents.asked(), pieces([("reasoning", "A"), ("message", "1"), ("reasoning", "B")]))["output"]
    asked = json.dumps(cases.asked("responses", agents.asked(input=made), dialect, "m"))
    assert asked.count('"role": "assistant"') + asked.count('"role": "model"') == 1


EMPTY = ["", " ", "{}"]


@pytest.mark.parametrize("arguments", EMPTY)
def test_no_arguments_are_an_empty_object(arguments: str) -> None:
    call = agents.call("exec", arguments, index=0)
    whole = agents.whole(agents.asked(), agents.completion(tool_calls=[call]))["output"]
    events = agents.events(agents.asked(), [agents.chunk(tool_calls=[call]), agents.chunk("tool_calls")])
    assert whole[0]["arguments"] == "{}"
    assert events[-1]["response"]["output"] == whole
    (done,) = [event for event in events if event["type"] == "response.function_call_arguments.done"]
    assert done["arguments"] == "{}"
