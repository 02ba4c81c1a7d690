"""The money transactions of a relayed request: reserve, settle, release.

Each is one DynamoDB transaction over the user, the token, the hold and the log entry, so that no crash
leaves half of it, and each is keyed by the request id, so that running it again changes nothing. A balance
never goes below zero: what a request costs beyond its hold is taken as far as the balance reaches and
the rest is noted in the entry as ``shortfall``.

A request with an idempotency key carries its ``Claim`` through all of them (see ``idempotency.py``).
"""

from dataclasses import dataclass, replace
from typing import Any

from gateway.domain.money import Entry, Hold, Settlement
from gateway.errors import ConditionFailed, QuotaExceeded, StoreError
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.money import idempotency, ledger_requests
from gateway.store.money.idempotency import Claim, Record
from gateway.store.schema.tables import Tables

Json = dict[str, Any]

_HOLD, _LOG, _USER, _TOKEN = 0, 1, 2, 3  # places in the settling transaction
_SETTLE_ATTEMPTS = 6
_RELEASE_ATTEMPTS = 3


class AlreadyClaimed(StoreError):
    """Another request has the idempotency key; ``record`` is what it left."""

    def __init__(self, record: Record) -> None:
        super().__init__(f"claimed by request {record.request_id}")
        self.record = record


@dataclass(frozen=True, slots=True)
class Ledger:
    """Moves quota between balances, holds and entries."""

    dynamo: Dynamo
    tables: Tables

    async def record(self, code: str) -> Record | None:
        """What is known of an idempotency key."""
        item = await self.dynamo.get(self.tables.codes, to_item({"code": code}))
        return Record.of(item) if item else None

    async def reserve(self, hold: Hold, claim: Claim | None = None) -> None:
        """Take the hold out of the balances. Repeating it changes nothing.

        Raises ``QuotaExceeded``, or ``AlreadyClaimed`` if another request has the idempotency key.
        """
        request = ledger_requests.reserve(self.tables, hold)
        if claim is not None:
            request["TransactItems"].append(idempotency.claim_action(self.tables, claim, hold.created_at))
        try:
            await self.dynamo.transact(request)
        except ConditionFailed as failed:
            if failed.failed(_HOLD):
                return
            if claim is not None and failed.reasons[-1] is not None:
                raise AlreadyClaimed(Record.of(failed.reasons[-1])) from failed
            raise _refusal(failed) from failed

    async def settle(self, hold: Hold, entry: Entry, claim: Claim | None = None, reply: str = "") -> Settlement:
        """Replace the hold by the entry and give back what was not used; keep the sealed reply with the claim."""
        with_token = True
        for attempt in range(_SETTLE_ATTEMPTS):
            if attempt == _SETTLE_ATTEMPTS - 1:
                entry = _within(hold, entry)
            request = ledger_requests.settle(self.tables, hold, entry, with_token=with_token)
            if claim is not None:
                finish = idempotency.finish_action(self.tables, claim, reply, entry.created_at)
                request["TransactItems"].append(finish)
            try:
                await self.dynamo.transact(request)
            except ConditionFailed as failed:
                if failed.failed(_HOLD):
                    return _earlier(failed)
                if failed.reasons[_TOKEN : _TOKEN + 1] == [{}]:
                    with_token = False  # the token was deleted while the request ran
                elif claim is not None and failed.reasons[-1] is not None:
                    claim = None  # it ran out and another request took it
                else:
                    entry = _as_far_as_it_reaches(hold, entry, failed)
                continue
            return "settled"
        raise ConditionFailed([])

    async def release(self, hold: Hold, now: int, claim: Claim | None = None) -> bool:
        """Give the whole hold back, and the idempotency key; ``False`` if it was settled or released before."""
        with_token = True
        for _ in range(_RELEASE_ATTEMPTS):
            request = ledger_requests.release(self.tables, hold, now, with_token=with_token)
            if claim is not None:
                request["TransactItems"].append(idempotency.drop_action(self.tables, claim))
            try:
                await self.dynamo.transact(request)
            except ConditionFailed as failed:
                if failed.failed(_HOLD):
                    return False
                if claim is not None and failed.reasons[-1] is not None:
                    claim = None
                else:
                    with_token = False
                continue
            return True
        raise ConditionFailed([])

    async def renew(self, request_id: str, expires_at: int, claim: Claim | None = None) -> bool:
        """Move the expiry of an open hold on, and of its claim; ``False`` if there is no such hold any more."""
        actions = [{"Update": ledger_requests.renew(self.tables, request_id, expires_at)}]
        if claim is not None:
            actions.append(idempotency.renew_action(self.tables, claim, expires_at))
        try:
            if claim is None:
                await self.dynamo.update(actions[0]["Update"])
            else:
                await self.dynamo.transact({"TransactItems": actions})
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
        return [ledger_requests.hold_from(item) for item in await self.dynamo.query(request, most=limit)]


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
