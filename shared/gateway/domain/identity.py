"""Who is calling: users and their tokens (API keys)."""

from enum import IntEnum

from gateway.domain.limits import LimitRule
from gateway.records import dataclass, record


class Role(IntEnum):
    """one-api's numbers, kept because its clients compare them."""

    GUEST = 0
    COMMON = 1
    ADMIN = 10
    ROOT = 100


class UserStatus(IntEnum):
    ENABLED = 1
    DISABLED = 2
    DELETED = 3


class TokenStatus(IntEnum):
    ENABLED = 1
    DISABLED = 2
    EXPIRED = 3
    EXHAUSTED = 4


NEVER = -1  # expired_time of a token without an end


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """The part of an account that a relayed request needs. Quota in quota units."""

    id: int
    username: str
    role: int
    status: int
    group: str
    quota: int
    used_quota: int = 0
    held: int = 0  # by requests under way, in the account's own item
    parts: int = 0  # other items that have shares of quota and sums
    spread: int = 0  # parts of the wallet that new holds go to, besides the account's own item
    limits: tuple[LimitRule, ...] = ()
    remind_threshold: int = -1  # below which its owner is told; -1: the operator's option says


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An API key without its secret. Times in unix seconds, quota in quota units."""

    id: int
    user_id: int
    name: str
    status: int
    expired_time: int = NEVER
    remain_quota: int = 0
    held: int = 0
    used_quota: int = 0
    unlimited_quota: bool = False
    models: tuple[str, ...] = ()  # empty: every model
    subnet: str = ""  # comma-separated CIDRs; empty: everywhere
    limits: tuple[LimitRule, ...] = ()


@record
class Caller:
    """A token and its owner, authenticated."""

    token: Token
    user: User
    pinned_channel: int | None = None
