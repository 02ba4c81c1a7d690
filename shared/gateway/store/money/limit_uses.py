"""Reading what is used of limits, for the management API: an item for each who is limited."""

from collections.abc import Sequence

from gateway.domain.limited import Subject
from gateway.store.client.lookup import attributes_at
from gateway.store.context import Store
from gateway.store.money.window_items import LimitUse, uses
from gateway.store.schema.items import CounterItem
from gateway.store.schema.tables import limit_key


def of(store: Store, found: Sequence[Subject]) -> list[tuple[Subject, LimitUse]]:
    """What is used of each of their rules now."""
    now, rows = store.clock.now(), list[tuple[Subject, LimitUse]]()
    for subject in found:
        item = attributes_at(CounterItem, limit_key(subject.name)) or {}
        rows += [(subject, use) for use in uses(subject.whose, subject.rules, item, now)]
    return rows
