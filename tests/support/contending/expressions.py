"""What parsed expressions mean for an item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.contending.grammar import Node, Parsed, Path
from tests.support.contending.refusals import invalid
from tests.support.contending.values import calculated, canonical, size, sort_key

Json = dict[str, Any]
_ORDERED = frozenset({"S", "N", "B"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What the placeholders of one request stand for."""

    names: Mapping[str, str]
    values: Mapping[str, Json]

    def path(self, path: Path) -> Path:
        """With its placeholders replaced."""
        return tuple(self.names[part] if isinstance(part, str) and part[0] == "#" else part for part in path)


def scope_of(body: Json, expressions: Iterable[Parsed]) -> Scope:
    """Refused if a placeholder is missing, or stands for nothing in any expression."""
    names = body.get("ExpressionAttributeNames") or {}
    for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if body.get(name) == {}:
            raise invalid(f"{name} must not be empty")
    values = {name: canonical(value) for name, value in (body.get("ExpressionAttributeValues") or {}).items()}
    mentioned = frozenset[str]().union(*(parsed.mentioned for parsed in expressions))
    given = names.keys() | values.keys()
    if missing := sorted(mentioned - given):
        what = "name" if missing[0][0] == "#" else "value"
        raise invalid(
            f"An expression attribute {what} used in expression is not defined; attribute {what}: {missing[0]}"
        )
    if unused := sorted(given - mentioned):
        what = "Names" if unused[0][0] == "#" else "Values"
        raise invalid(f"Value provided in ExpressionAttribute{what} unused in expressions: keys: {{{unused[0]}}}")
    return Scope(names, values)


def holds(node: Node, item: Json, scope: Scope) -> bool:
    """Whether an item meets a condition."""
    kind, *parts = node
    if kind == "and":
        return all(holds(part, item, scope) for part in parts)
    if kind == "or":
        return any(holds(part, item, scope) for part in parts)
    if kind == "not":
        return not holds(parts[0], item, scope)
    if kind == "compare":
        return _compared(parts[0], *(evaluate(part, item, scope) for part in parts[1:]))
    found = [evaluate(part, item, scope) for part in parts]
    return _TESTS[kind](*found)


def evaluate(node: Node, item: Json, scope: Scope) -> Json | None:
    """The value of an operand, or none."""
    kind, *parts = node
    if kind == "value":
        return scope.values[parts[0]]
    if kind == "path":
        return member(item, scope.path(parts[0]))
    if kind == "calculate":
        return calculated(*_operands(parts[1:], item, scope, parts[0]))
    if kind == "size":
        return _size(evaluate(parts[0], item, scope))
    if kind == "if_not_exists":
        found = evaluate(parts[0], item, scope)
        return found if found is not None else evaluate(parts[1], item, scope)
    assert kind == "list_append", kind
    one, other = (evaluate(part, item, scope) for part in parts)
    if one is None or other is None or "L" not in one or "L" not in other:
        raise invalid("Invalid UpdateExpression: Incorrect operand type for operator or function; list_append")
    return {"L": one["L"] + other["L"]}


def _operands(parts: list[Node], item: Json, scope: Scope, sign: str) -> tuple[Json, str, Json]:
    left, right = (evaluate(part, item, scope) for part in parts)
    if left is None or right is None:
        raise invalid("The provided expression refers to an attribute that does not exist in the item")
    return left, sign, right


def member(item: Json, path: Path) -> Json | None:
    """What stands at a path of an item."""
    value: Json | None = {"M": item}
    for part in path:
        inside = (value or {}).get("M" if isinstance(part, str) else "L")
        if isinstance(part, str):
            value = inside.get(part) if inside is not None else None
        else:
            value = inside[part] if inside is not None and part < len(inside) else None
    return value


def _compared(sign: str, left: Json | None, right: Json | None) -> bool:
    if sign == "<>":
        return left != right
    if left is None or right is None:
        return False
    if sign == "=":
        return left == right
    kind = next(iter(left))
    if kind not in right or kind not in _ORDERED:
        return False
    one, other = sort_key(left), sort_key(right)
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]


def _begins(value: Json | None, start: Json) -> bool:
    if value is None or value.keys() != start.keys() or not value.keys() & {"S", "B"}:
        return False
    return sort_key(value).startswith(sort_key(start))


def _contains(value: Json | None, part: Json) -> bool:
    if value is None:
        return False
    ((kind, content),), ((sought, element),) = value.items(), part.items()
    if kind == "L":
        return part in content
    return element in content if kind in (sought, f"{sought}S") and sought in ("S", "N", "B") and kind != "N" else False


_TESTS = {
    "attribute_exists": lambda value: value is not None,
    "attribute_not_exists": lambda value: value is None,
    "attribute_type": lambda value, kind: value is not None and kind["S"] in value,
    "begins_with": _begins,
    "contains": _contains,
    "between": lambda value, low, high: _compared(">=", value, low) and _compared("<=", value, high),
    "in": lambda value, *members: value is not None and value in members,
}


def _size(value: Json | None) -> Json | None:
    """What the function ``size`` tells: characters of text, bytes, elements."""
    if value is None:
        return None
    ((kind, content),) = value.items()
    length = size(value) if kind == "B" else len(content) if kind in ("S", "SS", "NS", "BS", "L", "M") else None
    return {"N": str(length)} if length is not None else None
