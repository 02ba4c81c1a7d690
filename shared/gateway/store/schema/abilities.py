"""Abilities: one item per group, model and channel, which says that the channel may serve the model to the group.

An index only: status, priority and weight are read from the channel, which has the last word.
"""

from gateway.store.schema.entity import Entity, Index

ABILITIES = Entity(
    table="abilities",
    key=("group", "model_channel"),
    beside={"group": str, "model_channel": str, "model": str, "channel_id": int, "group_model": str},
    indexes={"by_channel": Index("channel_id", "group_model")},
)
