"""Plain writes and batches of them."""

import asyncio
from typing import Any

from tests.support.contending.actions import Action, Written, action, written
from tests.support.contending.contention import lapse
from tests.support.contending.database import Bill, Database
from tests.support.contending.expressions import member
from tests.support.contending.grammar import Path
from tests.support.contending.refusals import Refused, condition_failed, conflict, invalid, throttled
from tests.support.contending.values import item_size, write_units

Json = dict[str, Any]
MOST_OF_A_BATCH = 25


async def put_item(database: Database, request: Json) -> Json:
    return await _write(database, "PutItem", "Put", request)


async def update_item(database: Database, request: Json) -> Json:
    return await _write(database, "UpdateItem", "Update", request)


async def delete_item(database: Database, request: Json) -> Json:
    return await _write(database, "DeleteItem", "Delete", request)


async def batch_write_item(database: Database, request: Json) -> Json:
    """Each write by itself; those that are refused for what others do are left unprocessed."""
    bill = Bill(database, "BatchWriteItem")
    asked: list[tuple[str, Json, Action]] = []
    for name, changes in request["RequestItems"].items():
        for change in changes:
            ((kind, body),) = change.items()
            asked.append((name, change, action(kind.removesuffix("Request"), database.table(name), body)))
    if not 1 <= len(asked) <= MOST_OF_A_BATCH:
        raise invalid("Too many items requested for the BatchWriteItem call")
    if len({one.place for _, _, one in asked}) < len(asked):
        raise invalid("Provided list of item keys contains duplicates")
    done = await asyncio.gather(*(_unless_busy(database, one, bill) for _, _, one in asked))
    left: dict[str, list[Json]] = {}
    for (name, change, _), was_done in zip(asked, done, strict=True):
        if not was_done:
            left.setdefault(name, []).append(change)
    return {"UnprocessedItems": left, **bill.consumed(request)}


async def _unless_busy(database: Database, one: Action, bill: Bill) -> bool:
    try:
        await _apply(database, one, bill)
    except Refused as refused:
        if refused.kind not in ("TransactionConflictException", "ProvisionedThroughputExceededException"):
            raise
        return False
    return True


async def _write(database: Database, operation: str, kind: str, request: Json) -> Json:
    one = action(kind, database.table(request["TableName"]), request)
    bill = Bill(database, operation)
    done = await _apply(database, one, bill)
    return {**_returned(done, request.get("ReturnValues", "NONE")), **bill.consumed(request)}


async def _apply(database: Database, one: Action, bill: Bill) -> Written:
    """Half of the time is the way there; then the item's turn; then the way back, whatever came of it."""
    await lapse(database.pace.write / 2)
    await database.contention.turn(one.place)
    try:
        return _apply_now(database, one, bill)
    finally:
        await lapse(database.pace.write / 2)


def _apply_now(database: Database, one: Action, bill: Bill) -> Written:
    name = one.table.name
    if database.contention.held(one.place) or database.contention.refused(bill.operation):
        bill.add(name, write_units=_refused(one), conflicts=1)
        raise conflict()
    if not one.allowed():
        paid = _refused(one)
        if database.contention.lacking({one.place: paid}):
            bill.add(name, throttled=1)
            raise throttled()
        bill.add(name, write_units=paid, failed_conditions=1)
        raise condition_failed(one.shown())
    done = written(one)
    if database.contention.lacking(done.units()):
        bill.add(name, throttled=1)
        raise throttled()
    done.done()
    bill.add(name, write_units=done.item_units, of_indexes=sum(done.index_units.values()), items=1)
    return done


def _refused(one: Action) -> int:
    """What a write costs that is refused."""
    return write_units(item_size(one.before))


def _returned(done: Written, wanted: str) -> Json:
    item = {"ALL_OLD": done.before, "ALL_NEW": done.after}.get(wanted)
    if wanted in ("UPDATED_OLD", "UPDATED_NEW"):
        whole = (done.before if wanted == "UPDATED_OLD" else done.after) or {}
        item = picked(whole, [done.action.scope.path(path) for _, path, _ in done.action.changes])
    return {"Attributes": item} if item else {}


def picked(item: Json, paths: list[Path]) -> Json:
    """Only what stands at some paths, inside the maps and lists where it stands."""
    found: Json = {"M": {}}
    for path in paths:
        value = member(item, path)
        if value is None:
            continue
        inside = found
        for part, following in zip(path, [*path[1:], None], strict=True):
            inside = _entered(
                inside, part, value if following is None else {"L" if isinstance(following, int) else "M": None}
            )
    return found["M"]


def _entered(inside: Json, part: str | int, value: Json) -> Json:
    ((kind, content),) = value.items()
    fresh = {kind: {"M": {}, "L": []}[kind]} if content is None else value
    if isinstance(part, int):
        inside["L"].append(fresh)
        return fresh
    return inside["M"].setdefault(part, fresh)
