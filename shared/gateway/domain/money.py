"""Holds and ledger entries: what a request may cost, and what it did cost. All amounts in quota units."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import IntEnum
from typing import Any, Literal

from gateway.records import dataclass, record

Settlement = Literal[
    "settled",  # this call wrote the entry
    "already",  # an earlier call had
    "late",  # the sweep had released the request: it is charged by an entry of its own
]


class EntryType(IntEnum):
    """one-api's log types, and from 6 on ours."""

    UNKNOWN = 0
    TOPUP = 1
    CONSUME = 2
    MANAGE = 3
    SYSTEM = 4
    TEST = 5
    REFUND = 6
    RELEASED = 7  # a tombstone: the request came to nothing; in no list, gone after some days
    FAILED = 8  # a request that was refused or that nobody could serve: beside the ledger, and no part of it


@record
class Hold:
    """Quota taken from a user (and from the token, if that is limited) until the request is settled.

    ``expires_at`` is when the sweep may finish it, in unix seconds; ``part``, which part of the wallet has it;
    ``limits``, whose limits the request may have taken something of.
    """

    request_id: str
    user_id: int
    token_id: int
    limited: bool
    amount: int
    created_at: int
    expires_at: int
    model: str = ""
    part: int = 0
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due for the part of an answer that is out: charged if the process that gives it dies.

    Kept inside a hold, so it is no longer than it must be. ``quota`` in quota units, the rest as in ``Entry``.
    """

    quota: int
    model: str = ""
    channel_id: int = 0
    prompt: int = 0
    completion: int = 0
    token_id: int = 0

    def write(self) -> list[Any]:
        """As it is kept."""
        return [self.quota, self.model, self.channel_id, self.prompt, self.completion, self.token_id]

    @classmethod
    def read(cls, kept: Sequence[Any]) -> "Due":
        """From what was kept."""
        return cls(
            **dict(zip(("quota", "model", "channel_id", "prompt", "completion", "token_id"), kept, strict=False))
        )


@record
class Entry:
    """One line of the ledger, shown as a log. ``quota`` is what was charged, ``elapsed_time`` in ms. ``cost`` is what a
    request cost the operator, in quota units too; ``None``: nobody knows.

    ``details`` is what a receipt needs beyond the columns of the log: usage, price version, formula terms,
    group, requested model, result.
    """

    request_id: str
    id: int
    created_at: int
    type: EntryType
    user_id: int
    username: str
    quota: int = 0
    cost: int | None = None
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
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
