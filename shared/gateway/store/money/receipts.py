"""Single entries with what they keep for a receipt, and their refunds.

An entry never changes. That it was refunded is told by a marker, ``refund#<user>`` / request id, which is written in
the transaction that gives the money back; so a second refund finds it and changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from gateway.clock import new_request_id
from gateway.domain.money import EntryType
from gateway.errors import ConditionFailed, StoreError
from gateway.records import dataclass
from gateway.store.client.expressions import Change, Json, change_existing, check, put_new
from gateway.store.client.lookup import item_at
from gateway.store.client.pages import Part
from gateway.store.context import Store
from gateway.store.money import logs
from gateway.store.money.entries import Movement, movement_actions
from gateway.store.money.logs import LogFilter
from gateway.store.schema.items import LogItem, row_of
from gateway.store.schema.logs import LogRow
from gateway.store.schema.tables import log_bucket, log_owner, token_owner

_MARKER, _ENTRY, _USER = 0, 1, 2  # places in the refunding transaction


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry and its details."""

    row: LogRow
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refund:
    """``request_id`` names the refund's own entry; ``repeated``: it was given earlier."""

    request_id: str
    quota: int
    repeated: bool


def find(store: Store, name: str, *, user_id: int = 0) -> Kept | None:
    """An entry by request id, or by the provider's response id among the newest; of one user if one is named."""
    if not (name.isascii() and name.isdigit()):
        found = logs.page(store, LogFilter(user_id=user_id, response_id=name), Part(count=1))
        return _get(found.rows[0].user_id, found.rows[0].request_id) if found.rows else None
    if user_id:
        return _get(user_id, name)
    for item in LogItem.by_time.query(log_bucket(name), LogItem.sort == name):
        return _kept(item)
    return None


def refund(store: Store, kept: Kept, content: str) -> Refund | None:
    """Give back what a consumption was charged, once; ``None`` if the entry is gone meanwhile."""
    with_token = bool(kept.details.get("limited"))
    for _ in range(3):
        refunding = new_request_id(store.clock)
        actions = _actions(store, kept.row, refunding, content)
        if with_token:
            actions.append(_to_token(store, kept.row))
        try:
            store.transactor.transact({"TransactItems": actions})
        except ConditionFailed as failed:
            if failed.failed(_MARKER):
                earlier = failed.reasons[_MARKER] or {}
                return Refund(earlier["refunded_by"], earlier["quota"], repeated=True)
            if failed.failed(_ENTRY) or failed.failed(_USER):
                return None
            with_token = False  # the token was deleted, or has no limit any more
        else:
            return Refund(refunding, kept.row.quota, repeated=False)
    raise StoreError(f"entry {kept.row.request_id} could not be refunded")


def refunded_by(row: LogRow) -> str:
    """The request id of the entry that gave this one back; empty where none did."""
    marker = item_at(LogItem, _marker(row.user_id), row.request_id)
    return marker.refunded_by or "" if marker is not None else ""


def _actions(store: Store, row: LogRow, refunding: str, content: str) -> list[Json]:
    table = store.tables.logs
    marker = {"owner": _marker(row.user_id), "request_id": row.request_id, "refunded_by": refunding}
    movement = Movement(
        user_id=row.user_id,
        username=row.username,
        delta=row.quota,
        type=EntryType.REFUND,
        content=content,
        shown_quota=row.quota,
    )
    return [
        put_new(table, marker | {"quota": row.quota}, "owner"),
        check(table, {"owner": log_owner(row.user_id), "request_id": row.request_id}, {"quota": row.quota}),
        *movement_actions(store.tables, store.clock, movement, refunding),
    ]


def _marker(user_id: int) -> str:
    return f"refund#{user_id}"


def _to_token(store: Store, row: LogRow) -> Json:
    what = Change(adds={"remain_quota": row.quota}, expected={"unlimited_quota": False})
    return change_existing(store.tables.tokens, {"pk": token_owner(row.user_id), "id": row.token_id}, what)


def _get(user_id: int, request_id: str) -> Kept | None:
    return _kept(item_at(LogItem, log_owner(user_id), request_id))


def _kept(item: Any) -> Kept | None:
    if item is None or not item.id:  # what stands for purged entries is none itself
        return None
    details: Any = item.details
    return Kept(row_of(LogRow, item), details.as_dict() if details is not None else {})
