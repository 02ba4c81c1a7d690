"""The tools of a canonical request with everything a converting dialect has to know about them.

Older words (``functions``, ``function_call``) are read as what they became.
"""

from typing import Any, Literal, cast

from gateway.outbound.canonical.chat import wire_tools
from gateway.outbound.canonical.messages import arguments_object, calls_of
from gateway.outbound.protocol import Json, Unsupported
from gateway.records import dataclass
from gateway.wire.json import obj, objs, string

Mode = Literal["auto", "none", "required"]
_MODES: dict[Any, Mode] = {"auto": "auto", "none": "none", "required": "required", "any": "required"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolset:
    """``functions``: declared functions, each with the keys of its tool that are nobody's we know.

    ``native``: tools of the provider's own kinds, as they came. ``mode`` is ``None`` when nothing was said;
    ``names`` narrows it to those functions. ``parallel`` is false when several calls at once are not wanted.
    """

    functions: list[Json]
    native: list[Json]
    mode: Mode | None = None
    names: tuple[str, ...] = ()
    parallel: bool = True

    @property
    def forced(self) -> bool:
        """Whether the model has to call something."""
        return self.mode == "required"

    def allowed(self) -> list[Json]:
        """The functions that a choice among several leaves; all of them otherwise."""
        if len(self.names) < 2:
            return self.functions
        return [function for function in self.functions if function["name"] in self.names]


def toolset(body: Json) -> Toolset:
    """The tools of a request; raises ``Unsupported`` for a function without name and a choice nobody knows."""
    mode, names = _choice(body.get("tool_choice", body.get("function_call")))
    declared = wire_tools(body)
    return Toolset(
        functions=_once([_function(tool) for tool in declared if isinstance(tool.get("function"), dict)]),
        native=[tool for tool in declared if not isinstance(tool.get("function"), dict)],
        mode=mode,
        names=names,
        parallel=body.get("parallel_tool_calls") is not False,
    )


def _once(functions: list[Json]) -> list[Json]:
    """Without a second declaration of a name, which Claude, Bedrock and Gemini refuse; the first counts."""
    return [*reversed({function["name"]: function for function in reversed(functions)}.values())]


def _function(tool: Json) -> Json:
    function = cast(Json, tool["function"])
    if not string(function.get("name")):
        raise Unsupported("every function in tools needs a name", param="tools")
    extra = {key: value for key, value in tool.items() if key not in ("type", "function")}
    return extra | {key: value for key, value in function.items() if value is not None}


def _choice(raw: Any) -> tuple[Mode | None, tuple[str, ...]]:
    if raw is None:
        return None, ()
    if isinstance(raw, str):
        if raw in _MODES:
            return _MODES[raw], ()
        raise Unsupported(f"tool_choice is {raw!r}; use auto, none, required or name a function", param="tool_choice")
    choice = obj(raw)
    if choice.get("type") == "allowed_tools":
        inner = obj(choice.get("allowed_tools")) or choice
        return _MODES.get(inner.get("mode"), "auto"), tuple(filter(None, map(_name, objs(inner.get("tools")))))
    if not _name(choice):
        raise Unsupported("tool_choice must be auto, none, required or name a function", param="tool_choice")
    return "required", (_name(choice),)


def _name(tool: Json) -> str:
    return string(obj(tool.get("function")).get("name") or tool.get("name"))


def inputs_of(message: Json) -> list[tuple[Json, Json]]:
    """Each tool call of an assistant's message as ``{"id", "name", ...}`` with its arguments as an object."""
    return [(call, arguments_object(call)) for call in calls_of(message)]
