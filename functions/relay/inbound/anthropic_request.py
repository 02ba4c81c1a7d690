"""A Messages API request as a canonical chat (https://docs.claude.com/en/api/messages).

Used where the channel's provider does not speak Anthropic's dialect. Signed thinking goes along in
``thinking_blocks``; ``cache_control`` stays on its part. Server tools and content blocks that only Anthropic has go
on as they are: its models behind Bedrock and Vertex take them, and everybody else's dialect refuses them by name.
"""

import json
from typing import Any

from gateway.errors import BadRequest
from gateway.outbound.payload import array, obj, objs, string, whole
from relay.inbound.base import Json
from relay.inbound.checks import kind_of

_SAME = ("model", "max_tokens", "temperature", "top_p", "top_k", "stream", "service_tier")
_EFFORT = ((2_048, "low"), (10_000, "medium"))  # thinking budgets up to these tokens; beyond: high
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def canonical(body: Json) -> Json:
    """The same request as OpenAI chat JSON; raises ``BadRequest`` for what only Anthropic can do."""
    out: Json = {name: body[name] for name in _SAME if name in body}
    out["messages"] = [*_system(body.get("system")), *_messages(body.get("messages"))]
    if body.get("stop_sequences"):
        out["stop"] = body["stop_sequences"]
    if user := string(obj(body.get("metadata")).get("user_id")):
        out["user"] = user
    if effort := _effort(obj(body.get("thinking"))):
        out["reasoning_effort"] = effort
    return out | _tools(body)


def _system(system: Any) -> list[Json]:
    if not system:
        return []
    if isinstance(system, str):
        return [{"role": "system", "content": system}]
    return [{"role": "system", "content": [_part(block, "system") for block in objs(system)]}]


def _messages(messages: Any) -> list[Json]:
    found: list[Json] = []
    for index, message in enumerate(objs(messages)):
        where = f"messages[{index}]"
        role, content = message.get("role"), message.get("content")
        if role not in ("user", "assistant"):
            raise BadRequest(f"{where}.role must be 'user' or 'assistant', not {role!r}", param="messages")
        if isinstance(content, str):
            found.append({"role": role, "content": content})
        elif isinstance(content, list):
            blocks = objs(array(content))
            found += _assistant(blocks, where) if role == "assistant" else _user(blocks, where)
        else:
            raise BadRequest(f"{where}.content must be text or a list of blocks, not {kind_of(content)}")
    return found


def _user(blocks: list[Json], where: str) -> list[Json]:
    """Tool results become messages of their own, before what the user says beside them."""
    results = [_result(block, where) for block in blocks if block.get("type") == "tool_result"]
    parts = [_part(block, where) for block in blocks if block.get("type") != "tool_result"]
    return results + ([{"role": "user", "content": parts}] if parts else [])


def _result(block: Json, where: str) -> Json:
    content = block.get("content")
    if isinstance(content, list):
        content = [_part(part, where) for part in objs(array(content))]
    message: Json = {"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": content or ""}
    return message | {key: block[key] for key in ("is_error", "cache_control") if key in block}


def _assistant(blocks: list[Json], where: str) -> list[Json]:
    thinking = [block for block in blocks if block.get("type") in ("thinking", "redacted_thinking")]
    calls = [_call(block) for block in blocks if block.get("type") == "tool_use"]
    rest = [block for block in blocks if block.get("type") not in ("thinking", "redacted_thinking", "tool_use")]
    message: Json = {"role": "assistant", "content": [_part(block, where) for block in rest] or None}
    if thinking:
        message["thinking_blocks"] = thinking
        message["reasoning_content"] = "".join(string(block.get("thinking")) for block in thinking)
    if calls:
        message["tool_calls"] = calls
    return [message]


def _call(block: Json) -> Json:
    arguments = json.dumps(block.get("input") or {}, ensure_ascii=False)
    return {"id": block.get("id"), "type": "function", "function": {"name": block.get("name"), "arguments": arguments}}


def _part(block: Json, where: str) -> Json:
    kind = block.get("type")
    mark = {"cache_control": block["cache_control"]} if "cache_control" in block else {}
    if kind == "text":
        return {"type": "text", "text": string(block.get("text"))} | mark
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": _address(obj(block.get("source")), where)}} | mark
    if kind == "document":
        return _document(block, where) | mark
    return block


def _address(source: Json, where: str) -> str:
    if source.get("type") == "base64":
        return f"data:{source.get('media_type')};base64,{string(source.get('data'))}"
    if source.get("type") == "url":
        return string(source.get("url"))
    raise BadRequest(f"{where} names a source of type {source.get('type')!r}; send base64 or a URL", param="messages")


def _document(block: Json, where: str) -> Json:
    source = obj(block.get("source"))
    if source.get("type") == "text":
        return {"type": "text", "text": string(source.get("data"))}
    file: Json = {"file_data": _address(source, where)}
    return {"type": "file", "file": file | ({"filename": block["title"]} if block.get("title") else {})}


def _tools(body: Json) -> Json:
    tools = objs(body.get("tools"))
    if not tools:
        return {}
    out: Json = {"tools": [_tool(tool) for tool in tools]}
    choice = obj(body.get("tool_choice"))
    if choice.get("type") == "tool":
        out["tool_choice"] = {"type": "function", "function": {"name": choice.get("name")}}
    elif choice.get("type") in _CHOICES:
        out["tool_choice"] = _CHOICES[string(choice["type"])]
    if choice.get("disable_parallel_tool_use"):
        out["parallel_tool_calls"] = False
    return out


def _tool(tool: Json) -> Json:
    if tool.get("type") not in (None, "custom"):
        return tool
    function: Json = {"name": tool.get("name"), "parameters": tool.get("input_schema") or {"type": "object"}}
    if "description" in tool:
        function["description"] = tool["description"]
    if "strict" in tool:
        function["strict"] = tool["strict"]
    mark = {"cache_control": tool["cache_control"]} if "cache_control" in tool else {}
    return {"type": "function", "function": function} | mark


def _effort(thinking: Json) -> str:
    if thinking.get("type") == "adaptive":
        return "medium"
    if thinking.get("type") != "enabled":
        return ""
    budget = whole(thinking.get("budget_tokens"))
    return next((effort for limit, effort in _EFFORT if budget <= limit), "high")
