"""What one transaction of the roll-up adds: sums by day and model, of channels, and of tokens without a limit. Pure.

A token that has a limit, and every account, had its sums added as its wallet was written; an entry that has no mark
``later`` is from before the roll-up added any but the sums by day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.store.client.expressions import MOST_ACTIONS, Change, Json, change, change_existing
from gateway.store.money.ledger_requests import LATER
from gateway.store.schema.tables import Tables, log_owner, token_owner

EVERYBODY = "all"
COUNTS = ("request_count", "quota", "prompt_tokens", "completion_tokens")
_MOST_OF_ONE = 5  # actions that one entry may add, and the cursor

Key = tuple[str, str]  # owner, day and model
TokenKey = tuple[int, int]  # owner, number


@dataclass(slots=True)
class TokenSum:
    """What a token without a limit was charged, and when it was used last."""

    used_quota: int = 0
    accessed_time: int = 0


@dataclass(slots=True)
class Batch:
    """Sums that are not written yet, and the entry they reach to."""

    sums: dict[Key, dict[str, int]] = field(default_factory=dict[Key, dict[str, int]])
    channels: dict[int, dict[str, int]] = field(default_factory=dict[int, dict[str, int]])
    tokens: dict[TokenKey, TokenSum] = field(default_factory=dict[TokenKey, TokenSum])
    users: set[int] = field(default_factory=set[int])
    entries: int = 0
    last: str = ""

    def add(self, entry: Json) -> None:
        """Count one entry of consumption."""
        for key in _keys(entry):
            sums = self.sums.setdefault(key, dict.fromkeys(COUNTS, 0))
            for name in COUNTS:
                sums[name] += 1 if name == "request_count" else entry.get(name) or 0
        if entry.get(LATER):
            self._add_later(entry)
        self.users.add(entry["user_id"])
        self.entries += 1
        self.last = entry["request_id"]

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
                change(tables.usage, {"owner": owner, "day_model": name}, Change(adds=sums))
                for (owner, name), sums in self.sums.items()
            ),
            *(
                change(tables.counters, {"name": f"channel#{channel}", "shard": shard}, Change(adds=sums))
                for channel, sums in self.channels.items()
            ),
            *(_token_action(tables, key, self.tokens[key], item) for key, item in tokens.items() if key in self.tokens),
        ]


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


def _keys(entry: Json) -> tuple[Key, Key]:
    day = datetime.fromtimestamp(entry["created_at"], UTC).strftime("%Y-%m-%d")
    name = f"{day}#{entry.get('model_name') or ''}"
    return (log_owner(entry["user_id"]), name), (EVERYBODY, name)
