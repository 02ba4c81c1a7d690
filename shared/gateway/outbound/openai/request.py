"""Canonical requests made fit for one OpenAI-compatible provider.

Everything is copied on write: where nothing differs the very same object comes back, which tells the relay
that the caller's bytes may be passed on as they are.
"""

from collections.abc import Set as AbstractSet
from typing import Any, cast

from gateway.outbound.canonical.borders import fit, with_messages
from gateway.outbound.canonical.histories import settled
from gateway.outbound.canonical.older_calls import newer
from gateway.outbound.openai.models import reasons
from gateway.outbound.openai.quirks import Quirks
from gateway.outbound.protocol import Json, Operation, ProviderRequest
from gateway.wire.json import obj

# "'parallel_tool_calls' is only allowed when 'tools' are specified"; an empty list is refused as too short.
_OF_TOOLS = frozenset({"tools", "functions", "tool_choice", "function_call", "parallel_tool_calls"})

# Operations whose streams report usage only when asked to.
ASKED_USAGE: frozenset[Operation] = frozenset({"chat", "completions"})


def adapted(quirks: Quirks, operation: Operation, model: str, body: Json) -> Json:
    """The body in this provider's words; the same object if they are the caller's."""
    renames = {**quirks.rename, **quirks.by_operation.get(operation, {})}
    if operation == "chat" and reasons(model) and not quirks.rename:
        renames["max_tokens"] = "max_completion_tokens"
    if not (quirks.drop.isdisjoint(body) and body.keys().isdisjoint(renames) and body.keys().isdisjoint(quirks.values)):
        body = _renamed(body, quirks, renames)
    if operation == "chat" and not quirks.functions:
        body = newer(body)
    body = fit(body, quirks.border)
    if operation == "chat":
        body = _toolless(body)
        body = _with_messages(settled(_unthinking(body, quirks)), quirks)
        body = _with_thoughts(body, quirks, model)
    return body


def _toolless(body: Json) -> Json:
    """Without what says something of tools where there are none: OpenAI and its like refuse even that."""
    if body.get("tools") or body.get("functions") or _OF_TOOLS.isdisjoint(body):
        return body
    return {name: value for name, value in body.items() if name not in _OF_TOOLS or _demands(name, value)}


def _demands(name: str, value: Any) -> bool:
    """Whether a choice of tools cannot be met without any, which its caller must be told."""
    return name == "tool_choice" and value not in ("auto", "none", None)


def _unthinking(body: Json, quirks: Quirks) -> Json:
    """The wish that the model must not think, in the provider's words; the caller's own use of them wins."""
    if not quirks.no_thinking or body.get("reasoning_effort") != "none":
        return body
    return {**quirks.no_thinking, **{name: value for name, value in body.items() if name != "reasoning_effort"}}


def _with_thoughts(body: Json, quirks: Quirks, model: str) -> Json:
    """An empty ``reasoning_content`` in turns with calls, where a model that thinks wants one."""
    if quirks.needs_thoughts is None or not quirks.needs_thoughts.search(model):
        return body
    if obj(body.get("thinking")).get("type") == "disabled" or body.get("enable_thinking") is False:
        return body
    return with_messages(body, _thoughtful)


def _thoughtful(message: Json) -> Json:
    if not message.get("tool_calls") or isinstance(message.get("reasoning_content"), str):
        return message
    return {**message, "reasoning_content": ""}


def streaming(quirks: Quirks, request: ProviderRequest, body: Json) -> Json:
    """The body of a streamed request: usage is asked for wherever it can be."""
    if not request.stream:
        return {**body, "stream": False} if body.get("stream") else body
    body = body if body.get("stream") is True else {**body, "stream": True}
    if not usage_on_request(quirks, request):
        return {name: value for name, value in body.items() if name != "stream_options"}
    if request.operation not in ASKED_USAGE:
        return body
    options = body.get("stream_options")
    given = cast(Json, options) if isinstance(options, dict) else {}
    return {**body, "stream_options": {**given, "include_usage": True}}


def usage_on_request(quirks: Quirks, request: ProviderRequest) -> bool:
    """Whether this provider, in the api-version the channel uses, knows ``stream_options``."""
    if isinstance(quirks.stream_usage, bool):
        return quirks.stream_usage
    version = request.config.get("api_version", "")
    return not version or version >= quirks.stream_usage


def _renamed(body: Json, quirks: Quirks, renames: dict[str, str]) -> Json:
    out: Json = {}
    for name, value in body.items():
        name_there = renames.get(name, name)
        if name in quirks.drop or not name_there or (name_there != name and name_there in body):
            continue
        word = quirks.values[name].get(value, value) if name in quirks.values and isinstance(value, str) else value
        if word is not None or value is None:
            out[name_there] = word
    return out


def _with_messages(body: Json, quirks: Quirks) -> Json:
    listed = body.get("messages")
    if not isinstance(listed, list):
        return body
    before = cast(list[Any], listed)
    always = quirks.roles or quirks.reasoning_parts
    if not always and not _any_key(before, quirks.message_rename.keys() | quirks.empty):
        return body
    after = [_message(cast(Json, item), quirks) if isinstance(item, dict) else item for item in before]
    return body if all(new is old for new, old in zip(after, before, strict=True)) else {**body, "messages": after}


def _any_key(messages: list[Any], names: AbstractSet[str]) -> bool:
    """Whether any message has one of these keys: the quick look that spares most requests the rest."""
    if not names:
        return False
    wanted = names | {"tool_calls"} if _SIGNED in names else names
    return any(not wanted.isdisjoint(cast(Json, item)) for item in messages if isinstance(item, dict))


def _message(message: Json, quirks: Quirks) -> Json:
    role = message.get("role")
    if isinstance(role, str) and role in quirks.roles:
        message = {**message, "role": quirks.roles[role]}
    if not message.keys().isdisjoint(quirks.message_rename):
        names = dict(quirks.message_rename)
        if role == "tool":
            names.pop("name", None)
        message = _renamed(message, _PLAIN, names)
    if "refusal" in quirks.empty and message.get("refusal") and not message.get("content"):
        message = {**message, "content": message["refusal"], "refusal": None}
    if not message.keys().isdisjoint(quirks.empty):
        message = {name: value for name, value in message.items() if value or name not in quirks.empty}
    if _SIGNED in quirks.message_rename and isinstance(message.get("tool_calls"), list):
        message = _unsigned(message)
    if quirks.reasoning_parts and "reasoning_content" in message:
        message = _reasoning_as_part(message)
    return message


_PLAIN = Quirks()
_SIGNED = "extra_content"  # Gemini's signatures: https://ai.google.dev/gemini-api/docs/thought-signatures


def _unsigned(message: Json) -> Json:
    """Tool calls without the signatures that another provider left on them."""
    calls = cast(list[Any], message["tool_calls"])
    if not any(isinstance(call, dict) and _SIGNED in call for call in calls):
        return message
    bare = [
        {name: value for name, value in cast(Json, call).items() if name != _SIGNED} if isinstance(call, dict) else call
        for call in calls
    ]
    return {**message, "tool_calls": bare}


def _reasoning_as_part(message: Json) -> Json:
    """https://docs.mistral.ai/capabilities/reasoning/: thinking goes before the text it led to."""
    rest = {name: value for name, value in message.items() if name != "reasoning_content"}
    reasoning, content = message["reasoning_content"], rest.get("content")
    if not isinstance(reasoning, str) or not reasoning:
        return rest
    parts: list[Any] = [{"type": "thinking", "thinking": [{"type": "text", "text": reasoning}]}]
    if isinstance(content, list):
        parts += cast(list[Any], content)
    elif content:
        parts.append({"type": "text", "text": content})
    return {**rest, "content": parts}
