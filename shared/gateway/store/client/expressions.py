"""Writes as DynamoDB's own JSON: pure functions whose results go into a transaction.

A condition is a mapping of attribute to the value it must have; ``None`` means that there must be none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.store.client.attributes import to_item

Json = dict[str, Any]
Expected = Mapping[str, Any]

MOST_ACTIONS = 90  # of one transaction; DynamoDB takes 100, the rest is room for markers and entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an update does to one item: set, add to (numbers, negative too), or remove attributes.

    ``at_least`` refuses the update when an attribute is below a number.
    """

    sets: Mapping[str, Any] = field(default_factory=dict[str, Any])
    adds: Mapping[str, int] = field(default_factory=dict[str, int])
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])  # set only where there is nothing yet
    removes: Iterable[str] = ()
    expected: Expected = field(default_factory=dict[str, Any])
    at_least: Mapping[str, int] = field(default_factory=dict[str, int])


def put(table: str, item: Mapping[str, Any], *, expected: Expected | None = None) -> Json:
    """Write a whole item, if the condition holds."""
    body: Json = {"TableName": table, "Item": to_item(item)}
    return {"Put": body | _Expression().condition(expected or {}, {}).request()}


def put_new(table: str, item: Mapping[str, Any], key: str) -> Json:
    """Write an item that must not exist yet; ``key`` is an attribute of its primary key."""
    return put(table, item, expected={key: None})


def delete(table: str, key: Mapping[str, Any], *, expected: Expected | None = None) -> Json:
    """Delete an item, if the condition holds."""
    body: Json = {"TableName": table, "Key": to_item(key)}
    return {"Delete": body | _Expression().condition(expected or {}, {}).request()}


def check(table: str, key: Mapping[str, Any], expected: Expected) -> Json:
    """Only the condition: the transaction fails unless it holds."""
    body: Json = {"TableName": table, "Key": to_item(key)}
    return {"ConditionCheck": body | _Expression().condition(expected, {}).request()}


def change(table: str, key: Mapping[str, Any], what: Change) -> Json:
    """Update named attributes of one existing or new item."""
    expression = _Expression()
    parts = [
        ("SET", [f"{expression.name(name)} = {expression.value(value)}" for name, value in what.sets.items()]),
        ("ADD", [f"{expression.name(name)} {expression.value(value)}" for name, value in what.adds.items()]),
        ("REMOVE", [expression.name(name) for name in what.removes]),
    ]
    for name, value in what.defaults.items():
        known = expression.name(name)
        parts[0][1].append(f"{known} = if_not_exists({known}, {expression.value(value)})")
    text = " ".join(f"{verb} {', '.join(terms)}" for verb, terms in parts if terms)
    body: Json = {"TableName": table, "Key": to_item(key), "UpdateExpression": text}
    return {"Update": body | expression.condition(what.expected, what.at_least).request()}


def change_existing(table: str, key: Mapping[str, Any], what: Change) -> Json:
    """Like ``change``, but refused when there is no such item."""
    action = change(table, key, what)
    exists = f"attribute_exists({next(iter(key))})"
    held = action["Update"].get("ConditionExpression")
    action["Update"]["ConditionExpression"] = f"{exists} AND {held}" if held else exists
    action["Update"]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return action


class _Expression:
    """Collects names and values under placeholders, because many of our attributes are reserved words."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._condition = ""

    def name(self, attribute: str) -> str:
        return self._names.setdefault(attribute, f"#n{len(self._names)}")

    def value(self, value: Any) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = value
        return placeholder

    def condition(self, expected: Expected, at_least: Mapping[str, int]) -> "_Expression":
        terms = [
            f"attribute_not_exists({self.name(name)})" if value is None else f"{self.name(name)} = {self.value(value)}"
            for name, value in expected.items()
        ]
        terms += [f"{self.name(name)} >= {self.value(value)}" for name, value in at_least.items()]
        self._condition = " AND ".join(terms)
        return self

    def request(self) -> Json:
        parts: Json = {}
        if self._condition:
            parts["ConditionExpression"] = self._condition
            parts["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if self._names:
            parts["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in self._names.items()}
        if self._values:
            parts["ExpressionAttributeValues"] = to_item(self._values)
        return parts
