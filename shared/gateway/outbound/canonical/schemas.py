"""JSON schemas in the dialect of a door: what it lacks is taken out, and told in ``description`` for the model to read.

A reduced schema allows whatever the whole one does, so that an answer may break what was only told; a caller who must
be sure checks it, as with every provider.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.outbound.protocol import Json
from gateway.wire.json import array, obj, objs

_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_TEXTS = frozenset({"minLength", "maxLength"})
_CONTAINS = frozenset({"contains", "minContains", "maxContains"})
_LISTS = frozenset({"maxItems", "uniqueItems", "additionalItems", "prefixItems", "unevaluatedItems"}) | _CONTAINS
_DEPENDENT = frozenset({"dependentRequired", "dependentSchemas", "dependencies"})
_NAMES = frozenset({"patternProperties", "propertyNames", "unevaluatedProperties"})
_OBJECTS = frozenset({"minProperties", "maxProperties"}) | _NAMES | _DEPENDENT
_LOGIC = frozenset({"not", "if", "then", "else"})

# Keywords whose values are schemas: by name, in a list, alone. What is in ``enum``, ``const`` or ``default`` is data.
_BY_NAME = frozenset({"properties", "$defs", "definitions", "patternProperties", "dependentSchemas"})
_LISTED = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_ALONE = frozenset({"items", "not", "if", "then", "else", "contains", "additionalProperties", "propertyNames"})
_COMBINED = ("anyOf", "oneOf", "allOf")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaDialect:
    """What a door's schemas lack. ``formats``: the only ones of strings. ``closed``: objects take no further keys."""

    lacks: frozenset[str]
    formats: frozenset[str] | None = None
    least_items: int | None = None  # the most that ``minItems`` may ask for
    one_of: bool = True
    simple_patterns: bool = False
    simple_enums: bool = False
    closed: bool = False


# https://docs.claude.com/en/docs/build-with-claude/structured-outputs#json-schema-limitations; Bedrock's are the same:
# https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
CLAUDE = SchemaDialect(
    lacks=_NUMBERS | _TEXTS | _LISTS | _OBJECTS | _LOGIC,
    formats=frozenset({"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}),
    least_items=1,
    one_of=False,
    simple_patterns=True,
    simple_enums=True,
    closed=True,
)
# Tools with ``strict`` are as narrow; whether they are closed is their author's word.
CLAUDE_TOOLS = replace(CLAUDE, closed=False)
# https://platform.openai.com/docs/guides/structured-outputs#supported-schemas, of functions with ``strict``
OPENAI_STRICT = SchemaDialect(
    lacks=_TEXTS | _OBJECTS | _LOGIC | (_LISTS - {"maxItems"}) | {"allOf", "default"}, one_of=False
)
# https://docs.cohere.com/docs/structured-outputs#unsupported-schema-features
COHERE = SchemaDialect(
    lacks=_NUMBERS | _TEXTS | _LISTS | _OBJECTS | _LOGIC | {"minItems", "allOf"},
    formats=frozenset({"date-time", "uuid", "date", "time"}),
    one_of=False,
    simple_patterns=True,
)

_LOOKS_AROUND = re.compile(r"\(\?[=!<]|\\[bB1-9]")


def reduced(schema: Any, door: SchemaDialect) -> Any:
    """The schema in the door's dialect; the caller's object is not changed."""
    if isinstance(schema, list):
        return [reduced(item, door) for item in array(schema)]
    if not isinstance(schema, dict):
        return schema
    given = obj(schema)
    lost = {name: value for name, value in given.items() if _lacks(name, value, door)}
    out = {name: _value(name, value, door) for name, value in given.items() if name not in lost}
    if "oneOf" in out and not door.one_of:
        out["anyOf"] = [*array(out.get("anyOf")), *array(out.pop("oneOf"))]
    if door.closed and (out.get("type") == "object" or "properties" in out):
        if out.get("additionalProperties"):
            lost["additionalProperties"] = given["additionalProperties"]
            out["additionalProperties"] = False
        out = {"additionalProperties": False, **out}
    return told(out, lost)


def told(schema: Json, lost: Mapping[str, Any]) -> Json:
    """The schema with what it lost in its description."""
    if not lost:
        return schema
    rules = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in lost.items())
    said = schema.get("description")
    return {**schema, "description": f"{said}\n({rules})" if isinstance(said, str) and said else f"({rules})"}


def _lacks(name: str, value: Any, door: SchemaDialect) -> bool:
    if name in door.lacks:
        return True
    match name:
        case "format":
            return door.formats is not None and value not in door.formats
        case "minItems":
            return door.least_items is not None and isinstance(value, int | float) and value > door.least_items
        case "pattern":
            return door.simple_patterns and isinstance(value, str) and _LOOKS_AROUND.search(value) is not None
        case "enum":
            return door.simple_enums and any(isinstance(item, dict | list) for item in array(value))
        case _:
            return False


def _value(name: str, value: Any, door: SchemaDialect) -> Any:
    if name in _BY_NAME and isinstance(value, dict):
        return {key: reduced(item, door) for key, item in obj(value).items()}
    return reduced(value, door) if name in _LISTED or name in _ALONE else value


def as_object(schema: Json) -> Json:
    """The schema of a function's arguments without alternatives at its top, where doors want a plain object.

    The properties of all alternatives are declared; which go together is told. So want it Anthropic
    ("input_schema does not support oneOf, allOf, or anyOf at the top level"), Bedrock and OpenAI.
    """
    lost = {name: schema[name] for name in _COMBINED if name in schema}
    if not lost:
        return schema
    pieces = [piece for name in _COMBINED for piece in objs(schema.get(name))]
    properties: Json = {}
    for piece in (*pieces, schema):
        properties |= obj(piece.get("properties"))
    required = [name for piece in objs(schema.get("allOf")) for name in array(piece.get("required"))]
    required = list(dict.fromkeys([*array(schema.get("required")), *required]))
    out = {name: value for name, value in schema.items() if name not in lost}
    out |= {"type": "object", "properties": properties} | ({"required": required} if required else {})
    return told(out, lost)


def openai_tool(function: Json) -> Json:
    """A function of another dialect as OpenAI takes it: a plain object, and strict only where OpenAI can be."""
    parameters = function.get("parameters")
    if not isinstance(parameters, dict):
        return function
    made = as_object(obj(parameters))
    if function.get("strict") is True and all_required(made):
        made = reduced(made, OPENAI_STRICT)
    elif function.get("strict") is True:
        function = {name: value for name, value in function.items() if name != "strict"}
    return function if made is parameters else {**function, "parameters": made}


def all_required(schema: Any) -> bool:
    """Whether every object of a schema wants all of its keys and no further ones: OpenAI's condition of ``strict``."""
    if isinstance(schema, list):
        return all(all_required(item) for item in array(schema))
    given = obj(schema)
    names = obj(given.get("properties"))
    if (given.get("type") == "object" or names) and (
        given.get("additionalProperties") is not False or set(array(given.get("required"))) != set(names)
    ):
        return False
    inner = [item for name in _BY_NAME for item in obj(given.get(name)).values()]
    inner += [given[name] for name in (*_LISTED, *_ALONE) if name in given]
    return all(all_required(item) for item in inner)
