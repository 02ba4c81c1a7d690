"""Sums of consumption by day and model: for every account, and for all together (owner ``all``).

They are added up from the ledger, shard by shard of its time index, each entry once: a transaction adds a batch and
moves the shard's cursor from where the batch began. Whoever comes second with the same batch changes nothing.
"""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.domain.money import EntryType
from gateway.errors import ConditionFailed
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import MOST_ACTIONS, Change, Json, change
from gateway.store.schema.tables import HOLD_SHARDS, LOG_SHARDS, Tables, log_owner

EVERYBODY = "all"
MOST_PAGES = 200  # of a shard that one run reads
_PAGE = 1_000
_CURSOR = "cursor"  # owner of the items that say how far each shard is
_COUNTS = ("request_count", "quota", "prompt_tokens", "completion_tokens")

Key = tuple[str, str]  # owner, day and model


@dataclass(slots=True)
class _Batch:
    """Sums that are not written yet, and the entry they reach to."""

    sums: dict[Key, dict[str, int]] = field(default_factory=dict[Key, dict[str, int]])
    users: set[int] = field(default_factory=set[int])
    entries: int = 0
    last: str = ""

    def add(self, entry: Json) -> None:
        for key in _keys(entry):
            sums = self.sums.setdefault(key, dict.fromkeys(_COUNTS, 0))
            for name in _COUNTS:
                sums[name] += 1 if name == "request_count" else entry.get(name) or 0
        self.users.add(entry["user_id"])
        self.entries += 1
        self.last = entry["request_id"]

    @property
    def full(self) -> bool:
        """Whether another entry, with two sums of its own, may not fit into one transaction with the cursor."""
        return len(self.sums) + 3 > MOST_ACTIONS


@dataclass(slots=True)
class RolledUp:
    """What one run added, and whose."""

    entries: int = 0
    users: set[int] = field(default_factory=set[int])


@dataclass(frozen=True, slots=True)
class UsageSums:
    """Writes the sums of one stack."""

    dynamo: Dynamo
    tables: Tables

    async def settled_until(self, request_id: str) -> str:
        """The newest id up to which every entry is written: before this one and every request that is still open."""
        oldest = request_id
        for shard in range(HOLD_SHARDS):
            async for page in self.dynamo.pages(
                {
                    "TableName": self.tables.holds,
                    "IndexName": "by_expiry",
                    "KeyConditionExpression": "#shard = :shard",
                    "ExpressionAttributeNames": {"#shard": "shard"},
                    "ExpressionAttributeValues": to_item({":shard": shard}),
                }
            ):
                oldest = min([oldest, *(hold["request_id"] for hold in page)])
        return f"{int(oldest) - 1:0{len(oldest)}d}"

    async def roll_up(self, until: str, first_month: str) -> RolledUp:
        """Add everything up to this request id that was not added yet, as far as one run goes."""
        done = RolledUp()
        for shard in range(LOG_SHARDS):
            await self._roll_up_shard(shard, until, first_month, done)
        return done

    async def _roll_up_shard(self, shard: int, until: str, first_month: str, done: RolledUp) -> None:
        key = to_item({"owner": _CURSOR, "day_model": str(shard)})
        found = await self.dynamo.get(self.tables.usage, key)
        begun = found["request_id"] if found else ""
        batch, pages = _Batch(), 0
        async for page in self._entries(shard, begun or first_month, until):
            for entry in page:
                if batch.full:
                    if not await self._write(shard, begun, batch, done):
                        return
                    begun, batch = batch.last, _Batch()
                batch.add(entry)
            pages += 1
            if pages == MOST_PAGES:
                break
        else:
            batch.last = max(until, begun)
        if batch.last and batch.last != begun:
            await self._write(shard, begun, batch, done)

    async def _entries(self, shard: int, after: str, until: str) -> AsyncGenerator[list[Json]]:
        for month in months(after[:6], until[:6]):
            request: Json = {
                "TableName": self.tables.logs,
                "IndexName": "by_time",
                "KeyConditionExpression": "#bucket = :bucket AND #sort BETWEEN :low AND :high",
                "FilterExpression": "#type = :consumed",
                "ExpressionAttributeNames": {"#bucket": "bucket", "#sort": "sort", "#type": "type"},
                "ExpressionAttributeValues": to_item(
                    {
                        ":bucket": f"{month}#{shard}",
                        ":low": after + " ",  # the first text behind it
                        ":high": until,
                        ":consumed": int(EntryType.CONSUME),
                    }
                ),
                "Limit": _PAGE,
            }
            if after + " " <= until:
                async for page in self.dynamo.pages(request):
                    yield page

    async def _write(self, shard: int, begun: str, batch: _Batch, done: RolledUp) -> bool:
        actions = [
            change(self.tables.usage, {"owner": owner, "day_model": name}, Change(adds=sums))
            for (owner, name), sums in batch.sums.items()
        ]
        cursor = Change(sets={"request_id": batch.last}, expected={"request_id": begun or None})
        actions.append(change(self.tables.usage, {"owner": _CURSOR, "day_model": str(shard)}, cursor))
        try:
            await self.dynamo.transact({"TransactItems": actions})
        except ConditionFailed:
            return False  # another run was here
        done.entries += batch.entries
        done.users |= batch.users
        return True


def months(first: str, last: str) -> Iterable[str]:
    """The months from one to another, both included, as ``YYYYMM``."""
    year, month = int(first[:4]), int(first[4:6])
    while (name := f"{year:04d}{month:02d}") <= last:
        yield name
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _keys(entry: Json) -> tuple[Key, Key]:
    day = datetime.fromtimestamp(entry["created_at"], UTC).strftime("%Y-%m-%d")
    name = f"{day}#{entry.get('model_name') or ''}"
    return (log_owner(entry["user_id"]), name), (EVERYBODY, name)


def values(item: Any) -> dict[str, int]:
    """The sums of a stored item."""
    return {name: int(getattr(item, name) or 0) for name in _COUNTS}
