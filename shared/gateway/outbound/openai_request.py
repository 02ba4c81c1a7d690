"""Canonical requests made fit for one OpenAI-compatible provider.

Everything is copied on write: where nothing differs the very same object comes back, which tells the relay
that the caller's bytes may be passed on as they are.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, cast

from gateway.outbound.base import Ask, Json, Operation
from gateway.outbound.quirks import Quirks

# https://platform.openai.com/docs/guides/reasoning: reasoning models reject max_tokens
_REASONING = re.compile(r"o[1-9](-|$)|gpt-5")

# Operations whose streams report usage only when asked to.
ASKED_USAGE: frozenset[Operation] = frozenset({"chat", "completions"})

_MISTRAL_ID = re.compile(r"[A-Za-z0-9]{9}")


def adapted(quirks: Quirks, operation: Operation, model: str, body: Json) -> Json:
    """The body in this provider's words; the same object if they are the caller's."""
    renames = {**quirks.rename, **quirks.by_operation.get(operation, {})}
    if operation == "chat" and _REASONING.match(model) and not quirks.rename:
        renames["max_tokens"] = "max_completion_tokens"
    if not (quirks.drop.isdisjoint(body) and body.keys().isdisjoint(renames) and body.keys().isdisjoint(quirks.values)):
        body = _renamed(body, quirks, renames)
    if operation == "chat":
        body = _with_messages(body, quirks)
    return body


def streaming(quirks: Quirks, ask: Ask, body: Json) -> Json:
    """The body of a streamed request: usage is asked for wherever it can be."""
    if not ask.stream:
        return {**body, "stream": False} if body.get("stream") else body
    body = body if body.get("stream") is True else {**body, "stream": True}
    if not usage_on_request(quirks, ask):
        return {name: value for name, value in body.items() if name != "stream_options"}
    if ask.operation not in ASKED_USAGE:
        return body
    options = body.get("stream_options")
    given = cast(Json, options) if isinstance(options, dict) else {}
    return {**body, "stream_options": {**given, "include_usage": True}}


def usage_on_request(quirks: Quirks, ask: Ask) -> bool:
    """Whether this provider, in the api-version the channel uses, knows ``stream_options``."""
    if isinstance(quirks.stream_usage, bool):
        return quirks.stream_usage
    version = ask.config.get("api_version", "")
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
    if not (quirks.roles or quirks.call_id or quirks.reasoning_parts) and not _any_key(before, quirks.message_rename):
        return body
    after = [_message(cast(Json, item), quirks) if isinstance(item, dict) else item for item in before]
    return body if all(new is old for new, old in zip(after, before, strict=True)) else {**body, "messages": after}


def _any_key(messages: list[Any], names: Mapping[str, str]) -> bool:
    """Whether any message has one of these keys: the quick look that spares most requests the rest."""
    wanted = names.keys()
    return bool(wanted) and any(not wanted.isdisjoint(cast(Json, item)) for item in messages if isinstance(item, dict))


def _message(message: Json, quirks: Quirks) -> Json:
    role = message.get("role")
    if isinstance(role, str) and role in quirks.roles:
        message = {**message, "role": quirks.roles[role]}
    if not message.keys().isdisjoint(quirks.message_rename):
        message = _renamed(message, _PLAIN, dict(quirks.message_rename))
    if quirks.reasoning_parts and "reasoning_content" in message:
        message = _reasoning_as_part(message)
    return _short_ids(message) if quirks.call_id else message


_PLAIN = Quirks()


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


def _short_ids(message: Json) -> Json:
    """Tool call ids as Mistral takes them; the same foreign id always becomes the same short one."""
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        after = [_short_call(cast(Json, call)) if isinstance(call, dict) else call for call in cast(list[Any], calls)]
        if any(new is not old for new, old in zip(after, cast(list[Any], calls), strict=True)):
            message = {**message, "tool_calls": after}
    answered = message.get("tool_call_id")
    if isinstance(answered, str) and not _MISTRAL_ID.fullmatch(answered):
        message = {**message, "tool_call_id": _short(answered)}
    return message


def _short_call(call: Json) -> Json:
    given = call.get("id")
    return call if isinstance(given, str) and _MISTRAL_ID.fullmatch(given) else {**call, "id": _short(str(given))}


def _short(given: str) -> str:
    return hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()[:9]
