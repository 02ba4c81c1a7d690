"""Crowds at one item, played without a database: everybody gets through, and soon."""

import heapq
import random

import pytest

from gateway.errors import LostRace, Throttled
from gateway.store.client import retry

ROUND_TRIP = 0.004


def crowd(count: int, busy: float, seed: int) -> tuple[int, float]:
    """``count`` transactions that meet at one item, each taking ``busy`` seconds there and refused while another one
    does. Answers how many gave up, and when the last was through."""
    chance = random.Random(seed)
    waiting = [(chance.random() * 0.05, number, 0) for number in range(count)]
    heapq.heapify(waiting)
    free = gave_up = 0
    while waiting:
        now, number, attempt = heapq.heappop(waiting)
        if now >= free:
            free = now + busy
        elif attempt + 1 < retry.attempts(LostRace("")):
            again = now + ROUND_TRIP + retry.pause(attempt, chance.random())
            heapq.heappush(waiting, (again, number, attempt + 1))
        else:
            gave_up += 1
    return gave_up, free


@pytest.mark.parametrize("busy", [0.005, 0.01, 0.02])
def test_two_hundred_transactions_at_one_item_all_get_through(busy: float) -> None:
    for seed in range(20):
        gave_up, last = crowd(200, busy, seed)
        assert gave_up == 0
        assert last < 200 * busy + 3


def test_one_loser_waits_a_few_milliseconds() -> None:
    assert retry.pause(0, 0) == pytest.approx(0.001)
    assert retry.pause(0, 0.999) < 0.016


def test_no_wait_is_longer_than_three_quarters_of_a_second() -> None:
    assert retry.pause(23, 0.999) < 0.75


def test_a_database_that_does_not_answer_is_given_up_on_earlier() -> None:
    assert retry.attempts(Throttled("")) < retry.attempts(LostRace(""))
    assert sum(retry.pause(number, 0.999) for number in range(retry.OTHERS - 1)) < 5
