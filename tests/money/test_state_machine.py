"""Everything that moves money, in any order, dying at any await, in memory and in the embedded database."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, stateful
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cron.jobs import reconcile, release_holds
from gateway.billing.charging import charge, write_terms
from gateway.billing.pricing import PriceBook
from gateway.billing.receipts import receipt
from gateway.clock import SystemClock, new_log_id, new_request_id
from gateway.domain.money import Entry, EntryType, Hold
from gateway.domain.usage import Usage
from gateway.errors import QuotaExceeded
from gateway.security.credentials import Vault, new_key
from gateway.store.accounts import users
from gateway.store.accounts.tokens import create_actions as token_actions
from gateway.store.client.attributes import to_item
from gateway.store.client.credentials import dynamo
from gateway.store.context import Store
from gateway.store.money import idempotency, logs, receipts
from gateway.store.money.entries import Movement
from gateway.store.money.idempotency import Claim
from gateway.store.money.ledger import AlreadyClaimed, Ledger
from gateway.store.money.ledger_sums import CARRIED, Books
from gateway.store.schema.items import row_from
from gateway.store.schema.logs import LogRow
from gateway.store.schema.tables import Tables
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.tables import DynamoDB

pytestmark = pytest.mark.timeout(300)
TTL = 60
Json = dict[str, Any]


class Crash(BaseException):
    """The process is gone at this point."""


@dataclass(slots=True)
class Mortal:
    """A database client whose process dies at its n-th call, before the call or after it was done."""

    inner: Any
    dies_in: int = 0  # calls; 0: not
    after: bool = False

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        method = getattr(self.inner, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            self.dies_in -= 1
            if self.dies_in == 0 and not self.after:
                raise Crash
            answer = await method(*args, **kwargs)
            if self.dies_in == 0:
                raise Crash
            return answer

        return call


@dataclass(slots=True)
class Time:
    """A clock that stands still until it is moved."""

    seconds: int = 1_800_000_000
    real: SystemClock = field(default_factory=SystemClock)

    def now(self) -> int:
        return self.seconds

    def now_ms(self) -> int:
        return self.seconds * 1000

    def monotonic(self) -> float:
        return float(self.seconds)

    def wall(self) -> float:
        return float(self.seconds)

    def random_digits(self, count: int) -> str:
        return self.real.random_digits(count)

    def token(self, bytes_: int = 16) -> str:
        return self.real.token(bytes_)

    def fraction(self) -> float:
        return self.real.fraction()


@dataclass(frozen=True, slots=True)
class Bridge:
    """The synchronous side's transactor, on the machine's own client and loop."""

    machine: Any

    def transact(self, request: Json) -> None:
        self.machine.wait(self.machine.mortal.transact(request))


BOOKS = {
    ratio: PriceBook.from_options({"ModelRatio": f'{{"m": {ratio}}}', "CompletionRatio": '{"m": 3}'})
    for ratio in range(1, 6)
}
quotas = st.integers(0, 2000)
amounts = st.integers(0, 150)
whose = st.integers(0, 1)
deaths = st.one_of(st.just((0, False)), st.tuples(st.integers(1, 3), st.booleans()))
plausible = st.builds(Usage, prompt=st.integers(0, 100), completion=st.integers(0, 50))
usages = st.one_of(plausible, plausible, plausible, st.builds(Usage, completion=st.sampled_from([-5, 10**18])))


class Money(RuleBasedStateMachine):
    """Two users, each with a limited and an unlimited token. What it remembers is only what it may do next."""

    database: Callable[[], tuple[Any, str]]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        inner, prefix = type(self).database()
        self.mortal, self.time, self.tables = Mortal(inner), Time(), Tables(prefix)
        self.ledger = Ledger(self.mortal, self.tables)  # pyright: ignore
        vault = Vault.from_setting(new_key())
        self.store = Store(self.tables, Bridge(self), vault, self.time)  # pyright: ignore
        self.ratio = 1
        self.holds: list[tuple[Hold, Claim | None]] = []
        self.settled: list[tuple[Hold, Entry]] = []
        self.claims: dict[str, str] = {}  # request id -> code
        self.remaining: dict[tuple[int, int], int] = {}  # what limited tokens were given

    def teardown(self) -> None:
        self.wait(self.mortal.inner.close()) if hasattr(self.mortal.inner, "close") else None
        self.loop.close()

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @contextmanager
    def dying(self, death: tuple[int, bool]) -> Generator[None]:
        """The block may end early, at the call that ``death`` says."""
        self.mortal.dies_in, self.mortal.after = death
        try:
            yield
        except Crash:
            pass
        finally:
            self.mortal.dies_in = 0

    @initialize(quotas=st.tuples(quotas, quotas), limits=st.tuples(quotas, quotas))
    def begin(self, quotas: tuple[int, int], limits: tuple[int, int]) -> None:
        for number in (1, 2):
            row = UserRow(id=number, username=f"u{number}", created_time=self.time.now())
            actions = users.create_actions(self.tables, row)
            for token_id, unlimited in ((10 * number, False), (10 * number + 1, True)):
                limit = 0 if unlimited else limits[number - 1]
                self.remaining[number, token_id] = limit
                token = TokenRow(
                    id=token_id, user_id=number, key_hash=f"k{token_id}", remain_quota=limit, unlimited_quota=unlimited
                )
                actions += token_actions(self.tables, token)
            self.wait(self.mortal.transact({"TransactItems": actions}))
            self.credit(number - 1, quotas[number - 1], (0, False))

    @rule(user=whose, amount=st.integers(-50, 400), death=deaths)
    def credit(self, user: int, amount: int, death: tuple[int, bool]) -> None:
        """A top-up, a redeemed code, a reward; or an administrator takes something away."""
        movement = Movement(user_id=user + 1, username="u", delta=amount, type=EntryType.TOPUP, content="")
        with self.dying(death):
            users.credit(self.store, movement)

    @rule(ratio=st.integers(1, 5))
    def change_prices(self, ratio: int) -> None:
        self.ratio = ratio

    @rule(user=whose, limited=st.booleans(), amount=amounts, key=st.integers(0, 3), death=deaths)
    def reserve(self, user: int, limited: bool, amount: int, key: int, death: tuple[int, bool]) -> None:
        """A request comes in, perhaps with one of a few idempotency keys."""
        user_id, now = user + 1, self.time.now()
        token_id = 10 * user_id + (0 if limited else 1)
        request_id = new_request_id(self.time)
        hold = Hold(
            request_id=request_id,
            user_id=user_id,
            token_id=token_id,
            limited=limited,
            amount=amount,
            created_at=now,
            expires_at=now + TTL,
        )
        code = idempotency.code_of(token_id, str(key))
        claim = Claim(code=code, request_hash="h", request_id=request_id, expires_at=now + TTL) if key else None
        with self.dying(death):
            try:
                self.wait(self.ledger.reserve(hold, claim))
            except (QuotaExceeded, AlreadyClaimed):
                return
            if claim is not None:
                self.claims[request_id] = code
            self.holds.append((hold, claim))

    @precondition(lambda self: self.holds)
    @rule(which=st.integers(0, 99), usage=usages, death=deaths, again=st.booleans())
    def settle(self, which: int, usage: Usage, death: tuple[int, bool], again: bool) -> None:
        """A request is answered; its settlement is delivered twice, or comes after the sweeper."""
        place = which % len(self.holds)
        hold, claim = self.holds[place]
        entry = self.entry(hold, usage)
        with self.dying(death):
            outcome = self.wait(self.ledger.settle(hold, entry, claim, "v1.sealed"))
            if outcome == "settled":
                self.settled.append((hold, entry))
            if again:
                assert self.wait(self.ledger.settle(hold, replace(entry, id=entry.id + 1), claim)) != "settled"
            del self.holds[place]

    def entry(self, hold: Hold, usage: Usage) -> Entry:
        book = BOOKS[self.ratio]
        details: Json = {"limited": hold.limited}
        try:
            cost = charge(book.price("m", 1), usage, Fraction(1))
            quota, details["terms"] = cost.quota, write_terms(cost.terms)
        except Exception as implausible:  # noqa: BLE001  as the relay: quarantine
            quota, details["terms"] = hold.amount, f'[["reservation",1,"{hold.amount}"]]'
            details["quarantined"] = str(implausible)
        return Entry(
            request_id=hold.request_id,
            id=new_log_id(self.time),
            created_at=self.time.now(),
            type=EntryType.CONSUME,
            user_id=hold.user_id,
            username="u",
            quota=quota,
            token_id=hold.token_id,
            channel_id=1 + hold.user_id % 2,
            details=details,
        )

    @precondition(lambda self: self.holds)
    @rule(which=st.integers(0, 99), death=deaths)
    def release(self, which: int, death: tuple[int, bool]) -> None:
        """No channel could answer."""
        hold, claim = self.holds[which % len(self.holds)]
        with self.dying(death):
            self.wait(self.ledger.release(hold, self.time.now(), claim))
            assert not self.wait(self.ledger.release(hold, self.time.now() + 1, claim))
            self.holds.remove((hold, claim))

    @precondition(lambda self: self.holds)
    @rule(which=st.integers(0, 99), death=deaths)
    def renew(self, which: int, death: tuple[int, bool]) -> None:
        hold, claim = self.holds[which % len(self.holds)]
        with self.dying(death):
            self.wait(self.ledger.renew(hold.request_id, self.time.now() + TTL, claim))

    @precondition(lambda self: self.settled)
    @rule(which=st.integers(0, 99), death=deaths)
    def refund(self, which: int, death: tuple[int, bool]) -> None:
        _, entry = self.settled[which % len(self.settled)]
        item = next((item for item in self.entries(entry.user_id) if item["request_id"] == entry.request_id), None)
        if item is None or item["quota"] <= 0:
            return
        kept = receipts.Kept(row_from(LogRow, item), item["details"])
        with self.dying(death):
            given = receipts.refund(self.store, kept, "sorry")
            again = receipts.refund(self.store, kept, "sorry")
            assert again is not None and given is not None
            assert again.repeated and again.request_id == given.request_id

    @rule(user=whose, count=st.integers(1, 5), death=deaths)
    def purge(self, user: int, count: int, death: tuple[int, bool]) -> None:
        """The oldest entries are cleared out."""
        old = [row_from(LogRow, item) for item in self.entries(user + 1) if item["request_id"] != CARRIED][:count]
        with self.dying(death):
            if old:
                logs._purge_owner(self.store, old)

    @precondition(lambda self: len(self.settled) > 3)
    @rule(user=whose, limited=st.booleans())
    def delete_token(self, user: int, limited: bool) -> None:
        key = {"pk": f"user#{user + 1}", "id": 10 * (user + 1) + (0 if limited else 1)}
        gone = {"Delete": {"TableName": self.tables.tokens, "Key": to_item(key)}}
        self.wait(self.mortal.transact({"TransactItems": [gone]}))

    @rule(seconds=st.integers(1, 50))
    def time_passes(self, seconds: int) -> None:
        self.time.seconds += seconds

    @rule(death=deaths)
    def sweep(self, death: tuple[int, bool]) -> None:
        deps: Any = SimpleNamespace(clock=self.time, ledger=self.ledger)
        with self.dying(death):
            self.wait(release_holds.run(deps))
            for hold in self.open_holds():
                assert hold["expires_at"] >= self.time.now(), "a hold is older than its expiry after a sweep"

    @invariant()
    def the_books_agree(self) -> None:
        held: dict[int, int] = {}
        for hold in self.open_holds():
            held[hold["user_id"]] = held.get(hold["user_id"], 0) + hold["amount"]
        for user_id in (1, 2):
            account = self.wait(
                reconcile._account(Books(self.mortal.inner, self.tables), user_id, held.get(user_id, 0))
            )
            assert account.differences == []
            assert account.user["quota"] >= 0
            for token in account.tokens.values():
                assert token["remain_quota"] >= 0

    @invariant()
    def every_receipt_computes_to_its_charge(self) -> None:
        for user_id in (1, 2):
            for item in self.entries(user_id):
                if item["request_id"] != CARRIED and item["type"] == EntryType.CONSUME:
                    assert receipt(item["quota"], item["details"]).agrees
                    assert item["quota"] >= 0

    @invariant()
    def what_a_limited_token_lacks_was_spent_or_is_held(self) -> None:
        held = [hold for hold in self.open_holds() if hold["limited"]]
        paid_by = {hold.request_id: hold.token_id for hold, _ in self.settled if hold.limited}
        for (user_id, token_id), given in self.remaining.items():
            token = self.wait(
                self.mortal.inner.get(self.tables.tokens, to_item({"pk": f"user#{user_id}", "id": token_id}))
            )
            if token is None or token["unlimited_quota"]:
                continue
            refunds = self.items(self.tables.logs, "owner", f"refund#{user_id}")
            back = sum(item["quota"] for item in refunds if paid_by.get(item["request_id"]) == token_id)
            waiting = sum(hold["amount"] for hold in held if hold["token_id"] == token_id)
            assert token["remain_quota"] == given - token["used_quota"] - waiting + back

    @invariant()
    def a_charge_with_a_key_has_its_record(self) -> None:
        for user_id in (1, 2):
            for item in self.entries(user_id):
                code = self.claims.get(item["request_id"])
                record = self.wait(self.ledger.record(code)) if code else None
                if record is not None and record.request_id == item["request_id"]:
                    assert record.done

    def entries(self, user_id: int) -> list[Json]:
        return self.items(self.tables.logs, "owner", f"user#{user_id}")

    def open_holds(self) -> list[Json]:
        return [hold for shard in range(4) for hold in self.items(self.tables.holds, "shard", shard, index="by_expiry")]

    def items(self, table: str, key: str, value: Any, index: str = "") -> list[Json]:
        request = {
            "TableName": table,
            "KeyConditionExpression": "#key = :value",
            "ExpressionAttributeNames": {"#key": key},
            "ExpressionAttributeValues": to_item({":value": value}),
            **({"IndexName": index} if index else {}),
        }
        return self.wait(self.mortal.inner.query(request))


def play(database: Callable[[], tuple[Any, str]], examples: int, steps: int) -> None:
    class Played(Money):
        pass

    Played.database = staticmethod(database)
    stateful.run_state_machine_as_test(
        Played,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_the_books_agree_whatever_happens_in_memory() -> None:
    play(lambda: (MemoryDynamo(), "memory-"), examples=60, steps=40)


def test_the_books_agree_whatever_happens_in_dynamodb(dynamodb: DynamoDB) -> None:
    def fresh() -> tuple[Any, str]:
        stack = dynamodb.tables()
        return dynamo(stack.settings(), SystemClock()), stack.prefix

    play(fresh, examples=6, steps=25)
