"""What the tables hold, as plain frozen dataclasses: what the store's functions take and answer.

Fields have the names of one-api's JSON. Texts are never ``None``; an empty text is not stored, because an
index cannot hold one. Quota in quota units, times in unix seconds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from pynamodb.models import Model

from gateway.domain.channel import ChannelStatus
from gateway.domain.identity import NEVER, Role, TokenStatus, UserStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """An account. ``password`` is a hash, ``access_hash`` the hash of its system access token."""

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
    access_hash: str = ""
    quota: int = 0
    used_quota: int = 0
    request_count: int = 0
    group: str = "default"
    aff_code: str = ""
    inviter_id: int = 0
    session_version: int = 0
    created_time: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """An API key of a user; the key itself is only known by its hash and a hint."""

    id: int
    user_id: int
    key_hash: str = ""
    key_hint: str = ""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """A channel. ``balance`` is a decimal number as text, in the provider's unit; ``used_quota`` lies in counters."""

    id: int
    type: int = 0
    sealed_key: str = ""
    status: int = ChannelStatus.ENABLED
    name: str = ""
    weight: int = 0
    priority: int = 0
    created_time: int = 0
    test_time: int = 0
    response_time: int = 0
    base_url: str = ""
    other: str = ""
    balance: str = "0"
    balance_updated_time: int = 0
    models: str = ""
    group: str = "default"
    model_mapping: str = ""
    config: str = ""
    system_prompt: str = ""
    tag: str = ""
    test_model: str = ""
    status_reason: str = ""
    told_status: int = ChannelStatus.ENABLED  # what root was last told of
    revision: int = 0


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


Row = UserRow | TokenRow | ChannelRow | LogRow | RedemptionRow
R = TypeVar("R", UserRow, TokenRow, ChannelRow, LogRow, RedemptionRow)


def row_of(kind: type[R], item: Model) -> R:
    """The row a stored item holds; what the item lacks gets the row's default."""
    return row_from(kind, item.attribute_values)


def row_from(kind: type[R], values: Mapping[str, Any]) -> R:
    """The row of an item's attributes."""
    return kind(**{field.name: values[field.name] for field in fields(kind) if values.get(field.name) is not None})


def values_of(row: Row) -> dict[str, Any]:
    """A row's attributes as they are stored: everything but empty texts."""
    return {name: value for name, value in asdict(row).items() if value != ""}
