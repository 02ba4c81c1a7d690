"""A Responses API request as a canonical chat (https://platform.openai.com/docs/api-reference/responses/create).

For providers that only have chat. What needs a memory (``previous_response_id``, ``conversation``, stored prompts,
item references, background) is refused by name, and so is a ``tool_choice`` that demands a tool of OpenAI's own.
Dropped, as knobs of a store, of a client or of those tools: what ``_DROPPED`` lists, and summaries of reasoning. A key
that nobody knows stays.
"""

from typing import Any, cast

from gateway.outbound.protocol import Json
from gateway.wire.json import array, obj, objs
from relay.inbound.responses.history import messages, needs_responses
from relay.inbound.responses.tools import Toolbox

_STATEFUL = ("previous_response_id", "conversation", "prompt", "background")
_DROPPED = frozenset(
    {"store", "truncation", "include", "metadata", "max_tool_calls", "stream_options"}
    | {"client_metadata", "context_management"}
)
_PLACED = frozenset(
    {"input", "instructions", "tools", "tool_choice", "text", "reasoning", "max_output_tokens", "top_logprobs"}
)
_LOGPROBS = "message.output_text.logprobs"


def chat(body: Json) -> Json:
    """The same request as OpenAI chat JSON; raises ``Unsupported``."""
    for name in _STATEFUL:
        if body.get(name):
            raise needs_responses(name, name)
    body = _configured(body)
    known = _PLACED | _DROPPED | frozenset(_STATEFUL)
    tools = Toolbox(body)
    out: Json = {name: value for name, value in body.items() if name not in known and value is not None}
    out["messages"] = [*instructions(body.get("instructions"), tools), *messages(body.get("input"), tools)]
    if body.get("max_output_tokens") is not None:
        out["max_tokens"] = body["max_output_tokens"]
    if effort := obj(body.get("reasoning")).get("effort"):
        out["reasoning_effort"] = effort
    return _with_tools(out | _text(obj(body.get("text"))) | _logprobs(body), tools, body.get("tool_choice"))


def _configured(body: Json) -> Json:
    """The request with what items of its conversation have changed since: an effort, the form of answers."""
    for item in objs(array(body.get("input"))):
        if item.get("type") == "configuration_update":
            changes = {name: obj(body.get(name)) | obj(item[name]) for name in ("reasoning", "text") if item.get(name)}
            body = {**body, **changes}
    return body


def instructions(given: Any, tools: Toolbox) -> list[Json]:
    """The ``instructions`` as messages."""
    if isinstance(given, list):
        return messages(cast(list[Any], given), tools)
    return [{"role": "system", "content": given}] if given else []


def _text(text: Json) -> Json:
    out: Json = {"verbosity": text["verbosity"]} if text.get("verbosity") else {}
    wanted = obj(text.get("format"))
    if wanted.get("type") == "json_schema":
        schema = {name: wanted[name] for name in ("name", "description", "schema", "strict") if name in wanted}
        out["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif wanted.get("type") == "json_object":
        out["response_format"] = {"type": "json_object"}
    return out


def _logprobs(body: Json) -> Json:
    if not body.get("top_logprobs") and _LOGPROBS not in array(body.get("include")):
        return {}
    return {"logprobs": True, **({"top_logprobs": body["top_logprobs"]} if body.get("top_logprobs") else {})}


def _with_tools(out: Json, tools: Toolbox, wanted: Any) -> Json:
    choice = tools.choice(wanted)
    if tools.functions:
        return out | {"tools": tools.functions} | ({"tool_choice": choice} if choice else {})
    if tools.hosted:  # nothing is left of which several could be called
        out.pop("parallel_tool_calls", None)
    return out
