"""DynamoDB in memory, as far as our money needs it: thousands of transactions a second for property tests.

It reads the requests that are sent to the real one. What it does not understand is an ``AssertionError``; that it
agrees with a real one is shown by running the same tests on both.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any

from gateway.errors import ConditionFailed, StoreError
from gateway.store.client.attributes import from_item, from_value
from local.places import TEMPLATE
from local.tables import read_tables

Json = dict[str, Any]

_PARTS = re.compile(r"\b(SET|ADD|REMOVE)\b")
_COMMA = re.compile(r",(?![^(]*\))")
_COMPARED = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


class MemoryDynamo:
    """Has the methods of ``Dynamo`` that the ledger, the books and the sweeper call."""

    def __init__(self, prefix: str = "memory-") -> None:
        tables = read_tables(TEMPLATE, prefix.removesuffix("-"))
        self._keys = {t.name: [key["AttributeName"] for key in t.definition["KeySchema"]] for t in tables}
        self._items: dict[str, dict[tuple[Any, ...], Json]] = {name: {} for name in self._keys}

    async def get(self, table: str, key: Json, *, consistent: bool = True) -> Json | None:
        await asyncio.sleep(0)
        found = self._items[table].get(self._key(table, from_item(key)))
        return dict(found) if found is not None else None

    async def query(self, request: Json, *, most: int | None = None) -> list[Json]:
        await asyncio.sleep(0)
        found = [dict(item) for item in self._items[request["TableName"]].values() if _holds(request, item)]
        order = "expires_at" if request.get("IndexName") == "by_expiry" else self._keys[request["TableName"]][-1]
        return sorted(found, key=lambda item: item[order])[:most]

    async def pages(self, request: Json) -> AsyncGenerator[list[Json]]:
        yield await self.query(request)

    async def update(self, request: Json) -> Json:
        await self.transact({"TransactItems": [{"Update": request}]})
        return {}

    async def transact(self, request: Json) -> None:
        await asyncio.sleep(0)
        actions = [next(iter(action.items())) for action in request["TransactItems"]]
        places = [(body["TableName"], self._place(body)) for _, body in actions]
        if len(set(places)) < len(places):
            raise StoreError("one transaction has two actions on one item")
        reasons: list[Json | None] = []
        for (table, key), (_, body) in zip(places, actions, strict=True):
            item = self._items[table].get(key)
            shown = item if body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else None
            reasons.append(None if _holds(body, item or {}) else dict(shown or {}))
        if any(reason is not None for reason in reasons):
            raise ConditionFailed(reasons)
        for (table, key), (kind, body) in zip(places, actions, strict=True):
            self._apply(kind, body, table, key)

    def _key(self, table: str, item: Json) -> tuple[Any, ...]:
        return tuple(item[name] for name in self._keys[table])

    def _place(self, body: Json) -> tuple[Any, ...]:
        return self._key(body["TableName"], from_item(body.get("Key") or body["Item"]))

    def _apply(self, kind: str, body: Json, table: str, key: tuple[Any, ...]) -> None:
        if kind == "Put":
            self._items[table][key] = from_item(body["Item"])
        elif kind == "Delete":
            self._items[table].pop(key, None)
        elif kind == "Update":
            before = self._items[table].get(key, from_item(body["Key"]))
            self._items[table][key] = _updated(body, before)
        else:
            assert kind == "ConditionCheck", kind


def _holds(body: Json, item: Json) -> bool:
    text = body.get("ConditionExpression") or body.get("KeyConditionExpression") or ""
    return not text or any(
        all(_term(body, term.strip(), item) for term in side.split(" AND ")) for side in text.split(" OR ")
    )


def _term(body: Json, term: str, item: Json) -> bool:
    if found := re.fullmatch(r"attribute_(not_)?exists\((\S+)\)", term):
        return (_name(body, found[2]) in item) != bool(found[1])
    left, sign, right = term.split()
    name = _name(body, left)
    return name in item and _COMPARED[sign](item[name], _value(body, right))


def _updated(body: Json, before: Json) -> Json:
    item = dict(before)
    pieces = _PARTS.split(body["UpdateExpression"])[1:]
    for verb, terms in zip(pieces[::2], pieces[1::2], strict=True):
        for term in _COMMA.split(terms):
            _change(body, verb, term.strip(), before, item)
    return item


def _change(body: Json, verb: str, term: str, before: Json, item: Json) -> None:
    if verb == "REMOVE":
        item.pop(_name(body, term), None)
    elif verb == "ADD":
        name, value = term.split()
        item[_name(body, name)] = before.get(_name(body, name), 0) + _value(body, value)
    else:
        target, _, source = (part.strip() for part in term.partition("="))
        item[_name(body, target)] = _source(body, source, before)


def _source(body: Json, source: str, before: Json) -> Any:
    if found := re.fullmatch(r"if_not_exists\((\S+), (\S+)\)", source):
        return before.get(_name(body, found[1]), _value(body, found[2]))
    if found := re.fullmatch(r"(\S+) ([+-]) (\S+)", source):
        right = _value(body, found[3])
        return before[_name(body, found[1])] + (right if found[2] == "+" else -right)
    return _value(body, source)


def _name(body: Json, text: str) -> str:
    return body["ExpressionAttributeNames"][text] if text.startswith("#") else text


def _value(body: Json, placeholder: str) -> Any:
    return from_value(body["ExpressionAttributeValues"][placeholder])
