"""Idempotency keys of callers: what a key stands for, so that a request that is sent again is charged once.

One item of the codes table for each token and key. It is written by the transaction that makes the hold, finished by
the one that settles it and removed by the one that gives it back, so no crash leaves a charge without its record. A
record that nobody finishes ends with its hold, a finished one after a day.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from gateway.records import dataclass
from gateway.security.credentials import SealBroken, Vault, hash_key
from gateway.store.client.expressions import Change, Is, change_existing, delete, put
from gateway.store.schema.tables import Tables

Json = dict[str, Any]

KEPT = 86_400  # seconds a finished record answers for its request
MOST_PACKED = 180_000  # bytes of a packed reply; sealed it grows by 7/9, and an item takes 400 kB
_MOST_BODY = 2 * 1024 * 1024  # bytes before packing, which takes some 10 ms per megabyte


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One request's right to answer for a key, until ``expires_at`` (unix seconds)."""

    code: str
    request_hash: str
    request_id: str
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a key. ``sealed`` is the reply of a request that is ``done``, empty if it could not be kept."""

    code: str
    request_hash: str
    request_id: str
    expires_at: int
    done: bool
    sealed: str

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> "Record":
        """From its item."""
        return cls(
            code=item["code"],
            request_hash=item["request_hash"],
            request_id=item["request_id"],
            expires_at=item["expires_at"],
            done=item["done"],
            sealed=item.get("sealed") or "",
        )


def code_of(token_id: int, key: str) -> str:
    """Where the record of a token's key lies. The key itself is not kept: callers put names and numbers into it."""
    return f"idempotency#{token_id}#{hash_key(key)}"


def claim_action(tables: Tables, claim: Claim, now: int) -> Json:
    """Take the key, unless another request has it; the item is told where the condition fails."""
    item = {
        "code": claim.code,
        "request_hash": claim.request_hash,
        "request_id": claim.request_id,
        "done": False,
        "expires_at": claim.expires_at,
        "ttl": claim.expires_at + KEPT,
    }
    return put(tables.codes, item, expected=[{"code": None}, {"expires_at": Is("<=", now)}])


def finish_action(tables: Tables, claim: Claim, sealed: str, now: int) -> Json:
    """Note that the request is done and charged."""
    ends = now + KEPT
    what = Change(
        sets={"done": True, "sealed": sealed, "expires_at": ends, "ttl": ends},
        expected={"request_id": claim.request_id},
    )
    return change_existing(tables.codes, {"code": claim.code}, what)


def renew_action(tables: Tables, claim: Claim, expires_at: int) -> Json:
    """Keep the key for as long as the hold."""
    what = Change(sets={"expires_at": expires_at, "ttl": expires_at + KEPT}, expected={"request_id": claim.request_id})
    return change_existing(tables.codes, {"code": claim.code}, what)


def drop_action(tables: Tables, claim: Claim) -> Json:
    """Free the key: nothing was delivered, so sending the request again is right."""
    return delete(tables.codes, {"code": claim.code}, expected={"request_id": claim.request_id})


def seal(vault: Vault, claim: Claim, reply: KeptReply | None) -> str:
    """A reply as it is kept; empty if there is none, or it is too large."""
    if reply is None or len(reply.body) > _MOST_BODY:
        return ""
    packed = zlib.compress(reply.body, 6)
    if len(packed) > MOST_PACKED:
        return ""
    kept = {"status": reply.status, "headers": dict(reply.headers), "body": b64encode(packed).decode()}
    return vault.seal(json.dumps(kept), _context(claim.code, claim.request_id))


def opened(vault: Vault, record: Record) -> KeptReply | None:
    """The kept reply; ``None`` if there is none, or its key is gone."""
    if not record.sealed:
        return None
    try:
        kept = json.loads(vault.open(record.sealed, _context(record.code, record.request_id)))
    except SealBroken:
        return None
    return KeptReply(status=kept["status"], headers=kept["headers"], body=zlib.decompress(b64decode(kept["body"])))


def _context(code: str, request_id: str) -> str:
    return f"{code}#{request_id}"
