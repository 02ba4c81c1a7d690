"""What servers that copied OpenAI's chat send: chunks and whole replies that say hello."""

from typing import Any

Json = dict[str, Any]
HEAD = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
USAGE = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}


def chunk(delta: Any, finish: str | None = None, **more: Any) -> Json:
    return {**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def piece(index: int | None = 0, **function: Any) -> Json:
    head = {name: function.pop(name) for name in ("id", "type") if name in function}
    return {"tool_calls": [({} if index is None else {"index": index}) | head | {"function": function}]}


LAST = {**HEAD, "choices": [], "usage": USAGE}
ROLE = {"role": "assistant"}
# A server's chunks; every caller hears "hello", and the tools named.
STREAMS: dict[str, tuple[list[Any], list[str]]] = {
    "no choices at first": (
        [{**HEAD, "choices": [], "prompt_filter_results": []}, chunk({"content": "hello"}, "stop")],
        [],
    ),
    "choices of nothing": ([{**HEAD, "choices": None}, chunk({"content": "hello"}, "stop"), LAST], []),
    "a delta of nothing": ([chunk(None), chunk({"content": "hello"}), chunk(None, "stop"), LAST], []),
    "usage of nothing in each": ([chunk({"content": "hello"}, usage=None), chunk({}, "stop", usage=None)], []),
    "usage in each": ([chunk({"content": "hel"}, usage=USAGE), chunk({"content": "lo"}, "stop", usage=USAGE)], []),
    "an end in each": ([chunk({"content": "hel"}, "stop"), chunk({"content": "lo"}, "stop"), LAST], []),
    "an empty end in each": (
        [chunk({"content": "hel"}, ""), chunk({"content": "lo"}, ""), chunk({}, "stop"), LAST],
        [],
    ),
    "a role in each": (
        [chunk(ROLE | {"content": "hel"}), chunk(ROLE | {"content": "lo"}), chunk(ROLE, "stop"), LAST],
        [],
    ),
    "a role of nothing": ([chunk({"role": "", "content": "hello"}), chunk({"role": None}, "stop"), LAST], []),
    "tool calls of nothing": ([chunk({"content": "hello", "tool_calls": None}), chunk({"tool_calls": []}, "stop")], []),
    "a call without an id": (
        [chunk({"content": "hello"}), chunk(piece(name="f", arguments="{}")), chunk({}, "tool_calls")],
        ["f"],
    ),
    "a call without a number": (
        [
            chunk({"content": "hello"}),
            chunk(piece(None, id="a", name="f", arguments="{")),
            chunk(piece(None, arguments="}")),
            chunk({}, "stop"),
        ],
        ["f"],
    ),
    "arguments of nothing": (
        [
            chunk({"content": "hello"}),
            chunk(piece(id="a", name="f", arguments=None)),
            chunk(piece(arguments="{}")),
            chunk({}, "stop"),
        ],
        ["f"],
    ),
    "arguments that are an object": (
        [chunk({"content": "hello"}), chunk(piece(id="a", name="f", arguments={"a": 1})), chunk({}, "stop")],
        ["f"],
    ),
    "id and name in each piece": (
        [
            chunk({"content": "hello"}),
            chunk(piece(id="a", name="f", arguments="{")),
            chunk(piece(id="a", name="f", arguments="}")),
            chunk({}, "stop"),
        ],
        ["f"],
    ),
    "a call with its end": (
        [chunk({"content": "hello"}), chunk(piece(id="a", name="f", arguments="{}"), "tool_calls")],
        ["f"],
    ),
    "text behind a call": (
        [chunk(piece(id="a", name="f", arguments="{}")), chunk({"content": "hello"}), chunk({}, "tool_calls"), LAST],
        ["f"],
    ),
    "an end that comes twice": ([chunk({"content": "hello"}), chunk({}, "stop"), chunk({}, "stop"), LAST], []),
    "parts for text": ([chunk({"content": [{"type": "text", "text": "hello"}]}), chunk({}, "stop"), LAST], []),
    "a number for an id": (
        [chunk({"content": "hello"}) | {"id": 7, "created": "1", "model": None}, chunk({}, "stop")],
        [],
    ),
}


def reply(message: Any, finish: Any = "stop", **more: Any) -> Json:
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": choices,
        "usage": USAGE,
    } | more


def called(**function: Any) -> Json:
    head = {name: function.pop(name) for name in ("id", "type") if name in function}
    return ROLE | {"content": "hello", "tool_calls": [head | {"function": function}]}


WHOLE: dict[str, tuple[Json, list[str]]] = {
    "usage of nothing": (reply(ROLE | {"content": "hello"}, usage=None), []),
    "no end": (reply(ROLE | {"content": "hello"}, None), []),
    "a call without an id": (reply(called(name="f", arguments="{}"), "tool_calls"), ["f"]),
    "a call of no type": (reply(called(id="a", type=None, name="f", arguments="{}")), ["f"]),
    "arguments of nothing": (reply(called(id="a", name="f", arguments=None)), ["f"]),
    "arguments that are an object": (reply(called(id="a", name="f", arguments={"a": 1})), ["f"]),
    "tool calls of nothing": (reply(ROLE | {"content": "hello", "tool_calls": None, "function_call": None}), []),
    "no role": (reply({"content": "hello"}), []),
    "parts for text": (reply(ROLE | {"content": [{"type": "text", "text": "hello"}]}), []),
    "annotations of nothing": (
        reply(ROLE | {"content": "hello", "annotations": None, "refusal": None, "audio": None}),
        [],
    ),
    "reasoning of nothing": (
        reply(ROLE | {"content": "hello", "reasoning_content": None, "reasoning_details": None}),
        [],
    ),
    "a text beside": (reply(ROLE | {"content": "hello"}) | {"system_fingerprint": None, "service_tier": None}, []),
}
