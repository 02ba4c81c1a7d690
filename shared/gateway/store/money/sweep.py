"""The sweep: finishing what a process that died, or hangs, left in a wallet.

A wallet with holds stands in a sparse index under the time when its oldest one is over; its key is set with the first
hold and moved on here, so that requests do not write it. For each hold that is over the entry is looked up:

- there: the hold is finished by it;
- not there, but something is ``due`` (part of an answer was out): that is charged;
- not there: a tombstone is put, and the hold released.

What a request had of limits is settled in the same way, before its hold leaves the wallet.

Every step may be repeated and none is undone by anybody, so sweeps, and processes that come back, cannot both win.
"""

from collections.abc import AsyncGenerator
from typing import Any, Literal

from gateway import log
from gateway.billing.charging import Term, write_terms
from gateway.billing.receipts import DUE
from gateway.clock import Clock, new_log_id
from gateway.domain.money import Due, Entry, EntryType, Hold
from gateway.errors import ConditionFailed, StoreError
from gateway.records import dataclass
from gateway.store.client.attributes import to_item
from gateway.store.money.ledger import Ledger
from gateway.store.money.wallet import SWEEP_SHARDS, OpenHold, open_holds
from gateway.store.money.window_items import stays
from gateway.store.money.windows import Windows
from gateway.store.schema.tables import user_key

Json = dict[str, Any]
Outcome = Literal["settled", "released", "charged", "gone"]

MOST_WALLETS = 5_000  # of a shard in one run: what is left waits for the next


@dataclass(slots=True)
class Swept:
    """What one run did: holds finished by their entry, charged what was due, given back; and ``quota`` given back."""

    settled: int = 0
    charged: int = 0
    released: int = 0
    quota: int = 0
    failed: int = 0

    def count(self, outcome: Outcome, amount: int) -> None:
        """One hold more; one that somebody else finished at that moment (``gone``) is theirs."""
        self.settled += outcome == "settled"
        self.charged += outcome == "charged"
        self.released += outcome == "released"
        self.quota += amount if outcome == "released" else 0


@dataclass(frozen=True, slots=True)
class Sweep:
    """Sweeps one stack."""

    ledger: Ledger
    clock: Clock

    async def run(self) -> Swept:
        """Every wallet whose oldest hold is over."""
        swept = Swept()
        for shard in range(SWEEP_SHARDS):
            async for pk in self._due(shard):
                try:
                    await self._wallet(pk, swept)
                except StoreError as error:
                    swept.failed += 1
                    log.error("wallet not swept", wallet=pk, reason=str(error))
        return swept

    async def _due(self, shard: int) -> AsyncGenerator[str]:
        request: Json = {
            "TableName": self.ledger.tables.users,
            "IndexName": "by_sweep",
            "KeyConditionExpression": "sweep_shard = :shard AND sweep_at < :now",
            "ExpressionAttributeValues": to_item({":shard": shard, ":now": self.clock.now()}),
            "Limit": 100,
        }
        seen = 0
        async for page in self.ledger.dynamo.pages(request):
            for item in page:
                yield item["pk"]
            seen += len(page)
            if seen >= MOST_WALLETS:
                return

    async def _wallet(self, pk: str, swept: Swept) -> None:
        """Finish the holds of one wallet item that are over, then say when it is to be looked at again."""
        item = await self.ledger.dynamo.get(self.ledger.tables.users, to_item({"pk": pk}))
        if item is None:
            return
        user_id, part = _account_of(pk)
        found, now = open_holds(item), self.clock.now()
        over = [hold for hold in found if hold.until < now]
        failed = [hold for hold in over if not await self._finished(user_id, part, hold, swept)]
        if failed:
            return  # it stands where it is in the index
        left = [hold.until for hold in found if hold.until >= now]
        await self._look_again(pk, item.get("sweep_at") or 0, min(left, default=0))

    async def _finished(self, user_id: int, part: int, hold: OpenHold, swept: Swept) -> bool:
        """Finish one hold; ``False`` if it could not be, which hinders no other."""
        try:
            swept.count(await self._hold(user_id, part, hold), hold.amount)
        except StoreError as error:
            swept.failed += 1
            log.error("hold not finished", request_id=hold.request_id, reason=str(error))
            return False
        return True

    async def _hold(self, user_id: int, part: int, open_hold: OpenHold) -> Outcome:
        hold, now = as_hold(user_id, part, open_hold), self.clock.now()
        decided = await self.ledger.decided(hold)
        if decided is None and open_hold.due is not None:
            made = await self._due_entry(hold, open_hold.due)
            booked = await self.ledger.book(hold, made)
            await self._finish(hold, booked.entry)
            log.error("charged what a dead process had delivered", request_id=hold.request_id, quota=made.quota)
            return "charged"
        if decided is None or decided.type == EntryType.RELEASED:
            decided = await self.ledger.give_up(hold, now)
        if not await self._finish(hold, decided):
            return "gone"
        return "released" if decided.type == EntryType.RELEASED else "settled"

    async def _finish(self, hold: Hold, decided: Entry) -> bool:
        """What it had of limits first: while the wallet has the hold, it is known where that is."""
        windows = Windows(self.ledger.dynamo, self.ledger.tables, self.clock)
        for subject in hold.limits:
            await windows.finish(subject, hold.request_id, stays(decided))
        return await self.ledger.finish(hold, decided)

    async def _due_entry(self, hold: Hold, due: Due) -> Entry:
        """The entry of an answer whose process died: what was noted as due, and whose it is."""
        user = await self.ledger.dynamo.get(self.ledger.tables.users, to_item({"pk": user_key(hold.user_id)}))
        return Entry(
            request_id=hold.request_id,
            id=new_log_id(self.clock),
            created_at=self.clock.now(),
            type=EntryType.CONSUME,
            user_id=hold.user_id,
            username=(user or {}).get("username") or "",
            quota=due.quota,
            token_id=hold.token_id or due.token_id,
            model_name=due.model,
            prompt_tokens=due.prompt,
            completion_tokens=due.completion,
            channel_id=due.channel_id,
            details={
                "result": "partial",
                "terms": write_terms((Term(DUE, 1, str(due.quota)),)),
                "limited": hold.limited,
            },
        )

    async def _look_again(self, pk: str, seen: int, at: int) -> None:
        """Move the wallet on in the index, or take it out if nothing is open. New holds end later than any seen."""
        names, values = {"#at": "sweep_at"}, {":seen": seen}
        if at:
            change, condition, values = "SET #at = :at", "#at = :seen", values | {":at": at}
        else:
            change, condition = "REMOVE #at, #shard", "#at = :seen AND size(#holds) = :none"
            names, values = names | {"#shard": "sweep_shard", "#holds": "holds"}, values | {":none": 0}
        request: Json = {
            "TableName": self.ledger.tables.users,
            "Key": to_item({"pk": pk}),
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item(values),
        }
        try:
            await self.ledger.dynamo.update(request)
        except ConditionFailed:
            return  # it got a hold meanwhile, or another sweep was here: it is looked at in the next run


def as_hold(user_id: int, part: int, found: OpenHold) -> Hold:
    """A hold as the ledger's steps take it."""
    return Hold(
        request_id=found.request_id,
        user_id=user_id,
        token_id=found.token_id,
        limited=bool(found.token_id),
        amount=found.amount,
        created_at=0,
        expires_at=found.until,
        part=part,
        limits=found.limits,
    )


def _account_of(pk: str) -> tuple[int, int]:
    """Account and part of a wallet item."""
    _, user_id, part = (pk + "#0").split("#")[:3]
    return int(user_id), int(part)
