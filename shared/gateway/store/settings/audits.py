"""What administrators did: one partition of the log table, apart from the ledger and never cleared with it.

An action is noted before it is done, so that none is done unnoted, and its outcome afterwards: one that stays
``begun`` was cut off.
"""

from dataclasses import asdict, field, fields
from functools import partial

from gateway.records import dataclass
from gateway.store.client.expressions import Change, change, put_new
from gateway.store.client.pages import Page, Part, of_query
from gateway.store.context import Store
from gateway.store.schema.items import LogItem

OWNER = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Who did what to what. ``fields`` are the names of what was submitted; ``targets`` tells which things by name.

    ``outcome`` is ``begun``, ``done`` or ``refused``.
    """

    request_id: str
    created_at: int
    user_id: int
    username: str
    address: str
    method: str
    route: str
    targets: dict[str, str] = field(default_factory=dict[str, str])
    fields: list[str] = field(default_factory=list[str])
    outcome: str = "begun"


def begin(store: Store, action: Action) -> None:
    """Note an action that is about to be done."""
    item = asdict(action) | {"owner": OWNER}
    store.transactor.transact({"TransactItems": [put_new(store.tables.logs, item, "request_id")]})


def end(store: Store, action: Action, outcome: str) -> None:
    """Note what came of it."""
    key = {"owner": OWNER, "request_id": action.request_id}
    update = change(store.tables.logs, key, Change(sets={"outcome": outcome}, expected={"outcome": "begun"}))
    store.transactor.transact({"TransactItems": [update]})


def page(store: Store, part: Part) -> Page[Action]:
    """A part of the actions, in order of time."""
    found = of_query(partial(LogItem.query, OWNER, consistent_read=True), part, ("owner", "request_id"))
    names = {attribute.name for attribute in fields(Action)}
    rows = [{name: value for name, value in item.items() if name in names} for item in found.rows]
    return Page([Action(**row) for row in rows], found.next)


def count(store: Store) -> int:
    """How many actions were noted."""
    return LogItem.count(OWNER)
