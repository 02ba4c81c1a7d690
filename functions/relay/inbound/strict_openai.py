"""Translated requests for providers that answer 400 to every key OpenAI has not defined.

Marks that callers of other dialects put on messages, parts and tools (``cache_control``, thought signatures, names of
their own) are left out: they steer caching and history of other vendors' models. Callers who speak OpenAI's dialect
never come here, their words go on as they are.
"""

import re
from typing import Any, cast

from gateway.outbound.protocol import Json, Unsupported
from gateway.wire.json import array, obj, objs, string

STRICT = frozenset({"openai", "azure", "groq", "mistral"})
_MESSAGE = ("role", "content", "refusal", "name", "tool_calls", "tool_call_id", "reasoning_content")
_PARTS = frozenset({"text", "image_url", "input_audio", "file", "refusal"})
_TAKES_EFFORT = re.compile(r"o[1-9](-|$)|gpt-5|gpt-oss|openai/gpt-oss|magistral|qwen")


def for_dialect(body: Json, dialect: str, model: str) -> Json:
    """The body as it is, or plain OpenAI where the dialect insists; raises ``Unsupported``."""
    return plain(body, model) if dialect in STRICT else body


def plain(body: Json, model: str) -> Json:
    """Only what OpenAI defined in messages and tools; unknown keys of the body itself stay for the provider."""
    out = {name: value for name, value in body.items() if name != "top_k"}
    if not _TAKES_EFFORT.match(model):
        out.pop("reasoning_effort", None)
    out["messages"] = [_message(message) for message in objs(body.get("messages"))]
    if "tools" in body:
        out["tools"] = [{"type": "function", "function": tool.get("function")} for tool in objs(body["tools"])]
    return out


def _message(message: Json) -> Json:
    out = {name: message[name] for name in _MESSAGE if name in message}
    if isinstance(out.get("content"), list):
        out["content"] = [_part(part) for part in objs(out["content"])]
    if message.get("is_error") is True:
        out["content"] = _as_error(out.get("content"))
    if array(out.get("tool_calls")):
        calls = objs(out["tool_calls"])
        out["tool_calls"] = [{"id": call.get("id"), "type": "function", "function": call["function"]} for call in calls]
    return out


def _as_error(content: Any) -> Any:
    """A tool's result has no place for its failure but its text."""
    if isinstance(content, list):
        return [{"type": "text", "text": "Error: "}, *cast(list[Any], content)]
    return f"Error: {string(content)}"


def _part(part: Json) -> Json:
    kind = string(part.get("type"))
    if kind not in _PARTS:
        raise Unsupported(f"this provider does not take content of type {kind!r}; use another model", param="messages")
    value = part.get(kind)
    if kind == "file":
        value = _file(obj(value))
    elif kind == "image_url" and isinstance(value, dict):
        value = {name: found for name, found in obj(cast(Json, value)).items() if name in ("url", "detail")}
    return {"type": kind, kind: value}


def _file(file: Json) -> Json:
    """https://platform.openai.com/docs/guides/pdf-files: data needs a name, and no web addresses."""
    if string(file.get("file_data")).startswith(("http://", "https://")):
        raise Unsupported("this provider does not read documents behind URLs; send their data", param="messages")
    kept = {name: value for name, value in file.items() if name in ("file_data", "file_id", "filename")}
    return {"filename": "document.pdf"} | kept if kept.get("file_data") else kept
