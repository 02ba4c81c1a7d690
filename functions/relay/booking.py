"""The books of one request: its entry before the caller has the end of the answer, its wallets after the last byte.

So no complete answer is free, whatever dies: from the entry on everybody finishes by it. Where it cannot be put, what
is due is noted in the hold, which the sweep settles by; where that fails too, the caller is refused the end.
"""

import asyncio
from dataclasses import replace

from gateway import log
from gateway.domain.money import Due, Entry, EntryType
from gateway.errors import LedgerBusy, StoreError
from gateway.store.money.idempotency import KeptReply, seal
from gateway.store.money.ledger import Booked
from relay import holders, limits, metering
from relay.admitted_request import AdmittedRequest, Delivery
from relay.deps import Deps


class Booking:
    """One for each request that was let in and reserved; ``delivery`` is filled in while it is answered."""

    def __init__(self, deps: Deps, admitted: AdmittedRequest, delivery: Delivery) -> None:
        self._deps = deps
        self._admitted = admitted
        self._delivery = delivery
        self._entry: Entry | None = None
        self._sealed = ""
        self._booked: Booked | None = None
        self._refused = False

    async def book(self, reply: KeptReply | None) -> None:
        """Put the entry of what was delivered; called before the last bytes leave. Raises ``LedgerBusy``."""
        if self._delivery.channel is None or self._entry is not None:
            return
        deps, admitted = self._deps, self._admitted
        deps.ending.begin(admitted.hold.user_id, admitted.hold.request_id)
        entry = self._entry = await metering.entry(admitted, self._delivery, deps.clock)
        self._sealed = seal(deps.vault, admitted.claim, reply) if admitted.claim else ""
        if admitted.taken is None:
            await self._put_or_note(entry)
            return
        # What was not used of limits comes back with the entry: who has the end of an answer may ask again at once.
        await asyncio.gather(self._put_or_note(entry), limits.settle_by(deps, admitted.taken, entry))

    async def close(self) -> None:
        """Finish the wallets by what was booked, or give everything back if nothing was delivered."""
        try:
            await self._finish()
        except (StoreError, LedgerBusy) as error:
            # The hold is still there, with what decides about it: the sweep will find it.
            log.error("settlement left to the sweep", request_id=self._admitted.hold.request_id, reason=str(error))
            log.metric("SettlementFailed")
        finally:
            self._deps.ending.done(self._admitted.hold.user_id, self._admitted.hold.request_id)

    async def _put_or_note(self, entry: Entry) -> None:
        try:
            await self._put(entry)
        except StoreError as error:
            log.error("entry not put", request_id=entry.request_id, reason=str(error))
            await self._note_due(entry)

    async def _put(self, entry: Entry) -> Booked:
        """Put the entry unless that was done; answers the one that decides."""
        if self._booked is None:
            admitted = self._admitted
            self._booked = await self._deps.ledger.book(admitted.hold, entry, admitted.claim, self._sealed)
            if self._booked.outcome == "late":
                log.error("settlement came after the sweep", request_id=entry.request_id)
        return self._booked

    async def _finish(self) -> None:
        if self._delivery.channel is None or self._refused:
            await self._give_back()
            return
        await self.book(None)
        assert self._entry is not None, "what was delivered has an entry"
        booked = await self._put(self._entry)
        await self._deps.ledger.finish(self._admitted.hold, booked.entry)
        await self._follow_up(self._entry)

    async def _give_back(self) -> None:
        """Release the hold; but an entry that may have been put all the same, by us or by the sweep, decides."""
        deps, hold = self._deps, self._admitted.hold
        await limits.release(deps, self._admitted.taken)
        if self._refused or self._delivery.due_noted:
            decided = await deps.ledger.give_up(hold, deps.clock.now())
            if decided.type == EntryType.CONSUME:
                await deps.ledger.finish(hold, decided)
                return
        await deps.ledger.release(hold, deps.clock.now(), self._admitted.claim)
        log.debug("released", request_id=hold.request_id, held=hold.amount)

    async def _follow_up(self, entry: Entry) -> None:
        _log_settled(entry)
        await self._deps.reminding.charged(self._admitted, entry)
        await holders.note(self._deps, self._admitted, self._delivery)

    async def _note_due(self, entry: Entry) -> None:
        """Leave the charge in the hold; the caller is refused the end of the answer if not even that can be done."""
        deps, hold = self._deps, self._admitted.hold
        due = Due(quota=entry.quota, model=entry.model_name, channel_id=entry.channel_id, token_id=entry.token_id)
        due = replace(due, prompt=entry.prompt_tokens, completion=entry.completion_tokens)
        until, failure = deps.clock.now() + deps.settings.hold_ttl, None
        try:
            noted = await deps.ledger.renew(hold, until, self._admitted.claim, due)
        except StoreError as error:
            noted, failure = False, error
        if not noted:  # nor where the hold was given up meanwhile
            self._refused = True
            raise LedgerBusy("the gateway's tables are busy; try again in a moment") from failure


async def uncancelled(booking: Booking) -> None:
    """Close a booking even if the task around it is being cancelled."""
    task = asyncio.ensure_future(booking.close())
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def _log_settled(entry: Entry) -> None:
    log.debug(
        "settled",
        request_id=entry.request_id,
        user=entry.user_id,
        token=entry.token_id,
        channel=entry.channel_id,
        model=entry.model_name,
        prompt=entry.prompt_tokens,
        completion=entry.completion_tokens,
        quota=entry.quota,
        ms=entry.elapsed_time,
    )
