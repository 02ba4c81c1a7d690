"""One write: what it asks for, checked; and what it does to an item."""

from dataclasses import dataclass
from typing import Any

from tests.support.contending import grammar
from tests.support.contending.contention import Place
from tests.support.contending.expressions import Scope, holds, scope_of
from tests.support.contending.refusals import invalid
from tests.support.contending.table import Key, Table
from tests.support.contending.updates import check_paths, updated
from tests.support.contending.values import canonical_item, item_size, write_units

Json = dict[str, Any]
_NEEDS = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}


@dataclass(frozen=True, slots=True)
class Action:
    """A Put, Update, Delete or ConditionCheck of one item."""

    kind: str
    table: Table
    key: Key
    given: Json  # the item of a Put, otherwise the key
    scope: Scope
    condition: grammar.Node | None
    changes: tuple[grammar.Node, ...]
    body: Json

    @property
    def place(self) -> Place:
        return (self.table.name, self.key)

    @property
    def before(self) -> Json | None:
        return self.table.items.get(self.key)

    def allowed(self) -> bool:
        """Whether its condition holds."""
        return self.condition is None or holds(self.condition, self.before or {}, self.scope)

    def shown(self) -> Json | None:
        """The item that a failed condition shows, where that is asked for."""
        return self.before if self.body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else None

    def after(self) -> Json | None:
        """The item as this leaves it."""
        if self.kind == "ConditionCheck":
            return self.before
        if self.kind == "Delete":
            return None
        if self.kind == "Put":
            return self.given
        return updated(self.changes, self.before or self.given, self.scope)


@dataclass(frozen=True, slots=True)
class Written:
    """What one action does, and what that costs."""

    action: Action
    before: Json | None
    after: Json | None
    item_units: int
    index_units: dict[Place, int]  # by index and its partition

    def units(self) -> dict[Place, float]:
        """By item and partition."""
        return {self.action.place: self.item_units, **self.index_units}

    def done(self) -> None:
        """Write it."""
        if self.action.kind != "ConditionCheck":
            self.action.table.put(self.action.key, self.after)


def written(action: Action, *, factor: int = 1) -> Written:
    """What an action would do to the item as it is now; refused if that is no item. ``factor``: 2 in a transaction."""
    before, after = action.before, action.after()
    if after is not None and action.kind != "ConditionCheck":
        action.table.check(after)
    units = factor * write_units(item_size(before), item_size(after))
    return Written(action, before, after, units, _index_units(action.table, before, after))


def _index_units(table: Table, before: Json | None, after: Json | None) -> dict[Place, int]:
    """Entries are not dearer in a transaction. A move counts where it goes."""
    costs: dict[Place, int] = {}
    for index in table.indexes.values():
        if units := index.cost(before, after):
            entry = index.entry(after) or index.entry(before)
            assert entry is not None
            costs[table.name, index.name, index.place(entry)[0]] = units
    return costs


def action(kind: str, table: Table, body: Json) -> Action:
    """A request's action, checked as far as it can be without the item."""
    if _NEEDS[kind] not in body:
        raise invalid(f"{kind} needs {_NEEDS[kind]}")
    given = canonical_item(body[_NEEDS[kind]])
    key = table.key_of(given) if kind == "Put" else table.key_given(given)
    parsed: list[grammar.Parsed] = []
    condition = changes = None
    if (text := body.get("ConditionExpression")) is not None:
        parsed.append(condition := grammar.condition(text))
    if kind == "Update" and (text := body.get("UpdateExpression")) is not None:
        parsed.append(changes := grammar.update(text))
    scope = scope_of(body, parsed)
    tree = changes.tree if changes else ()
    check_paths([scope.path(path) for _, path, _ in tree], table.primary.names())
    return Action(kind, table, key, given, scope, condition.tree if condition else None, tree, body)
