"""Tools that a chat does not have, as functions and back: declared, chosen, called whole and in streams."""

import json
import re
from typing import Any

import pytest

from gateway.outbound.protocol import Unsupported
from relay.inbound.responses.request import chat
from relay.inbound.responses.tools import Toolbox, flat
from tests.relay.inbound.responses import agents

Json = dict[str, Any]
INPUT = '*** Begin Patch\n*** Update File: "é\\x.py"\n+\t\U0001f600 \u2028\n*** End Patch'
VENDORS_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def test_every_tool_that_the_client_runs_becomes_a_function_and_the_others_are_left_out() -> None:
    body = chat(agents.asked())
    functions = [tool["function"] for tool in body["tools"]]
    assert [function["name"] for function in functions] == ["exec", "apply_patch", "mcp__files__read", "tool_search"]
    patch = functions[1]
    assert patch["parameters"]["properties"].keys() == {"input"}
    assert patch["description"] == (
        "Patches files.\n\nThe input must follow this lark grammar:\nstart: begin hunk+ end"
    )
    assert functions[2]["parameters"] == functions[3]["parameters"] == agents.SCHEMA
    assert not {"defer_loading", "execution", "type"} & {key for function in functions for key in function}
    assert "client_metadata" not in body
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ("auto", True)


def test_nothing_is_said_of_tools_where_none_is_left() -> None:
    body = chat(agents.asked(tools=[{"type": "web_search"}, {"type": "local_shell"}]))
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & body.keys()


EXEC: Json = {"type": "custom", "name": "exec", "description": "Runs code."}
RUN = agents.SHELL | {"name": "run"}
NAMESPACE: Json = {"type": "namespace", "name": "functions", "description": "", "tools": [EXEC, RUN]}
ADDED: Json = {"type": "additional_tools", "id": "at_1", "role": "developer", "tools": [NAMESPACE]}


def added(**fields: Any) -> Json:
    """A request as Codex makes it for its newer models: tools stand in the conversation."""
    request = agents.asked(**fields)
    request.pop("tools")
    return request | {"input": [ADDED, *request["input"]]}


def test_tools_that_stand_in_the_conversation_are_declared() -> None:
    body = chat(added())
    assert [tool["function"]["name"] for tool in body["tools"]] == ["functions__exec", "functions__run"]
    assert [message["role"] for message in body["messages"]] == ["user"]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_custom_tool_of_a_namespace_comes_back_with_it(streamed: bool) -> None:
    call = agents.call("functions__exec", json.dumps({"input": INPUT}))
    if streamed:
        made = agents.streamed(added(), [agents.chunk(tool_calls=[{"index": 0, **call}]), agents.chunk("tool_calls")])
    else:
        made = agents.whole(added(), agents.completion(tool_calls=[call]))
    (item,) = [item for item in made["output"] if item["type"] == "custom_tool_call"]
    assert (item["namespace"], item["name"], item["input"]) == ("functions", "exec", INPUT)
    output = {"type": "custom_tool_call_output", "call_id": item["call_id"], "output": "done"}
    said = chat(added(input=[item, output]))["messages"][0]["tool_calls"][0]["function"]
    assert (said["name"], json.loads(said["arguments"])) == ("functions__exec", {"input": INPUT})


def test_what_a_conversation_has_configured_since_holds() -> None:
    form = {"type": "json_schema", "name": "a", "schema": agents.SCHEMA}
    changes = [{"effort": "high"}, {"effort": "low"}]
    items = [{"type": "configuration_update", "reasoning": change} for change in changes]
    asked = agents.asked(reasoning={"effort": "medium"}, text={"verbosity": "low"})
    asked["input"] += [*items, {"type": "configuration_update", "text": {"format": form}}]
    body = chat(asked)
    assert (body["reasoning_effort"], body["verbosity"]) == ("low", "low")
    assert body["response_format"]["json_schema"]["name"] == "a" and len(body["messages"]) == 1


DEMANDS: list[Any] = [
    {"type": "web_search"},
    {"type": "file_search"},
    {"type": "mcp", "server_label": "x"},
    {"type": "image_generation"},
    {"type": "allowed_tools", "mode": "required", "tools": [{"type": "web_search"}]},
]


@pytest.mark.parametrize("choice", DEMANDS, ids=json.dumps)
def test_a_choice_that_demands_a_hosted_tool_is_refused_by_its_name(choice: Json) -> None:
    with pytest.raises(Unsupported, match=r"tool_choice demands '\w+'") as refused:
        chat(agents.asked(tool_choice=choice))
    assert refused.value.param == "tool_choice"


def test_any_tool_cannot_be_required_where_all_are_hosted() -> None:
    with pytest.raises(Unsupported, match="demands 'web_search'"):
        chat(agents.asked(tools=[{"type": "web_search"}], tool_choice="required"))


CHOICES: list[tuple[Any, Any]] = [
    ({"type": "custom", "name": "apply_patch"}, "apply_patch"),
    ({"type": "function", "name": "exec"}, "exec"),
    ({"type": "function", "name": "read", "namespace": "mcp__files"}, "mcp__files__read"),
    ({"type": "tool_search", "execution": "client"}, "tool_search"),
]


@pytest.mark.parametrize(("choice", "name"), CHOICES)
def test_a_choice_names_the_function_that_the_tool_became(choice: Json, name: str) -> None:
    assert chat(agents.asked(tool_choice=choice))["tool_choice"] == {"type": "function", "function": {"name": name}}


def test_of_allowed_tools_the_hosted_ones_are_left_out() -> None:
    tools = [{"type": "web_search"}, {"type": "custom", "name": "apply_patch"}]
    both = {"type": "allowed_tools", "mode": "required", "tools": tools}
    allowed = chat(agents.asked(tool_choice=both))["tool_choice"]["allowed_tools"]
    assert [tool["function"]["name"] for tool in allowed["tools"]] == ["apply_patch"]
    hosted = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "web_search"}]}
    assert chat(agents.asked(tool_choice=hosted))["tool_choice"] == "none"


CALLED: list[tuple[str, str, Json]] = [
    ("exec", '{"path": "a"}', {"type": "function_call", "name": "exec", "arguments": '{"path": "a"}'}),
    ("exec", "", {"type": "function_call", "name": "exec", "arguments": "{}"}),
    ("apply_patch", json.dumps({"input": INPUT}), {"type": "custom_tool_call", "name": "apply_patch", "input": INPUT}),
    ("apply_patch", json.dumps({"input": INPUT}, ensure_ascii=False), {"type": "custom_tool_call", "input": INPUT}),
    ("apply_patch", json.dumps({"patch": INPUT}), {"type": "custom_tool_call", "input": INPUT}),
    ("apply_patch", json.dumps(INPUT), {"type": "custom_tool_call", "input": INPUT}),
    ("apply_patch", INPUT, {"type": "custom_tool_call", "input": INPUT}),
    ("apply_patch", '{"input": "*** Begin\\nbroken', {"type": "custom_tool_call", "input": "*** Begin\nbroken"}),
    ("apply_patch", "", {"type": "custom_tool_call", "input": ""}),
    (
        "mcp__files__read", '{"path": "b"}',
        {"type": "function_call", "name": "read", "namespace": "mcp__files", "arguments": '{"path": "b"}'},
    ),
    ("tool_search", '{"path": "c"}', {"type": "tool_search_call", "execution": "client", "arguments": {"path": "c"}}),
    ("unheard_of", "{}", {"type": "function_call", "name": "unheard_of", "arguments": "{}"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "item"), CALLED)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_call_comes_back_as_the_tool_that_was_declared(name: str, arguments: str, item: Json, size: int) -> None:
    (made,) = agents.whole(agents.asked(), agents.completion(tool_calls=[agents.call(name, arguments)]))["output"]
    assert made.items() >= (item | {"call_id": "call_1", "status": "completed"}).items()
    pieces = [arguments[at : at + size] for at in range(0, len(arguments), size)]
    chunks = [
        agents.chunk(tool_calls=[agents.call(name, "", index=0)]),
        *(agents.chunk(tool_calls=[{"index": 0, "function": {"arguments": piece}}]) for piece in pieces),
        agents.chunk("tool_calls"),
    ]
    told = agents.events(agents.asked(), chunks)
    assert told[-1]["response"]["output"] == [made]
    _well_told(told, made)


def _well_told(told: list[Json], item: Json) -> None:
    """The pieces of a call are the call, where anything could be told before its end."""
    kind = "custom_tool_call_input" if item["type"] == "custom_tool_call" else "function_call_arguments"
    ours = [event for event in told if event["type"].startswith(f"response.{kind}")]
    if item["type"] == "tool_search_call":
        assert not ours
        return
    *pieces, done = ours
    what = "input" if "input" in item else "arguments"
    assert done["type"] == f"response.{kind}.done"
    assert done[what] == item[what] == "".join(piece["delta"] for piece in pieces)
    assert all((event["item_id"], event["output_index"]) == (item["id"], 0) for event in ours)


def test_the_input_of_a_custom_tool_is_told_while_it_is_written() -> None:
    written = json.dumps({"input": INPUT})
    chunks = [agents.chunk(tool_calls=[agents.call("apply_patch", "", index=0)])]
    chunks += [agents.chunk(tool_calls=[{"index": 0, "function": {"arguments": letter}}]) for letter in written]
    told = agents.events(agents.asked(), chunks)
    pieces = [event["delta"] for event in told if event["type"] == "response.custom_tool_call_input.delta"]
    assert pieces == list(INPUT)  # a character outside the basic plane whole, from its two escapes


def test_the_librarys_types_know_every_event_of_these_calls() -> None:
    import pydantic
    from openai.types.responses import ResponseStreamEvent

    known: Any = pydantic.TypeAdapter(ResponseStreamEvent)
    calls = [agents.call(name, "{}", id=f"c{at}", index=at) for at, name in enumerate(("exec", "apply_patch"))]
    for event in agents.events(agents.asked(), [agents.chunk(tool_calls=calls), agents.chunk("tool_calls")]):
        known.validate_python(event)


def test_calls_of_one_number_with_other_ids_are_other_calls() -> None:
    chunks = [agents.chunk(tool_calls=[agents.call("exec", '{"a":1}', id=id, index=0)]) for id in ("x", "y", "z")]
    made = agents.streamed(agents.asked(), [*chunks, agents.chunk("tool_calls")])["output"]
    assert [(item["call_id"], item["arguments"]) for item in made] == [(id, '{"a":1}') for id in ("x", "y", "z")]
    assert len({item["id"] for item in made}) == 3


NAMES = [("mcp__x", "read"), ("a" * 60, "b" * 60), ("mcp server", "read.file"), ("é", "ü"), ("n" * 31, "m" * 31)]


@pytest.mark.parametrize(("namespace", "name"), NAMES)
def test_every_name_fits_every_vendor_and_leads_back(namespace: str, name: str) -> None:
    function = {"type": "function", "name": name, "parameters": agents.SCHEMA}
    request = agents.asked(tools=[{"type": "namespace", "name": namespace, "tools": [function]}])
    (declared,) = chat(request)["tools"]
    made = declared["function"]["name"]
    assert VENDORS_NAME.fullmatch(made)
    (item,) = agents.whole(request, agents.completion(tool_calls=[agents.call(made, "{}")]))["output"]
    assert (item["namespace"], item["name"]) == (namespace, name)
    again = chat(agents.asked(tools=[], input=[item]))["messages"][0]
    assert again["tool_calls"][0]["function"]["name"] == made  # also where the tool is not declared any more


def test_names_that_meet_when_they_are_flat_stay_apart() -> None:
    function = {"type": "function", "parameters": agents.SCHEMA}
    tools = [
        {**function, "name": "a__b"},
        {"type": "namespace", "name": "a", "tools": [{**function, "name": "b"}]},
        {"type": "custom", "name": "a__b"},
    ]
    box = Toolbox({"tools": tools})
    names = [tool["function"]["name"] for tool in box.functions]
    assert len(set(names)) == 3
    assert all(VENDORS_NAME.fullmatch(name) for name in names)
    assert [(box.called(name).kind, box.called(name).namespace) for name in names] == [
        ("function", ""), ("function", "a"), ("custom", ""),
    ]  # fmt: skip
    assert flat("b", "a") == "a__b"


def test_tools_that_a_search_of_the_clients_found_can_be_called() -> None:
    searched = [
        {"type": "tool_search_call", "call_id": "s", "execution": "client", "arguments": {"query": "read"}},
        {
            "type": "tool_search_output",
            "call_id": "s",
            "execution": "client",
            "status": "completed",
            "tools": [agents.FILES],
        },
    ]
    request = agents.asked(input=searched, tools=[agents.SEARCH])
    body = chat(request)
    assert [tool["function"]["name"] for tool in body["tools"]] == ["tool_search", "mcp__files__read"]
    asked, found = body["messages"]
    assert asked["tool_calls"][0]["function"] == {"name": "tool_search", "arguments": '{"query":"read"}'}
    assert found == {"role": "tool", "tool_call_id": "s", "content": "Tools that can be called now: mcp__files__read"}
    (item,) = agents.whole(request, agents.completion(tool_calls=[agents.call("mcp__files__read", "{}")]))["output"]
    assert (item["namespace"], item["name"]) == ("mcp__files", "read")
