"""A JSON schema in the subset of OpenAPI 3 that older Gemini models understand.

https://ai.google.dev/api/caching#Schema
References are written out, unions of types become ``anyOf`` or ``nullable``, ``const`` an ``enum``. Keys that
only annotate or restrict further (``$schema``, ``additionalProperties`` ...) have no place and are left out. Everything
has a type there, alternatives stand alone, an enumeration holds texts that are not empty, a list says of what, and
what is required is a property: its errors say so one by one.
"""

from collections.abc import Mapping
from typing import Any, cast

from gateway.outbound.canonical.schema_drafts import modern
from gateway.outbound.canonical.schemas import told
from gateway.outbound.protocol import Json, Unsupported
from gateway.wire.json import array, obj, objs, string

_KEPT = frozenset(
    {
        "type",
        "format",
        "title",
        "description",
        "nullable",
        "enum",
        "items",
        "maxItems",
        "minItems",
        "properties",
        "required",
        "minProperties",
        "maxProperties",
        "minLength",
        "maxLength",
        "pattern",
        "example",
        "anyOf",
        "propertyOrdering",
        "default",
        "minimum",
        "maximum",
    }
)
# Restrictions that have no place: the model reads them in the description.
_RESTRICTS = frozenset({"exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems", "patternProperties"}) | {
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
}
_FORMATS: Mapping[str, frozenset[str]] = {
    "string": frozenset({"enum", "date-time"}),
    "integer": frozenset({"int32", "int64"}),
    "number": frozenset({"float", "double"}),
}
_MAX_DEPTH = 40


def subset(schema: Json) -> Json:
    """The schema in Gemini's subset; raises ``Unsupported`` for one that refers to itself."""
    schema = modern(schema)
    definitions = obj(schema.get("$defs")) | obj(schema.get("definitions"))
    return _subset(schema, definitions, 0)


def _subset(schema: Any, definitions: Json, depth: int) -> Json:
    if depth > _MAX_DEPTH:
        raise Unsupported("this model cannot take a schema that refers to itself or is this deep", param="tools")
    found = _merged(_resolved(obj(schema), definitions), definitions)
    out = {key: value for key, value in found.items() if key in _KEPT}
    out |= _typed(found)
    out = told(out, {key: value for key, value in found.items() if key in _RESTRICTS})
    if "properties" in out:
        properties = obj(out["properties"])
        out["properties"] = {name: _subset(value, definitions, depth + 1) for name, value in properties.items()}
        out |= _required(out)
    if "items" in out:
        out["items"] = _subset(out["items"], definitions, depth + 1)
    options = array(out.pop("anyOf", None) or found.get("oneOf"))
    if options:
        return _any_of(out, [_subset(option, definitions, depth + 1) for option in options])
    return out | _told_of(out)


def _required(out: Json) -> Json:
    """Without names of properties that are not there."""
    names = [name for name in array(out.get("required")) if name in obj(out["properties"])]
    return {"required": names or None} if "required" in out else {}


def _told_of(out: Json) -> Json:
    """What a schema must say: its type, and what its lists are of."""
    kind = string(out.get("type")) or next((kind for name, kind in _IMPLIED.items() if out.get(name)), "string")
    items = {"items": {"type": "string"}} if kind.lower() == "array" and not out.get("items") else {}
    return {"type": out.get("type") or kind} | items


_IMPLIED = {"properties": "object", "items": "array", "enum": "string"}


def _resolved(schema: Json, definitions: Json) -> Json:
    """The schema with its ``$ref`` written out; what stands beside the reference wins."""
    seen = 0
    while isinstance(schema.get("$ref"), str):
        name = string(schema["$ref"]).rpartition("/")[2]
        seen += 1
        if seen > _MAX_DEPTH or name not in definitions:
            raise Unsupported(f"the schema's reference {schema['$ref']!r} leads nowhere", param="tools")
        schema = obj(definitions[name]) | {key: value for key, value in schema.items() if key != "$ref"}
    return schema


def _merged(schema: Json, definitions: Json) -> Json:
    """``allOf`` folded into the schema."""
    out = {key: value for key, value in schema.items() if key != "allOf"}
    for piece in objs(schema.get("allOf")):
        piece = _merged(_resolved(piece, definitions), definitions)  # noqa: PLW2901
        properties = obj(out.get("properties")) | obj(piece.get("properties"))
        required = [*array(out.get("required")), *array(piece.get("required"))]
        out = piece | out
        out |= {"properties": properties} if properties else {}
        out |= {"required": list(dict.fromkeys(required))} if required else {}
    return out


def _typed(schema: Json) -> Json:
    """Type, format, enum and nullability in OpenAPI's words."""
    out: Json = {}
    kinds = schema.get("type")
    if isinstance(kinds, list):
        named = [string(kind) for kind in cast(list[Any], kinds) if kind != "null"]
        out |= {"nullable": True} if len(named) < len(cast(list[Any], kinds)) else {}
        out |= {"type": named[0]} if len(named) == 1 else {"type": None, "anyOf": [{"type": kind} for kind in named]}
    if "const" in schema or "enum" in schema:
        out |= _enumerated(schema, [schema["const"]] if "const" in schema else array(schema["enum"]))
    kind = string(out.get("type") or schema.get("type")).lower()
    if "format" in schema and schema["format"] not in _FORMATS.get(kind, ()):
        out["format"] = None
    return out


def _enumerated(schema: Json, values: list[Any]) -> Json:
    """The values, where they are texts; others are told, since an enumeration holds texts alone."""
    texts = [value for value in values if isinstance(value, str) and value]
    nullable = {"nullable": True} if None in values else {}
    if len(texts) == len([value for value in values if value not in (None, "")]):
        return nullable | {"enum": texts or None}
    kind = (
        {}
        if "type" in schema
        else {"type": next((_KINDS[name] for name in map(_kind, values) if name in _KINDS), "string")}
    )
    return nullable | kind | {"enum": None} | told({"description": schema.get("description")}, {"enum": values})


def _kind(value: Any) -> str:
    return type(value).__name__


_KINDS: Mapping[str, str] = {"bool": "boolean", "int": "integer", "float": "number"}


def _any_of(out: Json, options: list[Json]) -> Json:
    """The alternatives, which nothing may stand beside; null among them makes the rest nullable."""
    beside = {name: value for name, value in out.items() if value is not None}
    real = [beside | option for option in options if option.get("type") != "null"] or [beside | {"type": "string"}]
    if len(real) < len(options):
        real = [option | {"nullable": True} for option in real]
    return real[0] if len(real) == 1 else {"anyOf": real}


def without_nulls(schema: Any) -> Any:
    """The schema without the keys that ``subset`` cancelled."""
    if isinstance(schema, list):
        return [without_nulls(item) for item in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    return {key: without_nulls(value) for key, value in cast(Json, schema).items() if value is not None}
