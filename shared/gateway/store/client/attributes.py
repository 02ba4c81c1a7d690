"""Python values to DynamoDB's attribute values and back, for requests that are built by hand.

Only what our tables hold: text, integers, booleans, null, bytes, lists, maps. A float is refused: money and
counters are integers, and prices are kept as text.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

Item = dict[str, Any]


def to_value(value: Any) -> Item:  # noqa: PLR0911 (a row for each kind)
    """One attribute value, e.g. ``7`` to ``{"N": "7"}``."""
    if value.__class__ is str:  # nearly all are one of these two, and matching patterns takes four times as long
        return {"S": value}
    if value.__class__ is int:
        return {"N": str(value)}
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
