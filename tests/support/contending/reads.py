"""Reads: of one item, of many, of a partition, of everything."""

from collections.abc import Iterable
from typing import Any

from tests.support.contending import grammar
from tests.support.contending.contention import lapse
from tests.support.contending.database import Bill, Database
from tests.support.contending.expressions import Scope, holds, scope_of
from tests.support.contending.refusals import CONFLICT, NO_REASON, cancelled, invalid
from tests.support.contending.table import Ordering, Table
from tests.support.contending.values import canonical_item, item_size, read_units, sort_key
from tests.support.contending.writes import picked

Json = dict[str, Any]
PAGE_BYTES = 1024 * 1024
MOST_OF_A_BATCH = 100
_RANGE_TESTS = frozenset({"=", "<", "<=", ">", ">="})


async def get_item(database: Database, request: Json) -> Json:
    table, bill = database.table(request["TableName"]), Bill(database, "GetItem")
    await lapse(database.pace.read / 2)
    item = _one(table, request, bill, 1.0 if request.get("ConsistentRead") else 0.5)
    await lapse(database.pace.read / 2)
    return {**({"Item": item} if item is not None else {}), **bill.consumed(request)}


async def batch_get_item(database: Database, request: Json) -> Json:
    bill = Bill(database, "BatchGetItem")
    if not 1 <= sum(len(wanted["Keys"]) for wanted in request["RequestItems"].values()) <= MOST_OF_A_BATCH:
        raise invalid("Too many items requested for the BatchGetItem call")
    await lapse(database.pace.read / 2)
    found: dict[str, list[Json]] = {}
    for name, wanted in request["RequestItems"].items():
        factor = 1.0 if wanted.get("ConsistentRead") else 0.5
        items = [_one(database.table(name), {**wanted, "Key": key}, bill, factor) for key in wanted["Keys"]]
        found[name] = [item for item in items if item is not None]
    await lapse(database.pace.read / 2)
    return {"Responses": found, "UnprocessedKeys": {}, **bill.consumed(request)}


async def transact_get_items(database: Database, request: Json) -> Json:
    bill = Bill(database, "TransactGetItems")
    await lapse(database.pace.read / 2)
    asked = [entry["Get"] for entry in request["TransactItems"]]
    tables = [database.table(body["TableName"]) for body in asked]
    busy = [
        database.contention.held((table.name, table.key_given(canonical_item(body["Key"]))))
        for table, body in zip(tables, asked, strict=True)
    ]
    items = [_one(table, body, bill, 2.0) for table, body in zip(tables, asked, strict=True)]
    for table, met in zip(tables, busy, strict=True):
        bill.add(table.name, conflicts=met)
    await lapse(database.pace.read / 2)
    if any(busy):
        raise cancelled([CONFLICT if met else NO_REASON for met in busy])
    return {"Responses": [{"Item": item} if item is not None else {} for item in items], **bill.consumed(request)}


async def query(database: Database, request: Json) -> Json:
    table = database.table(request["TableName"])
    ordering = table.ordering(request.get("IndexName"))
    condition = grammar.condition(request["KeyConditionExpression"], "KeyConditionExpression")
    scope, matches, shown = _filters(request, [condition])
    hash_ = _hash_wanted(condition.tree, ordering, scope)
    forward = request.get("ScanIndexForward", True)
    await lapse(database.pace.read / 2)
    start = request.get("ExclusiveStartKey")
    position = table.position(ordering, canonical_item(start)) if start else None
    rows = table.found(ordering, hash_, position, forward=forward)
    chosen = (item for item in rows if holds(condition.tree, item, scope))
    answer = _page(_Reading(database, table, ordering, request, "Query"), chosen, matches, shown, scope)
    await lapse(database.pace.read / 2)
    return answer


async def scan(database: Database, request: Json) -> Json:
    table = database.table(request["TableName"])
    ordering = table.ordering(request.get("IndexName"))
    scope, matches, shown = _filters(request, [])
    await lapse(database.pace.read / 2)
    rows = [item for key in sorted(table.items) if ordering.entry(item := table.items[key]) is not None]
    if segments := request.get("TotalSegments"):
        rows = rows[request["Segment"] :: segments]
    if start := request.get("ExclusiveStartKey"):
        after = table.key_of(canonical_item(start))
        rows = [item for item in rows if table.key_of(item) > after]
    answer = _page(_Reading(database, table, ordering, request, "Scan"), rows, matches, shown, scope)
    await lapse(database.pace.read / 2)
    return answer


class _Reading:
    """A Query or Scan under way: what it reads, and what it has to tell of it."""

    def __init__(self, database: Database, table: Table, ordering: Ordering, request: Json, operation: str) -> None:
        self.table, self.ordering, self.request = table, ordering, request
        self.bill = Bill(database, operation)
        self.consistent = bool(request.get("ConsistentRead"))
        if self.consistent and ordering.name and not ordering.local:
            raise invalid("Consistent reads are not supported on global secondary indexes")

    def next_key(self, item: Json) -> Json:
        return {name: item[name] for name in {*self.table.primary.names(), *self.ordering.names()}}


def _page(
    reading: _Reading,
    rows: Iterable[Json],
    matches: grammar.Node | None,
    shown: list[grammar.Path] | None,
    scope: Scope,
) -> Json:
    limit = reading.request.get("Limit")
    if limit is not None and limit < 1:
        raise invalid("Limit must be greater than or equal to 1")
    found: list[Json] = []
    scanned = bytes_ = 0
    last: Json | None = None
    for item in rows:
        entry = reading.ordering.entry(item) or {}
        scanned, bytes_ = scanned + 1, bytes_ + item_size(entry)
        if matches is None or holds(matches, entry, scope):
            found.append(picked(entry, shown) if shown is not None else entry)
        if scanned == limit or bytes_ >= PAGE_BYTES:
            last = reading.next_key(item)
            break
    units = read_units(bytes_, consistent=reading.consistent)
    reading.bill.add(reading.table.name, read_units=units, items=scanned)
    answer: Json = {"Count": len(found), "ScannedCount": scanned, **reading.bill.consumed(reading.request)}
    if reading.request.get("Select") != "COUNT":
        answer["Items"] = found
    return answer | ({"LastEvaluatedKey": last} if last else {})


def _filters(request: Json, used: list[grammar.Parsed]) -> tuple[Scope, grammar.Node | None, list[grammar.Path] | None]:
    """The scope of a read, its filter and the paths that it wants."""
    matches = shown = None
    if (text := request.get("FilterExpression")) is not None:
        used.append(matches := grammar.condition(text, "FilterExpression"))
    if (text := request.get("ProjectionExpression")) is not None:
        used.append(shown := grammar.projection(text))
    scope = scope_of(request, used)
    return scope, matches.tree if matches else None, [scope.path(path) for path in shown.tree] if shown else None


def _one(table: Table, body: Json, bill: Bill, factor: float) -> Json | None:
    _, _, shown = _filters({name: body[name] for name in body if name != "FilterExpression"}, [])
    item = table.items.get(table.key_given(canonical_item(body["Key"])))
    bill.add(table.name, read_units=factor * read_units(item_size(item), consistent=True), items=1)
    return picked(item, shown) if item is not None and shown is not None else item


def _hash_wanted(tree: grammar.Node, ordering: Ordering, scope: Scope) -> Any:
    """The one value that a key condition asks of the hash key; refused if it asks for more than one can."""
    terms = list(tree[1:]) if tree[0] == "and" else [tree]
    wanted: list[Any] = []
    for term in terms:
        operand = term[2] if term[0] == "compare" else term[1]
        name = scope.path(operand[1]) if operand[0] == "path" else ()
        if name == (ordering.hash,) and term[:2] == ("compare", "="):
            wanted.append(sort_key(scope.values[term[3][1]]))
        elif name != (ordering.range,) or not _of_a_range(term):
            raise invalid("Query key condition not supported")
    if len(wanted) != 1 or len(terms) > 2:
        raise invalid("Query condition missed key schema element")
    return wanted[0]


def _of_a_range(term: grammar.Node) -> bool:
    return term[0] in ("between", "begins_with") or (term[0] == "compare" and term[1] in _RANGE_TESTS)
