"""Entries as DynamoDB's own JSON: pure functions from what happened to what is put."""

from dataclasses import fields
from typing import Any

from gateway.domain.money import Entry, EntryType
from gateway.store.client.attributes import to_item
from gateway.store.schema.tables import Tables, log_bucket, log_owner

Json = dict[str, Any]

TOMBSTONE_KEPT = 7 * 86_400  # seconds: longer than any process that could still come back
_ENTRY = tuple(field.name for field in fields(Entry))  # attributes have their names


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


def put_entry(tables: Tables, entry: Entry) -> Json:
    """The action that puts an entry, unless there is one of that request."""
    return _put(tables, entry_item(entry))


def put_tombstone(tables: Tables, user_id: int, request_id: str, now: int) -> Json:
    """The action that says that a request came to nothing: in no list, and gone after some days."""
    item = {
        "owner": log_owner(user_id),
        "request_id": request_id,
        "type": int(EntryType.RELEASED),
        "created_at": now,
        "ttl": now + TOMBSTONE_KEPT,
    }
    return _put(tables, item)


def late_id(request_id: str) -> str:
    """The id under which a request is charged that the sweep had given up: the next to its own, in order of time."""
    return f"{request_id[:-1]}{(int(request_id[-1]) + 1) % 10}"


def _put(tables: Tables, item: Json) -> Json:
    return {
        "Put": {
            "TableName": tables.logs,
            "Item": to_item(item),
            "ConditionExpression": "attribute_not_exists(request_id)",
        }
    }
