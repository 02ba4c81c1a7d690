"""What every source can tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tools.migrate.records import OldChannel, OldCode, OldLog, OldToken, OldUser, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class OldOptions:
    """Options by their names here, and what has no counterpart: by its name there, why."""

    values: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    left: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Highest:
    """The largest number of each kind, which decides what numbers are kept."""

    users: int = 0
    tokens: int = 0
    channels: int = 0
    codes: int = 0


class Source(Protocol):
    """An existing gateway, read only. Everything comes in order of its number, behind ``after``."""

    kind: str  # how it is called to people: one-api, new-api, LiteLLM

    def highest(self) -> Highest:
        """The largest numbers there are."""
        ...

    def counts(self) -> Mapping[str, int]:
        """How many rows there are of each kind, and what accounts have in all."""
        ...

    def users(self) -> Iterator[OldUser]:
        """Every account."""
        ...

    def tokens(self) -> Iterator[OldToken]:
        """Every key that was not deleted."""
        ...

    def channels(self) -> Iterator[OldChannel]:
        """Every channel."""
        ...

    def codes(self) -> Iterator[OldCode]:
        """Every redemption code that was not deleted."""
        ...

    def options(self) -> OldOptions:
        """What the operator has set."""
        ...

    def logs(self, period: Period, after: int = 0) -> Iterator[OldLog]:
        """What was noted in a time."""
        ...

    def log_count(self, period: Period) -> int:
        """How many that are."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
