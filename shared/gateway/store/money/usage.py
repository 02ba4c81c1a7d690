"""Sums of consumption: by day and model, token, hour and more (``usage_keys``) for every account and for all together
(owner ``all``), and those of channels and of tokens without a limit, which no wallet is written for.

They are added up from the ledger, shard by shard of its time index, each entry once: a transaction adds a batch and
moves the shard's cursor from where the batch began. Whoever comes second with the same batch changes nothing.

An entry's place in time is when its request began, and it is written later. So the cursors stop before the oldest
request that has a hold, and nothing is put behind them: a request that the sweep gave up and that is charged all the
same is charged under an id of that time (``Ledger.book``).
"""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import field

from gateway.domain.money import EntryType
from gateway.errors import ConditionFailed, StoreError
from gateway.records import dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Change, Json, change
from gateway.store.money.legacy_holds import LegacyHolds
from gateway.store.money.usage_batch import Batch, TokenKey
from gateway.store.money.wallet import SWEEP_SHARDS, open_holds
from gateway.store.schema.tables import LOG_SHARDS, Tables, token_owner

MOST_PAGES = 200  # of a shard that one run reads
_PAGE = 1_000
_ATTEMPTS = 4
CURSOR = "cursor"  # owner of the items that say how far each shard is


@dataclass(slots=True)
class RolledUp:
    """What one run added, and whose; and the requests among it whose usage was not believed."""

    entries: int = 0
    users: set[int] = field(default_factory=set[int])
    quarantined: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class UsageSums:
    """Writes the sums of one stack."""

    dynamo: Dynamo
    tables: Tables

    async def settled_until(self, request_id: str) -> str:
        """The newest id up to which every entry is written: before this one and every request that is still open.

        The index is behind by moments, so ``request_id`` must be older than those.
        """
        oldest = min([request_id, *[found async for found in self._open()]])
        legacy = LegacyHolds(self.dynamo, self.tables)
        if not await legacy.forgotten():
            oldest = min([oldest, *(hold.request_id for hold in await legacy.open())])
        return f"{int(oldest) - 1:0{len(oldest)}d}"

    async def _open(self) -> AsyncGenerator[str]:
        """The requests of all open holds: wallets that have any stand in the sweep's index."""
        for shard in range(SWEEP_SHARDS):
            request: Json = {
                "TableName": self.tables.users,
                "IndexName": "by_sweep",
                "KeyConditionExpression": "sweep_shard = :shard",
                "ExpressionAttributeValues": to_item({":shard": shard}),
            }
            async for page in self.dynamo.pages(request):
                keys = [to_item({"pk": item["pk"]}) for item in page]
                for wallet in (await self.dynamo.batch_get({self.tables.users: keys}))[self.tables.users]:
                    for hold in open_holds(wallet):
                        yield hold.request_id

    async def roll_up(self, until: str, first_month: str) -> RolledUp:
        """Add everything up to this request id that was not added yet, as far as one run goes."""
        done = RolledUp()
        for shard in range(LOG_SHARDS):
            await self._roll_up_shard(shard, until, first_month, done)
        return done

    async def _roll_up_shard(self, shard: int, until: str, first_month: str, done: RolledUp) -> None:
        key = to_item({"owner": CURSOR, "day_model": str(shard)})
        found = await self.dynamo.get(self.tables.usage, key)
        begun = found["request_id"] if found else ""
        batch, pages = Batch(), 0
        async for page in self._entries(shard, begun or first_month, until):
            for entry in page:
                if batch.full:
                    if not await self._write(shard, begun, batch, done):
                        return
                    begun, batch = batch.last, Batch()
                batch.add(entry)
            pages += bool(page)  # after none but empty ones the next run would begin where this one did
            if pages == MOST_PAGES:
                break
        else:
            batch.last = max(until, begun)
        if batch.last and batch.last != begun:
            await self._write(shard, begun, batch, done)

    async def _entries(self, shard: int, after: str, until: str) -> AsyncGenerator[list[Json]]:
        """Entries of consumption with the failed requests among them, in order of their ids."""
        if after + " " > until:
            return
        for month in months(after[:6], until[:6]):
            bucket, reach = f"{month}#{shard}", (after + " ", until)  # from the first text behind it
            failed = Ahead(self._pages(f"failed#{bucket}", EntryType.FAILED, *reach))
            async for page in self._pages(bucket, EntryType.CONSUME, *reach):
                beside = await failed.up_to(page[-1]["request_id"]) if page else []
                yield sorted([*page, *beside], key=_id) if beside else page
            async for page in failed.rest():
                yield page

    def _pages(self, bucket: str, kind: EntryType, low: str, high: str) -> AsyncGenerator[list[Json]]:
        request: Json = {
            "TableName": self.tables.logs,
            "IndexName": "by_time",
            "KeyConditionExpression": "#bucket = :bucket AND #sort BETWEEN :low AND :high",
            "FilterExpression": "#type = :kind",
            "ExpressionAttributeNames": {"#bucket": "bucket", "#sort": "sort", "#type": "type"},
            "ExpressionAttributeValues": to_item({":bucket": bucket, ":low": low, ":high": high, ":kind": int(kind)}),
            "Limit": _PAGE,
        }
        return self.dynamo.pages(request)

    async def _write(self, shard: int, begun: str, batch: Batch, done: RolledUp) -> bool:
        cursor = Change(sets={"request_id": batch.last}, expected={"request_id": begun or None})
        move = change(self.tables.usage, {"owner": CURSOR, "day_model": str(shard)}, cursor)
        for _ in range(_ATTEMPTS):
            tokens = await self._tokens(batch.tokens)
            try:
                await self.dynamo.transact({"TransactItems": [move, *batch.actions(self.tables, shard, tokens)]})
            except ConditionFailed as failed:
                if failed.failed(0):
                    return False  # another run was here
            else:
                done.entries += batch.entries
                done.users |= batch.users
                done.quarantined += batch.quarantined
                return True
        raise StoreError("tokens keep being deleted")

    async def _tokens(self, wanted: Iterable[TokenKey]) -> dict[TokenKey, Json]:
        """Those of these tokens that exist."""
        keys = [to_item({"pk": token_owner(user_id), "id": token_id}) for user_id, token_id in wanted]
        found = (await self.dynamo.batch_get({self.tables.tokens: keys}))[self.tables.tokens]
        return {(int(item["pk"].partition("#")[2]), item["id"]): item for item in found}

    async def cursors(self) -> dict[int, str]:
        """The request id up to which each shard was added."""
        request: Json = {
            "TableName": self.tables.usage,
            "KeyConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": to_item({":owner": CURSOR}),
            "ConsistentRead": True,
        }
        return {int(item["day_model"]): item["request_id"] for item in await self.dynamo.query(request)}


class Ahead:
    """Pages that another reading is beside: read on only as far as that has come."""

    def __init__(self, pages: AsyncGenerator[list[Json]]) -> None:
        self._pages = pages
        self._waiting: list[Json] = []
        self._ended = False

    async def up_to(self, last: str) -> list[Json]:
        """What comes up to this id."""
        while not self._ended and (not self._waiting or _id(self._waiting[-1]) <= last):
            self._waiting += await self._next()
        taken = [entry for entry in self._waiting if _id(entry) <= last]
        self._waiting = self._waiting[len(taken) :]
        return taken

    async def rest(self) -> AsyncGenerator[list[Json]]:
        """What is left, page by page."""
        while self._waiting or not self._ended:
            page, self._waiting = self._waiting or await self._next(), []
            if page:
                yield page

    async def _next(self) -> list[Json]:
        page = await anext(self._pages, None)
        self._ended = page is None
        return page or []


def _id(entry: Json) -> str:
    return entry["request_id"]


def months(first: str, last: str) -> Iterable[str]:
    """The months from one to another, both included, as ``YYYYMM``."""
    year, month = int(first[:4]), int(first[4:6])
    while (name := f"{year:04d}{month:02d}") <= last:
        yield name
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
