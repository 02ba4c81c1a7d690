"""Who asks for what, and when: the customers of a small reseller and their day, drawn by a seed."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from gateway.domain import limits
from gateway.store.accounts import tokens, users
from gateway.store.accounts.gifts import Gift
from gateway.store.context import Store
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.relay.reseller.house import DAY
from tests.relay.reseller.providers import FORBIDDEN

MINI, LARGE, SOLE = "gpt-4o-mini", "gpt-4o", "regional-model"  # the slow provider does not have the last
MODELS = (MINI, MINI, LARGE, SOLE)
GROUPS = ("default", "vip")
UNKNOWN = "no-such-model"
RICH = 10**9
MOST_REQUESTS, MOST_QUOTA = 4, 6000  # of the one in five hours, of the other in a day
A_FEW = limits.write((limits.LimitRule(what="requests", window="5h", most=MOST_REQUESTS),))
BUDGET = limits.write((limits.LimitRule(what="quota", window="day", most=MOST_QUOTA),))

WITHOUT_MONEY, WITH_USED_TOKEN, LIMITED, BUDGETED = 14, 15, 16, 17
LEAVES, ASKS_FOR_OTHERS, SWEARS = 18, 19, 12

# What is special about some of the twenty: of the account, of its token.
OF_ACCOUNTS: dict[int, dict[str, Any]] = {WITHOUT_MONEY: {"quota": 3000}, BUDGETED: {"limits": BUDGET}}
OF_TOKENS: dict[int, dict[str, Any]] = {
    WITH_USED_TOKEN: {"remain_quota": 2500, "unlimited_quota": False},
    LIMITED: {"limits": A_FEW},
    13: {"remain_quota": RICH, "unlimited_quota": False},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """An account with one token."""

    number: int
    user_id: int
    token_id: int
    key: str
    group: str
    given: int


@dataclass(slots=True, kw_only=True)
class Ask:
    """One request, and what its sender saw of the answer. ``leaves``: after so many seconds; 0: stays to the end."""

    number: int
    at: float
    customer: Customer
    model: str
    stream: bool
    leaves: float = 0
    text: str = ""
    status: int = 0
    request_id: str = ""
    body: bytes = field(default=b"", repr=False)

    @property
    def request(self) -> dict[str, Any]:
        messages = [{"role": "user", "content": f"ask {self.number} {self.text}"}]
        more = {"stream_options": {"include_usage": True}} if self.stream and self.number % 2 else {}
        return {"model": self.model, "messages": messages, "max_tokens": 300, "stream": self.stream, **more}


def customers(store: Store) -> list[Customer]:
    """Twenty accounts, in two groups in turn."""
    return [_customer(store, number) for number in range(20)]


def _customer(store: Store, number: int) -> Customer:
    special = dict(OF_ACCOUNTS.get(number, {}))
    given, group = special.pop("quota", RICH), GROUPS[number % 2]
    name = f"customer{number}"
    wanted = UserRow(id=0, username=name, group=group, aff_code=f"aff{number}", **special)
    user = users.create(store, wanted, welcome=[Gift(given, "paid")])
    fields = {"unlimited_quota": True} | OF_TOKENS.get(number, {})
    token, key = tokens.create(store, TokenRow(id=0, user_id=user.id, name=f"token{number}", **fields))
    return Customer(number=number, user_id=user.id, token_id=token.id, key=f"sk-{key}", group=group, given=given)


def day(people: list[Customer], count: int, seed: int) -> list[Ask]:
    """So many requests, most of them in the afternoon."""
    chance = Random(seed)
    times = sorted(chance.triangular(0, DAY - 60, 14 * 3600) for _ in range(count))
    return [_ask(number, at, chance.choice(people), chance) for number, at in enumerate(times, start=1)]


def _ask(number: int, at: float, customer: Customer, chance: Random) -> Ask:
    asked = Ask(
        number=number,
        at=at,
        customer=customer,
        model=chance.choice(MODELS),
        stream=chance.random() < 0.5,
        text="word " * chance.randint(1, 200),
    )
    drawn = chance.random()
    if customer.number == LEAVES:
        asked.leaves = chance.choice([0.1, 0.4, 1.5, 7])
    if customer.number == ASKS_FOR_OTHERS and drawn < 0.5:
        asked.model = UNKNOWN
    if customer.number == SWEARS and drawn < 0.5:
        asked.text += FORBIDDEN
    return asked
