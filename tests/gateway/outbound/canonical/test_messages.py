"""Reading canonical messages, however odd they are."""

from typing import Any

import pytest

from gateway.outbound.canonical import chat as canonical_chat
from gateway.outbound.canonical import messages as canonical_messages
from gateway.outbound.json_bodies import post
from gateway.outbound.protocol import Media, Unsupported
from gateway.wire.json import array, encode, obj, objs, parse, string, whole


@pytest.mark.parametrize("messages", [None, [], "hi", [1], [{}], [{"role": 1}]])
def test_messages_that_are_none_are_explained(messages: Any) -> None:
    with pytest.raises(Unsupported, match="messages"):
        canonical_messages.messages_of({"messages": messages})


def test_developer_is_read_as_system_and_the_original_stays() -> None:
    given = {"role": "developer", "content": "x"}
    assert canonical_messages.messages_of({"messages": [given]})[0]["role"] == "system"
    assert given["role"] == "developer"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), ("a", "a"), (["a", {"type": "text", "text": "b"}], "ab"), ([{"text": "a"}], "a"),
        ([{"type": "refusal", "refusal": "no"}], "no"), ([{"type": "input_text", "text": "a"}], "a"), ([], ""),
    ],
)  # fmt: skip
def test_text_is_found_in_every_form(value: Any, text: str) -> None:
    assert canonical_messages.text_only({"content": value}, "P") == text


@pytest.mark.parametrize("value", [5, {"text": "a"}, [{"type": "image_url"}], [{}], [5]])
def test_what_is_no_text_is_refused_by_name(value: Any) -> None:
    with pytest.raises(Unsupported):
        canonical_messages.text_only({"content": value}, "P")


def test_keys_of_parts_are_kept() -> None:
    part = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
    assert canonical_messages.parts_of({"content": [part]}, "P") == [part]


@pytest.mark.parametrize(
    ("url", "kind", "data"),
    [
        ("data:image/png;base64,aW1hZ2U=", "image/png", b"image"),
        ("data:;base64,aW1hZ2U=", "image/png", b"image"),
        ("data:image/svg+xml,%3Csvg/%3E", "image/svg+xml", b"<svg/>"),
        ("https://i.example.com/a", "image/webp", b"far"),
    ],
)
def test_bytes_behind_a_url(url: str, kind: str, data: bytes) -> None:
    fetched = {"https://i.example.com/a": Media(type="image/webp", data=b"far")}
    assert canonical_messages.inline(url, fetched) == Media(type=kind, data=data)


@pytest.mark.parametrize("url", ["data:image/png;base64,a", "data:", "https://i.example.com/b", "ftp://x"])
def test_bytes_that_are_not_there_are_explained(url: str) -> None:
    with pytest.raises(Unsupported, match=r"base64|data|could not be read"):
        canonical_messages.inline(url, {})


def test_web_images_are_listed_once_and_in_order() -> None:
    def image(url: Any) -> Any:
        return {"type": "image_url", "image_url": url}

    parts = [image({"url": "https://b"}), image("http://a"), image({"url": "https://b"}), image({"url": "data:,x"}), 5]
    body = {"messages": [{"role": "user", "content": parts}, {"role": "user", "content": "https://no"}, "odd"]}
    assert canonical_messages.image_urls(body) == ["https://b", "http://a"]


def test_calls_are_read_from_both_generations() -> None:
    modern = {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"a": 1}}}]}
    retired = {"function_call": {"name": "f", "arguments": ""}}
    assert canonical_messages.calls_of(modern) == [{"id": "c", "name": "f", "arguments": '{"a": 1}'}]
    assert canonical_messages.calls_of(retired) == [{"id": "", "name": "f", "arguments": "{}"}]
    assert canonical_messages.calls_of({}) == []
    with pytest.raises(Unsupported, match="custom"):
        canonical_messages.calls_of({"tool_calls": [{"type": "custom", "custom": {}}]})


@pytest.mark.parametrize("arguments", ["{", "[]", "1", '"text"', "not JSON"])
def test_arguments_that_are_no_object_go_on_as_they_are(arguments: str) -> None:
    found = canonical_messages.arguments_object({"name": "f", "arguments": arguments})
    assert found == {"INVALID_JSON": arguments}


@pytest.mark.parametrize("arguments", ["", " ", "null", "{}"])
def test_no_arguments_are_an_empty_object(arguments: str) -> None:
    assert canonical_messages.arguments_object({"name": "f", "arguments": arguments}) == {}


def test_a_result_finds_the_name_of_its_call() -> None:
    messages = [{"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f"}}]}]
    names = canonical_messages.tool_names(messages)
    assert canonical_messages.result_name({"role": "tool", "tool_call_id": "c"}, names) == "f"
    assert canonical_messages.result_name({"role": "tool", "name": "g", "tool_call_id": "c"}, names) == "g"
    assert canonical_messages.result_name({"role": "tool", "tool_call_id": "d"}, names) == ""


def test_neighbours_of_one_speaker_become_one() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://a"}}
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"name": "f"}}]}
    turns = canonical_messages.alternating(
        [
            {"role": "user", "content": "a"},
            {"role": "user", "content": "b"},
            {"role": "user", "content": [image]},
            {"role": "assistant", "content": "x"},
            call,
            {"role": "tool", "content": "1"},
            {"role": "tool", "content": "2"},
        ]
    )
    assert turns[0]["content"] == [{"type": "text", "text": "a\n\nb"}, {"type": "text", "text": "\n\n"}, image]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "assistant", "tool", "tool"]


def test_other_kinds_of_tools_are_refused() -> None:
    with pytest.raises(Unsupported, match="'web_search'"):
        canonical_chat.tools_of({"tools": [{"type": "web_search"}]})


@pytest.mark.parametrize(
    ("value", "choice"),
    [
        ("auto", ("auto", "")), ("required", ("required", "")), (None, ("", "")), ({"name": "f"}, ("function", "f")),
        ({"type": "function", "function": {"name": "f"}}, ("function", "f")), ({}, ("", "")),
        ("any", ("required", "")),
    ],
)  # fmt: skip
def test_a_choice_of_tool_is_read_in_every_form(value: Any, choice: tuple[str, str]) -> None:
    assert canonical_chat.choice_of({"tool_choice": value}) == choice


@pytest.mark.parametrize("value", [5, "sometimes", {"type": "allowed_tools", "allowed_tools": {"tools": []}}])
def test_a_choice_of_tool_nobody_knows_is_refused(value: Any) -> None:
    with pytest.raises(Unsupported, match="tool_choice must be"):
        canonical_chat.choice_of({"tool_choice": value})


def test_a_format_that_could_not_be_kept_is_refused() -> None:
    with pytest.raises(Unsupported, match="'grammar'"):
        canonical_chat.format_of({"response_format": {"type": "grammar", "grammar": "root ::= x"}})


@pytest.mark.parametrize(
    ("feature", "asking", "not_asking"),
    [
        ("n", {"n": 2}, {"n": 1}),
        ("logprobs", {"logprobs": True}, {"logprobs": False}),
        ("audio", {"modalities": ["text", "audio"]}, {"modalities": ["text"]}),
        ("tools", {"functions": [{"name": "a"}]}, {"tools": [{"function": {"name": "a"}}], "tool_choice": "none"}),
        ("response_format", {"response_format": {"type": "json_object"}}, {"response_format": {"type": "text"}}),
        ("json_schema", {"response_format": {"type": "json_schema"}}, {"response_format": {"type": "json_object"}}),
        ("web_search_options", {"web_search_options": {}}, {"web_search_options": None}),
        ("tool_choice", {"tool_choice": "required"}, {"tool_choice": "auto"}),
        ("stop", {"stop": ["x"]}, {"stop": None}),
    ],
)
def test_only_what_is_asked_for_is_refused(feature: str, asking: Any, not_asking: Any) -> None:
    canonical_chat.refuse(not_asking, "P", [feature])
    with pytest.raises(Unsupported, match=r"^P "):
        canonical_chat.refuse(asking, "P", [feature])


def test_a_limit_has_two_names_and_a_seed_is_whole() -> None:
    assert canonical_chat.max_tokens({"max_completion_tokens": 1, "max_tokens": 2}) == 1
    assert canonical_chat.max_tokens({"max_completion_tokens": None, "max_tokens": 2}) == 2
    assert [canonical_chat.seed({"seed": value}) for value in (7.9, True, "7", None)] == [7, None, None, None]
    assert [canonical_chat.stops({"stop": value}) for value in ("a", ["a", 1], [], "", None)] == [
        ["a"],
        ["a"],
        None,
        None,
        None,
    ]


def test_odd_json_is_read_as_nothing() -> None:
    assert (obj([1]), objs({"a": 1}), objs([1, {"b": 2}]), array({}), parse(b"{")) == (
        {},
        [{"a": 1}],
        [{"b": 2}],
        [],
        None,
    )
    assert [string(value) for value in ("a", 1, 1.5, True, None, {})] == ["a", "1", "1.5", "", "", ""]
    assert [whole(value) for value in (3, 3.9, -1, True, "3", None, float("inf"))] == [3, 3, 0, 0, 0, 0, 0]


def test_json_that_only_python_writes_goes_both_ways() -> None:
    assert encode({"a": "\ud800", "b": 2**70}) == '{"a":"\ufffd","b":1180591620717411303424}'.encode()
    assert parse(b'{"a":"\\ud800"}') == {"a": "\ud800"}
    assert str(parse(b"[NaN]")) == "[nan]"
    assert parse(b"[" * 100_000) is None
    assert parse(b"\xff") is None


def test_nulls_are_left_out_of_what_is_sent() -> None:
    call = post("/x", {"a": None, "b": {"c": None}, "d": "ü"})
    assert call.body == '{"b":{"c":null},"d":"ü"}'.encode()
