"""The books of a stack, for whoever checks them: what the entries of a user add up to, and what it is held against.

Everything is read by key or index, page by page. An entry counts towards balances by its ``delta`` and, if it is
consumption, towards the used quota of its user and token and the counters of its channel. Entries up to the roll-up's
cursors are complete and never change, so what they come to is kept (``Checked``) and only newer ones are read again.
"""

import copy
from collections.abc import AsyncGenerator, Container, Iterable, Mapping
from dataclasses import field
from typing import Any

from gateway.domain.money import EntryType
from gateway.records import dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Change, change
from gateway.store.money.legacy_holds import LegacyHolds
from gateway.store.money.usage import UsageSums
from gateway.store.money.usage_batch import limited, rolled_up
from gateway.store.money.wallet_parts import Parts
from gateway.store.schema.logs import LogRow
from gateway.store.schema.tables import Tables, log_owner, token_owner

Json = dict[str, Any]
Cursors = Mapping[int, str]

CARRIED = "0"  # request id of the entry that stands for the purged ones; before every real one
PURGED_TO = "purged_to"  # of that entry: the newest that it stands for
_TOKEN, _CHANNEL, _REQUESTS = "token#", "channel#", "requests#"  # its sums, by the number behind
_AUDIT = "audit"  # owner of what is kept


@dataclass(frozen=True, slots=True)
class View:
    """What the balances that entries are held against have in them already.

    ``open``: requests that the account still holds for; ``tokens``: those of each token; ``cursors`` and ``begun``: how
    far the sums of tokens without a limit, and those of channels, had been added when they were read.
    """

    open: Container[str] = ()
    tokens: Mapping[int, Container[str]] = field(default_factory=dict[int, Container[str]])
    cursors: Cursors | None = None
    begun: Cursors | None = None


EVERYTHING = View()


@dataclass(slots=True)
class Sums:
    """What entries add up to. ``channels`` has quota and requests of each."""

    entries: int = 0
    balance: int = 0
    used: int = 0
    requests: int = 0
    tokens: dict[int, int] = field(default_factory=dict[int, int])
    channels: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])

    def add(self, item: Mapping[str, Any], view: View = EVERYTHING) -> None:
        """Count one entry as it is stored, the carried one included, where the view has it; a tombstone is none."""
        if item.get("type") == EntryType.RELEASED:
            return
        self.entries += 1
        request = item["request_id"]
        if request not in view.open:
            self.balance += item.get("delta") or 0
        if request == CARRIED:
            self._add_carried(item)
        elif item["type"] == EntryType.CONSUME:
            self._consumed(item, view)

    def merge_channels(self, other: "Sums") -> None:
        """Add what another user consumed through the channels."""
        for channel, (quota, requests) in other.channels.items():
            self._through(channel, quota, requests)

    def _consumed(self, item: Mapping[str, Any], view: View) -> None:
        request, quota, token = item["request_id"], item["quota"], item.get("token_id") or 0
        if request not in view.open:
            self.used += quota
            self.requests += 1
        if limited(item):
            counted = request not in view.tokens.get(token, ())
        else:
            counted = view.cursors is None or rolled_up(item, view.cursors)
        if counted:
            self.tokens[token] = self.tokens.get(token, 0) + quota
        if view.begun is None or rolled_up(item, view.begun):
            self._through(item.get("channel_id") or 0, quota, 1)

    def _through(self, channel: int, quota: int, requests: int) -> None:
        if not channel:
            return
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


@dataclass(slots=True)
class Checked:
    """What a user's entries up to one add up to, and what of them contradicts itself."""

    until: str = ""
    sums: Sums = field(default_factory=Sums)
    wrong: list[str] = field(default_factory=list[str])

    def further(self) -> Sums:
        """A copy of the sums, to go on with."""
        return copy.deepcopy(self.sums)

    def values(self) -> Json:
        """As it is stored."""
        sums = self.sums
        return {
            "request_id": self.until,
            "wrong": self.wrong,
            **{name: getattr(sums, name) for name in _COUNTS},
            "tokens": {str(token): quota for token, quota in sums.tokens.items()},
            "channels": {str(channel): [*both] for channel, both in sums.channels.items()},
        }

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> "Checked":
        """From what was stored."""
        tokens = {int(token): quota for token, quota in item["tokens"].items()}
        channels = {int(channel): (quota, requests) for channel, (quota, requests) in item["channels"].items()}
        sums = Sums(**{name: item[name] for name in _COUNTS}, tokens=tokens, channels=channels)
        return cls(item["request_id"], sums, item["wrong"])


_COUNTS = ("entries", "balance", "used", "requests")


def carried(rows: Iterable[LogRow]) -> dict[str, int]:
    """What these entries add to the carried entry that replaces them."""
    sums = Sums()
    for row in rows:
        sums.add({name: getattr(row, name) for name in _COUNTED})
    return carried_sums(sums)


def carried_sums(sums: Sums) -> dict[str, int]:
    """What such sums add to the carried entry."""
    adds = {"delta": sums.balance, "used_quota": sums.used, "request_count": sums.requests}
    adds |= {f"{_TOKEN}{token}": quota for token, quota in sums.tokens.items()}
    for channel, (quota, requests) in sums.channels.items():
        adds |= {f"{_CHANNEL}{channel}": quota, f"{_REQUESTS}{channel}": requests}
    return adds


def carry(tables: Tables, user_id: int, adds: Mapping[str, int], until: str) -> Json:
    """The action that adds to a user's carried entry, which stands for what there was up to a request id."""
    blank = {"id": 0, "created_at": 0, "type": int(EntryType.SYSTEM), "user_id": user_id, "username": ""}
    what = Change(sets={PURGED_TO: until}, adds=adds, defaults=blank)
    return change(tables.logs, {"owner": log_owner(user_id), "request_id": CARRIED}, what)


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

    async def wallets(self, user_id: int) -> list[Json]:
        """An account as it is now, and its parts; empty if it is gone."""
        return [dict(item) for item in await Parts(self.dynamo, self.tables).items(user_id)]

    async def tokens(self, user_id: int) -> dict[int, Json]:
        """The tokens of an account that still exist."""
        return {row["id"]: row async for row in self._items(self.tables.tokens, "pk", token_owner(user_id))}

    async def entries(self, user_id: int, after: str = "", until: str = "~") -> AsyncGenerator[Json]:
        """Every entry of an account behind one and up to another, oldest first."""
        low = after + " " if after else CARRIED
        if low > until:
            return
        request: Json = {
            "TableName": self.tables.logs,
            "KeyConditionExpression": "#owner = :owner AND request_id BETWEEN :low AND :until",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": to_item({":owner": log_owner(user_id), ":low": low, ":until": until}),
            "ConsistentRead": True,
        }
        async for page in self.dynamo.pages(request):
            for item in page:
                if item.get("type") != EntryType.RELEASED:
                    yield item

    async def cursors(self) -> dict[int, str]:
        """How far the roll-up has come, by shard."""
        return await UsageSums(self.dynamo, self.tables).cursors()

    async def kept(self, user_id: int, until: str) -> Checked:
        """What was kept of a user's sums; nothing where a purge reached beyond it, or where it is past ``until``."""
        item = await self.dynamo.get(self.tables.usage, to_item(_kept_at(user_id)))
        if item is None or item["request_id"] > until:
            return Checked()
        key = to_item({"owner": log_owner(user_id), "request_id": CARRIED})
        purged = await self.dynamo.get(self.tables.logs, key) or {}
        return Checked() if purged.get(PURGED_TO, "") > item["request_id"] else Checked.read(item)

    async def keep(self, user_id: int, kept: Checked) -> None:
        """Keep a user's sums for the next time."""
        item = to_item(_kept_at(user_id) | kept.values())
        await self.dynamo.put({"TableName": self.tables.usage, "Item": item})

    async def legacy_holds(self) -> dict[int, int]:
        """What is held of each account in the way of before wallets had holds."""
        legacy, held = LegacyHolds(self.dynamo, self.tables), dict[int, int]()
        if await legacy.forgotten():
            return held
        for hold in await legacy.open():
            held[hold.user_id] = held.get(hold.user_id, 0) + hold.amount
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


def _kept_at(user_id: int) -> Json:
    return {"owner": _AUDIT, "day_model": log_owner(user_id)}
