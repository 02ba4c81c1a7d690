"""Writes as DynamoDB's own JSON: pure functions whose results go into a transaction, or are one update.

A condition is a mapping of attribute to the value it must have; ``None`` means that there must be none, ``PRESENT``
that there must be one, and an ``Is`` compares otherwise. Of several mappings one must hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final, Literal

from gateway.records import dataclass
from gateway.store.client.attributes import to_item

Json = dict[str, Any]
Condition = Mapping[str, Any]
Expected = Condition | Sequence[Condition]

PRESENT: Final = object()
MOST_ACTIONS = 90  # of one transaction; DynamoDB takes 100, the rest is room for markers and entries


@dataclass(frozen=True, slots=True)
class Is:
    """What an attribute must be, beside equal to something."""

    sign: Literal["<", "<=", ">", ">="]
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an update does to one item: set, add to (numbers, negative too), or remove attributes.

    ``at_least`` refuses the update when an attribute is below a number.
    """

    sets: Mapping[str, Any] = field(default_factory=dict[str, Any])
    adds: Mapping[str, int] = field(default_factory=dict[str, int])
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])  # set only where there is nothing yet
    removes: Iterable[str] = ()
    expected: Expected = ()
    at_least: Mapping[str, int] = field(default_factory=dict[str, int])


def put(table: str, item: Mapping[str, Any], *, expected: Expected = ()) -> Json:
    """Write a whole item, if the condition holds."""
    return {"Put": {"TableName": table, "Item": to_item(item)} | _shown(_conditional(expected))}


def put_new(table: str, item: Mapping[str, Any], key: str) -> Json:
    """Write an item that must not exist yet; ``key`` is an attribute of its primary key."""
    return put(table, item, expected={key: None})


def delete(table: str, key: Mapping[str, Any], *, expected: Expected = ()) -> Json:
    """Delete an item, if the condition holds."""
    return {"Delete": {"TableName": table, "Key": to_item(key)} | _shown(_conditional(expected))}


def check(table: str, key: Mapping[str, Any], expected: Expected) -> Json:
    """Only the condition: the transaction fails unless it holds."""
    return {"ConditionCheck": {"TableName": table, "Key": to_item(key)} | _shown(_conditional(expected))}


def change(table: str, key: Mapping[str, Any], what: Change) -> Json:
    """Update named attributes of one existing or new item."""
    return {"Update": _shown(update(table, key, what))}


def change_existing(table: str, key: Mapping[str, Any], what: Change) -> Json:
    """Like ``change``, but refused when there is no such item."""
    exists = {next(iter(key)): PRESENT}
    expected = [{**exists, **alternative} for alternative in _alternatives(what.expected)] or exists
    return change(table, key, replace(what, expected=expected))


def update(
    table: str, key: Mapping[str, Any], what: Change, *, returns: Literal["", "ALL_NEW", "UPDATED_NEW"] = ""
) -> Json:
    """The request of one update by itself, outside any transaction; ``returns`` says what it answers."""
    expression = _Expression()
    sets = [f"{expression.name(name)} = {expression.value(value)}" for name, value in what.sets.items()]
    for name, value in what.defaults.items():
        known = expression.name(name)
        sets.append(f"{known} = if_not_exists({known}, {expression.value(value)})")
    adds = [f"{expression.name(name)} {expression.value(value)}" for name, value in what.adds.items()]
    parts = [("SET", sets), ("ADD", adds), ("REMOVE", [expression.name(name) for name in what.removes])]
    body: Json = {"TableName": table, "Key": to_item(key)}
    body["UpdateExpression"] = " ".join(f"{verb} {', '.join(terms)}" for verb, terms in parts if terms)
    if returns:
        body["ReturnValues"] = returns
    return body | expression.request(what.expected, what.at_least)


def _conditional(expected: Expected) -> Json:
    return _Expression().request(expected, {})


def _shown(body: Json) -> Json:
    """The same, but an item that does not meet the condition is told with the refusal."""
    return body | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if "ConditionExpression" in body else body


def _alternatives(expected: Expected) -> list[Condition]:
    given = [expected] if isinstance(expected, Mapping) else expected
    return [alternative for alternative in given if alternative]


class _Expression:
    """Collects names and values under placeholders, because many of our attributes are reserved words."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        return self._names.setdefault(attribute, f"#n{len(self._names)}")

    def value(self, value: Any) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = value
        return placeholder

    def request(self, expected: Expected, at_least: Mapping[str, int]) -> Json:
        """The condition, with every name and value collected so far."""
        parts: Json = {}
        if condition := self._condition(_alternatives(expected), at_least):
            parts["ConditionExpression"] = condition
        if self._names:
            parts["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in self._names.items()}
        if self._values:
            parts["ExpressionAttributeValues"] = to_item(self._values)
        return parts

    def _condition(self, alternatives: Sequence[Condition], at_least: Mapping[str, int]) -> str:
        """AND binds closer than OR, so that no brackets are needed."""
        if not alternatives and not at_least:
            return ""
        common = [f"{self.name(name)} >= {self.value(value)}" for name, value in at_least.items()]
        terms = [[self._term(name, value) for name, value in one.items()] + common for one in alternatives or ({},)]
        return " OR ".join(" AND ".join(one) for one in terms)

    def _term(self, attribute: str, value: Any) -> str:
        name = self.name(attribute)
        if value is None:
            return f"attribute_not_exists({name})"
        if value is PRESENT:
            return f"attribute_exists({name})"
        if isinstance(value, Is):
            return f"{name} {value.sign} {self.value(value.value)}"
        return f"{name} = {self.value(value)}"
