"""Holds as they were before wallets held them: items of a table of their own. Finished here, then forgotten.

A deploy over an older stack finds them open. Their amounts left the very balances that are wallets now, so giving one
back is the same transaction as ever. Once there is none, that is noted, and nobody asks again.
"""

from collections.abc import Mapping
from typing import Any

from gateway.domain.money import Hold
from gateway.errors import ConditionFailed
from gateway.records import dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Change, change, change_existing
from gateway.store.schema.tables import HOLD_SHARDS, Tables, token_owner, user_key

Json = dict[str, Any]

_KEPT = 30 * 86_400  # seconds a released hold stays readable
_NOTE = {"scope": "meta", "key": "legacy_holds"}
_FIELDS = ("request_id", "user_id", "token_id", "limited", "amount", "created_at", "expires_at", "model")


@dataclass(frozen=True, slots=True)
class LegacyHolds:
    """The open holds of an older stack."""

    dynamo: Dynamo
    tables: Tables

    async def forgotten(self) -> bool:
        """Whether it was noted that there are none any more."""
        return await self.dynamo.get(self.tables.options, to_item(_NOTE), consistent=False) is not None

    async def open(self) -> list[Hold]:
        """Every open hold, over or not."""
        found: list[Hold] = []
        for shard in range(HOLD_SHARDS):
            request: Json = {
                "TableName": self.tables.holds,
                "IndexName": "by_expiry",
                "KeyConditionExpression": "#shard = :shard",
                "ExpressionAttributeNames": {"#shard": "shard"},
                "ExpressionAttributeValues": to_item({":shard": shard}),
            }
            found += [_hold(item) for item in await self.dynamo.query(request)]
        return found

    async def release(self, hold: Hold, now: int) -> bool:
        """Give one back; ``False`` if its process, or another sweep, finished it."""
        done = Change(
            sets={"state": "released", "released_at": now, "ttl": now + _KEPT},
            removes=["shard"],
            expected={"state": "open"},
        )
        actions = [
            change(self.tables.holds, {"request_id": hold.request_id}, done),
            change_existing(self.tables.users, {"pk": user_key(hold.user_id)}, Change(adds={"quota": hold.amount})),
        ]
        if hold.limited and await self._token(hold):
            key = {"pk": token_owner(hold.user_id), "id": hold.token_id}
            actions.append(change_existing(self.tables.tokens, key, Change(adds={"remain_quota": hold.amount})))
        try:
            await self.dynamo.transact({"TransactItems": actions})
        except ConditionFailed:
            return False
        return True

    async def forget(self) -> None:
        """Note that there are none any more."""
        note = change(self.tables.options, _NOTE, Change(sets={"value": "none"}))
        await self.dynamo.update(note["Update"])

    async def _token(self, hold: Hold) -> bool:
        key = to_item({"pk": token_owner(hold.user_id), "id": hold.token_id})
        return await self.dynamo.get(self.tables.tokens, key) is not None


def _hold(item: Mapping[str, Any]) -> Hold:
    return Hold(**{name: item[name] for name in _FIELDS if name in item})
