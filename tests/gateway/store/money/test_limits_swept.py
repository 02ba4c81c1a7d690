"""What dead processes had of limits: the sweep settles it by what decides, before the hold leaves the wallet."""

from dataclasses import replace

import pytest

from gateway.domain.limits import LimitRule
from gateway.domain.money import Due, Hold
from gateway.store.accounts.tokens import create_actions as token_actions
from gateway.store.accounts.users import create_actions as user_actions
from gateway.store.client.attributes import to_item
from gateway.store.money.ledger import Ledger
from gateway.store.money.sweep import Sweep
from gateway.store.money.wallet import open_holds
from gateway.store.money.windows import LimitShare
from gateway.store.schema.tokens import TokenRow
from gateway.store.schema.users import UserRow
from tests.gateway.store.money.bank import entry_for
from tests.gateway.store.money.windowed import NOON, TABLES, Counted, draw

RULES = {
    "requests/day": LimitRule(what="requests", window="day", most=9),
    "tokens/day": LimitRule(what="tokens", window="day", most=900),
    "quota/5h~": LimitRule(what="quota", window="5h", rolling=True, most=900),
    "concurrent": LimitRule(what="concurrent", most=1),
}
HELD = {"requests/day": 1, "tokens/day": 300, "quota/5h~": 100, "concurrent": 1}


class Dying(Counted):
    """A request that took its limits and its hold, and then nobody was there any more."""

    async def died(self, *, limited: bool = False) -> tuple[Ledger, Hold, LimitShare]:
        dynamo = self.windows[0].dynamo
        ledger = Ledger(dynamo, TABLES, self.time)
        user = UserRow(id=7, username="u", quota=1000, aff_code="a7")
        token = TokenRow(id=70, user_id=7, key_hash="h", remain_quota=500)
        await dynamo.transact({"TransactItems": user_actions(TABLES, user) + token_actions(TABLES, token)})
        taken = await self.take(*(draw(rule, HELD[key]) for key, rule in RULES.items()))
        hold = Hold(
            request_id=taken.request_id,
            user_id=7,
            token_id=70,
            limited=limited,
            amount=100,
            created_at=NOON,
            expires_at=NOON + 60,
            limits=(self.subject, "channel#5"),
        )
        return ledger, await ledger.reserve(hold), taken

    async def swept(self, ledger: Ledger) -> dict[str, int]:
        self.time.move(61)
        for _ in range(2):
            await Sweep(ledger, self.time).run()
        item = await self.item()
        assert not [name for name in item if name.startswith("h:")]
        wallet = await ledger.dynamo.get(TABLES.users, to_item({"pk": "user#7"}))
        assert wallet is not None and not open_holds(wallet)
        return {key: item[f"s:{key}"] for key in RULES}


@pytest.mark.parametrize("limited", [False, True])
async def test_of_a_request_that_came_to_nothing_stays_that_it_was_made(limited: bool) -> None:
    dying = Dying()
    ledger, _, _ = await dying.died(limited=limited)
    assert await dying.swept(ledger) == {"requests/day": 1, "tokens/day": 0, "quota/5h~": 0, "concurrent": 0}


@pytest.mark.parametrize("limited", [False, True])
async def test_what_was_due_stays(limited: bool) -> None:
    dying = Dying()
    ledger, hold, _ = await dying.died(limited=limited)
    await ledger.renew(hold, NOON + 60, due=Due(quota=40, model="m", prompt=20, completion=30))
    assert await dying.swept(ledger) == {"requests/day": 1, "tokens/day": 50, "quota/5h~": 40, "concurrent": 0}


async def test_what_was_charged_stays() -> None:
    dying = Dying()
    ledger, hold, _ = await dying.died()
    await ledger.book(hold, replace(entry_for(hold, 70), prompt_tokens=11, completion_tokens=22))
    assert await dying.swept(ledger) == {"requests/day": 1, "tokens/day": 33, "quota/5h~": 70, "concurrent": 0}


async def test_who_comes_back_after_the_sweep_changes_nothing() -> None:
    dying = Dying()
    ledger, _, taken = await dying.died()
    before = await dying.swept(ledger)
    await dying.windows[0].settle(taken, lambda key, amount: amount)
    item = await dying.item()
    assert {key: item[f"s:{key}"] for key in RULES} == before


def test_a_hold_names_whose_limits_it_has_as_long_as_it_lies_in_a_wallet() -> None:
    written = [[1, 2], [1, 2, 70], [1, 2, 0, [5]], [1, 2, 0, None, ["user#7"]], [1, 2, 70, [5], ["user#7", "token#70"]]]
    read = open_holds({"holds": {str(number): hold for number, hold in enumerate(written)}})
    assert [hold.limits for hold in read] == [(), (), (), ("user#7",), ("user#7", "token#70")]
    assert [hold.due is not None for hold in read] == [False, False, True, False, True]
