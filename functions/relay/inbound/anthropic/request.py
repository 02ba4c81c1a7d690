"""A Messages API request as a canonical chat (https://docs.claude.com/en/api/messages).

For Claude behind other doors (Bedrock, Vertex AI) nothing is lost: signed thinking goes along in ``thinking_blocks``,
``cache_control`` stays on its part, blocks whose order or kind OpenAI cannot say in ``anthropic_content``, and every
key of the request that has no OpenAI name under its own. ``anthropic_elsewhere`` makes of it what others can take.
"""

import json
from typing import Any, cast

from gateway.errors import BadRequest
from gateway.wire.json import obj, objs, string
from relay.inbound.checks import kind_of
from relay.inbound.protocol import Json

_PLACED = frozenset({"messages", "system", "stop_sequences", "metadata", "tools", "tool_choice"})
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_TURNS = ("user", "assistant", "system")
_THINKING = ("thinking", "redacted_thinking")
_CALL = frozenset({"type", "id", "name", "input"})
_TEXT_TYPE = "text/plain"


def canonical(body: Json) -> Json:
    """The same request as OpenAI chat JSON; raises ``BadRequest`` for what is no request."""
    out: Json = {name: value for name, value in body.items() if name not in _PLACED}
    out["messages"] = [*_system(body.get("system")), *_messages(body.get("messages"))]
    if body.get("stop_sequences"):
        out["stop"] = body["stop_sequences"]
    if user := string(obj(body.get("metadata")).get("user_id")):
        out["user"] = user
    return out | _tools(body)


def blocks_of(content: Any, where: str) -> list[Json]:
    """Content as a list of blocks; raises ``BadRequest`` where it is neither text nor blocks."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    if not isinstance(content, list):
        raise BadRequest(f"{where} must be text or a list of blocks, not {kind_of(content)}", param="messages")
    for index, block in enumerate(cast(list[Any], content)):
        if not isinstance(block, dict):
            raise BadRequest(f"{where}[{index}] must be an object, not {kind_of(block)}", param="messages")
    return objs(cast(list[Any], content))


def _system(system: Any) -> list[Json]:
    if not system:
        return []
    if isinstance(system, str):
        return [{"role": "system", "content": system}]
    return [{"role": "system", "content": [_part(block) for block in blocks_of(system, "system")]}]


def _messages(messages: Any) -> list[Json]:
    found: list[Json] = []
    for index, raw in enumerate(cast(list[Any], messages)):
        where, message = f"messages[{index}]", obj(raw)
        role, content = message.get("role"), message.get("content")
        if role not in _TURNS:
            raise BadRequest(f"{where}.role must be 'user' or 'assistant', not {role!r}", param="messages")
        blocks = blocks_of(content, f"{where}.content")
        if isinstance(content, str):
            found.append({"role": role, "content": content})
        elif role == "assistant":
            found.append(_assistant(blocks))
        else:
            found += _user(blocks, cast(str, role))
    return found


def _user(blocks: list[Json], role: str) -> list[Json]:
    """Tool results become messages of their own, before what the user says beside them."""
    results = [_result(block) for block in blocks if block.get("type") == "tool_result"]
    parts = [_part(block) for block in blocks if block.get("type") != "tool_result"]
    return results + ([{"role": role, "content": parts}] if parts else [])


def _result(block: Json) -> Json:
    content = block.get("content")
    if isinstance(content, list):
        content = [_part(part) for part in blocks_of(cast(list[Any], content), "tool_result.content")]
    message: Json = {"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": content or ""}
    return message | {key: block[key] for key in ("is_error", "cache_control") if key in block}


def _assistant(blocks: list[Json]) -> Json:
    thinking = [block for block in blocks if block.get("type") in _THINKING]
    calls = [_call(block) for block in blocks if block.get("type") == "tool_use"]
    rest = [block for block in blocks if block.get("type") not in (*_THINKING, "tool_use")]
    message: Json = {"role": "assistant", "content": [_part(block) for block in rest] or None}
    if thinking:
        message["thinking_blocks"] = thinking
        message["reasoning_content"] = "".join(string(block.get("thinking")) for block in thinking)
    if calls:
        message["tool_calls"] = calls
    from gateway.outbound.anthropic.reply import loses  # noqa: PLC0415 (10 ms of a cold start, of 100)

    marked = any(block.get("type") == "tool_use" and block.keys() - _CALL for block in blocks)
    return message | ({"anthropic_content": blocks} if marked or loses(blocks) else {})


def _call(block: Json) -> Json:
    arguments = json.dumps(block.get("input") or {}, ensure_ascii=False)
    return {"id": block.get("id"), "type": "function", "function": {"name": block.get("name"), "arguments": arguments}}


def _part(block: Json) -> Json:
    """A block as a content part with its marks; what only Anthropic can read stays as it is."""
    kind, source = block.get("type"), obj(block.get("source"))
    url = _address(source)
    if kind not in ("image", "document") or not url:
        return block
    marks = {key: value for key, value in block.items() if key not in ("type", "source")}
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": url}} | marks
    name = {"filename": block["title"]} if block.get("title") else {}
    return {"type": "file", "file": {"file_data": url} | name} | marks


def _address(source: Json) -> str:
    """A data URL or web address; nothing for sources that only Anthropic knows (uploaded files, nested content)."""
    data = string(source.get("data"))
    match source.get("type"):
        case "base64":
            return f"data:{source.get('media_type')};base64,{data}"
        case "text":
            from urllib.parse import quote  # noqa: PLC0415 (hardly any request has a document of text)

            return f"data:{_TEXT_TYPE},{quote(data)}"
        case "url":
            return string(source.get("url"))
        case _:
            return ""


def _tools(body: Json) -> Json:
    tools = objs(body.get("tools"))
    if not tools:
        return {}
    out: Json = {"tools": [_tool(tool) for tool in tools]}
    choice = obj(body.get("tool_choice"))
    kind = string(choice.get("type"))
    if kind == "tool":
        out["tool_choice"] = {"type": "function", "function": {"name": choice.get("name")}}
    elif kind in _CHOICES:
        out["tool_choice"] = _CHOICES[kind]
    if choice.get("disable_parallel_tool_use"):
        out["parallel_tool_calls"] = False
    return out


def _tool(tool: Json) -> Json:
    """A function; Anthropic's own tools (``web_search_20250305`` ...) stay as they are."""
    if tool.get("type") not in (None, "custom"):
        return tool
    function: Json = {"name": tool.get("name"), "parameters": tool.get("input_schema") or {"type": "object"}}
    function |= {key: tool[key] for key in ("description", "strict") if key in tool}
    marks = {key: value for key, value in tool.items() if key not in ("type", "input_schema", *function)}
    return {"type": "function", "function": function} | marks
