"""What may be known for a while."""

import asyncio

import pytest

from gateway.store.client.cache import TimedCache
from tests.support.clock import FixedClock


class Source:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = False

    async def load(self) -> str:
        self.asked += 1
        answer = f"answer {self.asked}"
        await self.gate.wait()
        if self.fails:
            raise RuntimeError("out of order")
        return answer


async def test_a_value_is_served_until_its_time_is_over() -> None:
    clock, source = FixedClock(), Source()
    cache = TimedCache[str](clock, 10)
    assert await cache.get("k", source.load) == "answer 1"
    clock.pass_(10)
    assert await cache.get("k", source.load) == "answer 1"
    clock.pass_(0.1)
    assert await cache.get("k", source.load) == "answer 2"


async def test_nothing_is_kept_where_the_time_is_zero() -> None:
    clock, source = FixedClock(), Source()
    cache = TimedCache[str](clock, 0)
    await cache.get("k", source.load)
    clock.pass_(0.000001)
    assert await cache.get("k", source.load) == "answer 2"


async def test_what_is_forgotten_is_asked_for_again() -> None:
    source = Source()
    cache = TimedCache[str](FixedClock(), 10)
    await cache.get("k", source.load)
    cache.forget("k")
    cache.forget("unknown")
    assert await cache.get("k", source.load) == "answer 2"


async def test_many_who_ask_at_once_share_one_question() -> None:
    source = Source()
    source.gate.clear()
    cache = TimedCache[str](FixedClock(), 10)
    asking = [asyncio.create_task(cache.get("k", source.load)) for _ in range(5)]
    await asyncio.sleep(0)
    source.gate.set()
    assert set(await asyncio.gather(*asking)) == {"answer 1"}


async def test_one_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    source = Source()
    source.gate.clear()
    cache = TimedCache[str](FixedClock(), 10)
    first, second = (asyncio.create_task(cache.get("k", source.load)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    source.gate.set()
    assert await second == "answer 1"
    assert source.asked == 1


async def test_a_failure_is_told_and_not_kept() -> None:
    source = Source()
    source.fails = True
    cache = TimedCache[str](FixedClock(), 10)
    with pytest.raises(RuntimeError):
        await cache.get("k", source.load)
    source.fails = False
    assert await cache.get("k", source.load) == "answer 2"


async def test_the_least_recently_used_leaves_first() -> None:
    cache = TimedCache[int](FixedClock(), 10, size=2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.peek("a") == 1
    cache.put("c", 3)
    assert (cache.peek("a"), cache.peek("b"), cache.peek("c")) == (1, None, 3)


async def test_a_value_ages_while_the_process_is_frozen() -> None:
    clock, source = FixedClock(), Source()
    cache = TimedCache[str](clock, 10)
    await cache.get("k", source.load)
    clock.freeze(3600)
    assert cache.peek("k") is None
    assert await cache.get("k", source.load) == "answer 2"


async def test_an_answer_that_was_under_way_before_a_freeze_is_not_given_to_who_asks_after_it() -> None:
    clock, source = FixedClock(), Source()
    source.gate.clear()
    cache = TimedCache[str](clock, 10)
    before = asyncio.create_task(cache.get("k", source.load))
    await asyncio.sleep(0)
    clock.freeze(3600)
    after = asyncio.create_task(cache.get("k", source.load))
    await asyncio.sleep(0)
    source.gate.set()
    assert (await before, await after) == ("answer 1", "answer 2")
    assert await cache.get("k", source.load) == "answer 2"


async def test_a_value_is_as_old_as_the_question() -> None:
    clock, source = FixedClock(), Source()
    source.gate.clear()
    cache = TimedCache[str](clock, 10)
    asking = asyncio.create_task(cache.get("k", source.load))
    await asyncio.sleep(0)
    clock.pass_(6)
    source.gate.set()
    await asking
    clock.pass_(5)
    assert cache.peek("k") is None


def test_what_is_too_old_is_dropped_and_the_rest_stays() -> None:
    clock = FixedClock()
    cache = TimedCache[int](clock, 10)
    cache.put("old", 1)
    clock.freeze(8)
    cache.put("new", 2)
    clock.freeze(8)
    cache.drop_stale()
    clock.time -= 16  # as if both were asked for at once
    assert (cache.peek("old"), cache.peek("new")) == (None, 2)
