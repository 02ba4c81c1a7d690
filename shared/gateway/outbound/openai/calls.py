"""What a provider's own tools did, as OpenAI and its kin tell: in the usage, else by the items of a response.

https://platform.openai.com/docs/api-reference/responses/object
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gateway.billing.hosted_tools import picture
from gateway.domain.usage import Usage
from gateway.outbound.protocol import Json
from gateway.wire.json import figure, obj, objs, string

Calls = dict[str, int]

# xAI: https://docs.x.ai/developers/tools/tool-usage-details
_COUNTED: Mapping[str, str] = {
    "web_search_calls": "web_search",
    "x_search_calls": "x_search",
    "code_interpreter_calls": "code_interpreter",
    "file_search_calls": "file_search",
    "document_search_calls": "attachment_search",
    "image_generation_calls": "image_generation",
}
_ITEMS: Mapping[str, str] = {"web_search_call": "web_search", "file_search_call": "file_search"}
# Items that cost their tokens, or that are counted by their container.
_OTHERS = frozenset(
    (
        *("function_call", "custom_tool_call", "mcp_call", "computer_call", "local_shell_call", "apply_patch_call"),
        *("tool_search_call", "code_interpreter_call", "shell_call"),
    )
)
# Figures of a usage that tell of calls.
_TOLD = frozenset(
    (
        *("server_side_tool_usage_details", "num_sources_used", "server_tool_use", "num_search_queries"),
        "search_context_size",
    )
)
_INSIDE = frozenset({"open_page", "find_in_page"})  # what a search does beside searching is not charged
_MEMORY = ("64g", "16g", "4g")
_SIZES = ("low", "medium", "high")


def calls_of(body: Json) -> Calls:
    """All calls that a whole reply, an event or a chunk tells of, by the names that prices have."""
    response = obj(body.get("response")) or body
    usage = obj(response.get("usage"))
    found = {} if _TOLD.isdisjoint(usage) else dict(_in_usage(usage))
    if not found and isinstance(response.get("output"), list):
        found = of_items(objs(response.get("output")), objs(response.get("tools")))
        requests = obj(obj(response.get("tool_usage")).get("web_search")).get("num_requests")
        return _searched(found, figure(requests)) if requests is not None else found
    return found


class Items:
    """Items of a streamed response that have come so far, should nothing count them at its end."""

    def __init__(self) -> None:
        self._items: dict[int, Json] = {}

    def read(self, event: Json) -> bool:
        """Whether the event tells of an item that costs something."""
        if event.get("type") not in ("response.output_item.added", "response.output_item.done"):
            return False
        self._items[figure(event.get("output_index"))] = obj(event.get("item"))
        return True

    def added(self, usage: Usage | None) -> Usage | None:
        """The usage with what these items did, if it does not tell itself."""
        calls = of_items([*self._items.values()], []) if self._items and not (usage and usage.total) else {}
        return replace(usage or Usage(), calls=calls) if calls else usage


def of_items(items: list[Json], tools: list[Json]) -> Calls:
    """Counted from the items; the tools that a response repeats say what kind of each it was."""
    found: Calls = {}
    containers = set[str]()
    for number, item in enumerate(items):
        kind = string(item.get("type"))
        if item.get("status") == "failed" or string(obj(item.get("action")).get("type")) in _INSIDE:
            continue
        if name := _name(kind, item, tools):
            found[name] = found.get(name, 0) + 1
        elif kind == "code_interpreter_call" or (kind == "shell_call" and _container(item)):
            containers.add(_container(item) or f"{number}")
    if containers:
        found[_interpreter(tools)] = len(containers)
    return found


def _name(kind: str, item: Json, tools: list[Json]) -> str:
    if kind == "image_generation_call":
        declared = next((tool for tool in tools if tool.get("type") == "image_generation"), Json())
        return picture({"model": declared.get("model"), **item})
    name = _ITEMS.get(kind) or ("" if kind in _OTHERS else kind.removesuffix("_call") if kind.endswith("_call") else "")
    preview = name == "web_search" and any(string(tool.get("type")).startswith("web_search_preview") for tool in tools)
    return "web_search_preview" if preview else name


def _searched(found: Calls, requests: int) -> Calls:
    """With as many searches as the provider counted itself."""
    name = "web_search_preview" if "web_search_preview" in found else "web_search"
    rest = {tool: calls for tool, calls in found.items() if tool != name}
    return {**rest, name: requests} if requests else rest


def _container(item: Json) -> str:
    return string(item.get("container_id")) or string(obj(item.get("environment")).get("container_id"))


def _interpreter(tools: list[Json]) -> str:
    """By the most memory that a container was asked for with."""
    places = [obj(tool.get("container")) or obj(tool.get("environment")) for tool in tools]
    memory = next((size for size in _MEMORY if any(place.get("memory_limit") == size for place in places)), "")
    return f"code_interpreter/{memory}" if memory else "code_interpreter"


def _in_usage(usage: Json) -> Iterator[tuple[str, int]]:
    details = obj(usage.get("server_side_tool_usage_details"))
    yield from ((name, calls) for key, name in _COUNTED.items() if (calls := figure(details.get(key))))
    if sources := figure(usage.get("num_sources_used")):
        yield "sources", sources
    served = obj(usage.get("server_tool_use"))  # OpenRouter, and Anthropic's words in compatible replies
    # Perplexity's research counts its queries; its other models tell a size.
    if searches := figure(served.get("web_search_requests")) or figure(usage.get("num_search_queries")):
        yield "web_search", searches
    elif (size := usage.get("search_context_size")) in _SIZES:
        yield ("web_search" if size == "low" else f"web_search/{size}"), 1
