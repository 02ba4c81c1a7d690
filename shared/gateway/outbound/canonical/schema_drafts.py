"""Schemas of older drafts, and of tools that were written by hand, as draft 2020-12 has them.

Anthropic, Bedrock and OpenAI hold every tool's schema to it ("It must match JSON Schema draft 2020-12"), and OpenAI
wants every list and object to say of what ("array schema missing items", "object schema missing properties").
https://json-schema.org/draft/2020-12/release-notes, https://json-schema.org/draft-06/json-schema-release-notes
"""

from collections.abc import Callable
from typing import Any

from gateway.outbound.canonical.schemas import ALONE, BY_NAME, LISTED
from gateway.outbound.protocol import Json
from gateway.wire.json import array, obj

_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})


def modern(schema: Json) -> Json:
    """The schema by today's draft; the same object where it is so already."""
    return obj(_changed(schema, _modern))


def complete(schema: Json) -> Json:
    """With ``items`` in every list and ``properties`` in every object; the same object where they are there."""
    return obj(_changed(schema, _complete))


def _changed(schema: Any, change: Callable[[Json], Json]) -> Any:
    if not isinstance(schema, dict):
        return schema
    before = change(obj(schema))
    after = {name: _inner(name, value, change) for name, value in before.items()}
    return before if all(after[name] is value for name, value in before.items()) else after


def _inner(name: str, value: Any, change: Callable[[Json], Json]) -> Any:
    if name in BY_NAME and isinstance(value, dict):
        named = obj(value)
        after = {key: _changed(item, change) for key, item in named.items()}
        return named if all(after[key] is item for key, item in named.items()) else after
    if name in LISTED and isinstance(value, list):
        listed = array(value)
        made = [_changed(item, change) for item in listed]
        return listed if all(new is old for new, old in zip(made, listed, strict=True)) else made
    return _changed(value, change) if name in ALONE else value


def _modern(schema: Json) -> Json:
    out = dict(schema)
    if isinstance(schema.get("items"), list):  # up to 2019-09: a list of places, and what comes after them
        out["prefixItems"] = out.pop("items")
        if isinstance(rest := out.pop("additionalItems", None), dict | bool):
            out["items"] = rest
    for name, bound in _BOUNDS.items():  # draft 4: whether the other bound itself is out
        if isinstance(said := schema.get(name), bool):
            del out[name]
            out |= {name: out.pop(bound)} if said and bound in out else {}
    if isinstance(schema.get("required"), bool):  # draft 3: of the property itself
        del out["required"]
    kinds = array(schema.get("type")) or [schema.get("type")]
    if "type" in schema and not all(
        isinstance(kind, str) and kind.lower() in _TYPES for kind in kinds
    ):  # draft 3: "any"
        del out["type"]
    return out if out != schema else schema


def _complete(schema: Json) -> Json:
    kinds = array(schema.get("type")) or [schema.get("type")]
    if "array" in kinds and "items" not in schema and "prefixItems" not in schema:
        schema = {**schema, "items": {}}
    if "object" in kinds and not {"properties", "anyOf", "$ref"} & schema.keys():
        schema = {**schema, "properties": {}}
    return schema
