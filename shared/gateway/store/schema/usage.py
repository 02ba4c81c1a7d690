"""Roll-up of consumption: ``user#<id>`` or ``all`` / ``YYYY-MM-DD`` and model; and ``<owner>/token`` and the like."""

from gateway.store.schema.entity import Entity

USAGE = Entity(
    table="usage",
    key=("owner", "day_model"),
    beside={
        "owner": str,
        "day_model": str,
        "request_count": int,
        "quota": int,
        "prompt_tokens": int,
        "completion_tokens": int,
        "cost": int,
        "costed_quota": int,
        "costed_count": int,
        "shadow": int,
        "shadowed_quota": int,
        "shadowed_count": int,
        "shadow_unknown": int,
        "name": str,
        "user_id": int,
        "ttl": int,
    },
)
