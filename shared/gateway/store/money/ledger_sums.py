"""The books of a stack, for whoever checks them: what the entries of a user add up to, and what it is held against.

Everything is read by key or index, page by page. An entry counts towards balances by its ``delta`` and, if it is
consumption, towards the used quota of its user and token and the counters of its channel.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.money import EntryType
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.schema.logs import LogRow
from gateway.store.schema.tables import HOLD_SHARDS, Tables, log_owner, token_owner, user_key

Json = dict[str, Any]

CARRIED = "0"  # request id of the entry that stands for the purged ones; before every real one
_TOKEN, _CHANNEL, _REQUESTS = "token#", "channel#", "requests#"  # its sums, by the number behind


@dataclass(slots=True)
class Sums:
    """What entries add up to. ``channels`` has quota and requests of each."""

    entries: int = 0
    balance: int = 0
    used: int = 0
    requests: int = 0
    tokens: dict[int, int] = field(default_factory=dict[int, int])
    channels: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])

    def add(self, item: Mapping[str, Any]) -> None:
        """Count one entry as it is stored, the carried one included."""
        self.entries += 1
        self.balance += item.get("delta") or 0
        if item["request_id"] == CARRIED:
            self._add_carried(item)
        elif item["type"] == EntryType.CONSUME:
            self._consumed(item["quota"], 1, item.get("token_id") or 0, item.get("channel_id") or 0)

    def merge_channels(self, other: "Sums") -> None:
        """Add what another user consumed through the channels."""
        for channel, (quota, requests) in other.channels.items():
            self._through(channel, quota, requests)

    def _consumed(self, quota: int, requests: int, token: int, channel: int) -> None:
        self.used += quota
        self.requests += requests
        self.tokens[token] = self.tokens.get(token, 0) + quota
        self._through(channel, quota, requests)

    def _through(self, channel: int, quota: int, requests: int) -> None:
        before = self.channels.get(channel, (0, 0))
        self.channels[channel] = (before[0] + quota, before[1] + requests)

    def _add_carried(self, item: Mapping[str, Any]) -> None:
        self.used += item.get("used_quota", 0)
        self.requests += item.get("request_count", 0)
        for name, value in item.items():
            kind, mark, number = name.partition("#")
            if kind + mark == _TOKEN:
                self.tokens[int(number)] = self.tokens.get(int(number), 0) + value
            elif kind + mark == _CHANNEL:
                self._through(int(number), value, item.get(_REQUESTS + number, 0))


def carried(rows: Iterable[LogRow]) -> dict[str, int]:
    """What these entries add to the carried entry that replaces them."""
    sums = Sums()
    for row in rows:
        sums.add({name: getattr(row, name) for name in _COUNTED})
    adds = {"delta": sums.balance, "used_quota": sums.used, "request_count": sums.requests}
    adds |= {f"{_TOKEN}{token}": quota for token, quota in sums.tokens.items()}
    for channel, (quota, requests) in sums.channels.items():
        adds |= {f"{_CHANNEL}{channel}": quota, f"{_REQUESTS}{channel}": requests}
    return adds


_COUNTED = ("request_id", "type", "quota", "delta", "token_id", "channel_id")


@dataclass(frozen=True, slots=True)
class Books:
    """Reads one stack."""

    dynamo: Dynamo
    tables: Tables

    async def user_ids(self) -> AsyncGenerator[int]:
        """Every account, deleted ones included."""
        for kind in ("user", "deleted"):
            async for item in self._items(self.tables.users, "kind", kind, index="by_id"):
                yield item["id"]

    async def user(self, user_id: int) -> Json:
        """An account as it is now; empty if it is gone."""
        return await self.dynamo.get(self.tables.users, to_item({"pk": user_key(user_id)})) or {}

    async def tokens(self, user_id: int) -> dict[int, Json]:
        """The tokens of an account that still exist."""
        return {row["id"]: row async for row in self._items(self.tables.tokens, "pk", token_owner(user_id))}

    async def entries(self, user_id: int) -> AsyncGenerator[Json]:
        """Every entry of an account, oldest first."""
        async for item in self._items(self.tables.logs, "owner", log_owner(user_id)):
            yield item

    async def open_holds(self) -> dict[int, int]:
        """What is held of each account, as far as the index of open holds knows yet."""
        held: dict[int, int] = {}
        for shard in range(HOLD_SHARDS):
            async for item in self._items(self.tables.holds, "shard", shard, index="by_expiry"):
                held[item["user_id"]] = held.get(item["user_id"], 0) + item["amount"]
        return held

    async def channel_ids(self) -> list[int]:
        """Every channel there is."""
        return [item["id"] async for item in self._items(self.tables.channels, "kind", "channel", index="by_id")]

    async def channel_counter(self, channel_id: int) -> tuple[int, int]:
        """Quota and requests that a channel's counter has, all shards together."""
        shards = [shard async for shard in self._items(self.tables.counters, "name", f"channel#{channel_id}")]
        quota = sum(shard.get("used_quota", 0) for shard in shards)
        return quota, sum(shard.get("request_count", 0) for shard in shards)

    async def _items(self, table: str, key: str, value: str | int, *, index: str = "") -> AsyncGenerator[Json]:
        request: Json = {
            "TableName": table,
            "KeyConditionExpression": "#key = :value",
            "ExpressionAttributeNames": {"#key": key},
            "ExpressionAttributeValues": to_item({":value": value}),
            **({"IndexName": index} if index else {"ConsistentRead": True}),
        }
        async for page in self.dynamo.pages(request):
            for item in page:
                yield item
