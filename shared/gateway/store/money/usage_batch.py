"""What one transaction of the roll-up adds: sums in ``usage``, of channels, and of tokens without a limit. Pure.

Another kind of sum is another key of ``sums``: what is added there, and what is set beside it.

A token that has a limit, and every account, had its sums added as its wallet was written; an entry that has no mark
``later`` is from before the roll-up added any but the sums by day.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from gateway.domain.money import EntryType
from gateway.records import dataclass
from gateway.store.client.expressions import MOST_ACTIONS, Change, Json, change, change_existing
from gateway.store.money.health_keys import MOST_HEALTH, health_of
from gateway.store.money.ledger_requests import LATER
from gateway.store.money.usage_keys import MOST_KEYS, keys_of
from gateway.store.schema.tables import Tables, token_owner

COUNTS = ("request_count", "quota", "prompt_tokens", "completion_tokens")
COSTS = ("cost", "costed_quota", "costed_count")  # of the requests whose cost is known
SHADOWS = ("shadow", "shadowed_quota", "shadowed_count", "shadow_unknown")  # of those compared with other prices
_MOST_OF_ONE = MOST_KEYS + MOST_HEALTH + 3  # actions of one entry: its keys, its channel, its token; and the cursor

Key = tuple[str, str]  # owner, and day with what is counted
TokenKey = tuple[int, int]  # owner, number


@dataclass(slots=True)
class TokenSum:
    """What a token without a limit was charged, and when it was used last."""

    used_quota: int = 0
    accessed_time: int = 0


@dataclass(slots=True)
class Sum:
    """What is added to an item of ``usage``, and what is set there by the way."""

    adds: dict[str, int] = field(default_factory=dict[str, int])
    sets: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class Batch:
    """Sums that are not written yet, and the entry they reach to."""

    sums: dict[Key, Sum] = field(default_factory=dict[Key, Sum])
    channels: dict[int, dict[str, int]] = field(default_factory=dict[int, dict[str, int]])
    tokens: dict[TokenKey, TokenSum] = field(default_factory=dict[TokenKey, TokenSum])
    users: set[int] = field(default_factory=set[int])
    quarantined: list[str] = field(default_factory=list[str])  # requests whose usage was not believed
    entries: int = 0
    last: str = ""

    def add(self, entry: Json) -> None:
        """Count one entry of consumption; or of a failed request, which says something of health only."""
        for found in health_of(entry):
            self.count((found.owner, found.key), found.adds, found.sets)
        self.last = entry["request_id"]
        if entry["type"] == EntryType.FAILED:
            return
        counts = counted(entry)
        for key in keys_of(entry):
            self.count((key.owner, key.day_key), counts, key.sets)
        if entry.get(LATER):
            self._add_later(entry)
        details: Mapping[str, Any] = entry.get("details") or {}
        if details.get("quarantined"):
            self.quarantined.append(entry["request_id"])
        self.users.add(entry["user_id"])
        self.entries += 1

    def count(self, key: Key, adds: Mapping[str, int], sets: Mapping[str, Any]) -> None:
        """Add to what one item of ``usage`` is to get."""
        found = self.sums.setdefault(key, Sum())
        for name, number in adds.items():
            found.adds[name] = found.adds.get(name, 0) + number
        found.sets.update(sets)

    def _add_later(self, entry: Json) -> None:
        if channel := entry.get("channel_id"):
            counter = self.channels.setdefault(channel, {"used_quota": 0, "request_count": 0})
            counter["used_quota"] += entry["quota"]
            counter["request_count"] += 1
        if entry.get("token_id") and not limited(entry):
            token = self.tokens.setdefault((entry["user_id"], entry["token_id"]), TokenSum())
            token.used_quota += entry["quota"]
            token.accessed_time = max(token.accessed_time, entry["created_at"])

    @property
    def full(self) -> bool:
        """Whether another entry may not fit into one transaction with the cursor."""
        return len(self.sums) + len(self.channels) + len(self.tokens) + _MOST_OF_ONE > MOST_ACTIONS

    def actions(self, tables: Tables, shard: int, tokens: Mapping[TokenKey, Json]) -> list[Json]:
        """The additions; to those tokens only that still exist: ``tokens`` are they as they were read."""
        return [
            *(
                change(tables.usage, {"owner": owner, "day_model": name}, Change(adds=found.adds, sets=found.sets))
                for (owner, name), found in self.sums.items()
            ),
            *(
                change(tables.counters, {"name": f"channel#{channel}", "shard": shard}, Change(adds=sums))
                for channel, sums in self.channels.items()
            ),
            *(_token_action(tables, key, self.tokens[key], item) for key, item in tokens.items() if key in self.tokens),
        ]


def counted(entry: Json) -> dict[str, int]:
    """What one entry adds wherever it counts; a cost that nobody knows is none."""
    counts = {name: 1 if name == "request_count" else entry.get(name) or 0 for name in COUNTS}
    if (cost := entry.get("cost")) is not None:
        counts |= dict(zip(COSTS, (cost, counts["quota"], 1), strict=True))
    details: Mapping[str, Any] = entry.get("details") or {}
    if (shadow := details.get("shadow")) is not None:
        compared = (int(shadow), counts["quota"], 1, 0) if shadow else (0, 0, 0, 1)
        counts |= dict(zip(SHADOWS, compared, strict=True))
    return counts


def limited(entry: Mapping[str, Any]) -> bool:
    """Whether the token's wallet paid too, and had its sums with that."""
    details: Mapping[str, Any] = entry.get("details") or {}
    return bool(details.get("limited"))


def rolled_up(entry: Mapping[str, Any], cursors: Mapping[int, str]) -> bool:
    """Whether the sums of an entry that are added later have been added, by the cursors of the shards."""
    shard = int(entry["bucket"].partition("#")[2])
    return not entry.get(LATER) or entry["request_id"] <= cursors.get(shard, "")


def _token_action(tables: Tables, key: TokenKey, added: TokenSum, item: Json) -> Json:
    at = max(added.accessed_time, item.get("accessed_time") or 0)
    what = Change(sets={"accessed_time": at}, adds={"used_quota": added.used_quota})
    return change_existing(tables.tokens, {"pk": token_owner(key[0]), "id": key[1]}, what)
