"""Load on one account: many processes reserve, wait for providers, book and finish, in time that is jumped over."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from gateway.clock import SystemClock, new_log_id, new_request_id
from gateway.domain.money import Due, Entry, EntryType, Hold
from gateway.errors import LedgerBusy, QuotaExceeded, StoreError
from gateway.store.accounts.tokens import create_actions as token_actions
from gateway.store.accounts.users import create_actions as user_actions
from gateway.store.client.attributes import from_item
from gateway.store.money.ledger import Ledger
from gateway.store.money.wallet import open_holds
from gateway.store.money.wallet_parts import Balance
from gateway.store.schema.tables import Tables
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.support.contending.client import PREFIX, ContendingDynamo, furnished
from tests.support.contending.contention import Pace
from tests.support.contending.engine import Engine
from tests.support.contending.meter import Metered

CLOCK = SystemClock()
TABLES = Tables(PREFIX)
NOW = 1_800_000_000
FIRST_NOTE = 5.0  # seconds, as the relay's heartbeat
HELD, COST = 1000, 300
Json = dict[str, Any]

DETAILS: Json = {
    "usage": {"prompt": "1212", "completion": "480", "cached": "1024", "reasoning": "128"},
    "group": "default",
    "requested_model": "gpt-4o-mini",
    "result": "complete",
    "price_version": "2026-11-02",
    "terms": '[["prompt",188,"0.075"],["cached",1024,"0.0375"],["completion",480,"0.3"],["group",1,"1"]]',
    "limited": False,
    "response_id": "chatcmpl-BQx5fK3mT0Zr8dUe2vWn6yHj1sLa9",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``a_second`` requests for ``seconds`` (0: ``count`` at once), each answered after ``lasting`` seconds."""

    lasting: float
    processes: int
    a_second: float = 0
    seconds: float = 0
    count: int = 0
    quota: int = 10**12
    most_open: int = 800  # as the option is unless it is set
    limited: bool = False
    linger: float = 0  # seconds that the end of a hold may wait to go along with another's begin

    def arrivals(self, chance: random.Random) -> list[float]:
        """When requests come: at once, or as independent callers send them."""
        if self.count:
            return [0.0] * self.count
        times, at = list[float](), 0.0
        while (at := at + chance.expovariate(self.a_second)) < self.seconds:
            times.append(at)
        return times


@dataclass(slots=True)
class Report:
    """What became of a load. ``added``: seconds before the provider was asked."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    added: list[float] = field(default_factory=list[float])
    answered: set[str] = field(default_factory=set[str])
    entries: set[str] = field(default_factory=set[str])
    open: int = 0
    free: int = 0
    parts: int = 0
    met: Metered = field(default_factory=Metered)

    def p(self, percent: int) -> float:
        """A percentile of what was added, in milliseconds."""
        return sorted(self.added)[len(self.added) * percent // 100] * 1000

    def __str__(self) -> str:
        figures = ", ".join(f"p{percent} {self.p(percent):.0f}" for percent in (50, 95, 99))
        units = self.met.write_units / max(1, len(self.answered))
        return (
            f"{dict(self.outcomes)}; added ms: {figures}, most {max(self.added) * 1000:.0f}; {units:.1f} write units a "
            f"request; {self.met.transactions} transactions, {self.met.conflicts:g} conflicts, "
            f"{self.met.throttled:g} throttled; {self.parts} parts"
        )


class Load:
    """Carries out a plan."""

    def __init__(self, plan: Plan, pace: Pace | None = None) -> None:
        self.plan, self.chance, self.report = plan, random.Random(11), Report()
        self.engine = furnished(Engine(pace or Pace()))
        self.ledgers = [
            Ledger(ContendingDynamo(self.engine), TABLES, chance=random.Random(number).random, linger=plan.linger)
            for number in range(plan.processes)
        ]

    async def run(self) -> Report:
        """All requests, each in a process that chance chooses."""
        await self._account()
        self.engine.meter.reset()
        async with asyncio.TaskGroup() as group:
            for at in self.plan.arrivals(self.chance):
                group.create_task(self._request(at, self.chance.choice(self.ledgers)))
        self.report.met = self.engine.meter.since()
        await self._look()
        return self.report

    async def _account(self) -> None:
        user = UserRow(id=7, username="somebody", quota=self.plan.quota, aff_code="a7", email="somebody@mail.example")
        token = TokenRow(id=70, user_id=7, key_hash="h" * 43, remain_quota=self.plan.quota, name="production")
        actions = user_actions(TABLES, user) + token_actions(TABLES, token)
        await self.ledgers[0].dynamo.transact({"TransactItems": actions})

    async def _request(self, at: float, ledger: Ledger) -> None:
        await asyncio.sleep(at)
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            hold = await ledger.reserve(self._hold(), most_open=self.plan.most_open)
        except (QuotaExceeded, LedgerBusy, StoreError) as error:
            self.report.outcomes[type(error).__name__] += 1
            return
        self.report.added.append(loop.time() - began)
        await self._answer(ledger, hold)
        try:
            entry = entry_of(hold)
            await ledger.book(hold, entry)
            self.report.answered.add(hold.request_id)
            await ledger.finish(hold, entry)
            self.report.outcomes["answered"] += 1
        except StoreError as error:
            self.report.outcomes[f"unsettled: {error}"] += 1

    async def _answer(self, ledger: Ledger, hold: Hold) -> None:
        """Wait; an answer that takes long notes once what is due."""
        await asyncio.sleep(min(self.plan.lasting, FIRST_NOTE))
        if self.plan.lasting > FIRST_NOTE:
            await asyncio.gather(asyncio.sleep(self.plan.lasting - FIRST_NOTE), self._note_due(ledger, hold))

    async def _note_due(self, ledger: Ledger, hold: Hold) -> None:
        """As the relay's heartbeat, which tries again later."""
        with suppress(StoreError):
            await ledger.renew(hold, NOW + 1200, due=Due(quota=COST, model="gpt-4o-mini"))

    def _hold(self) -> Hold:
        return Hold(
            request_id=new_request_id(CLOCK),
            user_id=7,
            token_id=70,
            limited=self.plan.limited,
            amount=HELD,
            created_at=NOW,
            expires_at=NOW + 1200,
        )

    async def _look(self) -> None:
        """Everything that lies in the tables in the end."""
        items = await self.ledgers[0].parts.items(7)
        self.report.free, self.report.parts = Balance.of(items).free, len(items) - 1
        _, found = await self.engine.call("Scan", {"TableName": TABLES.tokens})
        tokens = [from_item(item) for item in found["Items"]]
        self.report.open = sum(len(open_holds(item)) for item in [*items, *tokens])
        self.report.entries = await self._entries()

    async def _entries(self) -> set[str]:
        ids, start = set[str](), {}
        while True:
            _, found = await self.engine.call("Scan", {"TableName": TABLES.logs, **start})
            ids |= {item["request_id"]["S"] for item in found["Items"]}
            if "LastEvaluatedKey" not in found:
                return ids
            start = {"ExclusiveStartKey": found["LastEvaluatedKey"]}


def entry_of(hold: Hold) -> Entry:
    """A charge as the relay makes it."""
    return Entry(
        request_id=hold.request_id,
        id=new_log_id(CLOCK),
        created_at=NOW + 1,
        type=EntryType.CONSUME,
        user_id=7,
        username="somebody",
        quota=COST,
        content="model ratio 0.075, group ratio 1.00, completion ratio 4.00",
        token_id=70,
        token_name="production",
        model_name="gpt-4o-mini",
        prompt_tokens=1212,
        completion_tokens=480,
        channel_id=3,
        elapsed_time=1234,
        is_stream=True,
        details=DETAILS,
    )
