"""Transactions: everything or nothing, and nobody else at their items meanwhile."""

import asyncio
import json
from typing import Any

from tests.support.contending.actions import Action, action, written
from tests.support.contending.contention import Place, lapse
from tests.support.contending.database import Bill, Database
from tests.support.contending.refusals import CONFLICT, NO_REASON, THROTTLED, Refused, cancelled, failed, invalid
from tests.support.contending.values import item_size, write_units

Json = dict[str, Any]
MOST_ACTIONS = 100
REMEMBERED = 600.0  # seconds for which a token makes a repeated transaction the same one


async def transact_write_items(database: Database, request: Json) -> Json:
    """Conditions are looked at in the beginning, writes are seen in the end; in between the items are held."""
    actions = _actions(database, request)
    bill = Bill(database, "TransactWriteItems")
    token = request.get("ClientRequestToken")
    if token and _happened(database, token, request):
        for one in actions:
            bill.add(one.table.name, read_units=2)
        await lapse(database.pace.transaction)
        return bill.consumed(request)
    try:
        await _carried_out(database, actions, bill)
    except Refused:
        database.tokens.pop(token or "", None)
        raise
    if token:
        database.tokens[token] = (*database.tokens[token][:2], True)
    return bill.consumed(request)


async def _carried_out(database: Database, actions: list[Action], bill: Bill) -> None:
    contention = database.contention
    busy = {one.place for one in actions if contention.held(one.place)}
    if contention.refused(bill.operation):
        busy.add(actions[0].place)
    if busy:
        _pay_for_nothing(actions, bill, busy, "conflicts")
        await lapse(database.pace.transaction / 2)
        raise cancelled([CONFLICT if one.place in busy else NO_REASON for one in actions])
    places = [one.place for one in actions]
    contention.hold(places)
    try:
        refused = _judged(database, actions, bill)
        await lapse(database.pace.transaction)
        if refused is not None:
            raise refused
        for one in actions:
            written(one).done()
    finally:
        contention.release(places)


def _judged(database: Database, actions: list[Action], bill: Bill) -> Refused | None:
    """Pays for what is going to be written, or tells why nothing is."""
    failing = {one.place for one in actions if not one.allowed()}
    if failing:
        _pay_for_nothing(actions, bill, failing, "failed_conditions")
        return cancelled([failed(one.shown()) if one.place in failing else NO_REASON for one in actions])
    try:
        planned = [written(one, factor=2) for one in actions]
    except Refused as error:
        return cancelled([{"Code": "ValidationError", "Message": error.message}, *[NO_REASON] * (len(actions) - 1)])
    units: dict[Place, float] = {}
    for plan in planned:
        for place, wanted in plan.units().items():
            units[place] = units.get(place, 0) + wanted
    if short := database.contention.lacking(units):
        for plan in planned:
            bill.add(plan.action.table.name, throttled=not short.isdisjoint(plan.units()))
        return cancelled([THROTTLED if not short.isdisjoint(plan.units()) else NO_REASON for plan in planned])
    for plan in planned:
        of_indexes = sum(plan.index_units.values())
        bill.add(plan.action.table.name, write_units=plan.item_units, of_indexes=of_indexes, items=1)
    return None


def _pay_for_nothing(actions: list[Action], bill: Bill, places: set[Place], column: str) -> None:
    for one in actions:
        units = 2 * write_units(item_size(one.before))
        bill.add(one.table.name, write_units=units, **{column: int(one.place in places)})


def _actions(database: Database, request: Json) -> list[Action]:
    asked = [next(iter(entry.items())) for entry in request["TransactItems"]]
    if not 1 <= len(asked) <= MOST_ACTIONS:
        raise invalid(f"Member must have length less than or equal to {MOST_ACTIONS}")
    actions = [action(kind, database.table(body["TableName"]), body) for kind, body in asked]
    if len({one.place for one in actions}) < len(actions):
        raise invalid("Transaction request cannot include multiple operations on one item")
    return actions


def _happened(database: Database, token: str, request: Json) -> bool:
    """Whether this very transaction has been carried out; from now on it is under way otherwise."""
    now = asyncio.get_running_loop().time()
    contents = json.dumps(request["TransactItems"], sort_keys=True)
    known = database.tokens.get(token)
    if known is None or now - known[1] > REMEMBERED:
        database.tokens[token] = (contents, now, False)
        return False
    if known[0] != contents:
        raise Refused("IdempotentParameterMismatchException", "The token was used with other parameters")
    if not known[2]:
        raise Refused("TransactionInProgressException", "The transaction with the given request token is in progress")
    return True
