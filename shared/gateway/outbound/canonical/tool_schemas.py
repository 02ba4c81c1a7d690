"""Schemas of functions' arguments: plain objects by today's draft, as every door wants them.

What single doors lack beside is in ``schemas``.
"""

from typing import Any

from gateway.outbound.canonical.schema_drafts import complete, modern
from gateway.outbound.canonical.schemas import ALONE, BY_NAME, LISTED, OPENAI_STRICT, reduced, told
from gateway.outbound.protocol import Json
from gateway.wire.json import array, obj, objs

_COMBINED = ("anyOf", "oneOf", "allOf")


def as_object(schema: Json) -> Json:
    """The schema of a function's arguments without alternatives at its top, where doors want a plain object.

    The properties of all alternatives are declared; which go together is told. So want it Anthropic
    ("input_schema does not support oneOf, allOf, or anyOf at the top level"), Bedrock and OpenAI.
    """
    schema = modern(schema)
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
    made = complete({"type": "object"} | as_object(obj(parameters)))
    if function.get("strict") is True and all_required(made):
        made = reduced(made, OPENAI_STRICT)
    elif function.get("strict") is True:
        function = {name: value for name, value in function.items() if name != "strict"}
    return {**function, "parameters": made}


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
    inner = [item for name in BY_NAME for item in obj(given.get(name)).values()]
    inner += [given[name] for name in (*LISTED, *ALONE) if name in given]
    return all(all_required(item) for item in inner)
