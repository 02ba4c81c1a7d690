"""A Responses API request as a canonical chat (https://platform.openai.com/docs/api-reference/responses/create).

For providers that only have chat. What needs a memory (``previous_response_id``, ``conversation``, stored prompts,
item references, background) or tools of OpenAI's own is refused by name. Dropped, as knobs of a store or of those
tools: store, truncation, include, metadata, max_tool_calls, summaries of reasoning. A key that nobody knows stays.
"""

import base64
import binascii
import json
from typing import Any, cast

import orjson

from gateway.outbound.protocol import Json, Unsupported
from gateway.wire.json import array, obj, objs, string

SIGNED = "oneapi:"  # before the thoughts of other vendors' models in ``encrypted_content``

_STATEFUL = ("previous_response_id", "conversation", "prompt", "background")
_DROPPED = frozenset({"store", "truncation", "include", "metadata", "max_tool_calls", "stream_options"})
_PLACED = frozenset(
    {"input", "instructions", "tools", "tool_choice", "text", "reasoning", "max_output_tokens", "top_logprobs"}
)
_LOGPROBS = "message.output_text.logprobs"


def chat(body: Json) -> Json:
    """The same request as OpenAI chat JSON; raises ``Unsupported``."""
    for name in _STATEFUL:
        if body.get(name):
            raise _needs_responses(name, name)
    known = _PLACED | _DROPPED | frozenset(_STATEFUL)
    out: Json = {name: value for name, value in body.items() if name not in known and value is not None}
    out["messages"] = [*_instructions(body.get("instructions")), *messages(body.get("input"))]
    if body.get("max_output_tokens") is not None:
        out["max_tokens"] = body["max_output_tokens"]
    if effort := obj(body.get("reasoning")).get("effort"):
        out["reasoning_effort"] = effort
    return out | _text(obj(body.get("text"))) | _logprobs(body) | _tools(body)


def messages(given: Any) -> list[Json]:
    """The ``input`` as messages; raises ``Unsupported``."""
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    conversation = _Conversation()
    for index, item in enumerate(array(given)):
        conversation.add(obj(item), f"input[{index}]")
    return conversation.messages


class _Conversation:
    """Items in order. What the model said between two turns of others is one message: thoughts, text, calls."""

    def __init__(self) -> None:
        self.messages: list[Json] = []

    def add(self, item: Json, where: str) -> None:
        match item.get("type", "message"):
            case "message" if item.get("role") == "assistant":
                self._said(_parts(item.get("content"), where))
            case "message" if isinstance(item.get("role"), str):
                content: Any = item.get("content")
                made = content if isinstance(content, str) else _parts(content, where)
                self.messages.append({"role": item["role"], "content": made})
            case "function_call":
                self._assistant().setdefault("tool_calls", []).append(_call(item))
            case "function_call_output":
                output: Any = item.get("output")
                made = output if isinstance(output, str) else _parts(output, where)
                self.messages.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": made})
            case "reasoning":
                self._thought(item)
            case kind:
                raise _needs_responses(f"{where} of type {kind!r}", "input")

    def _assistant(self) -> Json:
        if not self.messages or self.messages[-1]["role"] != "assistant":
            self.messages.append({"role": "assistant", "content": None})
        return self.messages[-1]

    def _said(self, parts: list[Json]) -> None:
        message = self._assistant()
        before = message["content"]
        texts = [{"type": "text", "text": before}] if isinstance(before, str) else array(before)
        said = [*texts, *parts]
        alone = len(said) == 1 and said[0]["type"] == "text"
        message["content"] = said[0]["text"] if alone else said or None

    def _thought(self, item: Json) -> None:
        message = self._assistant()
        texts = [string(part.get("text")) for part in objs(item.get("content")) or objs(item.get("summary"))]
        if text := "\n\n".join(texts):
            message["reasoning_content"] = string(message.get("reasoning_content")) + text
        if details := signed_thoughts(string(item.get("encrypted_content"))):
            message["reasoning_details"] = [*array(message.get("reasoning_details")), *details]


def sealed_thoughts(details: list[Json]) -> str:
    """Signed thoughts as text that a client gives back unread."""
    return SIGNED + base64.b64encode(orjson.dumps(details)).decode()


def signed_thoughts(sealed: str) -> list[Json]:
    """The thoughts in such a text; nothing for OpenAI's own, which nobody else can open."""
    if not sealed.startswith(SIGNED):
        return []
    try:
        return objs(json.loads(base64.b64decode(sealed.removeprefix(SIGNED), validate=True)))
    except (binascii.Error, ValueError):
        return []


def _instructions(given: Any) -> list[Json]:
    if isinstance(given, list):
        return messages(cast(list[Any], given))
    return [{"role": "system", "content": given}] if given else []


def _call(item: Json) -> Json:
    function = {"name": item.get("name"), "arguments": string(item.get("arguments")) or "{}"}
    kept = {"extra_content": item["extra_content"]} if item.get("extra_content") else {}
    return {"id": item.get("call_id"), "type": "function", "function": function} | kept


def _parts(content: Any, where: str) -> list[Json]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [_part(part, where) for part in objs(content)]


def _part(part: Json, where: str) -> Json:
    match part.get("type"):
        case "input_text" | "output_text" | "text":
            return {"type": "text", "text": string(part.get("text"))}
        case "input_image" if part.get("image_url"):
            detail = {"detail": part["detail"]} if part.get("detail") else {}
            return {"type": "image_url", "image_url": {"url": part["image_url"]} | detail}
        case "input_file" if part.get("file_data") or part.get("file_url"):
            name = {"filename": part["filename"]} if part.get("filename") else {}
            return {"type": "file", "file": {"file_data": part.get("file_data") or part["file_url"]} | name}
        case "refusal" | "input_audio":
            return part
        case "input_image" | "input_file":
            raise _needs_responses(f"a file by id in {where}", "input")
        case kind:
            raise _needs_responses(f"content of type {kind!r} in {where}", "input")


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


def _tools(body: Json) -> Json:
    tools = [_tool(tool) for tool in objs(body.get("tools"))]
    choice = _choice(body.get("tool_choice"))
    return {"tools": tools, **({"tool_choice": choice} if choice else {})} if tools else {}


def _tool(tool: Json) -> Json:
    if tool.get("type") != "function":
        raise _needs_responses(f"the tool {tool.get('type')!r}", "tools")
    return {"type": "function", "function": {name: value for name, value in tool.items() if name != "type"}}


def _choice(choice: Any) -> Any:
    if not isinstance(choice, dict):
        return choice
    given = cast(Json, choice)
    if given.get("type") == "function":
        return {"type": "function", "function": {"name": given.get("name")}}
    if given.get("type") == "allowed_tools":
        named = [{"type": "function", "function": {"name": tool.get("name")}} for tool in objs(given.get("tools"))]
        return {"type": "allowed_tools", "allowed_tools": {"mode": given.get("mode"), "tools": named}}
    raise _needs_responses(f"tool_choice {given.get('type')!r}", "tool_choice")


def _needs_responses(what: str, param: str) -> Unsupported:
    return Unsupported(
        f"{what} needs a provider that has the Responses API itself; send the whole conversation and functions of "
        "your own, or use another model",
        param=param,
    )
