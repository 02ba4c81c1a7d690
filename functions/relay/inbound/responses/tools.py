"""Tools of the Responses API as functions, for providers that only chat, and back.

A custom tool is a function with one string. Functions of a namespace stand beside the others, under names that lead
back. What is found by a search of the client's own (``tool_search``), and what stands in items of the conversation
(``additional_tools``, Codex's way for newer models) is declared like the rest. Tools that OpenAI runs
itself are left out: the model may use them, but need not; only a ``tool_choice`` that demands one is refused.
https://platform.openai.com/docs/guides/function-calling#custom-tools
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from gateway.outbound.protocol import Json, Unsupported
from gateway.patterns import pattern
from gateway.records import dataclass
from gateway.wire.json import array, obj, objs, string
from relay.inbound.responses.custom_input import INPUT

Kind = Literal["function", "custom", "tool_search"]

SEARCH = "tool_search"
_LONGEST = 64  # characters of a function's name, at most vendors
_NO_NAME = pattern(r"[^a-zA-Z0-9_-]")
_OURS = frozenset({"type", "defer_loading", "output_schema"})  # keys of a tool that no function of a chat has
_DECLARING = frozenset({"tool_search_output", "additional_tools"})  # items of a conversation
_ANY: Json = {"type": "object", "properties": {}}


@dataclass(frozen=True, slots=True)
class Tool:
    """What the caller declared: its kind, its name, its namespace."""

    kind: Kind
    name: str
    namespace: str = ""


class Toolbox:
    """The tools of one request. ``functions`` are what a chat is told, ``hosted`` the kinds that are left out."""

    def __init__(self, asked: Json) -> None:
        self.functions: list[Json] = []
        self.hosted: list[str] = []
        self._named: dict[str, Tool] = {}
        self._names: dict[Tool, str] = {}
        for tool, namespace in _declared(asked):
            self._add(tool, namespace)

    def called(self, name: str) -> Tool:
        """What a function's name at the provider means to the caller."""
        return self._named.get(name) or Tool("function", name)

    def name_of(self, tool: Tool) -> str:
        """The function's name at the provider; of a tool that is not declared any more, the one that it had."""
        return self._names.get(tool) or flat(tool.name, tool.namespace)

    def choice(self, given: Any) -> Any:
        """``tool_choice`` of a chat; raises ``Unsupported`` where it demands what was left out."""
        if not isinstance(given, dict):
            if given == "required" and self.hosted and not self.functions:
                raise demanded(self.hosted[0])
            return given
        wanted = cast(Json, given)
        if wanted.get("type") == "allowed_tools":
            return self._allowed(wanted)
        tool = _tool_in(wanted)
        if tool is None:
            raise demanded(string(wanted.get("type")))
        return _chosen(self.name_of(tool))

    def _allowed(self, wanted: Json) -> Any:
        given = objs(wanted.get("tools"))
        tools = [tool for tool in map(_tool_in, given) if tool is not None]
        if given and not tools:
            if wanted.get("mode") == "required":
                raise demanded(string(given[0].get("type")))
            return "none"
        named = [_chosen(self.name_of(tool)) for tool in tools]
        return {"type": "allowed_tools", "allowed_tools": {"mode": wanted.get("mode"), "tools": named}}

    def _add(self, given: Json, namespace: str) -> None:
        kind = _kind(given)
        if kind is None:
            self.hosted.append(string(given.get("type")))
            return
        tool = Tool(kind, SEARCH if kind == "tool_search" else string(given.get("name")), namespace)
        if tool in self._names:
            return
        name = flat(tool.name, namespace)
        if name in self._named:  # another tool's name is the same once it is flat
            name = flat(tool.name, namespace, apart=True)
        self._names[tool], self._named[name] = name, tool
        self.functions.append({"type": "function", "function": _function(given, kind, name)})


def flat(name: str, namespace: str = "", *, apart: bool = False) -> str:
    """One name for a tool in a namespace, which every vendor takes; always the same for the same tool."""
    if not namespace and not apart:
        return name
    joined = _NO_NAME.sub("_", f"{namespace}__{name}" if namespace else name)
    if len(joined) <= _LONGEST and not apart:
        return joined
    mark = hashlib.sha256(f"{namespace}\n{name}".encode()).hexdigest()[:8]
    return f"{joined[: _LONGEST - 9]}_{mark}"


def demanded(kind: str) -> Unsupported:
    """A tool that only its vendor runs must be used."""
    return Unsupported(
        f"tool_choice demands {kind!r}, which needs a provider that has the Responses API itself; let the model "
        "choose, or use another model",
        param="tool_choice",
    )


def _declared(asked: Json) -> Iterator[tuple[Json, str]]:
    """Every tool with its namespace: of the request, and what the client found or added since."""
    yield from _within(objs(asked.get("tools")))
    for item in objs(array(asked.get("input"))):
        if item.get("type") in _DECLARING:
            yield from _within(objs(item.get("tools")))


def _within(tools: list[Json]) -> Iterator[tuple[Json, str]]:
    for tool in tools:
        if tool.get("type") == "namespace":
            yield from ((one, string(tool.get("name"))) for one in objs(tool.get("tools")))
        else:
            yield tool, ""


def _kind(given: Json) -> Kind | None:
    match given.get("type"):
        case "function":
            return "function"
        case "custom":
            return "custom"
        case "tool_search" if given.get("execution") == "client":
            return "tool_search"
        case _:
            return None


def _tool_in(given: Json) -> Tool | None:
    """The tool that a choice names."""
    match given.get("type"):
        case "function" | "custom" as kind:
            return Tool(kind, string(given.get("name")), string(given.get("namespace")))
        case "tool_search" if given.get("execution") == "client":
            return Tool("tool_search", SEARCH)
        case _:
            return None


def _chosen(name: str) -> Json:
    return {"type": "function", "function": {"name": name}}


def _function(given: Json, kind: Kind, name: str) -> Json:
    if kind == "custom":
        described = _described(given)
        return {"name": name, **({"description": described} if described else {}), "parameters": _ONE_STRING}
    kept = {key: value for key, value in given.items() if key not in _OURS and key != "execution"}
    return kept | {"name": name} | ({"parameters": kept.get("parameters") or _ANY} if kind == "tool_search" else {})


_ONE_STRING: Mapping[str, Any] = {
    "type": "object",
    "properties": {INPUT: {"type": "string", "description": "The whole input of the tool, as plain text"}},
    "required": [INPUT],
    "additionalProperties": False,
}


def _described(given: Json) -> str:
    """What a custom tool is for, with the grammar that its input must follow."""
    form = obj(given.get("format"))
    form = obj(form.get("grammar")) or form
    texts = [string(given.get("description"))]
    if definition := string(form.get("definition")):
        texts.append(f"The input must follow this {string(form.get('syntax')) or 'formal'} grammar:\n{definition}")
    return "\n\n".join(text for text in texts if text)
