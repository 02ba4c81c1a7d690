"""Changes of a user's balance that no relayed request causes: gifts, top-ups, an admin's corrections.

The rule of the ledger: a balance is the sum of its entries' ``delta``. So the balance never moves without an
entry in the same transaction, and these functions make both.
"""

from collections.abc import Mapping

from gateway.clock import Clock, new_log_id, new_request_id
from gateway.domain.money import Entry, EntryType
from gateway.records import dataclass
from gateway.store.client.expressions import Change, Json, change_existing, put_new
from gateway.store.money.ledger_requests import entry_item
from gateway.store.schema.tables import Tables, user_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One change of one balance. ``shown_quota`` is the log's quota column, as one-api fills it per kind."""

    user_id: int
    username: str
    delta: int
    type: EntryType
    content: str
    shown_quota: int = 0


def entry_action(tables: Tables, clock: Clock, movement: Movement, request_id: str = "") -> Json:
    """The entry alone, for a balance that the same transaction writes anyway."""
    entry = Entry(
        request_id=request_id or new_request_id(clock),
        id=new_log_id(clock),
        created_at=clock.now(),
        type=movement.type,
        user_id=movement.user_id,
        username=movement.username,
        quota=movement.shown_quota,
        content=movement.content,
    )
    return put_new(tables.logs, entry_item(entry) | {"delta": movement.delta}, "request_id")


def movement_actions(
    tables: Tables, clock: Clock, movement: Movement, request_id: str = "", counts: Mapping[str, int] | None = None
) -> list[Json]:
    """The change of the balance and its entry. The balance comes first and is refused below zero; ``counts`` are added
    to beside it.
    """
    at_least = {"quota": -movement.delta} if movement.delta < 0 else {}  # who is in debt may be given quota
    what = Change(adds={"quota": movement.delta, **(counts or {})}, at_least=at_least)
    return [
        change_existing(tables.users, {"pk": user_key(movement.user_id)}, what),
        entry_action(tables, clock, movement, request_id),
    ]
