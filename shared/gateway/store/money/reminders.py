"""Who is to be told of a low balance, and who has been: rows of the options table under the scope ``reminder``.

One row for each account or token below the threshold, so it is told once each time it falls. It goes when the balance
is above again. What counts is the balance as it is shown, so nobody is told of what requests hold for a moment.
Written by the relay when a charge makes a balance fall, read and finished by the job ``remind``.
"""

from gateway.errors import ConditionFailed
from gateway.records import dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Change, Condition, Is, Json, change, delete, update
from gateway.store.money.wallet_parts import Balance, Parts
from gateway.store.schema.tables import Tables

AGAIN = 600  # seconds after which another fall is another reminder; caches that lag cause none
_SCOPE, _PENDING, _TOLD = "reminder", "pending", "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """``token_id`` 0 means the account itself; ``since`` is when it fell, in unix seconds."""

    user_id: int
    token_id: int
    since: int
    told: bool

    @property
    def key(self) -> Json:
        return _key(self.user_id, self.token_id)


@dataclass(frozen=True, slots=True)
class Reminders:
    """The rows of one stack."""

    dynamo: Dynamo
    tables: Tables

    async def left(self, user_id: int) -> int:
        """What an account has left, as it is shown: free in all its parts, and what requests under way hold."""
        found = Balance.of(await Parts(self.dynamo, self.tables).items(user_id))
        return max(0, found.free + found.held)

    async def queue(self, user_id: int, token_id: int, now: int, *, crossed: bool) -> bool:
        """Note that somebody is to be told; ``False`` if that is known. ``crossed``: it was above a moment ago."""
        again: list[Condition] = [{"state": _TOLD, "since": Is("<", now - AGAIN)}] if crossed else []
        what = Change(sets={"state": _PENDING, "since": now}, expected=[{"scope": None}, *again])
        try:
            await self.dynamo.update(update(self.tables.options, _key(user_id, token_id), what))
        except ConditionFailed:
            return False
        return True

    async def every(self) -> list[Reminder]:
        """All rows, those who were told included."""
        request: Json = {
            "TableName": self.tables.options,
            "KeyConditionExpression": "#scope = :scope",
            "ExpressionAttributeNames": {"#scope": "scope"},
            "ExpressionAttributeValues": to_item({":scope": _SCOPE}),
        }
        return [_reminder(row) for row in await self.dynamo.query(request)]

    async def told(self, reminder: Reminder) -> None:
        """Note that the mail was sent."""
        what = Change(sets={"state": _TOLD}, expected={"since": reminder.since})
        await self._finish(change(self.tables.options, reminder.key, what))

    async def forget(self, reminder: Reminder) -> None:
        """The balance is above the threshold again, or there is nobody to tell."""
        await self._finish(delete(self.tables.options, reminder.key, expected={"since": reminder.since}))

    async def _finish(self, action: Json) -> None:
        """Change the row unless it fell anew meanwhile."""
        try:
            await self.dynamo.transact({"TransactItems": [action]})
        except ConditionFailed:
            return


def _key(user_id: int, token_id: int) -> Json:
    return {"scope": _SCOPE, "key": f"token#{user_id}#{token_id}" if token_id else f"user#{user_id}"}


def _reminder(row: Json) -> Reminder:
    user_id, _, token_id = row["key"].partition("#")[2].partition("#")
    return Reminder(user_id=int(user_id), token_id=int(token_id or 0), since=row["since"], told=row["state"] == _TOLD)
