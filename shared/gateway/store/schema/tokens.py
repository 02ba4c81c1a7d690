"""Tokens: ``user#<user id>`` / id is one, ``key#<hash>`` / 0 the marker that finds it, with user_id and token_id.

The marker of a key that was exchanged says ``until`` when it is still good.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from gateway.domain import limits
from gateway.domain.identity import NEVER, Token, TokenStatus
from gateway.records import dataclass
from gateway.store.schema.entity import Entity, Index
from gateway.store.schema.texts import comma_list
from gateway.store.schema.users import held


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """An API key of a user, known by its hash and a hint; sealed as well where its owner may see it again.

    ``old_key_hash`` is of the key before, which is good until ``old_key_until``.
    ``remain_quota`` is what is free; with a limit, ``holds`` are what is held of it. ``corrected`` names the edit that
    set it last.
    """

    id: int
    user_id: int
    key_hash: str = ""
    key_hint: str = ""  # first and last four characters, to tell keys apart in lists
    sealed_key: str = ""
    old_key_hash: str = ""
    old_key_until: int = 0
    status: int = TokenStatus.ENABLED
    name: str = ""
    created_time: int = 0
    accessed_time: int = 0
    expired_time: int = NEVER
    remain_quota: int = 0
    unlimited_quota: bool = False
    used_quota: int = 0
    models: str = ""
    subnet: str = ""
    limits: str = ""  # JSON, as ``domain.limits`` writes it
    holds: dict[str, Any] = field(default_factory=dict[str, Any])
    corrected: str = ""


TOKENS = Entity(
    table="tokens",
    key=("pk", "id"),
    row=TokenRow,
    beside={"pk": str, "token_id": int, "until": int},
    indexes={"by_name": Index("pk", "name")},
)


def token_from(item: Mapping[str, Any]) -> Token:
    """A token without its secret, as far as the relay needs one."""
    return Token(
        id=item["id"],
        user_id=item["user_id"],
        name=item.get("name") or "",
        status=item.get("status") or 0,
        expired_time=item.get("expired_time") or NEVER,
        remain_quota=item.get("remain_quota") or 0,
        held=held(item),
        used_quota=item.get("used_quota") or 0,
        unlimited_quota=bool(item.get("unlimited_quota")),
        models=comma_list(item.get("models")),
        subnet=item.get("subnet") or "",
        limits=limits.read(item.get("limits") or ""),
    )
