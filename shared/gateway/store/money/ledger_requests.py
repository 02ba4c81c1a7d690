"""The ledger's transactions as DynamoDB's own JSON: pure functions from holds and entries to requests.

The order of the items is part of each function's promise: whoever reads a refused transaction tells by the
place which condition failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from gateway.domain.money import Entry, EntryType, Hold
from gateway.store.client.attributes import to_item
from gateway.store.schema.tables import COUNTER_SHARDS, Tables, hold_shard, log_bucket, log_owner, token_owner, user_key

Json = dict[str, Any]

_RELEASED_KEPT = 30 * 86_400  # seconds a released hold stays readable
_HOLD, _ENTRY = (tuple(field.name for field in fields(kind)) for kind in (Hold, Entry))  # attributes have their names


def reserve(tables: Tables, hold: Hold) -> Json:
    """The transaction that makes a hold. Item order: hold, user, token."""
    item = hold_item(hold) | {"state": "open", "shard": hold_shard(hold.request_id)}
    actions: list[Json] = [
        {
            "Put": {
                "TableName": tables.holds,
                "Item": to_item(item),
                "ConditionExpression": "attribute_not_exists(request_id)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        },
        _change(tables.users, {"pk": user_key(hold.user_id)}, _Take("quota", hold.amount)),
    ]
    if hold.limited:
        key = {"pk": token_owner(hold.user_id), "id": hold.token_id}
        actions.append(_change(tables.tokens, key, _Take("remain_quota", hold.amount)))
    return {"TransactItems": actions}


def settle(tables: Tables, hold: Hold, entry: Entry, *, with_token: bool = True) -> Json:
    """The transaction that turns a hold into an entry. Item order: hold, log, user, token, channel counter."""
    rest = hold.amount - entry.quota
    charged = {"used_quota": entry.quota, "request_count": 1}
    actions = [
        _finish_hold(tables, hold.request_id),
        put_entry(tables, entry),
        _change(tables.users, {"pk": user_key(hold.user_id)}, _Take("quota", -rest), charged),
    ]
    if with_token:
        key = {"pk": token_owner(hold.user_id), "id": hold.token_id}
        take = _Take("remain_quota", -rest if hold.limited else 0)
        sums = {"used_quota": entry.quota}
        actions.append(_change(tables.tokens, key, take, sums, stamp={"accessed_time": entry.created_at}))
    actions.append(_count_channel(tables, entry))
    return {"TransactItems": actions}


def release(tables: Tables, hold: Hold, now: int, *, with_token: bool = True) -> Json:
    """The transaction that gives a hold back. Item order: hold, user, token."""
    finished = {
        "Update": {
            "TableName": tables.holds,
            "Key": to_item({"request_id": hold.request_id}),
            "UpdateExpression": "SET #state = :released, released_at = :now, #ttl = :ttl REMOVE #shard",
            "ConditionExpression": "#state = :open",
            "ExpressionAttributeNames": {"#state": "state", "#ttl": "ttl", "#shard": "shard"},
            "ExpressionAttributeValues": to_item(
                {":released": "released", ":open": "open", ":now": now, ":ttl": now + _RELEASED_KEPT}
            ),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    actions: list[Json] = [
        finished,
        _change(tables.users, {"pk": user_key(hold.user_id)}, _Take("quota", -hold.amount)),
    ]
    if hold.limited and with_token:
        key = {"pk": token_owner(hold.user_id), "id": hold.token_id}
        actions.append(_change(tables.tokens, key, _Take("remain_quota", -hold.amount)))
    return {"TransactItems": actions}


def renew(tables: Tables, request_id: str, expires_at: int) -> Json:
    """The update that moves an open hold's expiry."""
    return {
        "TableName": tables.holds,
        "Key": to_item({"request_id": request_id}),
        "UpdateExpression": "SET expires_at = :at",
        "ConditionExpression": "#state = :open",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": to_item({":at": expires_at, ":open": "open"}),
    }


def entry_item(entry: Entry) -> Json:
    """A ledger entry as it is kept. ``delta`` is the signed change of the user's balance."""
    delta = -entry.quota if entry.type == EntryType.CONSUME else entry.quota
    return {
        **{name: getattr(entry, name) for name in _ENTRY},
        "owner": log_owner(entry.user_id),
        "bucket": log_bucket(entry.request_id),
        "sort": entry.request_id,
        "delta": delta,
    }


def hold_item(hold: Hold) -> Json:
    """A hold as it is kept, without its state."""
    return {name: getattr(hold, name) for name in _HOLD}


def hold_from(item: Mapping[str, Any]) -> Hold:
    """A hold from its item."""
    return Hold(**{name: item[name] for name in _HOLD})


@dataclass(frozen=True, slots=True)
class _Take:
    """Lower a balance by ``amount`` (raise it, if negative); never below zero."""

    field: str
    amount: int


def _change(
    table: str,
    key: Json,
    take: _Take,
    sums: Mapping[str, int] | None = None,
    stamp: Mapping[str, int] | None = None,
) -> Json:
    values: Json = {":take": take.amount}
    names = {"#balance": take.field}
    sets = ["#balance = #balance - :take"]
    condition = "#balance >= :take" if take.amount > 0 else "attribute_exists(pk)"
    for number, (name, value) in enumerate((sums or {}).items()):
        names[f"#sum{number}"], values[f":sum{number}"] = name, value
        sets.append(f"#sum{number} = #sum{number} + :sum{number}")
    for number, (name, value) in enumerate((stamp or {}).items()):
        names[f"#at{number}"], values[f":at{number}"] = name, value
        sets.append(f"#at{number} = :at{number}")
    return {
        "Update": {
            "TableName": table,
            "Key": to_item(key),
            "UpdateExpression": "SET " + ", ".join(sets),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item(values),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def _finish_hold(tables: Tables, request_id: str) -> Json:
    return {
        "Delete": {
            "TableName": tables.holds,
            "Key": to_item({"request_id": request_id}),
            "ConditionExpression": "#state = :open",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": to_item({":open": "open"}),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def put_entry(tables: Tables, entry: Entry) -> Json:
    return {
        "Put": {
            "TableName": tables.logs,
            "Item": to_item(entry_item(entry)),
            "ConditionExpression": "attribute_not_exists(request_id)",
        }
    }


def _count_channel(tables: Tables, entry: Entry) -> Json:
    shard = int(entry.request_id[-4:], 10) % COUNTER_SHARDS
    return {
        "Update": {
            "TableName": tables.counters,
            "Key": to_item({"name": f"channel#{entry.channel_id}", "shard": shard}),
            "UpdateExpression": "ADD used_quota :quota, request_count :one",
            "ExpressionAttributeValues": to_item({":quota": entry.quota, ":one": 1}),
        }
    }
