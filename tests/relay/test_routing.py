"""Which channels are tried, and in what order."""

import random
from collections import Counter
from typing import Any, cast

import pytest

from gateway.domain.channel import Channel, ChannelStatus
from gateway.domain.identity import Caller, Role, Token, User
from gateway.errors import BadRequest, Forbidden, GatewayError, NotFound, Unavailable
from gateway.outbound.protocol import Fault
from gateway.store.reader import Reader
from relay.health import Health
from relay.resting import COOL_DOWN, DEAD_KEY
from relay.resting import LONGEST as MAX_COOL_DOWN
from relay.routing import in_order, route
from tests.support.clock import FixedClock


def channel(number: int, *, keys: int = 1, **fields: Any) -> Channel:
    names = tuple(f"key{place}" for place in range(keys))
    return Channel(**{"id": number, "type": 1, "name": f"c{number}", "status": 1, "keys": names, **fields})


def caller(pinned: int | None = None) -> Caller:
    user = User(id=1, username="u", role=Role.ADMIN, status=1, group="default", quota=1)
    return Caller(token=Token(id=1, user_id=1, name="t", status=1), user=user, pinned_channel=pinned)


class Channels:
    """A reader that knows these channels, of a model that others have or not."""

    def __init__(self, *channels: Channel, offered: bool = True) -> None:
        self._offered = offered
        self._channels = {each.id: each for each in channels}

    async def candidates(self, group: str, model: str) -> list[Channel]:
        return list(self._channels.values())

    async def offers(self, group: str, model: str) -> bool:
        return self._offered

    async def channel(self, channel_id: int) -> Channel | None:
        return self._channels.get(channel_id)


async def order(*channels: Channel, health: Health | None = None, pinned: int | None = None) -> list[int]:
    reader = cast(Reader, Channels(*channels))
    found = await route(reader, health or Health(FixedClock()), caller(pinned), "m", lambda: 0.5)
    return [each.id for each in found]


async def test_a_higher_priority_comes_first_whatever_the_weights() -> None:
    channels = [channel(1, priority=-1, weight=10**6), channel(2), channel(3, priority=7), channel(4, priority=7)]
    found = await order(*channels)
    assert (set(found[:2]), found[2:]) == ({3, 4}, [2, 1])


@pytest.mark.parametrize(("weights", "shares"), [((1, 1), (50, 50)), ((0, 3), (25, 75)), ((1, 2, 7), (10, 20, 70))])
def test_weight_is_the_share_of_requests_a_channel_gets_among_equals(
    weights: tuple[int, ...], shares: tuple[int, ...]
) -> None:
    chance = random.Random(1)
    channels = [channel(number, weight=weight) for number, weight in enumerate(weights)]
    draws = 20_000
    first = Counter(in_order(channels, chance.random)[0].id for _ in range(draws))
    for number, share in enumerate(shares):
        assert abs(first[number] / draws * 100 - share) < 1.5


def test_after_the_first_the_others_share_by_their_weights_too() -> None:
    chance = random.Random(2)
    channels = [channel(1, weight=1000), channel(2, weight=3), channel(3, weight=1)]
    second = Counter(in_order(channels, chance.random)[1].id for _ in range(10_000))
    assert 2.7 < second[2] / second[3] < 3.4


@pytest.mark.parametrize(("weights", "shares"), [((1, 1), (50, 50)), ((0, 3), (25, 75)), ((1, 2, 7), (10, 20, 70))])
@pytest.mark.parametrize("loose", [(), (0,), (0, 1)])
def test_weight_is_the_share_of_conversations_too(
    weights: tuple[int, ...], shares: tuple[int, ...], loose: tuple[int, ...]
) -> None:
    chance = random.Random(3)
    channels = [channel(number, weight=weight, affinity=number not in loose) for number, weight in enumerate(weights)]
    draws = 20_000
    first = Counter(in_order(channels, chance.random, f"conversation {draw}")[0].id for draw in range(draws))
    for number, share in enumerate(shares):
        assert abs(first[number] / draws * 100 - share) < 1.5


def test_the_keys_of_a_channel_share_conversations_evenly_and_one_that_goes_moves_only_its_own() -> None:
    health, many = Health(FixedClock()), channel(1, keys=4)
    names = [f"conversation {number}" for number in range(8000)]
    before = [health.pick(many, name) for name in names]
    assert all(abs(count - 2000) < 200 for count in Counter(before).values())
    fewer = Channel(id=1, type=1, name="c1", status=1, keys=many.keys[1:])
    after = [health.pick(fewer, name) + 1 for name in names]
    assert all(now == then for now, then in zip(after, before, strict=True) if then)


def test_every_channel_is_listed_once_even_when_chance_draws_the_same() -> None:
    channels = [channel(number, weight=number) for number in range(5)]
    for drawn in (0.0, 0.5, 0.999999):
        assert sorted(each.id for each in in_order(channels, lambda drawn=drawn: drawn)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("offered", "refusal"), [(True, Unavailable), (False, NotFound)])
async def test_no_channel_is_a_503_in_one_apis_words_and_a_404_if_nobody_has_the_model(
    offered: bool, refusal: type[GatewayError]
) -> None:
    reader = cast(Reader, Channels(offered=offered))
    with pytest.raises(refusal, match="当前分组 default 下对于模型 m 无可用渠道"):
        await route(reader, Health(FixedClock()), caller(), "m", lambda: 0.5)


async def test_a_channel_that_rests_is_tried_after_all_others() -> None:
    clock = FixedClock()
    health = Health(clock)
    best, other = channel(1, priority=9), channel(2)
    health.report(best, 0, Fault(kind="cooldown", status=429, message="", retry_after=7))
    assert await order(best, other, health=health) == [2, 1]
    clock.pass_(6.9)
    assert await order(best, other, health=health) == [2, 1]
    clock.pass_(0.2)
    assert await order(best, other, health=health) == [1, 2]


async def test_a_pinned_channel_is_the_only_one_and_may_rest() -> None:
    health = Health(FixedClock())
    health.report(channel(2), 0, Fault(kind="cooldown", status=429, message=""))
    assert await order(channel(1, priority=9), channel(2), health=health, pinned=2) == [2]


async def test_a_pinned_channel_that_is_missing_or_disabled_is_refused() -> None:
    with pytest.raises(BadRequest, match="无效的渠道 Id"):
        await order(channel(1), pinned=5)
    with pytest.raises(Forbidden, match="该渠道已被禁用"):
        await order(channel(1, status=ChannelStatus.AUTO_DISABLED), pinned=1)


@pytest.mark.parametrize(
    ("kind", "retry_after", "rest"),
    [
        ("cooldown", None, COOL_DOWN),
        ("cooldown", 3, 3),
        ("cooldown", 10**6, MAX_COOL_DOWN),
        ("retry", 9, 0),
        ("caller", 9, 0),
        ("disable", None, 0),
    ],
)
def test_only_overload_makes_a_channel_rest(kind: Any, retry_after: int | None, rest: int) -> None:
    clock = FixedClock()
    health = Health(clock)
    health.report(channel(1), 0, Fault(kind=kind, status=500, message="", retry_after=retry_after))
    assert health.cooling(channel(1)) is (rest > 0)
    clock.pass_(max(rest, 0.001))
    assert not health.cooling(channel(1))


def test_a_rest_goes_on_while_the_process_is_frozen() -> None:
    clock = FixedClock()
    health = Health(clock)
    health.report(channel(1), 0, Fault(kind="cooldown", status=429, message=""))
    health.has_no_responses(channel(1))
    clock.freeze(3600)
    assert not health.cooling(channel(1))
    assert not health.chat_only(channel(1))


def test_a_good_answer_ends_the_rest() -> None:
    health = Health(FixedClock())
    health.report(channel(1), 0, Fault(kind="cooldown", status=429, message=""))
    health.recovered(channel(1), 0)
    assert not health.cooling(channel(1))


def test_keys_take_turns_and_resting_ones_are_passed_over() -> None:
    clock = FixedClock()
    health, many = Health(clock), channel(1, keys=3)
    assert [health.pick(many) for _ in range(4)] == [0, 1, 2, 0]
    health.report(many, 1, Fault(kind="disable", status=401, message=""))
    assert {health.pick(many) for _ in range(9)} == {0, 2}
    assert not health.cooling(many)
    clock.pass_(DEAD_KEY)
    assert {health.pick(many) for _ in range(9)} == {0, 1, 2}


def test_a_fault_of_one_key_leaves_the_others_to_try() -> None:
    health, many = Health(FixedClock()), channel(1, keys=2)
    fault = Fault(kind="cooldown", status=429, message="")
    health.report(many, 0, fault)
    assert health.has_other_key(many, 0)
    health.report(many, 1, fault)
    assert not health.has_other_key(many, 1)
    assert not health.has_other_key(channel(2), 0)
