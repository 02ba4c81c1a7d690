"""Ledger entries: ``user#<id>`` / request id. Never changed once written.

``user#<id>`` / ``0`` is the sum of the purged ones (see ``ledger_sums``), ``refund#<id>`` / request id the marker of
an entry that was refunded, ``late#<id>`` / request id that of a request charged after the sweep had given it up. A
tombstone lies among the entries and is none: it has type 7 and no bucket.

``failed#<id>`` / request id is a request that failed, in buckets of its own: no part of the ledger, gone by ``ttl``.
"""

from gateway.records import dataclass
from gateway.store.schema.entity import Entity, Index


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """A ledger entry. ``delta`` is the signed change of the user's balance."""

    request_id: str
    id: int
    created_at: int
    type: int
    user_id: int
    username: str = ""
    quota: int = 0
    cost: int | None = None  # what it cost the operator; None: nobody knows
    delta: int = 0
    content: str = ""
    token_id: int = 0
    token_name: str = ""
    model_name: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    channel_id: int = 0
    elapsed_time: int = 0
    is_stream: bool = False
    system_prompt_reset: bool = False


LOGS = Entity(
    table="logs",
    key=("owner", "request_id"),
    row=LogRow,
    beside={"owner": str, "bucket": str, "sort": str, "details": dict, "refunded_by": str},
    indexes={"by_time": Index("bucket", "sort", whole=True)},
)
