"""What Claude's other doors know of the Messages API: a table each, so that nothing is sent that makes a 400 there.

Beta features are those a door lists; of the request's fields and tools' marks those of Anthropic's own that it lacks
are left out. ``takes`` of a channel adds names to its door, or takes them away (``-name``).

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
https://docs.claude.com/en/api/claude-on-amazon-bedrock, https://docs.claude.com/en/api/claude-on-vertex-ai
"""

from collections.abc import Mapping
from typing import Any

from gateway.outbound.canonical.takes import Takes, takes
from gateway.outbound.protocol import Json
from gateway.records import dataclass
from gateway.wire.json import obj, objs

# Anthropic's own, which every other door lacks unless its row says otherwise.
_FIELDS = frozenset({"cache_control", "container", "context_management", "diagnostics", "fallbacks"}) | {
    *("inference_geo", "mcp_servers", "output_format", "service_tier", "speed", "thread", "billing_policy"),
    *("compaction", "fallback_credit_token", "user_profile_id", "workspace_id", "betas"),
}
_TOOL_MARKS = frozenset({"allowed_callers", "defer_loading", "eager_input_streaming", "input_examples"})
_CACHE_MARKS = frozenset({"type", "ttl"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """``betas`` that it lists, and those of Anthropic's own fields and marks that it has."""

    betas: frozenset[str]
    has: frozenset[str] = frozenset()


_SHARED = frozenset({"computer-use-2025-01-24", "computer-use-2025-11-24", "context-1m-2025-08-07"})
_CONTEXT = frozenset({"context-management-2025-06-27", "compact-2026-01-12", "tool-search-tool-2025-10-19"})
_STREAMED = frozenset({"fine-grained-tool-streaming-2025-05-14", "effort-2025-11-24"})
_OLDER = frozenset({"computer-use-2024-10-22", "token-efficient-tools-2025-02-19", "output-128k-2025-02-19"})

CONVERSE = Door(betas=_SHARED | _STREAMED | _OLDER | {"interleaved-thinking-2025-05-14"})
INVOKE = Door(
    betas=CONVERSE.betas | _CONTEXT | {"dev-full-thinking-2025-05-14", "tool-examples-2025-10-29"},
    has=frozenset({"context_management"}),
)
VERTEX = Door(
    betas=_SHARED | _CONTEXT | {"interleaved-thinking-2025-05-14", "web-search-2025-03-05"},
    has=frozenset({"context_management"}),
)


def known_betas(names: list[str], door: Door, config: Mapping[str, str]) -> list[str]:
    """Those of the asked features that the door lists; what the channel itself asks for always goes."""
    taken = takes(config, door.betas)
    own = {name.strip() for name in config.get("anthropic_beta", "").split(",")}
    return [name for name in names if name not in taken.refused and (name in taken.names or name in own)]


def fitted(body: Json, door: Door, config: Mapping[str, str]) -> Json:
    """A Messages body without what the door lacks."""
    taken = takes(config, door.has)
    out = {name: value for name, value in body.items() if _has(name, _FIELDS, taken)}
    for key in ("system", "messages"):
        if isinstance(out.get(key), list):
            out[key] = [_unmarked(block, taken) for block in objs(out[key])]
    if "tools" in out:
        out["tools"] = [_unmarked(_tool(tool, taken), taken) for tool in objs(out["tools"])]
    return out


def fields(body: Json, door: Door, config: Mapping[str, str]) -> Json:
    """Further fields of a request, those that the door lacks left out."""
    taken = takes(config, door.has)
    return {name: value for name, value in body.items() if _has(name, _FIELDS, taken)}


def _has(name: str, lacking: frozenset[str], taken: Takes) -> bool:
    return name not in taken.refused and (name not in lacking or name in taken.names)


def _tool(tool: Json, taken: Takes) -> Json:
    return {name: value for name, value in tool.items() if _has(name, _TOOL_MARKS, taken)}


def _unmarked(block: Json, taken: Takes) -> Json:
    """A block, and those inside it, with a cache mark as it was first documented: no ``scope``."""
    out = block
    mark = obj(block.get("cache_control"))
    if mark.keys() - _CACHE_MARKS - taken.names:
        kept = _CACHE_MARKS | taken.names
        out = {**out, "cache_control": {name: value for name, value in mark.items() if name in kept}}
    inner: Any = block.get("content")
    return {**out, "content": [_unmarked(one, taken) for one in objs(inner)]} if isinstance(inner, list) else out
