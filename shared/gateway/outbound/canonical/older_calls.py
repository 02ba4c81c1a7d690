"""Functions as OpenAI declared, called and answered them before there were tools, made tools.

``functions``, ``function_call`` (of a request and of a message) and the role ``function``: one call at a time, and no
ids, so that a result answers the call before it.
https://platform.openai.com/docs/api-reference/chat/create
"""

from gateway.outbound.protocol import Json
from gateway.wire.json import objs

_ASKED = frozenset({"functions", "function_call"})


def newer(body: Json) -> Json:
    """A chat request without the older words; the same object where it has none."""
    if not _ASKED.isdisjoint(body):
        body = _tooled(body)
    messages = body.get("messages")
    if not isinstance(messages, list) or not any(_is_older(message) for message in objs(messages)):
        return body
    return {**body, "messages": _upgraded(objs(messages))}


def _tooled(body: Json) -> Json:
    """What is declared and chosen; the newer words win where both are there."""
    out = {name: value for name, value in body.items() if name not in _ASKED}
    if (declared := objs(body.get("functions"))) and not body.get("tools"):
        out["tools"] = [{"type": "function", "function": function} for function in declared]
    if (choice := body.get("function_call")) and "tool_choice" not in body:
        out["tool_choice"] = {"type": "function", "function": choice} if isinstance(choice, dict) else choice
    return out


def _is_older(message: Json) -> bool:
    return message.get("role") == "function" or isinstance(message.get("function_call"), dict)


def _upgraded(listed: list[Json]) -> list[Json]:
    """Calls and results linked by an id."""
    out: list[Json] = []
    last = "call_legacy"
    for at, message in enumerate(listed):
        if message.get("role") == "function":
            out.append({**message, "role": "tool", "tool_call_id": last})
        elif isinstance(message.get("function_call"), dict):
            last = last if message.get("tool_calls") else f"call_legacy_{at}"
            out.append(_with_call(message, last))
        else:
            out.append(message)
    return out


def _with_call(message: Json, id: str) -> Json:
    """The message with its call among its tool calls, if it has none there."""
    call = {"id": id, "type": "function", "function": message["function_call"]}
    rest = {name: value for name, value in message.items() if name != "function_call"}
    return rest if message.get("tool_calls") else {**rest, "tool_calls": [call]}
