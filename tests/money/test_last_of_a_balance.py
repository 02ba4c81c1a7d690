"""The last of a balance can be spent, and never more: counted, shared, cut; one after another and all at once."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from gateway.domain.channel import Channel
from gateway.errors import LedgerBusy, QuotaExceeded
from relay import pipeline
from relay.admitted_request import AdmittedRequest
from relay.answer_limits import completion_limit
from relay.inbound.anthropic.dialect import AnthropicMessages
from relay.inbound.gemini.dialect import GeminiContent
from relay.inbound.openai.chat import OpenAiChat
from relay.inbound.openai.operations import COMPLETIONS
from relay.inbound.protocol import Inbound
from relay.inbound.responses.dialect import OpenAiResponses
from tests.gateway.store.money.bank import Bank
from tests.money.shop import MODEL, Shop
from tests.support.contending.contention import INSTANT
from tests.support.contending.stack import ContendingStack, contending_stack

HELLO = {"model": MODEL, "messages": [{"role": "user", "content": "hello there, tell me a long story"}]}
PLENTY = 10**9


@pytest.fixture
async def empty(contending: ContendingStack) -> AsyncGenerator[Bank]:
    made = Bank(contending.settings())
    yield made
    await made.dynamo.close()


@pytest.fixture
async def alone() -> AsyncGenerator[Bank]:
    """The same where nobody meets anybody, so that it is nothing to see what calls take on AWS."""
    with contending_stack(INSTANT) as stack:
        made = Bank(stack.settings())
        yield made
        await made.dynamo.close()


async def spent(shop: Shop, body: dict[str, Any], most: int = 300) -> list[int]:
    """What requests cost, one after another, until one is refused."""
    charges: list[int] = []
    for _ in range(most):
        try:
            charges.append(await shop.ask(body))
        except QuotaExceeded:
            return charges
    raise AssertionError("nobody was refused")


async def cheapest(shop: Shop, body: dict[str, Any]) -> int:
    """What the request costs with an answer of a handful of tokens."""
    return (await shop.entry(await shop.admitted(body), 16)).quota


ONE_AFTER_ANOTHER: dict[str, tuple[Inbound, dict[str, Any]]] = {
    "a chat": (OpenAiChat(), HELLO),
    "with a limit": (OpenAiChat(), HELLO | {"max_tokens": 500}),
    "with the newer limit": (OpenAiChat(), HELLO | {"max_completion_tokens": 4000}),
    "with a limit that nobody could pay": (OpenAiChat(), HELLO | {"max_tokens": 10**6}),
    "with a limit that means nothing": (OpenAiChat(), HELLO | {"max_output_tokens": 1}),
    "with three answers": (OpenAiChat(), HELLO | {"n": 3}),
    "at a dearer tier": (OpenAiChat(), HELLO | {"service_tier": "priority"}),
    "a response": (OpenAiResponses(), {"model": MODEL, "input": "hello there, tell me a long story"}),
    "a completion": (COMPLETIONS, {"model": MODEL, "prompt": ["hello", "there"], "best_of": 2, "max_tokens": 300}),
    "a message": (AnthropicMessages(), HELLO | {"max_tokens": 8000}),
    "a content": (GeminiContent(streamed=False), {"contents": [{"parts": [{"text": "hello there"}]}]}),
}


@pytest.mark.parametrize("limited", [False, True], ids=["account", "token"])
@pytest.mark.parametrize("case", ONE_AFTER_ANOTHER)
async def test_a_balance_is_spent_to_within_the_price_of_its_cheapest_request(
    alone: Bank, case: str, limited: bool
) -> None:
    inbound, body = ONE_AFTER_ANOTHER[case]
    quota = 7_000
    bank = await alone.open(PLENTY if limited else quota, quota)
    shop = Shop(bank, inbound=inbound, limited=limited)
    charges = await spent(shop, body)
    free = dict(zip(("account", "token"), await bank.balances(), strict=True))["token" if limited else "account"]
    assert free == quota - sum(charges) >= 0
    assert await bank.holding() == ([], [])
    assert free < await cheapest(shop, body) + 6  # what a prompt is thought to have beyond what is counted


async def crowd(shop: Shop, body: dict[str, Any], count: int) -> tuple[list[AdmittedRequest], list[BaseException]]:
    """So many at once: those that were let in, and what the others were told."""
    found = await asyncio.gather(*(shop.reserved(body) for _ in range(count)), return_exceptions=True)
    served = [outcome for outcome in found if isinstance(outcome, AdmittedRequest)]
    return served, [outcome for outcome in found if isinstance(outcome, BaseException)]


@pytest.mark.parametrize("limited", [False, True], ids=["account", "token"])
async def test_twenty_of_sixty_at_once_are_served_on_a_balance_for_twenty(empty: Bank, limited: bool) -> None:
    body = HELLO | {"max_tokens": 500}
    price = (await Shop(empty).admitted(body)).hold.amount
    bank = await empty.open(PLENTY if limited else 20 * price, 20 * price)
    shop = Shop(bank, limited=limited)
    served, refused = await crowd(shop, body, 60)
    assert len(served) == 20
    assert {type(error) for error in refused} == {QuotaExceeded}
    charges = [(await shop.answered(admitted)).quota for admitted in served]
    assert len(set(charges)) == 1
    assert (await bank.balances())[limited] == 20 * price - sum(charges)


async def test_answers_without_a_limit_share_what_is_left_and_none_takes_everything(empty: Bank) -> None:
    bank = await empty.open(20 * 160)  # twenty answers of the 500 tokens that are assumed
    shop = Shop(bank)
    served, refused = await crowd(shop, HELLO, 60)
    assert len(served) >= 8
    assert {type(error) for error in refused} == {QuotaExceeded}
    assert all(completion_limit(admitted.parsed) >= 500 for admitted in served[:-1])
    charges = [(await shop.answered(admitted)).quota for admitted in served]
    assert (await bank.user())["quota"] == 20 * 160 - sum(charges) >= 0
    await spent(shop, HELLO)
    assert 0 <= (await bank.user())["quota"] < await cheapest(shop, HELLO) + 6


async def test_a_limit_that_means_nothing_in_a_chat_shrinks_no_hold(empty: Bank) -> None:
    bank = await empty.open(20_000)
    shop = Shop(bank, talks=30_000)
    served, _ = await crowd(shop, HELLO | {"max_output_tokens": 1}, 15)
    charges = [(await shop.answered(admitted)).quota for admitted in served]
    assert sum(charges) <= 20_000
    assert (await bank.user())["quota"] == 20_000 - sum(charges)


async def test_what_a_provider_says_beyond_its_limit_is_a_debt_that_the_next_top_up_pays(empty: Bank) -> None:
    bank = await empty.open(2_000)
    shop = Shop(bank, talks=30_000, deaf=True)
    served, _ = await crowd(shop, HELLO | {"max_output_tokens": 1}, 15)
    held = sum(admitted.hold.amount for admitted in served)
    assert held <= 2_000
    charges = [(await shop.answered(admitted)).quota for admitted in served]
    debt = sum(charges) - 2_000
    assert (await bank.user())["quota"] == -debt < 0
    with pytest.raises(QuotaExceeded):
        await shop.ask(HELLO)
    await bank.top_up(debt + 100)
    assert (await bank.user())["quota"] == 100
    assert await replace(shop, deaf=False).ask(HELLO) <= 100


async def test_what_fits_is_neither_counted_nor_changed(empty: Bank) -> None:
    raw = b'{ "model": "gpt-4o-mini",  "messages":[{"role":"user","content":"hi"}], "x": 1.10}'
    bank = await empty.open(PLENTY)
    admitted = await Shop(bank).reserved(raw)
    assert admitted.parsed.raw is raw
    assert (admitted.quote.measured.exact, admitted.answer_limit) == (False, 0)


async def test_a_prompt_is_counted_only_where_its_bound_is_too_much(empty: Bank) -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "many words " * 1_000}], "max_tokens": 100}
    bound, exact = (11_000 + 200) * 0.1, 2_100 * 0.1
    bank = await empty.open(round(exact + bound) // 2)
    admitted = await Shop(bank).reserved(body)
    assert admitted.quote.measured.exact
    assert admitted.answer_limit == 0  # as it is counted it fits, so that nothing is cut
    assert admitted.hold.amount < bound / 2


@pytest.mark.parametrize("text", [" " * 1_002_000 + "x", "x" * 2_000_000], ids=["blanks", "two megabytes"])
async def test_a_prompt_that_nobody_can_count_in_time_keeps_its_bound(empty: Bank, text: str) -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": text}], "max_tokens": 10}
    bank = await empty.open(50_000)
    with pytest.raises(QuotaExceeded):
        await Shop(bank).reserved(body)
    assert (await bank.user())["quota"] == 50_000


async def test_with_capping_off_a_limit_that_is_not_paid_for_is_refused_and_a_missing_one_is_assumed(
    empty: Bank,
) -> None:
    bank = await empty.open(400)
    shop = Shop(bank, options={"CapAnswers": "false"}, talks=600)
    with pytest.raises(QuotaExceeded):
        await shop.reserved(HELLO | {"max_tokens": 5_000})
    admitted = await shop.reserved(HELLO)  # 500 tokens: option PreConsumedQuota
    assert admitted.answer_limit == 0
    assert 150 < admitted.hold.amount < 180
    assert (await shop.answered(admitted)).quota > admitted.hold.amount


async def test_an_answer_that_was_cut_says_so_in_its_entry(empty: Bank) -> None:
    bank = await empty.open(1_000)
    shop = Shop(bank)
    admitted = await shop.reserved(HELLO)
    entry = await shop.answered(admitted)
    assert entry.details["answer_limit"] == str(admitted.answer_limit) == str(entry.completion_tokens)


async def test_a_limit_below_the_thinking_that_was_asked_for_is_not_set(empty: Bank) -> None:
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 2_000}, "max_tokens": 8_000}
    bank = await empty.open(500)
    shop = Shop(bank, inbound=AnthropicMessages())
    with pytest.raises(QuotaExceeded):
        await shop.reserved(HELLO | thinking)
    await bank.top_up(400)
    assert (await shop.reserved(HELLO | thinking)).answer_limit > 2_000


async def test_an_account_has_so_many_requests_under_way_and_no_more(empty: Bank) -> None:
    bank = await empty.open(PLENTY)
    shop = Shop(bank, options={"MostOpenRequests": "5"})
    served, refused = await crowd(shop, HELLO, 8)
    assert len(served) == 5
    assert {(type(error), getattr(error, "status", 0)) for error in refused} == {(LedgerBusy, 429)}


async def test_a_channel_that_heeds_no_limit_gets_no_other(empty: Bank) -> None:
    bank = await empty.open(1_000)
    shop = Shop(bank, channel=Channel(id=3, type=23, name="", status=1, keys=("k",)))
    admitted = await shop.reserved(HELLO | {"max_tokens": 1})
    assert (admitted.answer_limit, orjson.loads(admitted.parsed.raw)["max_tokens"]) == (0, 1)
    assert admitted.hold.amount > 150  # 500 tokens, as if there were no limit


async def test_a_request_that_a_policy_has_changed_is_cut_as_it_was_changed(empty: Bank) -> None:
    bank = await empty.open(1_000)
    shop = Shop(bank, inbound=AnthropicMessages())
    admitted = await shop.admitted(HELLO | {"max_tokens": 8_000})
    body = admitted.parsed.body | {"messages": [{"role": "user", "content": "[gone]"}]}
    admitted = await pipeline.reserve(shop.deps, replace(admitted, parsed=admitted.parsed.with_body(body)))
    assert admitted.parsed.body == body | {"max_tokens": admitted.answer_limit}
    assert orjson.loads(admitted.parsed.raw) == admitted.parsed.body
    assert not admitted.parsed.native
