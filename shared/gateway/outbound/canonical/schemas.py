"""JSON schemas in the dialect of a door: what it lacks is taken out, and told in ``description`` for the model to read.

A reduced schema allows whatever the whole one does, so that an answer may break what was only told; a caller who must
be sure checks it, as with every provider.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.outbound.protocol import Json
from gateway.patterns import pattern
from gateway.records import dataclass
from gateway.wire.json import array, obj

_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_TEXTS = frozenset({"minLength", "maxLength"})
_CONTAINS = frozenset({"contains", "minContains", "maxContains"})
_LISTS = frozenset({"maxItems", "uniqueItems", "additionalItems", "prefixItems", "unevaluatedItems"}) | _CONTAINS
_DEPENDENT = frozenset({"dependentRequired", "dependentSchemas", "dependencies"})
_NAMES = frozenset({"patternProperties", "propertyNames", "unevaluatedProperties"})
_OBJECTS = frozenset({"minProperties", "maxProperties"}) | _NAMES | _DEPENDENT
_LOGIC = frozenset({"not", "if", "then", "else"})

# Keywords whose values are schemas: by name, in a list, alone. What is in ``enum``, ``const`` or ``default`` is data.
BY_NAME = frozenset({"properties", "$defs", "definitions", "patternProperties", "dependentSchemas"})
LISTED = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
ALONE = frozenset({"items", "not", "if", "then", "else", "contains", "additionalProperties", "propertyNames"})


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

_LOOKS_AROUND = pattern(r"\(\?[=!<]|\\[bB1-9]")


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
    if name in BY_NAME and isinstance(value, dict):
        return {key: reduced(item, door) for key, item in obj(value).items()}
    return reduced(value, door) if name in LISTED or name in ALONE else value
