"""Which tools of the provider's own a request asks for, whatever dialect it is written in.

A name is a kind, ``web_search``, or a kind and what makes its price, ``code_interpreter/4g``. What clients run
themselves (functions, shells, patches, computers) has none, nor has what vendors only charge tokens for (MCP, searches
for tools). A tool that nobody here knows is named as it is called, and has no price until somebody sets one.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from gateway.patterns import pattern

Json = dict[str, Any]

WEB_SEARCH, PREVIEW, SOURCES = "web_search", "web_search_preview", "sources"
INTERPRETER, PICTURE, GROUNDED = "code_interpreter", "image_generation", "grounded_prompt"

# What replies tell of in words that are known here; other calls count where the operator has set a price for them.
KNOWN = frozenset(
    (
        *(WEB_SEARCH, PREVIEW, SOURCES, INTERPRETER, PICTURE, GROUNDED),
        *("x_search", "file_search", "attachment_search", "code_execution", "web_fetch", "maps"),
    )
)
# How many calls are held for where the request does not say; of the rest, HELD.
USUAL: Mapping[str, int] = {INTERPRETER: 1, "code_execution": 1, PICTURE: 1, GROUNDED: 1, "maps": 1, SOURCES: 15}
MOST_SAID = 1_000  # calls that a request may name as its most, in earnest

# https://platform.openai.com/docs/guides/tools, https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview
_FREE = frozenset(
    (
        *("function", "custom", "namespace", "local_shell", "apply_patch", "mcp", "mcp_toolset", "tool_search"),
        *("computer", "computer_use", "computer_use_preview", "bash", "text_editor", "memory"),
        *("tool_search_tool_regex", "tool_search_tool_bm25"),
    )
)
_SAME: Mapping[str, str] = {
    "browser_search": WEB_SEARCH,  # Groq: https://console.groq.com/docs/browser-search
    "openrouter:web_search": WEB_SEARCH,
    "collections_search": "file_search",  # xAI: https://docs.x.ai/developers/tools/overview
    "x_keyword_search": "x_search",
    "x_semantic_search": "x_search",
}
_VERSION = pattern(r"[_-](\d{8}|\d{4}[_-]\d{2}[_-]\d{2})$")
# https://ai.google.dev/api/caching#Tool
_GOOGLES: Mapping[str, tuple[str, ...]] = {
    "googleSearch": (WEB_SEARCH, GROUNDED),
    "googleSearchRetrieval": (WEB_SEARCH, GROUNDED),
    "enterpriseWebSearch": ("enterprise_search",),
    "googleMaps": ("maps",),
    "codeExecution": ("code_execution",),
    "urlContext": ("url_context",),
    "fileSearch": ("file_search",),
    "functionDeclarations": (),
    "computerUse": (),
}
# Fields that may ask for a tool: a request with none of them is looked at three times, and is nearly every one.
_ASKING = frozenset(
    (
        *("tools", "web_search_options", "enable_search", "enable_enhancement", "EnableEnhancement", "web_search"),
        *("search_parameters", "plugins"),
    )
)
_FREE_PLUGINS = frozenset({"response-healing", "moderation", "auto-router", "context-compression"})
_FREE_READERS = frozenset({"pdf-text", "cloudflare-ai", "native"})


def hosted(body: Json, held: int) -> dict[str, int]:
    """Every tool that the provider would run, with the most calls it can come to: the request's own most, else ours."""
    found: dict[str, int] = {}
    if _ASKING.isdisjoint(body):
        return found
    for name, said in (*_of_list(body.get("tools")), *_beside(body)):
        calls = said or USUAL.get(name.partition("/")[0].partition(":")[0], held)
        found[name] = found.get(name, 0) + calls
    most = _whole(body.get("max_tool_calls"))
    return {name: min(calls, most) if most else calls for name, calls in found.items()} if found else found


def names_of(tool: Json) -> tuple[str, ...]:
    """What one declared tool is called here; nothing if the provider does not run it."""
    given = tool.get("type")
    if not isinstance(given, str):
        return _googles(tool)
    kind = _VERSION.sub("", given)
    kind = _SAME.get(kind, kind)
    if kind in _FREE:
        return ()
    if kind == "builtin_function":  # Moonshot: https://platform.moonshot.cn/docs/guide/use-web-search
        name = str(_object(tool.get("function")).get("name"))
        return (WEB_SEARCH,) if name == "$web_search" else (_said(name),)
    if kind == "shell":
        place = _object(tool.get("environment"))
        return () if place.get("type") in (None, "local") else (_container(place),)
    if kind == INTERPRETER:
        return (_container(_object(tool.get("container"))),)
    if kind == PICTURE:
        return (picture(tool),)
    return (_said(kind),)


def _said(name: str) -> str:
    """A tool as the caller calls it, also one with an empty name: it has no price either."""
    return name[:60] or "a tool without a name"


def picture(item: Json) -> str:
    """A picture that a tool makes, by what is said of it."""
    model = item.get("model")
    made_by = f":{model}" if isinstance(model, str) and re.fullmatch(r"[a-z0-9.-]{1,40}", model) else ""
    quality, size = item.get("quality"), item.get("size")
    quality = quality if quality in ("low", "medium", "high") else ""
    size = size if isinstance(size, str) and re.fullmatch(r"\d{1,5}x\d{1,5}", size) else ""
    return f"{PICTURE}{made_by}/{quality}/{size}" if quality or size else f"{PICTURE}{made_by}"


def _container(place: Json) -> str:
    """https://platform.openai.com/docs/guides/tools-code-interpreter: the price goes by its memory."""
    memory = place.get("memory_limit")
    return f"{INTERPRETER}/{memory}" if memory in ("4g", "16g", "64g") else INTERPRETER


def _of_list(tools: Any) -> Iterator[tuple[str, int]]:
    """Names of listed tools, each with the most uses that it says."""
    for tool in cast("list[Any]", tools) if isinstance(tools, list) else []:
        if not isinstance(tool, dict):
            continue
        given = cast(Json, tool)
        if given.get("type") == "namespace":
            yield from _of_list(given.get("tools"))
        uses = _whole(given.get("max_uses"))
        yield from ((name, uses) for name in names_of(given))


def _googles(tool: Json) -> tuple[str, ...]:
    """Google's tools are keys; a tool that has a name or a function is a client's."""
    if "function" in tool or "name" in tool:
        return ()
    found: list[str] = []
    for name in tool:
        found += _GOOGLES.get(_camel(name), (_said(name),))
    return tuple(found)


def _beside(body: Json) -> Iterator[tuple[str, int]]:
    """Searches that are fields of a chat, and OpenRouter's plug-ins."""
    if body.get("web_search_options") is not None:
        yield WEB_SEARCH, 1
    for flag in ("enable_search", "enable_enhancement", "EnableEnhancement"):  # Alibaba, Tencent
        if body.get(flag):
            yield WEB_SEARCH, 1
    if _object(body.get("web_search")).get("enable"):  # Baidu
        yield WEB_SEARCH, 1
    live = _object(body.get("search_parameters"))  # https://docs.x.ai/docs/guides/live-search
    if live and live.get("mode") != "off":
        yield SOURCES, _whole(live.get("max_search_results"))
    plugins = body.get("plugins")
    for plugin in cast("list[Any]", plugins) if isinstance(plugins, list) else []:
        yield from _plugin(_object(plugin))


def _plugin(plugin: Json) -> Iterator[tuple[str, int]]:
    name = str(plugin.get("id"))
    if plugin.get("enabled") is False or name in _FREE_PLUGINS:
        return
    if name == "web":  # our price is for five results
        yield WEB_SEARCH, max(1, -(-_whole(plugin.get("max_results")) // 5))
    elif name != "file-parser" or _object(plugin.get("pdf")).get("engine") not in _FREE_READERS:
        yield f"plugin {name[:50]}", 1


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _object(value: Any) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), MOST_SAID)
