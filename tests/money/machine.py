"""Everything that moves money, in any order and interleaving: processes stand still, or die, at every single call.

A rule begins something in one of three processes, whose clocks differ; nothing of it happens until its next call to
the database is let on. So sweeps, splits, late processes and settlements meet at every point there is.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.billing.receipts import receipt
from gateway.clock import new_request_id
from gateway.domain.money import Due, Entry, EntryType, Hold
from gateway.domain.usage import Usage
from gateway.errors import LedgerBusy, QuotaExceeded, StoreError
from gateway.security.credentials import Vault, new_key
from gateway.store.accounts import users
from gateway.store.accounts.balances import Held, difference
from gateway.store.accounts.tokens import create_actions as token_actions
from gateway.store.client.attributes import to_item
from gateway.store.context import Store
from gateway.store.money import idempotency, receipts
from gateway.store.money.entries import Movement
from gateway.store.money.idempotency import Claim
from gateway.store.money.ledger import AlreadyClaimed
from gateway.store.money.wallet_parts import Balance, Parts
from gateway.store.schema.items import row_from
from gateway.store.schema.logs import LogRow
from gateway.store.schema.tables import Tables
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.money import books
from tests.money.processes import Off, Process, Time
from tests.support.contending.virtual_time import VirtualTimeLoop

TTL, SKEW = 60, (0, 3, -3)
Json = dict[str, Any]


@dataclass(slots=True)
class Request:
    """What the machine remembers of one: only what its process may do next, and whether its answer was complete."""

    process: Process
    hold: Hold
    claim: Claim | None
    reserved: bool = False
    ended: bool = False
    delivered: bool = False
    due: bool = False  # something was out, so the sweep may have charged it


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that is money of one account."""

    user_id: int
    wallets: Sequence[books.Item]
    tokens: Sequence[books.Item]
    entries: Sequence[books.Item]
    refunds: Sequence[books.Item]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The synchronous side's transactor, on the machine's own client and loop."""

    machine: Any

    def transact(self, request: Json) -> None:
        self.machine.wait(self.machine.inner.transact(request))


quotas, amounts = st.integers(0, 3000), st.integers(0, 150)
far = st.one_of(st.just(9), st.integers(0, 5))  # how many of its calls something makes at once
keys = st.sampled_from([0, 0, 0, 1, 2])
whose, which, where = st.integers(0, 1), st.integers(0, 9), st.integers(0, 2)
plausible = st.builds(Usage, prompt=st.integers(0, 100), completion=st.integers(0, 50))
usages = st.one_of(plausible, plausible, plausible, st.builds(Usage, completion=st.sampled_from([-5, 10**18])))


class Money(RuleBasedStateMachine):
    """Two users, each with a limited and an unlimited token, and three processes."""

    database: Callable[[], tuple[Any, str, asyncio.AbstractEventLoop]]

    def __init__(self) -> None:
        super().__init__()
        self.inner, prefix, self.loop = type(self).database()
        self.time, self.tables, self.ratio = Time(), Tables(prefix), 1
        self.processes = [Process(self.inner, self.tables, Off(by=by, true=self.time)) for by in SKEW]
        vault = Vault.from_setting(new_key())
        self.store = Store(self.tables, Bridge(self), vault, self.time)  # pyright: ignore
        self.requests: list[Request] = []
        self.claims: dict[str, str] = {}  # request id -> code
        self.given: dict[tuple[int, int], int] = {}  # what limited tokens were given
        self.receipts: set[str] = set()  # ids of the entries whose receipts were read: those do not change

    def teardown(self) -> None:
        try:
            self.finally_nothing_is_open()
        finally:
            for process in self.processes:
                process.die()
            self.wait(asyncio.sleep(0))
            self.wait(self.inner.close()) if hasattr(self.inner, "close") else None
            self.loop.close()

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def settle_down(self) -> None:
        """Until everybody stands before a call."""

        async def quiet() -> None:
            virtual = isinstance(self.loop, VirtualTimeLoop)
            for _ in range(1 if virtual else 8):
                await asyncio.sleep(1 if virtual else 0)
                while any(process.under_way for process in self.processes):
                    await asyncio.sleep(0.0005)

        self.wait(quiet())
        for process in self.processes:
            process.failed()

    def begin_in(self, process: Process, work: Coroutine[Any, Any, None], calls: int = 0) -> None:
        """Begin something, and let so many of its calls be made."""

        async def begin() -> None:
            process.start(work)

        self.wait(begin())
        self.settle_down()
        for _ in range(calls):
            self.let_on(process, -1)

    def let_on(self, process: Process, call: int, verdict: tuple[bool, bool] = (True, True)) -> None:
        async def on() -> None:
            process.let_on(call, verdict)

        self.wait(on())
        self.settle_down()
        if process.dead:
            place = self.processes.index(process)
            self.processes[place] = Process(self.inner, self.tables, process.clock)

    @initialize(quotas=st.tuples(quotas, quotas), limits=st.tuples(quotas, quotas))
    def begin(self, quotas: tuple[int, int], limits: tuple[int, int]) -> None:
        for number in (1, 2):
            row = UserRow(id=number, username=f"u{number}", created_time=self.time.now())
            actions = users.create_actions(self.tables, row)
            for token_id, unlimited in ((10 * number, False), (10 * number + 1, True)):
                limit = 0 if unlimited else limits[number - 1]
                self.given[number, token_id] = limit
                token = TokenRow(
                    id=token_id, user_id=number, key_hash=f"k{token_id}", remain_quota=limit, unlimited_quota=unlimited
                )
                actions += token_actions(self.tables, token)
            self.wait(self.inner.transact({"TransactItems": actions}))
            self.credit(number - 1, quotas[number - 1])

    @rule(process=where, calls=st.lists(which, min_size=1, max_size=6))
    def go_on(self, process: int, calls: list[int]) -> None:
        """Some calls are made, the oldest or others first."""
        for call in calls:
            self.let_on(self.processes[process], call)

    @rule(calls=st.integers(1, 12))
    def everybody_goes_on(self, calls: int) -> None:
        for _ in range(calls):
            for process in self.processes:
                self.let_on(process, 0)

    @rule(process=where, call=which, made=st.booleans())
    def die(self, process: int, call: int, made: bool) -> None:
        """A process dies at one of its calls, before it or when it was made."""
        self.let_on(self.processes[process], call, (made, False))

    @rule(user=whose, amount=st.integers(-50, 400), ratio=st.integers(1, 5))
    def credit(self, user: int, amount: int, ratio: int = 1) -> None:
        """A top-up, a redeemed code, a reward; or an administrator takes something away. Prices change, too."""
        self.ratio = ratio
        movement = Movement(user_id=user + 1, username="u", delta=amount, type=EntryType.TOPUP, content="")
        users.credit(self.store, movement)

    @rule(process=where, user=whose, limited=st.booleans(), amount=amounts, key=keys, calls=far)
    def reserve(self, process: int, user: int, limited: bool, amount: int, key: int, calls: int) -> None:
        """A request comes in, perhaps with one of a few idempotency keys."""
        host = self.processes[process]
        user_id, now = user + 1, host.clock.now()
        token_id = 10 * user_id + (0 if limited else 1)
        hold = Hold(
            request_id=new_request_id(self.time),
            user_id=user_id,
            token_id=token_id,
            limited=limited,
            amount=amount,
            created_at=now,
            expires_at=now + TTL,
        )
        code = idempotency.code_of(token_id, str(key))
        claim = Claim(code=code, request_hash="h", request_id=hold.request_id, expires_at=now + TTL) if key else None
        request = Request(host, hold, claim)
        self.requests.append(request)
        self.begin_in(host, self._reserve(request), calls)

    async def _reserve(self, request: Request) -> None:
        with suppress(QuotaExceeded, AlreadyClaimed, LedgerBusy, StoreError):
            request.hold = await request.process.ledger.reserve(request.hold, request.claim)
            request.reserved = True
            if request.claim is not None:
                self.claims[request.hold.request_id] = request.claim.code

    def chosen(self, number: int) -> Request | None:
        """A request that is under way in a living process."""
        found = [one for one in self.requests if one.reserved and not one.ended and not one.process.dead]
        return found[number % len(found)] if found else None

    @rule(number=which, usage=usages, calls=far)
    def answer(self, number: int, usage: Usage, calls: int) -> None:
        """The entry, then the end of the answer, then the wallets."""
        if request := self.chosen(number):
            request.ended = True
            self.begin_in(
                request.process, self._answer(request, books.entry(request.hold, usage, self.ratio, self.time)), calls
            )

    async def _answer(self, request: Request, entry: Entry) -> None:
        ledger = request.process.ledger
        booked = await ledger.book(request.hold, entry, request.claim, "v1.sealed")
        request.delivered = True
        await ledger.finish(request.hold, booked.entry)

    @rule(number=which, calls=far)
    def release(self, number: int, calls: int) -> None:
        """No channel could answer."""
        if request := self.chosen(number):
            request.ended = True
            self.begin_in(request.process, self._release(request), calls)

    async def _release(self, request: Request) -> None:
        ledger, now = request.process.ledger, request.process.clock.now()
        if request.due and (decided := await ledger.give_up(request.hold, now)).type == EntryType.CONSUME:
            await ledger.finish(request.hold, decided)
            return
        await ledger.release(request.hold, now, request.claim)

    @rule(number=which, calls=far)
    def give_up(self, number: int, calls: int) -> None:
        """A process does not know whether its entry was put."""
        if request := self.chosen(number):
            request.ended = True
            self.begin_in(request.process, self._give_up(request), calls)

    async def _give_up(self, request: Request) -> None:
        decided = await request.process.ledger.give_up(request.hold, request.process.clock.now())
        await request.process.ledger.finish(request.hold, decided)

    @rule(number=which, quota=st.one_of(st.none(), st.integers(0, 200)), calls=far)
    def renew(self, number: int, quota: int | None, calls: int) -> None:
        """A heartbeat, which goes on beside everything else; with what is due by now."""
        if request := self.chosen(number):
            due = None if quota is None else Due(quota=quota, model="m", channel_id=1)
            request.due |= due is not None
            self.begin_in(request.process, self._renew(request, due), calls)

    async def _renew(self, request: Request, due: Due | None) -> None:
        await request.process.ledger.renew(request.hold, request.process.clock.now() + TTL, request.claim, due)

    @rule(process=where, calls=st.one_of(st.just(60), st.integers(0, 20)), later=st.sampled_from([0, TTL + 10]))
    def sweep(self, process: int, calls: int, later: int) -> None:
        """As far as it comes, perhaps when every hold that nobody renewed is over."""
        self.time.seconds += later
        self.begin_in(self.processes[process], _swept(self.processes[process]), calls)

    @precondition(lambda self: any(one.reserved for one in self.requests))
    @rule(process=where)
    def decide(self, process: int) -> None:
        """A sweep comes as far as the first entry or tombstone, and stands still before the wallets."""
        self.time.seconds += TTL + 10
        host = self.processes[process]
        host.made.clear()
        self.begin_in(host, _swept(host))
        while host.tasks and host.waiting and "put" not in host.made:
            self.let_on(host, -1)

    @rule(process=where, user=whose, gathers=st.booleans())
    def move_parts(self, process: int, user: int, gathers: bool) -> None:
        self.begin_in(self.processes[process], self._move_parts(self.processes[process], user + 1, gathers))

    async def _move_parts(self, process: Process, user_id: int, gathers: bool) -> None:
        with suppress(StoreError):
            await (process.ledger.parts.gather if gathers else process.ledger.parts.split)(user_id, 1)

    @rule(number=which, user=whose)
    def refund(self, number: int, user: int) -> None:
        charged = [item for item in books.consumed(self.look()[user].entries) if item["quota"] > 0]
        if charged:
            item = charged[number % len(charged)]
            kept = receipts.Kept(row_from(LogRow, item), item["details"])
            given, again = (receipts.refund(self.store, kept, "sorry") for _ in range(2))
            assert again is not None and given is not None
            assert again.repeated and again.request_id == given.request_id

    @rule(user=whose, limited=st.booleans(), sure=st.integers(0, 3))
    def delete_token(self, user: int, limited: bool, sure: int) -> None:
        if sure == 0:
            key = {"pk": f"user#{user + 1}", "id": 10 * (user + 1) + (0 if limited else 1)}
            gone = {"Delete": {"TableName": self.tables.tokens, "Key": to_item(key)}}
            self.wait(self.inner.transact({"TransactItems": [gone]}))

    @rule(seconds=st.integers(1, 50))
    def time_passes(self, seconds: int) -> None:
        self.time.seconds += seconds

    @rule(user=whose, wanted=quotas)
    def set_balance(self, user: int, wanted: int) -> None:
        """An administrator sets what is shown, as a difference; not where it is less than requests hold."""
        items = self.wait(Parts(self.inner, self.tables).items(user + 1))
        holds = {request_id: hold for item in items for request_id, hold in item["holds"].items()}
        with suppress(Held):
            if delta := difference(Balance.of(items).free, holds, wanted):
                self.credit(user, delta, self.ratio)

    @invariant()
    def the_books_agree(self) -> None:
        for seen in self.look():
            books.check_account(seen.wallets, seen.entries)
            for token in seen.tokens:
                if not token["unlimited_quota"]:
                    books.check_token(token, self.given[seen.user_id, token["id"]], seen.entries, seen.refunds)
            charged = books.charged(seen.entries)
            assert len(charged) == len(set(charged))
            for item in books.consumed(seen.entries):
                self.has_its_receipt_and_its_key_its_record(item)

    def has_its_receipt_and_its_key_its_record(self, item: books.Item) -> None:
        if item["request_id"] not in self.receipts:
            assert receipt(item["quota"], item["details"]).agrees
            self.receipts.add(item["request_id"])
        swept = item["details"].get("result") == "partial"  # the sweep knows of no key: it ends with its hold
        code = None if swept else self.claims.get(item["request_id"])
        record = self.wait(self.inner.get(self.tables.codes, to_item({"code": code}))) if code else None
        assert record is None or record["request_id"] != item["request_id"] or record["done"]

    def finally_nothing_is_open(self) -> None:
        """Everybody comes back once more or is dead, and sweeps have all the time they want."""
        self.everybody_goes_on(60)
        self.time.seconds += 10 * TTL
        for _ in range(2):
            self.sweep(0, 0, 0)
            while self.processes[0].waiting:
                self.let_on(self.processes[0], 0)
        self.the_books_agree()
        delivered = {one.hold.request_id for one in self.requests if one.delivered}
        for seen in self.look():
            delivered -= set(books.charged(seen.entries))
            assert not any(item.get("holds") for item in [*seen.wallets, *seen.tokens])
        assert not delivered

    def look(self) -> list["Seen"]:
        """Both accounts as they are now."""
        return self.wait(self._look())

    async def _look(self) -> list["Seen"]:
        return [
            Seen(
                user_id=user_id,
                wallets=await Parts(self.inner, self.tables).items(user_id),
                tokens=await self.items(self.tables.tokens, f"user#{user_id}", key="pk"),
                entries=await self.items(self.tables.logs, f"user#{user_id}"),
                refunds=await self.items(self.tables.logs, f"refund#{user_id}"),
            )
            for user_id in (1, 2)
        ]

    async def items(self, table: str, value: Any, key: str = "owner") -> list[Json]:
        request = {
            "TableName": table,
            "KeyConditionExpression": "#key = :value",
            "ExpressionAttributeNames": {"#key": key},
            "ExpressionAttributeValues": to_item({":value": value}),
            "ConsistentRead": True,
        }
        return await self.inner.query(request)


async def _swept(process: Process) -> None:
    await process.sweep.run()
