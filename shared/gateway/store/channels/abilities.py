"""Abilities: which channels may serve a model to a group. An index over the channels, which have the last word."""

from collections.abc import Iterable

from gateway.store.client.expressions import MOST_ACTIONS, Json, delete, put
from gateway.store.context import Store
from gateway.store.schema.channels import ChannelRow
from gateway.store.schema.items import AbilityItem
from gateway.store.schema.tables import SEPARATOR, Tables, ability_sort
from gateway.store.schema.texts import comma_list

Ability = tuple[str, str]  # group, model


def of_channel(row: ChannelRow) -> set[Ability]:
    """What a channel's item says it serves."""
    return {(group, model) for group in comma_list(row.group) for model in comma_list(row.models)}


def indexed(store: Store, channel_id: int) -> set[Ability]:
    """What the table has for a channel: the same, but for what an interrupted change left behind."""
    rows = AbilityItem.by_channel.query(channel_id)
    return {(item.group, item.model_channel.rpartition(SEPARATOR)[0]) for item in rows}


def additions(tables: Tables, channel_id: int, abilities: Iterable[Ability]) -> list[Json]:
    """The actions that add these rows."""
    return [put(tables.abilities, _item(channel_id, *ability)) for ability in sorted(abilities)]


def removals(tables: Tables, channel_id: int, abilities: Iterable[Ability]) -> list[Json]:
    """The actions that delete these rows."""
    return [
        delete(tables.abilities, {"group": group, "model_channel": ability_sort(model, channel_id)})
        for group, model in sorted(abilities)
    ]


def write(store: Store, before: list[Json], channel: list[Json], after: list[Json]) -> None:
    """Write rows, channel, rows in this order: in one transaction if they fit, else one part after the other.

    A channel that changes in several steps is never offered for what it does not serve, since whoever reads
    an ability looks at the channel; and it is always offered for what it does.
    """
    if len(before) + len(channel) + len(after) <= MOST_ACTIONS:
        store.transactor.transact({"TransactItems": [*channel, *before, *after]})
        return
    _in_batches(store, before)
    store.transactor.transact({"TransactItems": channel})
    _in_batches(store, after)


def models_of_group(store: Store, group: str) -> dict[str, list[int]]:
    """Every model some channel is indexed for in this group, with the channels' numbers."""
    models: dict[str, list[int]] = {}
    for item in AbilityItem.query(group):
        models.setdefault(item.model, []).append(int(item.channel_id))
    return models


def _in_batches(store: Store, actions: list[Json]) -> None:
    for start in range(0, len(actions), MOST_ACTIONS):
        store.transactor.transact({"TransactItems": actions[start : start + MOST_ACTIONS]})


def _item(channel_id: int, group: str, model: str) -> dict[str, str | int]:
    return {
        "group": group,
        "model_channel": ability_sort(model, channel_id),
        "model": model,
        "channel_id": channel_id,
        "group_model": f"{group}{SEPARATOR}{model}",
    }
