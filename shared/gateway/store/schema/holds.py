"""Quota held for running requests. ``state`` is open or released; a released hold has no shard."""

from gateway.store.schema.entity import Entity, Index

HOLDS = Entity(
    table="holds",
    key=("request_id",),
    beside={
        "request_id": str,
        "shard": int,
        "expires_at": int,
        "state": str,
        "user_id": int,
        "token_id": int,
        "limited": bool,
        "amount": int,
        "created_at": int,
        "released_at": int,
        "model": str,
        "ttl": int,
    },
    indexes={"by_expiry": Index("shard", "expires_at", whole=True)},
)
