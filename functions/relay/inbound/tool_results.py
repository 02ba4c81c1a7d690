"""Pictures and files in a tool's result, which only Claude takes there: for others they follow it."""

from typing import Any, cast

from gateway.outbound import registry
from gateway.outbound.protocol import Json
from gateway.wire.json import objs

_NEXT = "The result follows in the next message of the user."


def with_text_only(body: Json, dialect: str, model: str) -> Json:
    """The body with text in its tool results; what else was there is said by the user after the last of the turn."""
    messages = objs(body.get("messages"))
    if registry.words(dialect, model) == "anthropic" or not any(_media(message) for message in messages):
        return body
    out: list[Json] = []
    waiting: list[Json] = []
    for message in messages:
        if waiting and message["role"] != "tool":
            out.append({"role": "user", "content": waiting})
            waiting = []
        if media := _media(message):
            waiting += media
            texts = [part for part in objs(message["content"]) if part not in media]
            out.append(message | {"content": texts or _NEXT})
        else:
            out.append(message)
    return body | {"messages": [*out, *([{"role": "user", "content": waiting}] if waiting else [])]}


def _media(message: Json) -> list[Json]:
    content: Any = message.get("content")
    if message.get("role") != "tool" or not isinstance(content, list):
        return []
    return [part for part in objs(cast(list[Any], content)) if part.get("type") != "text"]
