"""Roles of the template as data, and whether one allows a call.

Only what our policies use of IAM's language is understood; anything else is an error rather than a guess.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from local.places import TEMPLATE
from local.tables import read_template

Json = dict[str, Any]
ATTRIBUTES, LEADING, ENCLOSING = "dynamodb:Attributes", "dynamodb:LeadingKeys", "dynamodb:EnclosingOperation"
ROLES = ("RelayRole", "AdminRole", "CronRole")
KNOWN = {
    "ForAllValues:StringEquals": {ATTRIBUTES, LEADING},
    "ForAllValues:StringLike": {LEADING},
    "ForAnyValue:StringEquals": {ENCLOSING, LEADING},
    "ForAnyValue:StringLike": {LEADING},
    "StringEquals": {ENCLOSING},
}


@dataclass(frozen=True, slots=True)
class Target:
    """A table by its short name, or one of its indexes."""

    table: str
    index: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One action of a request on one table, as IAM judges it: each action of a transaction by itself."""

    action: str
    target: Target
    attributes: frozenset[str] = frozenset()
    enclosing: str = ""
    leading: frozenset[str] = frozenset()

    def values(self, key: str) -> frozenset[str]:
        """Of a condition key; what the request does not carry is empty."""
        enclosing = frozenset({self.enclosing} - {""})
        return {ATTRIBUTES: self.attributes, LEADING: self.leading, ENCLOSING: enclosing}[key]

    def __str__(self) -> str:
        where = f"{self.target.table}/index/{self.target.index}" if self.target.index else self.target.table
        within = f" in {self.enclosing}" if self.enclosing else ""
        return f"{self.action} on {where}{within}, keys {sorted(self.leading)}, names {sorted(self.attributes)}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a statement's conditions."""

    operator: str
    key: str
    wanted: frozenset[str]

    def holds(self, call: Call) -> bool:
        """A set operator over nothing is true for ``ForAllValues`` and false for ``ForAnyValue``, as at AWS."""
        values = call.values(self.key)
        found = [self._matches(value) for value in values]
        return all(found) if self.operator.startswith("ForAllValues:") else any(found)

    def _matches(self, value: str) -> bool:
        if self.operator.endswith("StringLike"):
            return any(fnmatchcase(value, pattern) for pattern in self.wanted)
        return value in self.wanted


@dataclass(frozen=True, slots=True)
class Statement:
    """One permission: a statement of the template, spread over its actions and resources."""

    action: str
    target: Target
    conditions: tuple[Condition, ...] = ()

    def allows(self, call: Call) -> bool:
        same = (self.action, self.target) == (call.action, call.target)
        return same and all(condition.holds(call) for condition in self.conditions)

    @property
    def attributes(self) -> frozenset[str]:
        """What it is limited to; empty if it is not."""
        return frozenset().union(*(c.wanted for c in self.conditions if c.key == ATTRIBUTES))

    def limited_to(self, attributes: frozenset[str]) -> "Statement":
        """The same for these attributes only."""
        return replace(self, conditions=(Condition("ForAllValues:StringEquals", ATTRIBUTES, attributes),))


def statements(role: str, template: Mapping[str, Any] | None = None) -> list[Statement]:
    """What a role may do with tables."""
    found: list[Statement] = []
    for statement in _written(role, template):
        assert statement["Effect"] == "Allow", statement
        found += _spread(statement)
    return found


def other_actions(role: str) -> dict[str, Any]:
    """What a role may do besides, with the resources as the template writes them."""
    pairs = [(action, statement["Resource"]) for statement in _written(role) for action in statement["Action"]]
    return {action: resource for action, resource in pairs if not action.startswith("dynamodb:")}


def allowed(granted: list[Statement], call: Call) -> bool:
    """Whether any permission covers it."""
    return any(statement.allows(call) for statement in granted)


def _written(role: str, template: Mapping[str, Any] | None = None) -> Iterator[Json]:
    properties = (template or read_template(TEMPLATE))["Resources"][role]["Properties"]
    for policy in properties["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement.keys() <= {"Effect", "Action", "Resource", "Condition"}, statement
            yield statement


def _spread(statement: Json) -> Iterator[Statement]:
    conditions = tuple(_conditions(statement.get("Condition", {})))
    for action in statement["Action"]:
        service, _, name = action.partition(":")
        assert "*" not in action, action
        if service == "dynamodb":
            for resource in statement["Resource"]:
                yield Statement(name, _target(resource), conditions)


def _conditions(written: Mapping[str, Json]) -> Iterator[Condition]:
    for operator, lines in written.items():
        for key, wanted in lines.items():
            assert key in KNOWN[operator], (operator, key)
            yield Condition(operator, key, frozenset([wanted] if isinstance(wanted, str) else wanted))


def _target(resource: Any) -> Target:
    text = str(resource.get("Fn::GetAtt") or resource["Fn::Sub"])
    found = re.fullmatch(r"(?:\$\{)?(\w+)Table\.Arn(?:\}/index/(\w+))?", text)
    assert found, f"{text} is neither a table nor one named index"
    return Target(found[1].lower(), found[2] or "")
