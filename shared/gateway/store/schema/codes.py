"""Short-lived things, found by purpose and hash: e-mail codes, reset tokens, OAuth states, locks.

What is known of callers' idempotency keys lies here too; ``money/idempotency.py`` has those attributes.
"""

from gateway.store.schema.entity import Entity

CODES = Entity(
    table="codes",
    key=("code",),
    beside={"code": str, "value": object, "attempts": int, "expires_at": int, "ttl": int},
)
