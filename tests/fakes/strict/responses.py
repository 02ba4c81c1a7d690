"""OpenAI's Responses API: what it refuses, and what it answers.

https://platform.openai.com/docs/api-reference/responses
"""

import json
from collections.abc import Iterator
from typing import Any

from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)

from tests.fakes.strict import rules
from tests.fakes.strict.plays import USAGE, Scene, Step, texts_in
from tests.fakes.strict.shapes import complaint

Json = dict[str, Any]
SEALED = "gAAAAstrict"  # how reasoning begins that was encrypted here
# What Codex says to OpenAI's server and the library's types do not know: of a request, of items and tools by kind.
_CODEX = frozenset({"client_metadata"})
_BESIDE = {
    "message": frozenset({"id"}),
    "reasoning": frozenset({"content"}),
    "custom_tool_call": frozenset({"status"}),
    "web_search": frozenset({"search_content_types"}),
}
_PREFIXES = {"message": "msg_", "function_call": "fc_", "custom_tool_call": "ctc_", "reasoning": "rs_"}
_CALLS = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}


def refusal(body: Json) -> str:
    """Why OpenAI refuses this request."""
    streamed = body.get("stream") is True
    shape = ResponseCreateParamsStreaming if streamed else ResponseCreateParamsNonStreaming
    known = {name: value for name, value in body.items() if name not in _CODEX}
    for name in ("input", "tools"):
        if isinstance(body.get(name), list):
            known[name] = [_documented(item) for item in body[name]]
    return complaint(known, shape) or rules.first(_all_of(body))


def _documented(item: Json) -> Json:
    beside = _BESIDE.get(item.get("type", "message"), frozenset[str]())
    if item.get("role") == "assistant" or (item.get("type") == "reasoning" and item.get("content")):
        return item
    return {name: value for name, value in item.items() if name not in beside}


def _all_of(body: Json) -> Iterator[str]:
    yield rules.bad_length(body.get("user"), 64, "user")
    yield rules.bad_length(body.get("safety_identifier"), 64, "safety_identifier")
    yield rules.bad_length(body.get("prompt_cache_key"), 64, "prompt_cache_key")
    yield from (rules.bad_length(value, 512, "metadata") for value in (body.get("metadata") or {}).values())
    tools = body.get("tools") or []
    functions = [tool for tool in tools if tool["type"] == "function"]
    yield rules.repeated([tool["name"] for tool in tools if tool.get("name")], "Names of tools")
    for tool in functions:
        yield rules.bad_name(tool["name"], "tools.name")
        if tool.get("strict"):
            yield rules.strict_at_openai(tool.get("parameters") or {}, tool["name"])
    if "tool_choice" in body and body["tool_choice"] not in ("auto", "none") and not tools:
        yield "Tool choice must be specified with 'tools'."
    form = (body.get("text") or {}).get("format") or {}
    if form.get("type") == "json_schema" and form.get("strict"):
        yield rules.strict_at_openai(form["schema"], form["name"])
    if isinstance(body["input"], list):
        yield from _history(body["input"], remembered=bool(body.get("previous_response_id")))


def _history(items: list[Json], remembered: bool) -> Iterator[str]:
    ids = [item["id"] for item in items if item.get("id")]
    yield rules.repeated(ids, "Duplicate item found: ids")
    for number, item in enumerate(items):
        place, prefix = f"input[{number}]", _PREFIXES.get(item.get("type", "message"), "")
        if item.get("id") and not item["id"].startswith(prefix):
            yield f"Invalid '{place}.id': {item['id']!r}. Expected an ID that begins with {prefix!r}."
        yield rules.bad_length(item.get("id"), 64, f"{place}.id")
        yield rules.bad_length(item.get("call_id"), 64, f"{place}.call_id")
        if item.get("type") == "reasoning" and not str(item.get("encrypted_content")).startswith(SEALED):
            yield f"The encrypted content for item {item.get('id')} could not be verified."
    for call, output in _CALLS.items():
        made = [item["call_id"] for item in items if item.get("type") == call]
        given = [item["call_id"] for item in items if item.get("type") == output]
        yield rules.repeated(made, "Ids of calls")
        if lacking := [id for id in made if id not in given]:
            yield f"No tool output found for function call {lacking[0]}."
        if strange := [id for id in given if id not in made and not remembered]:
            yield f"No tool call found for function call output with call_id {strange[0]}."


def _tools(body: Json) -> dict[str, str]:
    """The kind of every tool that the client runs, by its name, with its namespace before it."""
    added = [tool for item in body["input"] if item.get("type") == "additional_tools" for tool in item["tools"]]
    found: dict[str, str] = {}
    for tool in [*(body.get("tools") or ()), *added]:
        for inner in tool["tools"] if tool["type"] == "namespace" else ():
            found[f"{tool['name']}__{inner['name']}"] = inner["type"]
        if tool["type"] in ("function", "custom"):
            found[tool["name"]] = tool["type"]
    return found


def scene(body: Json) -> Scene:
    """What the model is told."""
    if isinstance(body["input"], str):
        body = {**body, "input": [{"role": "user", "content": body["input"]}]}
    said, tools = body["input"], _tools(body)
    form = (body.get("text") or {}).get("format") or {}
    return Scene(
        texts=[text for item in said if item.get("role") == "user" for text in texts_in(item["content"])],
        results=[" ".join(texts_in(item["output"])) for item in said if item.get("type") in _CALLS.values()],
        tools=list(tools),
        schema=form["schema"] if form.get("type") == "json_schema" else None,
        thinks="reasoning.encrypted_content" in (body.get("include") or ()),
        custom=frozenset(name for name, kind in tools.items() if kind == "custom"),
    )


def whole(step: Step, body: Json) -> Json:
    """The answer in one piece."""
    prompt, completion = USAGE
    usage = {
        "input_tokens": prompt, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": completion,
        "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": prompt + completion,
    }  # fmt: skip
    return _response(step, body, "completed") | {"output": _output(step), "usage": usage}


def _response(step: Step, body: Json, status: str) -> Json:
    return {
        "id": step.id("resp_"), "object": "response", "created_at": 1_700_000_000, "status": status, "error": None,
        "incomplete_details": None, "instructions": body.get("instructions"), "metadata": {}, "model": body["model"],
        "output": [], "parallel_tool_calls": True, "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0,
        "usage": None,
    }  # fmt: skip


def _output(step: Step) -> list[Json]:
    thought = {"type": "reasoning", "id": step.id("rs_"), "summary": [], "encrypted_content": step.id(SEALED)}
    return [*([thought] if step.thinks else []), _item(step)]


def _item(step: Step) -> Json:
    namespace, _, name = step.tool.rpartition("__")
    call: Json = {"status": "completed", "call_id": step.id("call_"), "name": name}
    call |= {"namespace": namespace} if namespace else {}
    if step.custom:
        return {"type": "custom_tool_call", "id": step.id("ctc_"), **call, "input": step.arguments["input"]}
    if step.tool:
        return {"type": "function_call", "id": step.id("fc_"), **call, "arguments": json.dumps(step.arguments)}
    part = {"type": "output_text", "text": step.text, "annotations": []}
    return {"type": "message", "id": step.id("msg_"), "status": "completed", "role": "assistant", "content": [part]}


def events(step: Step, body: Json) -> Iterator[bytes]:
    """The answer in pieces, numbered."""
    for number, event in enumerate(_events(step, body)):
        yield f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n".encode()


def _events(step: Step, body: Json) -> Iterator[Json]:
    begun = _response(step, body, "in_progress")
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(_output(step)):
        yield from ({**event, "output_index": index} for event in _item_events(item))
    yield {"type": "response.completed", "response": whole(step, body)}


def _item_events(item: Json) -> Iterator[Json]:
    kinds = {
        "function_call": ("function_call_arguments", "arguments"),
        "custom_tool_call": ("custom_tool_call_input", "input"),
    }
    yield {"type": "response.output_item.added", "item": item | _empty(item)}
    here = {"item_id": item["id"]}
    if item["type"] in kinds:
        kind, name = kinds[item["type"]]
        yield {"type": f"response.{kind}.delta", **here, "delta": item[name]}
        yield {"type": f"response.{kind}.done", **here, name: item[name]}
    elif item["type"] == "message":
        (part,) = item["content"]
        here["content_index"] = 0
        yield {"type": "response.content_part.added", **here, "part": part | {"text": ""}}
        for piece in part["text"].partition(" "):
            yield {"type": "response.output_text.delta", **here, "delta": piece, "logprobs": []}
        yield {"type": "response.output_text.done", **here, "text": part["text"], "logprobs": []}
        yield {"type": "response.content_part.done", **here, "part": part}
    yield {"type": "response.output_item.done", "item": item}


def _empty(item: Json) -> Json:
    names = {"function_call": {"arguments": ""}, "custom_tool_call": {"input": ""}, "message": {"content": []}}
    return names.get(item["type"], {}) | ({"status": "in_progress"} if "status" in item else {})
