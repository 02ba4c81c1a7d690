"""Under which keys of ``usage`` an entry of consumption is counted: by day, and by what it was asked with or served by.

Sums by model lie with their owner (``user#<id>`` or ``all``) and are kept for good. Those by anything else lie beside
it, in a partition for each, and go away after ``KEPT_DAYS``.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from gateway.records import dataclass
from gateway.store.schema.tables import log_owner

EVERYBODY = "all"
KEPT_DAYS = 400  # of sums by anything but model: a year, and the month that it is compared with
MOST_KEYS = 9  # of one entry

By = Literal["model", "token", "channel", "user", "group", "hour"]
OF_ONE: Final[tuple[By, ...]] = ("model", "token", "hour")  # what an account's own consumption is divided by
OF_ALL: Final[tuple[By, ...]] = ("model", "token", "channel", "user", "group", "hour")


@dataclass(frozen=True, slots=True)
class UsageKey:
    """An item of ``usage``. ``name``: as the thing was called when it was counted last; ``ttl`` 0: kept for good."""

    owner: str
    day_key: str
    name: str = ""
    user_id: int = 0  # whose token it is
    ttl: int = 0

    @property
    def sets(self) -> dict[str, Any]:
        """What is written beside the sums."""
        return {name: value for name in ("name", "user_id", "ttl") if (value := getattr(self, name))}


def partition(owner: str, by: By) -> str:
    """Where the sums of an owner lie that are divided so."""
    return owner if by == "model" else f"{owner}/{by}"


def keys_of(entry: Mapping[str, Any]) -> Iterator[UsageKey]:
    """Every item that an entry counts in."""
    at = datetime.fromtimestamp(entry["created_at"], UTC)
    for owner, divisions in ((log_owner(entry["user_id"]), OF_ONE), (EVERYBODY, OF_ALL)):
        for by in divisions:
            yield _key(entry, owner, by, at)


def _key(entry: Mapping[str, Any], owner: str, by: By, at: datetime) -> UsageKey:
    value, name = _valued(entry, by, at)
    day_key = f"{at:%Y-%m-%d}#{value}"
    if by == "model":
        return UsageKey(owner, day_key)
    ttl = (int(at.timestamp()) // 86_400 + KEPT_DAYS) * 86_400
    return UsageKey(partition(owner, by), day_key, name, entry["user_id"] if by == "token" else 0, ttl)


def _valued(entry: Mapping[str, Any], by: By, at: datetime) -> tuple[str, str]:
    """What an entry is counted under, and what that is called."""
    details: Mapping[str, Any] = entry.get("details") or {}
    match by:
        case "model":
            return entry.get("model_name") or "", ""
        case "token":
            return str(entry.get("token_id") or 0), entry.get("token_name") or ""
        case "channel":
            return str(entry.get("channel_id") or 0), ""
        case "user":
            return str(entry["user_id"]), entry.get("username") or ""
        case "group":
            return details.get("group") or "", ""
        case "hour":
            return f"{at:%H}", ""
