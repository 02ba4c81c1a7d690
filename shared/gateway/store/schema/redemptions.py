"""Redemption codes: ``code#<id>`` is one (kind ``redemption``), ``key#<hash>`` the marker that finds it."""

from gateway.records import dataclass
from gateway.store.schema.entity import Entity, Index


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionRow:
    """A redemption code. ``user_id`` made it, ``redeemed_by`` used it (0: nobody yet)."""

    id: int
    user_id: int
    key_hash: str = ""
    sealed_key: str = ""
    name: str = ""
    status: int = 1
    quota: int = 0
    created_time: int = 0
    redeemed_time: int = 0
    redeemed_by: int = 0


REDEMPTIONS = Entity(
    table="redemptions",
    key=("pk",),
    row=RedemptionRow,
    beside={"pk": str, "kind": str, "code_id": int},
    indexes={"by_id": Index("kind", "id"), "by_name": Index("kind", "name")},
)
