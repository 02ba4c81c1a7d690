"""A request to DynamoDB as the calls that IAM judges."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from local.places import TEMPLATE
from local.tables import read_tables
from tests.support.enforcing.policy import Call, Target

Json = dict[str, Any]
WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
BATCHED = {"PutRequest": "PutItem", "DeleteRequest": "DeleteItem"}
EXPRESSIONS = (
    "UpdateExpression", "ConditionExpression", "KeyConditionExpression", "FilterExpression", "ProjectionExpression",
)  # fmt: skip
VERBS = {"SET", "ADD", "REMOVE", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"}
FUNCTIONS = {
    "attribute_exists", "attribute_not_exists", "attribute_type", "if_not_exists", "list_append", "begins_with",
    "contains", "size",
}  # fmt: skip
PLACE = "stack-"


def calls(operation: str, request: Json) -> Iterator[Call]:
    """Action by action. Table names are cut down to what follows the stack's name."""
    if operation == "TransactWriteItems":
        for entry in request["TransactItems"]:
            ((kind, body),) = entry.items()
            yield _call(WRITES[kind], body, operation)
    elif operation == "TransactGetItems":
        for entry in request["TransactItems"]:
            yield _call("GetItem", entry["Get"], operation)
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table, asked in request["RequestItems"].items():
            yield _batch(operation, table, asked)
    else:
        yield _call(operation, request)


def _call(action: str, body: Json, enclosing: str = "") -> Call:
    target = Target(short(body["TableName"]), body.get("IndexName", ""))
    return Call(action, target, _attributes(body), enclosing, frozenset(_leading(target, body)))


def _batch(operation: str, table: str, asked: Any) -> Call:
    """A batch is one action on a table, with the keys of all its items."""
    target = Target(short(table))
    keys: list[Json] = asked["Keys"] if operation == "BatchGetItem" else [_written_key(entry) for entry in asked]
    named = frozenset[str]().union(*keys)
    if operation == "BatchGetItem":
        named |= _attributes(asked)
    key = hash_keys()[target]
    return Call(operation, target, named, leading=frozenset(_text(item[key]) for item in keys if key in item))


def _written_key(entry: Json) -> Json:
    ((_, body),) = entry.items()
    return body.get("Item") or body["Key"]


def short(table: str) -> str:
    """A table's name without the stack's."""
    return table.rpartition("-")[2]


@cache
def hash_keys() -> Mapping[Target, str]:
    """The partition key of every table and index of the template."""
    found: dict[Target, str] = {}
    for table in read_tables(TEMPLATE, PLACE.removesuffix("-")):
        name = table.name.removeprefix(PLACE)
        found[Target(name)] = _hash_key(table.definition)
        found |= {Target(name, index): _hash_key(definition) for index, definition in table.indexes.items()}
    return found


def _hash_key(definition: Mapping[str, Any]) -> str:
    return next(key["AttributeName"] for key in definition["KeySchema"] if key["KeyType"] == "HASH")


def _leading(target: Target, body: Json) -> Iterator[str]:
    """The partition key that a request names; a scan names none."""
    key = hash_keys().get(target, "")
    given: Json = body.get("Key") or body.get("Item") or {}
    if key in given:
        yield _text(given[key])
    condition: str = body.get("KeyConditionExpression", "")
    names: dict[str, str] = body.get("ExpressionAttributeNames") or {}
    for name, value in re.findall(r"([#\w]+)\s*=\s*(:\w+)", condition):
        if names.get(name, name) == key:
            yield _text(body["ExpressionAttributeValues"][value])


def _text(value: Json) -> str:
    ((_, text),) = value.items()
    return str(text)


def _attributes(body: Json) -> frozenset[str]:
    """Top-level attributes that an action names: keys, items, expressions."""
    text = " ".join(body.get(name) or "" for name in EXPRESSIONS)
    names: dict[str, str] = body.get("ExpressionAttributeNames") or {}
    words = re.findall(r"(?<![.\w#:])[#:]?\w+", text)  # of a path its beginning
    spoken = {names.get(word, word) for word in words if not word.startswith(":") and not _is_syntax(word)}
    return frozenset({*spoken, *body.get("Key", {}), *body.get("Item", {})})


def _is_syntax(word: str) -> bool:
    return word.upper() in VERBS or word in FUNCTIONS or word.isdigit()
