"""Translated requests without what their target does not know.

To a server that nobody here knows goes what OpenAI documents for every chat; providers that have a row are spared what
the other APIs define, and judge themselves what nobody knows. More goes where the provider's row of
quirks says that it takes it, or ``takes`` in the channel's settings: fields of the request, marks in messages, parts
and tools (``cache_control``, thoughts, names of the callers' own), types of parts. Callers who speak OpenAI's dialect
never come here, their words go on as they are.
"""

from collections.abc import Mapping
from typing import Any, cast

from gateway.outbound.canonical.borders import OPENAI, Border, fit
from gateway.outbound.canonical.chat import TRANSLATED
from gateway.outbound.canonical.takes import Takes, takes
from gateway.outbound.canonical.tool_schemas import openai_tool
from gateway.outbound.openai.models import REASONING
from gateway.outbound.openai.quirks import PLATFORM, QUIRKS
from gateway.outbound.protocol import Json, Unsupported
from gateway.patterns import pattern
from gateway.wire.json import array, obj, objs, string

# Dialects that read canonical messages one by one, and write nothing of them that they do not know.
_READERS = frozenset({"anthropic", "gemini", "bedrock", "vertex"})
# The dialect of servers that nobody here knows.
_STRANGER = "openai-like"
# What the other client APIs define, and what their vendors' own clients add: a list each.
_OF_ANTHROPIC = frozenset({"anthropic_beta", "betas", "cache_control", "container", "context_management", "thread"}) | {
    *("diagnostics", "fallbacks", "inference_geo", "mcp_servers", "output_config", "output_format", "speed"),
    *("stop_sequences", "system", "thinking", "top_k", "billing_policy", "compaction", "fallback_credit_token"),
    *("user_profile_id", "workspace_id"),
}
_OF_GOOGLE = frozenset({"cachedContent", "contents", "generationConfig", "labels", "safetySettings", "toolConfig"}) | {
    *("systemInstruction", "serviceTier", "session_id", "user_prompt_id", "modelArmorConfig")
}
_OF_RESPONSES = frozenset({"background", "client_metadata", "conversation", "include", "input", "instructions"}) | {
    *("max_output_tokens", "max_tool_calls", "previous_response_id", "prompt", "reasoning", "text", "truncation"),
    *("moderation", "prompt_cache_options", "access_programs", "background_options"),
}
_FIRST_PARTY = _OF_ANTHROPIC | _OF_GOOGLE | _OF_RESPONSES
# What dialects of their own take beside OpenAI's words.
_NATIVE: Mapping[str, frozenset[str]] = {
    "anthropic": frozenset({"top_k"}),
    "bedrock": frozenset({"top_k"}),
    "vertex": frozenset({"top_k"}),
    "gemini": frozenset({"top_k"}),
    "cohere": frozenset({"top_k"}),
    "ollama": frozenset({"top_k"}),
    "dashscope": frozenset({"top_k"}),
}
_NATIVE_TAKES = frozenset({"reasoning_content", "web_search_options", "file_url", "audio_url", "video_url"})
# Providers who refuse an effort for models that do not think.
_EFFORT_BY_MODEL = frozenset({"openai", "azure", "groq", "mistral"})
_TAKES_EFFORT = pattern(rf"{REASONING}|gpt-oss|openai/gpt-oss|magistral|qwen")
_TAKES_NONE = pattern(r"(ft:)?gpt-(5\.[1-9]|[6-9]|1\d)|qwen")
_MESSAGE = frozenset({"role", "content", "refusal", "name", "tool_calls", "tool_call_id"})
_PARTS = frozenset({"text", "image_url", "input_audio", "file", "refusal"})
_CALL = ("id", "type", "function")
_ONLY_WITH_TOOLS = frozenset({"parallel_tool_calls", "tool_choice"})
# Other APIs' users are longer than OpenAI's; who copied OpenAI's API may have copied its limit.
_USERS = Border(user=OPENAI.user)


def for_dialect(body: Json, dialect: str, model: str, config: Mapping[str, str]) -> Json:
    """The body as this dialect's provider takes it; raises ``Unsupported``."""
    quirks = QUIRKS.get(dialect)
    known = quirks.takes if quirks else _NATIVE_TAKES | _NATIVE.get(dialect, frozenset())
    known |= PLATFORM if dialect in _READERS else frozenset()
    taken = takes(config, known)
    out = _known(body, taken, stranger=dialect == _STRANGER)
    if dialect in _READERS:
        return out
    return fit(plain(_effort(out, dialect, model), taken, strict_parts=quirks is not None), _USERS)


def _known(body: Json, taken: Takes, *, stranger: bool) -> Json:
    """The fields of the request that the target takes; what nobody knows is its own business where we know it."""
    gone = _ONLY_WITH_TOOLS if not body.get("tools") and not body.get("functions") else frozenset[str]()
    return {
        name: value
        for name, value in body.items()
        if name not in gone
        and name not in taken.refused
        and (name in taken.names or (_documented(name) if stranger else not _foreign(name)))
    }


def _documented(name: str) -> bool:
    return name in TRANSLATED and name not in PLATFORM and name != "reasoning"


def _foreign(name: str) -> bool:
    """Whether a name is known, and not for this target."""
    return name in _FIRST_PARTY or (name in TRANSLATED and not _documented(name))


def _effort(body: Json, dialect: str, model: str) -> Json:
    """An effort for models that take one; the wish not to think only where somebody knows how to say it."""
    effort, quirks = body.get("reasoning_effort"), QUIRKS.get(dialect)
    if effort is None or quirks is None or (effort == "none" and quirks.no_thinking):
        return body
    by_model = dialect in _EFFORT_BY_MODEL
    pattern = _TAKES_NONE if effort == "none" else _TAKES_EFFORT
    if pattern.match(model) if by_model else effort != "none":
        return body
    return {name: value for name, value in body.items() if name != "reasoning_effort"}


def plain(body: Json, taken: Takes, *, strict_parts: bool) -> Json:
    """Only what OpenAI defined in messages and tools, and what else is taken."""
    out = {**body, "messages": [_message(message, taken, strict_parts) for message in objs(body.get("messages"))]}
    if "tools" in body:
        out["tools"] = [_tool(tool, taken) for tool in objs(body["tools"])]
    return out


def _tool(tool: Json, taken: Takes) -> Json:
    marks = {name: value for name, value in tool.items() if name in taken.names}
    return {"type": "function", "function": openai_tool(obj(tool.get("function")))} | marks


def _message(message: Json, taken: Takes, strict_parts: bool) -> Json:
    out = {name: value for name, value in message.items() if name in _MESSAGE or name in taken.names}
    if out.get("role") == "tool" and "name" not in taken.names:
        out.pop("name", None)  # https://platform.openai.com/docs/api-reference/chat: it has an id alone
    if out.get("role") == "developer" and "developer" not in taken.names:
        out["role"] = "system"
    if isinstance(out.get("content"), list):
        out["content"] = [_part(part, taken, strict_parts) for part in objs(out["content"])]
    if message.get("is_error") is True and "is_error" not in taken.names:
        out["content"] = _as_error(out.get("content"))
    if array(out.get("tool_calls")):
        kept = (*_CALL, *taken.names)
        calls = objs(out["tool_calls"])
        out["tool_calls"] = [{name: call[name] for name in kept if name in call} for call in calls]
    return out


def _as_error(content: Any) -> Any:
    """A tool's result has no place for its failure but its text."""
    if isinstance(content, list):
        return [{"type": "text", "text": "Error: "}, *cast(list[Any], content)]
    return f"Error: {string(content)}"


def _part(part: Json, taken: Takes, strict: bool) -> Json:
    kind = string(part.get("type"))
    if strict and kind not in _PARTS and kind not in taken.names:
        raise Unsupported(f"this provider does not take content of type {kind!r}; use another model", param="messages")
    value = part.get(kind)
    if kind == "file":
        value = _file(obj(value), taken)
    elif kind == "image_url" and isinstance(value, dict):
        value = {name: found for name, found in obj(cast(Json, value)).items() if name in ("url", "detail")}
    marks = {name: found for name, found in part.items() if name in taken.names}
    return {"type": kind, **marks, kind: value}


def _file(file: Json, taken: Takes) -> Json:
    """https://platform.openai.com/docs/guides/pdf-files: data needs a name, and no web addresses."""
    if string(file.get("file_data")).startswith(("http://", "https://")) and "file_url" not in taken.names:
        raise Unsupported("this provider does not read documents behind URLs; send their data", param="messages")
    kept = {name: value for name, value in file.items() if name in ("file_data", "file_id", "filename")}
    return {"filename": "document.pdf"} | kept if kept.get("file_data") else kept
