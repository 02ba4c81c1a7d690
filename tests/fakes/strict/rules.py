"""What several vendors refuse alike: names, ids and results of tools, schemas of strict answers."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]


def words(text: str) -> frozenset[str]:
    """The names in a text."""
    return frozenset(text.split())


NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
# https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
_NOT_AT_OPENAI = words(
    "allOf oneOf not if then else dependentRequired dependentSchemas patternProperties unevaluatedProperties "
    "propertyNames minProperties maxProperties contains minContains maxContains uniqueItems"
)
# https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
_NOT_AT_ANTHROPIC = words(
    "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems uniqueItems if "
    "then else not patternProperties"
)


def first(complaints: Iterable[str]) -> str:
    """The first that is one."""
    return next((told for told in complaints if told), "")


def schemas(schema: Any) -> Iterator[Json]:
    """A schema and every schema in it."""
    if not isinstance(schema, dict):
        return
    yield schema
    for name in ("properties", "$defs", "definitions", "patternProperties"):
        for inner in (schema.get(name) or {}).values():
            yield from schemas(inner)
    for name in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for inner in schema.get(name) or ():
            yield from schemas(inner)
    for name in ("items", "additionalProperties", "not"):
        yield from schemas(schema.get(name))


def strict_at_openai(schema: Json, name: str) -> str:
    """Why OpenAI refuses a schema that answers must follow."""
    for inner in schemas(schema):
        if odd := _NOT_AT_OPENAI & inner.keys():
            return f"Invalid schema for {name!r}: {min(odd)!r} is not permitted"
        if inner.get("type") == "object":
            if inner.get("additionalProperties") is not False:
                return f"Invalid schema for {name!r}: 'additionalProperties' is required to be supplied and to be false"
            if set(inner.get("required") or ()) != set(inner.get("properties") or ()):
                return f"Invalid schema for {name!r}: 'required' must include every key in properties"
    return ""


def strict_at_anthropic(schema: Json) -> str:
    """Why Anthropic refuses a schema that answers must follow."""
    for inner in schemas(schema):
        if odd := _NOT_AT_ANTHROPIC & inner.keys():
            return f"For {inner.get('type')!r} type, property {min(odd)!r} is not supported"
        if inner.get("type") == "object" and inner.get("additionalProperties") is not False:
            return "For 'object' type, 'additionalProperties' must be explicitly set to false"
    return ""


def bad_name(name: str, place: str) -> str:
    """Why the name of a function is refused."""
    return "" if NAME.fullmatch(name) else f"Invalid '{place}': expected a string that matches '^[a-zA-Z0-9_-]+$'"


def bad_length(value: Any, most: int, place: str) -> str:
    """Why a text is refused for its length."""
    long = isinstance(value, str) and len(value) > most
    return f"Invalid '{place}': string too long. Expected a string with maximum length {most}" if long else ""


def repeated(names: list[str], what: str) -> str:
    """Why names are refused that are given twice."""
    twice = [name for name in names if names.count(name) > 1]
    return f"{what} must be unique, but {twice[0]!r} is there twice" if twice else ""
