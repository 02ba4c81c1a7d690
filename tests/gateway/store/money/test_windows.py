"""Windows of limits: several at once, by the calendar and rolling, watched, raised, given back, and never passed."""

import asyncio
from dataclasses import replace

import pytest

from gateway.domain.limits import LimitRule, Raise
from gateway.store.money.window_items import WindowFull, open_shares, used
from gateway.store.money.windows import YOUNG, LimitShare
from tests.gateway.store.money.windowed import NOON, Counted, draw, sums_agree
from tests.support.contending.contention import Pace
from tests.support.contending.virtual_time import run_virtually

DAY = LimitRule(what="quota", window="day", most=100)
FIVE = LimitRule(what="quota", window="5h", most=100, rolling=True)
MINUTE = LimitRule(what="requests", window="minute", most=10)
AT_ONCE = LimitRule(what="concurrent", most=2)


@pytest.mark.parametrize("processes", [1, 7, 100])
@pytest.mark.parametrize("rule", [MINUTE, replace(DAY, most=10), replace(FIVE, most=10), replace(AT_ONCE, most=10)])
def test_of_a_hundred_at_once_ten_pass_a_limit_of_ten(processes: int, rule: LimitRule) -> None:
    async def work() -> None:
        counted = Counted(processes=processes, pace=Pace())
        assert len(await counted.crowd(100, draw(rule))) == 10
        item = await counted.item()
        assert used(item, rule, NOON) == 10 == len(open_shares(item))

    run_virtually(work())


async def test_what_is_held_counts_and_what_was_not_used_comes_back() -> None:
    counted = Counted()
    first = await counted.take(draw(DAY, 80))
    refused = await counted.took(draw(DAY, 30))
    assert isinstance(refused, WindowFull) and refused.left == 20
    await counted.settle(first, 10)
    second = await counted.take(draw(DAY, 90))
    for _ in range(2):
        await counted.settle(second, 0)
        await counted.settle(first, 10)
    item = await counted.item()
    assert used(item, DAY, NOON) == 10 and not open_shares(item)
    sums_agree(item, [DAY])


async def test_of_several_limits_the_first_that_ends_decides_and_nothing_is_taken_of_the_others() -> None:
    counted = Counted()
    for _ in range(2):
        await counted.take(draw(MINUTE), draw(DAY, 30), draw(AT_ONCE))
    full = await counted.took(draw(MINUTE), draw(DAY, 30), draw(AT_ONCE))
    assert isinstance(full, WindowFull) and full.rule == AT_ONCE and full.opens is None
    item = await counted.item()
    assert [used(item, rule, NOON) for rule in (MINUTE, DAY, AT_ONCE)] == [2, 60, 2]


async def test_a_request_takes_once_however_often_it_is_sent() -> None:
    counted = Counted(processes=2)
    found = [await counted.take(draw(MINUTE), process=number, request_id="5" * 31) for number in range(2)]
    assert [one.sums[MINUTE.key] for one in found] == [1, 1]
    assert used(await counted.item(), MINUTE, NOON) == 1


async def test_answers_that_get_lost_count_nothing_twice() -> None:
    counted = Counted(pace=Pace(lost=0.3, troubled=frozenset({"UpdateItem"}), write=0, turn=0))
    for _ in range(20):
        await counted.settle(await counted.take(draw(replace(DAY, most=10**6), 10), draw(AT_ONCE)), 4)
    item = await counted.item()
    assert (used(item, DAY, NOON), used(item, AT_ONCE, NOON)) == (80, 0)


async def test_a_window_by_the_calendar_opens_at_its_turn() -> None:
    counted = Counted()
    await counted.take(draw(DAY, 100))
    full = await counted.took(draw(DAY, 1))
    midnight = NOON + 12 * 3600
    assert isinstance(full, WindowFull) and full.opens == midnight
    counted.time.to(midnight - 1)
    assert isinstance(await counted.took(draw(DAY, 1)), WindowFull)
    counted.time.to(midnight)
    assert isinstance(await counted.took(draw(DAY, 100)), LimitShare)
    sums_agree(await counted.item(), [DAY])


async def test_of_a_rolling_window_what_was_used_comes_back_when_it_is_that_long_ago() -> None:
    counted = Counted()
    await counted.take(draw(FIVE, 60))
    counted.time.move(3600)
    await counted.take(draw(FIVE, 40))
    full = await counted.took(draw(FIVE, 50))
    assert isinstance(full, WindowFull) and full.opens == NOON + 900 + 5 * 3600
    counted.time.to(NOON + 5 * 3600)
    assert isinstance(await counted.took(draw(FIVE, 50)), WindowFull)
    counted.time.to(full.opens)
    assert isinstance(await counted.took(draw(FIVE, 50)), LimitShare)
    item = await counted.item()
    assert used(item, FIVE, full.opens) == 90
    sums_agree(item, [FIVE])


async def test_what_is_only_watched_is_counted_and_refuses_nobody() -> None:
    counted = Counted()
    watched = replace(DAY, watched=True)
    for sum_ in (80, 160):
        assert (await counted.take(draw(watched, 80))).sums[DAY.key] == sum_
    assert isinstance(await counted.took(draw(DAY, 1)), WindowFull)


async def test_a_raise_holds_until_its_end() -> None:
    counted = Counted()
    raised = replace(DAY, raised=Raise(most=150, until=NOON + 60))
    await counted.take(draw(raised, 140))
    counted.time.move(60)
    assert isinstance(await counted.took(draw(raised, 1)), WindowFull)
    counted.time.move(-1)
    assert isinstance(await counted.took(draw(raised, 10)), LimitShare)


async def test_what_settles_after_its_window_counts_no_more() -> None:
    counted = Counted()
    early = await counted.take(draw(MINUTE), draw(AT_ONCE))
    counted.time.move(60)
    await counted.settle(await counted.take(draw(MINUTE), draw(AT_ONCE)), 1)
    await counted.settle(early, 1)
    item = await counted.item()
    assert (used(item, MINUTE, counted.time.now()), used(item, AT_ONCE, NOON)) == (1, 0)
    assert len([name for name in item if name.startswith("b:")]) == 1


async def test_a_charge_beyond_what_was_held_counts_whole() -> None:
    counted = Counted()
    await counted.settle(await counted.take(draw(DAY, 50)), 170)
    full = await counted.took(draw(DAY, 1))
    assert isinstance(full, WindowFull) and (full.left, full.used) == (0, 170)


async def test_what_asks_for_more_than_there_ever_is_is_told_that_no_time_helps() -> None:
    counted = Counted()
    full = await counted.took(draw(DAY, 101))
    assert isinstance(full, WindowFull) and (full.left, full.opens) == (100, None)


async def test_one_request_leaves_others_what_must_stay_free_beside_it() -> None:
    counted = Counted()
    assert isinstance(await counted.took(draw(DAY, 30, spare=71)), WindowFull)
    assert isinstance(await counted.took(draw(DAY, 30, spare=70)), LimitShare)


def test_a_crowd_of_one_process_is_few_writes() -> None:
    async def work() -> None:
        counted = Counted(pace=Pace())
        counted.engine.meter.reset()
        taken = await counted.crowd(200, draw(replace(MINUTE, most=1000)), draw(replace(DAY, most=10**9), 5))
        await asyncio.gather(*(counted.settle(one, 2) for one in taken))
        assert len(taken) == 200 and sum(counted.engine.meter.since().calls.values()) < 30

    run_virtually(work())


async def test_what_a_request_left_that_died_before_its_hold_is_settled_by_who_is_refused() -> None:
    counted = Counted()
    dead = await counted.take(draw(AT_ONCE))
    await counted.take(draw(AT_ONCE))

    async def decide(share: object) -> object:
        return (lambda key, amount: 0) if getattr(share, "request_id", "") == dead.request_id else None

    assert not await counted.windows[0].forsaken(counted.subject, decide)  # pyright: ignore[reportArgumentType]
    counted.time.move(YOUNG + 1)
    assert await counted.windows[0].forsaken(counted.subject, decide)  # pyright: ignore[reportArgumentType]
    assert isinstance(await counted.took(draw(AT_ONCE)), LimitShare)
    assert isinstance(await counted.took(draw(AT_ONCE)), WindowFull)
