"""OpenAI's chat, as OpenAI documents it, and as a server speaks it that has chat and nothing else.

https://platform.openai.com/docs/api-reference/chat
"""

import json
from collections.abc import Iterator
from typing import Any

from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)

from tests.fakes.strict import rules
from tests.fakes.strict.plays import USAGE, Scene, Step, texts_in
from tests.fakes.strict.shapes import complaint

Json = dict[str, Any]
# What the documentation of servers that copied the chat has.
COPIED = rules.words(
    "model messages max_tokens temperature top_p n stop stream stream_options presence_penalty "
    "frequency_penalty logit_bias logprobs top_logprobs seed user tools tool_choice response_format "
    "parallel_tool_calls reasoning_effort"
)
COPIED_ROLES = frozenset({"system", "user", "assistant", "tool"})
COPIED_KEYS = frozenset({"role", "content", "name", "tool_calls", "tool_call_id"})
_REASONING = ("gpt-5", "gpt-6", "o1", "o3", "o4")


def refusal(body: Json) -> str:
    """Why OpenAI refuses this request."""
    streamed = body.get("stream") is True
    shape = CompletionCreateParamsStreaming if streamed else CompletionCreateParamsNonStreaming
    return complaint(body, shape) or rules.first(_all_of(body))


def refusal_of_a_copy(body: Json) -> str:
    """Why a server refuses it that has the chat alone, and nothing of OpenAI's platform."""
    if odd := body.keys() - COPIED:
        return f"body.{min(odd)}: Extra inputs are not permitted"
    for number, message in enumerate(body["messages"]):
        if odd := message.keys() - COPIED_KEYS:
            return f"body.messages.{number}.{min(odd)}: Extra inputs are not permitted"
        if message["role"] not in COPIED_ROLES:
            return f"body.messages.{number}.role: unknown variant {message['role']!r}"
        if message.get("content") is None and not message.get("tool_calls"):
            return f"body.messages.{number}: content or tool_calls must be set"
    odd = next((tool["type"] for tool in body.get("tools") or () if tool["type"] != "function"), "")
    return f"unknown tool type {odd!r}" if odd else refusal(body)


def _all_of(body: Json) -> Iterator[str]:
    yield rules.bad_length(body.get("user"), 64, "user")
    yield from (rules.bad_length(value, 512, "metadata") for value in (body.get("metadata") or {}).values())
    tools = [tool["function"] for tool in body.get("tools") or () if tool["type"] == "function"]
    yield rules.repeated([tool["name"] for tool in tools], "Function names")
    for tool in tools:
        yield rules.bad_name(tool["name"], "tools.function.name")
        if tool.get("strict"):
            yield rules.strict_at_openai(tool.get("parameters") or {}, tool["name"])
    for name in ("tool_choice", "parallel_tool_calls"):
        if name in body and not body.get("tools"):
            yield f"Invalid value for '{name}': '{name}' is only allowed when 'tools' are specified."
    if "tools" in body and not body["tools"]:
        yield "Invalid 'tools': empty array."
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema" and form["json_schema"].get("strict"):
        yield rules.strict_at_openai(form["json_schema"]["schema"], form["json_schema"]["name"])
    if "stream_options" in body and body.get("stream") is not True:
        yield "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    if body["model"].startswith(_REASONING) and "max_tokens" in body:
        yield "Unsupported parameter: 'max_tokens' is not supported with this model."
    yield from _history(body["messages"])


def _history(messages: list[Json]) -> Iterator[str]:
    waiting: list[str] = []
    for number, message in enumerate(messages):
        place = f"messages.[{number}]"
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                yield f"{place}: messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
            else:
                waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            yield f"{place}: these tool_call_ids did not have response messages: {', '.join(waiting)}"
        calls = message.get("tool_calls") or []
        if message["role"] == "assistant" and message.get("content") is None and not calls:
            yield f"Invalid value for 'content' in {place}: expected a string, got null."
        if message["role"] == "assistant" and "tool_calls" in message and not calls:
            yield f"{place}.tool_calls: empty array."
        for call in calls:
            yield rules.bad_length(call["id"], 40, f"{place}.tool_calls.id")
            yield _bad_arguments(call, place)
        waiting = [call["id"] for call in calls]
        yield rules.repeated(waiting, "Ids of tool calls")
    if waiting:
        yield f"these tool_call_ids did not have response messages: {', '.join(waiting)}"


def _bad_arguments(call: Json, place: str) -> str:
    if call["type"] != "function":
        return ""
    try:
        fits = isinstance(json.loads(call["function"]["arguments"]), dict)
    except ValueError:
        fits = False
    return "" if fits else f"{place}: arguments of {call['function']['name']!r} are no JSON object"


def scene(body: Json) -> Scene:
    """What the model is told."""
    said = body["messages"]
    form = body.get("response_format") or {}
    return Scene(
        texts=[text for message in said if message["role"] == "user" for text in texts_in(message["content"])],
        results=[" ".join(texts_in(message["content"])) for message in said if message["role"] == "tool"],
        tools=[tool[tool["type"]]["name"] for tool in body.get("tools") or ()],
        schema=form["json_schema"]["schema"] if form.get("type") == "json_schema" else None,
    )


def _message(step: Step) -> Json:
    if not step.tool:
        return {"role": "assistant", "content": step.text}
    called = {"name": step.tool, "arguments": json.dumps(step.arguments)}
    call = {"id": step.call_id("call_"), "type": "function", "function": called}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _usage() -> Json:
    prompt, completion = USAGE
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def whole(step: Step, body: Json) -> Json:
    """The answer in one piece."""
    choice = {"index": 0, "message": _message(step), "finish_reason": "tool_calls" if step.tool else "stop"}
    head = {"id": step.id("chatcmpl-"), "object": "chat.completion", "created": 1_700_000_000}
    return {**head, "model": body["model"], "choices": [choice], "usage": _usage()}


def events(step: Step, body: Json) -> Iterator[bytes]:
    """The answer in pieces: a call's arguments in two."""
    head = {"id": step.id("chatcmpl-"), "object": "chat.completion.chunk", "created": 1_700_000_000}
    head["model"] = body["model"]
    message = _message(step)
    deltas: list[Json] = [{"role": "assistant", "content": message["content"]}]
    for index, call in enumerate(message.get("tool_calls") or ()):
        told = call["function"]["arguments"]
        deltas.append({"tool_calls": [{"index": index, **call, "function": {"name": step.tool, "arguments": ""}}]})
        for piece in (told[: len(told) // 2], told[len(told) // 2 :]):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    chunks: list[Json] = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls" if step.tool else "stop"}]})
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks.append({"choices": [], "usage": _usage()})
    yield from (b"data: " + json.dumps(head | chunk).encode() + b"\n\n" for chunk in chunks)
    yield b"data: [DONE]\n\n"
