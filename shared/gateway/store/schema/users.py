"""Accounts: ``user#<id>`` is one (kind ``user``). Other keys only lead to it or belong to it.

Markers that make a value unique and only hold ``user_id``: ``username#<name>``, ``email#<address>``, ``aff#<code>``,
``access#<hash of access token>``, ``<name of a login provider>#<subject>``, ``passkey#<hash>``, ``name#<folded name>``;
``gifted#...`` say whom was given to (``accounts.gifts``). Empty e-mail and names leave their index.
``sessions#<id>`` says in JSON which browsers are signed in (``accounts.sessions``).
``wallet#<id>#<n>`` is a part of an account's wallet: its share of quota, holds and sums.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from gateway.domain import limits
from gateway.domain.identity import Role, User, UserStatus
from gateway.records import dataclass
from gateway.store.schema.entity import Entity, Index

OPERATORS = -1  # threshold of an account that has none of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """An account. ``password`` is a hash, ``access_hash`` that of its system access token, noted by the hour when used.

    ``quota`` is what is free in its own item, below zero a debt; ``holds`` are that item's, as ``money.wallet`` writes
    them. ``parts``: how many other items have shares (``accounts.balances``). ``corrected``: the entry that set it.
    ``alarm`` is the sealed receiver of its own alarms; ``aff_count`` came by its invitation, for ``aff_quota`` in all.
    ``seen_time`` is to the hour; ``note`` is for administrators.
    """

    id: int
    username: str
    password: str = ""
    display_name: str = ""
    role: int = Role.COMMON
    status: int = UserStatus.ENABLED
    email: str = ""
    github_id: str = ""
    wechat_id: str = ""
    lark_id: str = ""
    oidc_id: str = ""
    identities: str = ""  # at other providers: a JSON object of their attributes
    access_hash: str = ""
    access_created_time: int = 0
    access_used_time: int = 0
    quota: int = 0
    used_quota: int = 0
    request_count: int = 0
    group: str = "default"
    aff_code: str = ""
    inviter_id: int = 0
    session_version: int = 0
    created_time: int = 0
    limits: str = ""  # JSON, as ``domain.limits`` writes it
    holds: dict[str, Any] = field(default_factory=dict[str, Any])
    parts: int = 0
    corrected: str = ""
    remind_threshold: int = OPERATORS
    alarm: str = ""
    aff_count: int = 0
    aff_quota: int = 0
    seen_time: int = 0
    note: str = ""


USERS = Entity(
    table="users",
    key=("pk",),
    row=UserRow,
    beside={
        "pk": str,
        "kind": str,
        "user_id": int,
        "spread": bool,
        "sessions": str,
        "sweep_shard": int,
        "sweep_at": int,
    },
    indexes={
        "by_id": Index("kind", "id"),
        "by_username": Index("kind", "username"),
        "by_display_name": Index("kind", "display_name"),
        "by_email": Index("kind", "email"),
        "by_sweep": Index("sweep_shard", "sweep_at"),
    },
)


def held(item: Mapping[str, Any]) -> int:
    """What all open holds of a wallet come to."""
    holds: Mapping[str, list[Any]] = item.get("holds") or {}
    return sum(hold[0] for hold in holds.values())


def user_from(item: Mapping[str, Any]) -> User:
    """A user, as far as the relay needs one."""
    return User(
        id=item["id"],
        username=item.get("username") or "",
        role=item.get("role") or 0,
        status=item.get("status") or 0,
        group=item.get("group") or "default",
        quota=item.get("quota") or 0,
        used_quota=item.get("used_quota") or 0,
        held=held(item),
        parts=item.get("parts") or 0,
        spread=(item.get("parts") or 0) if item.get("spread") else 0,
        limits=limits.read(item.get("limits") or ""),
        remind_threshold=item.get("remind_threshold", OPERATORS),
    )
