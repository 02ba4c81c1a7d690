"""What the model behind a strict provider does: what the caller's text tells it to, or it says hello.

``@@call NAME {"a": 1}@@`` in a text is a call of that tool; when its result is there, the next one is made, and at the
end the model says what the last result was.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]
HELLO = "Hello from the strict model."
USAGE = (20, 30)
_DIRECTIVE = re.compile(r"@@call (\S+) (\{.*?\})@@", re.DOTALL)
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a request tells the model: all texts of users, results of tools, names of tools, a schema to answer in."""

    texts: list[str]
    results: list[str]
    tools: list[str]
    schema: Json | None = None
    thinks: bool = False
    custom: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One answer: a text or a call; ``number`` makes its ids unlike any other's, ``odd`` those of calls strange."""

    text: str = ""
    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    thinks: bool = False
    custom: bool = False
    number: int = 0
    odd: bool = False

    def id(self, prefix: str, letters: int = 24) -> str:
        """An id as vendors make them: as long as they come, and its kind in front."""
        return f"{prefix}{self.number:0{letters}d}"

    def call_id(self, prefix: str) -> str:
        """The same of a call, or as some servers make them, with letters that others refuse."""
        return f"functions.{self.tool}:{self.number}" if self.odd else self.id(prefix)


def next_step(scene: Scene) -> Step:
    """What the model does now."""
    number = next(_NUMBERS)
    calls = list(dict.fromkeys(call for text in scene.texts for call in _DIRECTIVE.findall(text)))
    if scene.schema is not None:
        return Step(text=json.dumps(instance(scene.schema, scene.schema)), number=number, thinks=scene.thinks)
    if not calls or not scene.tools:
        return Step(text=HELLO, number=number, thinks=scene.thinks)
    if len(scene.results) >= len(calls):
        return Step(text=f"The tool said: {scene.results[-1][:400]}", number=number, thinks=scene.thinks)
    name, arguments = calls[len(scene.results)]
    if name not in scene.tools:
        return Step(text=f"There is no tool {name} among {scene.tools}", number=number)
    custom = name in scene.custom
    return Step(tool=name, arguments=json.loads(arguments), number=number, thinks=scene.thinks, custom=custom)


def instance(schema: Json, root: Json) -> Any:
    """Something that fits a schema."""
    if "$ref" in schema:
        return instance(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("anyOf"):
        return instance(schema["anyOf"][0], root)
    match str(schema.get("type")).lower():
        case "object":
            fields: Json = schema.get("properties") or {}
            wanted = schema.get("required") or list(fields)
            return {name: instance(fields[name], root) for name in wanted}
        case "array":
            return []
        case "integer" | "number":
            return schema.get("minimum") or 1
        case "boolean":
            return True
        case _:
            return "word"


def texts_in(content: Any) -> Iterator[str]:
    """Every text in what vendors call content: a text, or parts with texts."""
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, str):
            yield part
        elif isinstance(part.get("text"), str):
            yield part["text"]
