"""After a charge: does somebody have to be told that a balance runs low? Costs nothing while it does not."""

from gateway import log
from gateway.clock import Clock
from gateway.domain.money import Entry
from gateway.errors import StoreError
from gateway.reminders import Fall, fall
from gateway.store.client.cache import TimedCache
from gateway.store.money.reminders import AGAIN, Reminders
from relay.admitted_request import AdmittedRequest


class Reminding:
    """Queues reminders; what was queued here is not queued again for a while."""

    def __init__(self, reminders: Reminders, clock: Clock) -> None:
        self._reminders = reminders
        self._clock = clock
        self._noted: TimedCache[bool] = TimedCache(clock, AGAIN)

    def drop_stale(self) -> None:
        """Forget what would not be looked at any more."""
        self._noted.drop_stale()

    async def charged(self, admitted: AdmittedRequest, entry: Entry) -> None:
        """Look at the balances as they were known when the request came in, and at what it cost."""
        user, token = admitted.caller.user, admitted.caller.token
        own = user.remind_threshold
        threshold = own if own >= 0 else admitted.options.remind_threshold
        known = user.quota + user.held
        fell = fall(known, known - entry.quota, threshold)
        if user.parts and fell and not self._noted.peek((user.id, 0)):
            fell = await self._fell_in_parts(user.id, threshold)
        await self._note(user.id, 0, fell)
        if not token.unlimited_quota:
            left = token.remain_quota + token.held
            await self._note(user.id, token.id, fall(left, left - entry.quota, threshold))

    async def _fell_in_parts(self, user_id: int, threshold: int) -> Fall:
        """The account's own item has a share only: all parts are read, and not again for a while."""
        try:
            left = await self._reminders.left(user_id)
        except StoreError as error:
            log.warning("balance not read", user=user_id, reason=str(error))
            return ""
        if left >= threshold:
            self._noted.put((user_id, 0), True)
            return ""
        return "below"

    async def _note(self, user_id: int, token_id: int, fell: Fall) -> None:
        key = (user_id, token_id)
        if not fell or self._noted.peek(key):
            return
        try:
            await self._reminders.queue(user_id, token_id, self._clock.now(), crossed=fell == "crossed")
        except StoreError as error:
            log.warning("reminder not queued", user=user_id, token=token_id, reason=str(error))
            return
        self._noted.put(key, True)
