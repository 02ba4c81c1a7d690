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
        threshold, user, token = admitted.options.remind_threshold, admitted.caller.user, admitted.caller.token
        await self._note(user.id, 0, fall(user.quota, user.quota - entry.quota, threshold))
        if not token.unlimited_quota:
            left = token.remain_quota - entry.quota
            await self._note(user.id, token.id, fall(token.remain_quota, left, threshold))

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
