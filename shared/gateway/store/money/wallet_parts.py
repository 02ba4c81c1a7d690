"""Parts: a wallet that many requests meet at is several items, so that no item grows large or hot.

Part 0 is the account itself, with ``parts`` (how many others there are) and ``spread`` (whether new holds go to all of
them). Splitting shares out what is free, where it is plenty beside what requests hold; gathering puts it together again
when a part cannot pay, so that the last of a balance can be spent. Both are transactions, and rare: whoever meets one
at the account's item must come again, so a wallet that has grown is split a moment later, when a crowd that came at
once has passed, and by few of those who notice.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from gateway import log
from gateway.errors import ConditionFailed, LostRace, StoreError, Throttled
from gateway.records import dataclass
from gateway.store.client import retry
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.client.expressions import Change, change
from gateway.store.money.wallet import HOLDS
from gateway.store.schema.tables import Tables, user_key, wallet_key
from gateway.store.schema.users import held

Item = Mapping[str, Any]

MOST_PARTS = 63
BUSY_UNITS = 2.0  # write units of one write that say that an item has grown: beyond 1 kB
_HOLDS_EACH = 8  # a part is given so many times what one request holds
_ATTEMPTS = 10
_CROWD = 16  # open holds that one item should have
_FIRST = 7  # parts of the first split; they double with what is open
_NOTICING = 1 / 8  # of those who notice that an item has grown, so many look at it
_LATER = 0.25  # seconds within which they do


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's balance over all its parts."""

    free: int
    held: int
    used_quota: int
    request_count: int

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Balance":
        """The account's item and its parts' together."""
        return cls(
            free=sum(item.get("quota") or 0 for item in items),
            held=sum(map(held, items)),
            used_quota=sum(item.get("used_quota") or 0 for item in items),
            request_count=sum(item.get("request_count") or 0 for item in items),
        )


def gathering(tables: Tables, user_id: int, parts: Sequence[Item], *, spread: bool) -> list[dict[str, Any]]:
    """The transaction that puts what is free of these parts together in the account's own item; none if nothing is."""
    taken = {item["pk"]: item["quota"] for item in parts if item.get("quota")}
    actions = [
        change(tables.users, {"pk": pk}, Change(adds={"quota": -quota}, at_least={"quota": quota}))
        for pk, quota in taken.items()
    ]
    main = Change(sets={"spread": spread}, adds={"quota": sum(taken.values())})
    return [*actions, change(tables.users, {"pk": user_key(user_id)}, main)] if actions else []


@dataclass(frozen=True, slots=True)
class Parts:
    """Reads, splits and gathers the wallets of one stack. ``known``: over how many parts an account is, seen last."""

    dynamo: Dynamo
    tables: Tables
    chance: Callable[[], float] = random.random
    pause: float = _LATER
    crowd: int = _CROWD
    known: dict[int, int] = field(default_factory=dict[int, int])
    _splitting: dict[int, "asyncio.Task[None]"] = field(default_factory=dict[int, "asyncio.Task[None]"])

    async def items(self, user_id: int) -> list[Item]:
        """The account's item and those of its parts, as they are now; none if there is no such account."""
        account = await self.dynamo.get(self.tables.users, to_item({"pk": user_key(user_id)}))
        return [] if account is None else [account, *await self._others(user_id, account.get("parts") or 0)]

    async def _others(self, user_id: int, count: int) -> list[Item]:
        if not count:
            return []
        keys = [to_item({"pk": wallet_key(user_id, part)}) for part in range(1, count + 1)]
        return list((await self.dynamo.batch_get({self.tables.users: keys}))[self.tables.users])

    def grown(self, user_id: int, amount: int) -> None:
        """An item of an account has grown: perhaps split it, beside whatever else this process does."""
        if user_id not in self._splitting and self.chance() < _NOTICING:
            self._splitting[user_id] = asyncio.ensure_future(self._split_later(user_id, amount))

    async def _split_later(self, user_id: int, amount: int) -> None:
        try:
            await asyncio.sleep(self.pause * (0.2 + 0.8 * self.chance()))
            await self.split(user_id, amount)
        except StoreError as error:  # it is tried again as long as it is busy
            log.warning("wallet not split", user=user_id, reason=str(error))
        finally:
            del self._splitting[user_id]

    async def split(self, user_id: int, amount: int) -> None:
        """Share out what is free over more parts, if that is plenty beside what one request holds."""
        self.known[user_id] = await self._split(user_id, amount)

    async def _split(self, user_id: int, amount: int) -> int:
        items = await self.items(user_id)
        if not items:
            return 0
        account, free = items[0], items[0].get("quota") or 0
        there = account.get("parts") or 0
        known = there if account.get("spread") else 0
        crowd = sum(len(item.get(HOLDS) or {}) for item in items)
        wanted = _wanted(known, there, crowd)
        share = free // (wanted + 1)
        if crowd < self.crowd or share < _HOLDS_EACH * max(amount, 1) or (known and wanted == there):
            return known
        actions = [self._moved(user_id, part, share) for part in range(1, wanted + 1)]
        main = Change(
            sets={"parts": wanted, "spread": True},
            adds={"quota": -share * wanted},
            expected={"parts": account.get("parts")},
            at_least={"quota": share * wanted},
        )
        actions.append(change(self.tables.users, {"pk": user_key(user_id)}, main))
        return wanted if await self._done(actions) else await self._shared(user_id)

    async def _shared(self, user_id: int) -> int:
        """Over how many parts another has spread the account just now."""
        account = await self.dynamo.get(self.tables.users, to_item({"pk": user_key(user_id)})) or {}
        return account.get("parts") or 0 if account.get("spread") else 0

    async def gather(self, user_id: int, amount: int) -> int:
        """Put what is free of all parts together in the account's own item; answers what is free altogether.

        Where there is plenty in sum, the parts go on. Raises ``Throttled`` if others keep moving it meanwhile.
        """
        for attempt in range(_ATTEMPTS):
            await asyncio.sleep(retry.pause(attempt - 1, self.chance()) if attempt else 0)
            items = await self.items(user_id)
            if not items:
                return 0
            account, others = items[0], [item for item in items[1:] if item.get("quota")]
            free = Balance.of(items).free
            if not others:
                self.known[user_id] = 0
                return free
            spread = bool(account.get("spread")) and free >= _HOLDS_EACH * amount * len(items)
            if await self._done(gathering(self.tables, user_id, others, spread=spread)):
                self.known[user_id] = (account.get("parts") or 0) if spread else 0
                return free
        raise LostRace(f"the parts of account {user_id} keep moving")

    def _moved(self, user_id: int, part: int, share: int) -> dict[str, Any]:
        what = Change(adds={"quota": share}, defaults={HOLDS: {}})
        return change(self.tables.users, {"pk": wallet_key(user_id, part)}, what)

    async def _done(self, actions: list[dict[str, Any]]) -> bool:
        try:
            await self.dynamo.transact({"TransactItems": actions})
        except (ConditionFailed, Throttled):
            return False  # somebody moved it meanwhile: it is looked at again
        return True


def _wanted(known: int, there: int, crowd: int) -> int:
    """Over how many parts so many open holds should be: never fewer than there are."""
    wanted = known or max(there, _FIRST)
    while wanted < MOST_PARTS and crowd > _CROWD * (wanted + 1):
        wanted = wanted * 2 + 1
    return wanted
