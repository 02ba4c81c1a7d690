"""Python values to DynamoDB's attribute values and back, for requests that are built by hand.

Only what our tables hold: text, integers, booleans, null, bytes, lists, maps. A float is refused: money and
counters are integers, and prices are kept as text.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

import orjson

Item = dict[str, Any]


def to_value(value: Any) -> Item:  # noqa: C901, PLR0911 (a row for each kind)
    """One attribute value, e.g. ``7`` to ``{"N": "7"}``."""
    if value.__class__ is str:  # nearly all are one of these two, and matching patterns takes four times as long
        return {"S": value}
    if value.__class__ is int:
        return {"N": str(value)}
    if value.__class__ is list:  # as holds are
        return {"L": [to_value(element) for element in value]}
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": b64encode(value).decode()}
        case list() | tuple():
            return {"L": [to_value(element) for element in cast(list[Any], value)]}
        case Mapping():
            return {"M": to_item(cast(Mapping[str, Any], value))}
        case _:
            raise TypeError(f"no attribute type for {type(value).__name__}")


def quoted(text: str) -> str:
    """A text as JSON has it; halves of characters, which orjson refuses, as escapes."""
    try:
        return orjson.dumps(text).decode()
    except orjson.JSONEncodeError:
        return json.dumps(text)


def value_text(value: Any) -> str:
    """One attribute value as JSON: ``to_value`` for requests that are written as text, without the objects between."""
    kind = value.__class__
    if kind is str:
        return f'{{"S":{quoted(value)}}}'
    if kind is int:
        return f'{{"N":"{value}"}}'
    if kind is bool:
        return '{"BOOL":true}' if value else '{"BOOL":false}'
    if kind is dict:
        return f'{{"M":{{{",".join([f"{quoted(name)}:{value_text(inner)}" for name, inner in value.items()])}}}}}'
    return json.dumps(to_value(value))


def to_item(values: Mapping[str, Any]) -> Item:
    """Every value of a mapping as an attribute value."""
    return {name: to_value(value) for name, value in values.items()}


def from_value(value: Mapping[str, Any]) -> Any:
    """The Python value of an attribute value."""
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return int(content) if content.lstrip("-").isdigit() else Decimal(content)
        case "NULL":
            return None
        case "L":
            return [from_value(element) for element in content]
        case "M":
            return from_item(content)
        case "B":
            return content if isinstance(content, bytes) else b64decode(content)
        case _:
            raise TypeError(f"attribute type {kind!r} is not used in our tables")


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Every attribute of an item as a Python value."""
    return {name: from_value(value) for name, value in item.items()}
