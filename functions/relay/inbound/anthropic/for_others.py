"""Messages API requests for models that are not Claude.

Knobs without a like elsewhere are dropped: thinking and output effort become ``reasoning_effort``, an output format
becomes ``response_format``; caching marks, context management, geography and betas are left out. What carries content
or asks for a service of Anthropic's is refused by name: its own tools and their results, files by id, MCP servers,
containers. Pictures in a tool's result follow it as a message of the user's, since only Claude takes them there.
A key that nobody knows stays for a provider whom we know to judge.
"""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import unquote

from gateway.outbound import registry
from gateway.outbound.protocol import Json, Unsupported
from gateway.wire.json import obj, objs, string, whole
from relay.inbound.strict_openai import for_dialect
from relay.inbound.tool_results import with_text_only

_KNOBS = frozenset({"thinking", "output_config", "output_format", "context_management", "cache_control"}) | frozenset(
    {"inference_geo", "anthropic_beta", "speed"}
)
_BILLING = "x-anthropic-billing-header"
_SERVICES = ("container", "mcp_servers")
_EFFORT = ((2_048, "low"), (10_000, "medium"))  # thinking budgets up to these tokens; beyond: high
_EFFORTS = {"max": "high"}
_TIERS = {"standard_only": "default"}
_PARTS = frozenset({"text", "image_url", "file"})
_BLOCKS = frozenset({"text", "thinking", "redacted_thinking", "tool_use"})
_TEXT_FILE = "data:text/plain,"


def adapted(body: Json, dialect: str, model: str, config: Mapping[str, str]) -> Json:
    """The canonical body of a Messages request for this dialect and model; raises ``Unsupported``."""
    if dialect == "anthropic":
        return body
    if "thread" in body:
        raise _no_thread()
    body = _without_billing(body)
    if registry.words(dialect, model) == "anthropic":
        return body
    return for_dialect(with_text_only(_for_others(body), dialect, model), dialect, model, config)


def _no_thread() -> Unsupported:
    """A conversation that Anthropic keeps: told so, its SDKs send the whole history by themselves."""
    return Unsupported(
        "thread works at Anthropic only; send the whole conversation in messages",
        param="thread",
        details={"anthropic": {"error_code": "thread_unsupported_request"}},
    )


def _without_billing(body: Json) -> Json:
    """Without the block that Claude Code writes for Anthropic alone: to others it is a text that changes."""
    messages: list[Json] = []
    for message in objs(body["messages"]):
        content: Any = message.get("content")
        if message.get("role") != "system" or not _has_billing(content):
            messages.append(message)
        elif isinstance(content, list):
            kept = [part for part in objs(cast(list[Any], content)) if not _is_billing(part.get("text"))]
            messages += [{**message, "content": kept}] if kept else []
    return {**body, "messages": messages}


def _has_billing(content: Any) -> bool:
    return _is_billing(content) or any(_is_billing(part.get("text")) for part in objs(content))


def _is_billing(text: Any) -> bool:
    return isinstance(text, str) and text.lstrip().startswith(_BILLING)


def _for_others(body: Json) -> Json:
    if named := [name for name in _SERVICES if body.get(name)]:
        raise Unsupported(f"{named[0]} works with Claude only; leave it out or use another model", param=named[0])
    out = {name: value for name, value in body.items() if name not in _KNOBS and name not in _SERVICES}
    out["messages"] = [_message(message) for message in objs(body["messages"])]
    for tool in objs(body.get("tools")):
        if "function" not in tool:
            raise Unsupported(f"the tool {_kind(tool)} works with Claude only; use another model", param="tools")
    if "service_tier" in out:
        out["service_tier"] = _TIERS.get(string(out["service_tier"]), out["service_tier"])
    return out | _output(body)


def _output(body: Json) -> Json:
    config = obj(body.get("output_config"))
    out: Json = {}
    if effort := _effort(obj(body.get("thinking")), string(config.get("effort"))):
        out["reasoning_effort"] = effort
    wanted = obj(config.get("format")) or obj(body.get("output_format"))
    if wanted.get("type") == "json_schema":
        schema = {"name": "response", "schema": wanted.get("schema")}
        out["response_format"] = {"type": "json_schema", "json_schema": schema}
    return out


def _effort(thinking: Json, asked: str) -> str:
    if asked and thinking.get("type") != "disabled":
        return _EFFORTS.get(asked, asked)
    if thinking.get("type") == "adaptive":
        return "medium"
    if thinking.get("type") == "disabled":
        return "none"
    if thinking.get("type") != "enabled":
        return ""
    budget = whole(thinking.get("budget_tokens"))
    return next((effort for limit, effort in _EFFORT if budget <= limit), "high")


def _message(message: Json) -> Json:
    for block in objs(message.get("anthropic_content")):
        if string(block.get("type")) not in _BLOCKS:
            raise _foreign(block)
    out = {key: value for key, value in message.items() if key != "anthropic_content"}
    if isinstance(out.get("content"), list):
        out["content"] = [made for part in objs(out["content"]) for made in _parts(part)]
    return out


def _parts(part: Json) -> list[Json]:
    """A part for others; what is said about a document goes before it."""
    kind = string(part.get("type"))
    if kind not in _PARTS:
        raise _foreign(part)
    if kind != "file":
        return [part]
    data = string(obj(part["file"]).get("file_data"))
    is_text = data.startswith(_TEXT_FILE)
    about = [string(part.get(name)) for name in (("title", "context") if is_text else ("context",)) if part.get(name)]
    made: Json = {"type": "text", "text": unquote(data.removeprefix(_TEXT_FILE))} if is_text else part
    return [{"type": "text", "text": "\n".join(about)}, made] if about else [made]


def _foreign(block: Json) -> Unsupported:
    source = string(obj(block.get("source")).get("type"))
    described = f"{_kind(block)} of source {source!r}" if source else _kind(block)
    return Unsupported(f"content of type {described} works with Claude only; use another model", param="messages")


def _kind(item: Json) -> str:
    return repr(string(item.get("type")))
