"""Numbers: the next id of an entity (``id#<entity>``), sums per channel, rate windows; what limits count (``limit#``)
is written in ``money.window_items``."""

from gateway.store.schema.entity import Entity

COUNTERS = Entity(
    table="counters",
    key=("name", "shard"),
    beside={"name": str, "shard": int, "value": int, "used_quota": int, "request_count": int, "ttl": int},
)
