"""What of limits is used: taken before a request, settled with it, and shown.

Every subject with limits has one item (``window_items.py``), written once before a request and once with its end. Who
is under way is known by the account's wallet: its hold names the subjects, and the sweep settles there what a dead
process left. What lies there of a request that died before it had a hold is found when somebody is refused for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import field
from typing import Any

from gateway import log
from gateway.clock import Clock
from gateway.domain.limits import Rules
from gateway.errors import StoreError
from gateway.records import dataclass
from gateway.store.client.async_client import Dynamo
from gateway.store.client.attributes import to_item
from gateway.store.money.window_items import (
    OpenShare,
    Settle,
    Shares,
    Stay,
    Take,
    open_shares,
    share_of,
)
from gateway.store.money.window_writer import WindowWriter
from gateway.store.schema.tables import Tables, limit_key

Json = dict[str, Any]

YOUNG = 120  # seconds in which a request has its hold in a wallet, or never will
LOOKED_AT = 8  # holds looked after in one refusal
MOST_LOOKED = 1000  # subjects to remember having looked at
LOOK_AGAIN = 30.0  # seconds until the same subject is looked at again


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitShare:
    """What a request has of one subject. ``sums`` are those after it; ``first``: a bucket began with it."""

    subject: str
    request_id: str
    rules: Rules
    shares: Shares
    sums: Mapping[str, int] = field(default_factory=dict[str, int])
    first: bool = False

    @classmethod
    def of(cls, subject: str, take: Take, found: Mapping[str, int] | None = None) -> "LimitShare":
        """By what a take left behind; without that, what it may have taken."""
        left = found or {}
        return cls(
            subject=subject,
            request_id=take.request_id,
            rules=take.rules,
            shares=take.shares,
            sums={draw.rule.key: left.get(f"s:{draw.rule.key}", 0) for draw in take.draws},
            first=any(
                start and left.get(f"b:{key}|{start}", 0) <= amount for key, (start, amount) in take.shares.items()
            ),
        )


@dataclass(frozen=True, slots=True)
class Windows:
    """Of one stack; ``subject`` is ``token#70``, ``group#vip`` and so on."""

    dynamo: Dynamo
    tables: Tables
    clock: Clock
    writer: WindowWriter = field(init=False)
    _looked: dict[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        object.__setattr__(self, "writer", WindowWriter(self.dynamo, self.tables.counters, self.clock))

    async def take(self, subject: str, take: Take) -> LimitShare:
        """Take it all, or raise ``WindowFull``."""
        return LimitShare.of(subject, take, await self.writer.write(limit_key(subject), take))

    async def settle(self, taken: LimitShare, stay: Stay) -> None:
        """Let stay what was used; repeatable. With the first of a bucket the old ones are taken out."""
        rules = taken.rules if taken.first else ()
        await self._settled(taken.subject, taken.request_id, taken.shares, stay, rules)

    async def finish(self, subject: str, request_id: str, stay: Stay) -> None:
        """Settle what a request left there, if it did, for whoever did not take it."""
        found = share_of(await self.item(subject), request_id)
        if found is not None:
            await self._settled(subject, request_id, found.shares, stay)

    async def item(self, subject: str) -> Json:
        """What is counted of a subject."""
        key = to_item({"name": limit_key(subject), "shard": 0})
        return await self.dynamo.get(self.tables.counters, key) or {}

    async def items(self, subjects: Iterable[str]) -> dict[str, Json]:
        """The same of several, in one round trip."""
        names = {limit_key(subject): subject for subject in subjects}
        keys = [to_item({"name": name, "shard": 0}) for name in names]
        found = (await self.dynamo.batch_get({self.tables.counters: keys}))[self.tables.counters] if keys else []
        return dict.fromkeys(names.values(), Json()) | {names[item["name"]]: item for item in found}

    async def forsaken(self, subject: str, decide: Callable[[OpenShare], Awaitable[Stay | None]]) -> bool:
        """Settle what requests took that died before they had a hold; whether there were any.

        ``decide`` tells of one how it ended, ``None`` if it is under way.
        """
        now = self.clock.monotonic()
        if now - self._looked.get(subject, -LOOK_AGAIN) < LOOK_AGAIN:
            return False
        if len(self._looked) >= MOST_LOOKED:
            self._looked.clear()
        self._looked[subject] = now
        old = [share for share in open_shares(await self.item(subject)) if share.at < self.clock.now() - YOUNG]
        ended = await asyncio.gather(*(self._ended(subject, share, decide) for share in old[:LOOKED_AT]))
        return any(ended)

    async def _ended(
        self, subject: str, share: OpenShare, decide: Callable[[OpenShare], Awaitable[Stay | None]]
    ) -> bool:
        try:
            stay = await decide(share)
            if stay is None:
                return False
            await self._settled(subject, share.request_id, share.shares, stay)
        except StoreError as error:
            log.warning("limit not settled", subject=subject, request_id=share.request_id, reason=str(error))
            return False
        log.info("settled what a dead request had of a limit", subject=subject, request_id=share.request_id)
        return True

    async def _settled(self, subject: str, request_id: str, shares: Shares, stay: Stay, rules: Rules = ()) -> None:
        stays = {key: stay(key, amount) for key, (_, amount) in shares.items()}
        step = Settle(request_id=request_id, shares=shares, stay=stays, rules=rules)
        await self.writer.write(limit_key(subject), step)
