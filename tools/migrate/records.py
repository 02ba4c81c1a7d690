"""What an existing gateway holds, whichever it is, as neutral as both sides allow. Secrets are in clear, in memory.

Times are unix seconds, amounts quota units. ``left`` tells what of a record has no counterpart here, in plain words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OldUser:
    """An account. ``reward`` is what invitations earned and nobody has added to the balance yet."""

    id: int
    username: str
    password: str = ""
    display_name: str = ""
    role: int = 1
    status: int = 1
    email: str = ""
    identities: Mapping[str, str] = field(default_factory=dict[str, str])  # attribute here -> subject
    access_token: str = field(default="", repr=False)
    quota: int = 0
    reward: int = 0
    used_quota: int = 0
    request_count: int = 0
    group: str = "default"
    aff_code: str = ""
    aff_count: int = 0
    aff_quota: int = 0
    inviter_id: int = 0
    created_time: int = 0
    seen_time: int = 0
    remind_threshold: int = -1
    note: str = ""
    limits: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OldToken:
    """An API key. ``key`` is without ``sk-``; empty where the source itself knows only a hash of it."""

    id: int
    user_id: int
    key: str = field(default="", repr=False)
    status: int = 1
    name: str = ""
    created_time: int = 0
    accessed_time: int = 0
    expired_time: int = -1
    remain_quota: int = 0
    unlimited_quota: bool = False
    used_quota: int = 0
    models: str = ""
    subnet: str = ""
    limits: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OldChannel:
    """A channel. ``type`` is our number; ``None`` where we have no such provider, which ``type_name`` calls."""

    id: int
    type: int | None
    type_name: str = ""
    key: str = field(default="", repr=False)
    status: int = 1
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
    used_quota: int = 0
    model_mapping: str = ""
    config: str = field(default="", repr=False)
    system_prompt: str = ""
    tag: str = ""
    test_model: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCode:
    """A redemption code: 1 unused, 2 switched off, 3 used."""

    id: int
    user_id: int = 0
    key: str = field(default="", repr=False)
    name: str = ""
    status: int = 1
    quota: int = 0
    created_time: int = 0
    redeemed_time: int = 0
    redeemed_by: int = 0
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OldLog:
    """What was noted of a request, a top-up or the like."""

    id: int
    user_id: int
    created_at: int
    type: int
    content: str = ""
    username: str = ""
    token_id: int = 0
    token_name: str = ""
    model_name: str = ""
    quota: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    channel_id: int = 0
    elapsed_time: int = 0
    is_stream: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which logs come along; both ends are 0 for none at all, ``end`` is beyond the last."""

    start: int = 0
    end: int = 0

    @property
    def empty(self) -> bool:
        return self.end <= self.start
