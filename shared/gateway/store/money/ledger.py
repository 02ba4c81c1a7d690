"""The ledger of relayed requests: reserve, book, finish, release, renew. Single items, no transaction.

**The entry decides.** How a request ended is what stands in the logs under its request id, put once. Whoever puts first
has decided, and everybody else finishes by it: a charge, or the tombstone of a request that came to nothing.

====================  ===============================================  ======================================
step                  writes                                           if it is repeated
====================  ===============================================  ======================================
``reserve``           the hold into the account's wallet, then into    nothing: the hold is there
                      the token's if that has a limit
``book``              the entry                                        nothing: the entry is there
``finish``            token's wallet, then account's: hold out, rest   nothing: the hold is gone
                      back, sums up
``release``           the same with nothing charged
====================  ===============================================  ======================================

``settle`` is book and finish. A process may die between any two steps: the account's wallet keeps the hold until the
last of them, and the sweep (``sweep.py``) does what is left. A request with an idempotency key carries its ``Claim``
along: only then reserve and book are transactions, of two items, so that there is no charge without its record.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field, replace
from typing import Any

from gateway import log
from gateway.clock import Clock, SystemClock, new_request_id
from gateway.domain.money import Due, Entry, EntryType, Hold, Settlement
from gateway.errors import ConditionFailed, LedgerBusy, QuotaExceeded, StoreError
from gateway.records import changed, dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.money import idempotency, wallet
from gateway.store.money.idempotency import Claim, Record
from gateway.store.money.ledger_requests import (
    decision,
    entry_put,
    late_charge,
    put_entry,
    put_late,
    put_tombstone,
    released,
)
from gateway.store.money.wallet import HOLDS, PARTS, SPREAD, Finish, Renew, Reserve, Step, Wallet
from gateway.store.money.wallet_parts import BUSY_UNITS, Parts
from gateway.store.money.wallet_writer import UNTOLD, WalletWriter, Written
from gateway.store.schema.tables import Tables, log_owner

Json = dict[str, Any]

_ATTEMPTS = 4
_MOVING = "this account's balance is moving; try again in a moment"


class AlreadyClaimed(StoreError):
    """Another request has the idempotency key; ``record`` is what it left."""

    def __init__(self, record: Record) -> None:
        super().__init__(f"claimed by request {record.request_id}")
        self.record = record


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of putting an entry, and the entry that decides: another's, if that was there before."""

    outcome: Settlement
    entry: Entry


@dataclass(frozen=True, slots=True)
class Ledger:
    """Moves quota between balances, holds and entries. ``linger``: see ``WalletWriter``."""

    dynamo: Dynamo
    tables: Tables
    clock: Clock = field(default_factory=SystemClock)
    chance: Callable[[], float] = random.random
    linger: float = 0
    writer: WalletWriter = field(init=False)
    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "writer", WalletWriter(self.dynamo, self.linger))
        object.__setattr__(self, "parts", Parts(self.dynamo, self.tables, self.chance))

    async def record(self, code: str) -> Record | None:
        """What is known of an idempotency key."""
        item = await self.dynamo.get(self.tables.codes, to_item({"code": code}))
        return Record.of(item) if item else None

    async def reserve(
        self, hold: Hold, claim: Claim | None = None, *, spread: int = 0, spare: int = 0, most_open: int = 0
    ) -> Hold:
        """Take the hold out of the balances; answers it with the part of the wallet that has it. Repeatable.

        ``spread``: over how many parts besides the account's own item it is, as far as the caller knows; ``spare``:
        what must stay free beside it; ``most_open``: holds the account may have, 0: any number. Raises
        ``QuotaExceeded``, ``AlreadyClaimed`` if another request has the idempotency key, or ``LedgerBusy``.
        """
        others = self.parts.known.get(hold.user_id, spread)
        if others and not hold.part:
            hold = changed(hold, part=self._part(hold.user_id, others))
        step = Reserve(hold, most_open=most_each(most_open, others), spare=spare)
        hold = await self._from_account(step, claim, most_open)
        if not hold.limited:
            return hold
        token = wallet.of_token(self.tables, hold.user_id, hold.token_id)
        try:
            await self._into(token, Reserve(hold, spare=spare))
        except ConditionFailed as failed:
            back = await self._put_back(hold, claim)
            raise _token_refusal(_item(failed), back=back) from failed
        except StoreError:
            await self._put_back(hold, claim)
            raise
        return hold

    async def book(self, hold: Hold, entry: Entry, claim: Claim | None = None, reply: str = "") -> Booked:
        """Put the entry, and keep the sealed reply with the claim; answers the entry that decides. Repeatable.

        Behind the sweep's tombstone the request is charged under an id of its own: whoever was slow pays all the same.
        """
        try:
            if claim is None:
                await self.dynamo.put(entry_put(self.tables, entry))
            else:
                put = put_entry(self.tables, entry)
                finish = idempotency.finish_action(self.tables, claim, reply, entry.created_at)
                await self.dynamo.transact({"TransactItems": [put, finish]})
        except ConditionFailed as failed:
            if claim is not None and failed.failed(1) and not failed.failed(0):
                return await self.book(hold, entry)  # the claim ran out and another request took it
            decided = await self.decided(hold)
            if decided is None or decided.type == EntryType.RELEASED:
                return await self._charge_late(hold, entry)
            return Booked("already", decided)
        return Booked("settled", entry)

    async def finish(self, hold: Hold, entry: Entry) -> bool:
        """Take the hold out of its wallets by the entry that decides; ``False`` if the account's had it no more.

        Only the entry of its own id is paid out of a hold.
        """
        charged = entry.type == EntryType.CONSUME and entry.request_id == hold.request_id
        step = Finish(hold.request_id, hold.amount, entry.quota if charged else 0, charged, entry.created_at)
        return await self._out(hold, step)

    async def settle(self, hold: Hold, entry: Entry, claim: Claim | None = None, reply: str = "") -> Settlement:
        """Book the entry, and finish by the one that decides."""
        booked = await self.book(hold, entry, claim, reply)
        await self.finish(hold, booked.entry)
        return booked.outcome

    async def give_up(self, hold: Hold, now: int) -> Entry:
        """Decide that a request came to nothing, unless it is decided; answers what decides.

        For whoever does not know whether an entry was put: who knows that none was releases the hold.
        """
        with suppress(ConditionFailed):  # it is decided
            await self.dynamo.put(put_tombstone(self.tables, hold.user_id, hold.request_id, now)["Put"])
        decided = await self.decided(hold) or released(hold, now)
        if decided.type == EntryType.RELEASED and hold.limited:
            # Its process may be slow and not have come to the token yet: what it puts there now is nobody's to find.
            await self._close(wallet.of_token(self.tables, hold.user_id, hold.token_id), hold.expires_at)
        return decided

    async def decided(self, hold: Hold) -> Entry | None:
        """The entry or tombstone that decides how a request ended, if there is one yet."""
        found = await self.entry(hold.user_id, hold.request_id)
        return decision(hold, found) if found else None

    async def release(self, hold: Hold, now: int, claim: Claim | None = None) -> bool:
        """Give the whole hold back, and the idempotency key; ``False`` if it was settled or released before."""
        if claim is not None:
            await self._drop(claim)
        return await self._out(hold, Finish(hold.request_id, hold.amount, at=now))

    async def renew(self, hold: Hold, expires_at: int, claim: Claim | None = None, due: Due | None = None) -> bool:
        """Move the end of an open hold on, and of its claim; ``False`` if there is no such hold any more.

        ``due`` is what is out of the answer by now: the sweep charges it if this process dies.
        """
        hold = replace(hold, expires_at=expires_at)
        try:
            await self.writer.write(self.account_of(hold), Renew(hold, due))
            if claim is not None:
                await self.dynamo.update(idempotency.renew_action(self.tables, claim, expires_at)["Update"])
        except ConditionFailed:
            return False
        return True

    def account_of(self, hold: Hold) -> Wallet:
        """The wallet, or part of one, that has an account's hold."""
        return wallet.of_account(self.tables, hold.user_id, hold.part)

    async def entry(self, user_id: int, request_id: str) -> Json | None:
        """What stands in the logs under a request's id."""
        return await self.dynamo.get(self.tables.logs, to_item({"owner": log_owner(user_id), "request_id": request_id}))

    def _part(self, user_id: int, others: int) -> int:
        """A part of a wallet to reserve in: one that will be written in any case, else any."""
        due = self.writer.due(user_id) if self.linger else None
        return int(self.chance() * (others + 1)) if due is None else due

    async def _from_account(self, step: Reserve, claim: Claim | None, most_open: int) -> Hold:
        """Reserve in the part that was chosen, else where everything that is free has been put together.

        Of a balance in parts there is plenty: what must stay free matters when they are put together.
        """
        hold = step.hold
        first = changed(step, spare=0) if hold.part and step.spare else step
        try:
            units, shown = await self._into(self.account_of(hold), first, claim)
        except ConditionFailed as failed:
            if step.most_open and len(_item(failed).get(HOLDS) or {}) >= step.most_open:
                return await self._beside(step, claim, most_open)
            return await self._gathered(replace(step, most_open=most_open), _item(failed), claim)
        if PARTS in shown:
            self.parts.known[hold.user_id] = shown[PARTS] if shown[SPREAD] else 0
        if units >= BUSY_UNITS:
            self.parts.grown(hold.user_id, hold.amount)
        return hold

    async def _beside(self, step: Reserve, claim: Claim | None, most_open: int) -> Hold:
        """One item is full: reserve in the emptiest that can pay, as long as the account has not all it may have.

        What was open before a split stays where it is, so one item may have more than its share of few.
        """
        items = await self.parts.items(step.hold.user_id)
        opened = [len(item.get(HOLDS) or {}) for item in items]
        paying = [part for part, item in enumerate(items) if (item.get("quota") or 0) >= step.hold.amount + step.spare]
        if sum(opened) >= most_open or not paying:
            raise LedgerBusy("too many requests of this account are under way; wait for one of them to end")
        hold = replace(step.hold, part=min(paying, key=opened.__getitem__))
        try:
            await self._into(self.account_of(hold), replace(step, hold=hold, most_open=most_open), claim)
        except ConditionFailed as failed:
            raise LedgerBusy(_MOVING) from failed
        return hold

    async def _gathered(self, step: Reserve, item: Json, claim: Claim | None) -> Hold:
        """Reserve in the account's own item, where what is free of all parts has been put together.

        Again where others took it meanwhile: whoever finds too little then is refused for the balance alone.
        """
        if not (step.hold.part or item.get("parts")):
            raise _account_refusal(item.get("quota") or 0)
        hold, needed = replace(step.hold, part=0), step.hold.amount + step.spare
        for _ in range(_ATTEMPTS):
            free = await self.parts.gather(hold.user_id, hold.amount)
            if free < needed:
                raise _account_refusal(free)
            with suppress(ConditionFailed):
                await self._into(self.account_of(hold), replace(step, hold=hold), claim)
                return hold
        raise LedgerBusy(_MOVING)

    async def _into(self, at: Wallet, step: Reserve, claim: Claim | None = None) -> Written:
        """Put a hold into a wallet; raises ``ConditionFailed`` if it cannot be paid from there."""
        try:
            return await self._reserved(at, step, claim)
        except ConditionFailed as failed:
            item = _item(failed)
            if step.request_id in (item.get(HOLDS) or {}):
                return UNTOLD
            if item and HOLDS not in item:  # from before wallets held their holds
                await self.dynamo.update(wallet.begin(at))
                return await self._reserved(at, step, claim)
            raise

    async def _reserved(self, at: Wallet, step: Reserve, claim: Claim | None) -> Written:
        if claim is None:
            return await self.writer.write(at, step)
        update = wallet.update(at, [step])
        update = {
            name: value for name, value in update.items() if name not in ("ReturnConsumedCapacity", "ReturnValues")
        }
        actions = [{"Update": update}, idempotency.claim_action(self.tables, claim, step.hold.created_at)]
        try:
            await self.dynamo.transact({"TransactItems": actions})
        except ConditionFailed as failed:
            if failed.failed(1) and (failed.reasons[1] or {}).get("request_id") != claim.request_id:
                raise AlreadyClaimed(Record.of(failed.reasons[1] or {})) from failed
            raise
        return UNTOLD

    async def _put_back(self, hold: Hold, claim: Claim | None) -> bool:
        try:
            await self.release(hold, hold.created_at, claim)
        except StoreError as error:
            log.warning("hold left to the sweep", request_id=hold.request_id, reason=str(error))
            return False
        return True

    async def _out(self, hold: Hold, step: Finish) -> bool:
        """Out of the token's wallet, then the account's: while that has the hold, the sweep knows of it."""
        if hold.limited:
            await self._gone(wallet.of_token(self.tables, hold.user_id, hold.token_id), step)
        return await self._gone(self.account_of(hold), step)

    async def _gone(self, at: Wallet, step: Step) -> bool:
        try:
            await self.writer.write(at, step)
        except ConditionFailed:
            return False  # finished before, or the token was deleted meanwhile
        return True

    async def _charge_late(self, hold: Hold, entry: Entry) -> Booked:
        """Charge a request that was given up: entry and balances in one transaction, for no hold stands for it.

        Under an id of this moment: everything that reads entries once, in order of time, may be past the request's own.
        """
        own = new_request_id(self.clock)
        late = replace(entry, request_id=own, details={**entry.details, "late": hold.request_id})
        note = put_late(self.tables, hold.user_id, hold.request_id, own, entry.created_at)
        put, *balances = late_charge(self.tables, late, limited=hold.limited)
        while True:
            try:
                await self.dynamo.transact({"TransactItems": [note, put, *balances]})
            except ConditionFailed as failed:
                gone = [place for place in range(len(balances)) if failed.failed(place + 2)]
                if failed.failed(0) or not gone:
                    break  # charged before
                balances = [balance for place, balance in enumerate(balances) if place not in gone]
            else:
                break
        return Booked("late", late)

    async def _close(self, at: Wallet, until: int) -> None:
        with suppress(ConditionFailed):  # closed further, or deleted
            await self.dynamo.update(wallet.close(at, until))

    async def _drop(self, claim: Claim) -> None:
        try:
            await self.dynamo.transact({"TransactItems": [idempotency.drop_action(self.tables, claim)]})
        except ConditionFailed:
            return  # it ran out and another request took it


def _item(failed: ConditionFailed) -> Json:
    """The item that refused."""
    return failed.reasons[0] or {}


def most_each(most_open: int, others: int) -> int:
    """How many holds one of an account's items may have: twice its share, since requests choose theirs at random."""
    return -(-2 * most_open // (others + 1)) if others else most_open


def _account_refusal(free: int) -> QuotaExceeded:
    left = max(0, free)
    return QuotaExceeded(f"user quota is not enough: {left} left; ask for less, or top up", left=left)


def _token_refusal(item: Json, *, back: bool) -> QuotaExceeded:
    """``back``: whether the account has its hold again, so that a smaller one may be tried."""
    left = max(0, item.get("remain_quota") or 0)
    return QuotaExceeded(
        f"token quota is not enough: {left} left; ask for less, or raise the token's quota",
        code="pre_consume_token_quota_failed",
        type="insufficient_user_quota",
        left=left if back else None,
    )
