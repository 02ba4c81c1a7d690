"""The money transactions of a relayed request: reserve, settle, release.

Each is one DynamoDB transaction over the user, the token, the hold and the log entry, so that no crash
leaves half of it, and each is keyed by the request id, so that running it again changes nothing. A balance
never goes below zero: what a request costs beyond its hold is taken as far as the balance reaches and
the rest is noted in the entry as ``shortfall``.
"""

from dataclasses import dataclass, replace
from typing import Any

from gateway.domain.money import Entry, Hold, Settlement
from gateway.errors import ConditionFailed, QuotaExceeded
from gateway.store import transactions
from gateway.store.attributes import to_item
from gateway.store.dynamo import Dynamo
from gateway.store.tables import Tables

Json = dict[str, Any]

_HOLD, _LOG, _USER, _TOKEN = 0, 1, 2, 3  # places in the settling transaction
_SETTLE_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Ledger:
    """Moves quota between balances, holds and entries."""

    dynamo: Dynamo
    tables: Tables

    async def reserve(self, hold: Hold) -> None:
        """Take the hold out of the balances, or raise ``QuotaExceeded``. Repeating it changes nothing."""
        try:
            await self.dynamo.transact(transactions.reserve(self.tables, hold))
        except ConditionFailed as failed:
            if failed.failed(_HOLD):
                return
            raise _refusal(failed) from failed

    async def settle(self, hold: Hold, entry: Entry) -> Settlement:
        """Replace the hold by the entry and give back what was not used."""
        with_token = True
        for attempt in range(_SETTLE_ATTEMPTS):
            if attempt == _SETTLE_ATTEMPTS - 1:
                entry = _within(hold, entry)
            try:
                await self.dynamo.transact(transactions.settle(self.tables, hold, entry, with_token=with_token))
            except ConditionFailed as failed:
                if failed.failed(_HOLD):
                    return _earlier(failed)
                if failed.reasons[_TOKEN : _TOKEN + 1] == [{}]:
                    with_token = False  # the token was deleted while the request ran
                else:
                    entry = _as_far_as_it_reaches(hold, entry, failed)
                continue
            return "settled"
        raise ConditionFailed([])

    async def release(self, hold: Hold, now: int) -> bool:
        """Give the whole hold back; ``False`` if it was settled or released before."""
        for with_token in (True, False):
            try:
                await self.dynamo.transact(transactions.release(self.tables, hold, now, with_token=with_token))
            except ConditionFailed as failed:
                if failed.failed(_HOLD):
                    return False
                continue
            return True
        return False

    async def renew(self, request_id: str, expires_at: int) -> bool:
        """Move the expiry of an open hold on; ``False`` if there is none any more."""
        try:
            await self.dynamo.update(transactions.renew(self.tables, request_id, expires_at))
        except ConditionFailed:
            return False
        return True

    async def stale(self, now: int, shard: int, limit: int = 100) -> list[Hold]:
        """Open holds of one shard whose time is over, oldest first."""
        request: Json = {
            "TableName": self.tables.holds,
            "IndexName": "by_expiry",
            "KeyConditionExpression": "#shard = :shard AND expires_at < :now",
            "ExpressionAttributeNames": {"#shard": "shard"},
            "ExpressionAttributeValues": to_item({":shard": shard, ":now": now}),
            "Limit": limit,
        }
        return [transactions.hold_from(item) for item in await self.dynamo.query(request, most=limit)]


def _refusal(failed: ConditionFailed) -> QuotaExceeded:
    whose = "user" if failed.failed(1) else "token"
    item = failed.reasons[1] if failed.failed(1) else failed.reasons[2]
    left = (item or {}).get("quota" if whose == "user" else "remain_quota", 0)
    if whose == "user":
        return QuotaExceeded(f"user quota is not enough: {left} left; ask for less, or top up")
    return QuotaExceeded(
        f"token quota is not enough: {left} left; ask for less, or raise the token's quota",
        code="pre_consume_token_quota_failed",
    )


def _earlier(failed: ConditionFailed) -> Settlement:
    hold = failed.reasons[_HOLD] or {}
    return "released" if hold.get("state") == "released" else "already"


def _as_far_as_it_reaches(hold: Hold, entry: Entry, failed: ConditionFailed) -> Entry:
    """The entry with its charge cut to hold plus what the balances still hold; the cut is kept as shortfall."""
    balances = [
        (failed.reasons[place] or {}).get(field, 0)
        for place, field in ((_USER, "quota"), (_TOKEN, "remain_quota"))
        if failed.failed(place)
    ]
    return _charging(entry, min(entry.quota, hold.amount + min(balances, default=0)))


def _within(hold: Hold, entry: Entry) -> Entry:
    """The entry charged no more than its hold: always possible, whatever the balances do meanwhile."""
    return _charging(entry, min(entry.quota, hold.amount))


def _charging(entry: Entry, possible: int) -> Entry:
    if possible == entry.quota:
        return entry
    shortfall = entry.details.get("shortfall", 0) + entry.quota - possible
    return replace(entry, quota=possible, details={**entry.details, "shortfall": shortfall})
