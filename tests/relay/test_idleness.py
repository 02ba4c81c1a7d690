"""When a process counts as having slept."""

import pytest

from relay.idleness import LONG, Idleness
from tests.support.clock import FixedClock


def served(idleness: Idleness) -> bool:
    """One request; whether the process had slept before it."""
    slept = idleness.slept()
    with idleness.running():
        pass
    return slept


@pytest.mark.parametrize("frozen", [True, False])
def test_a_long_pause_is_noticed_once(frozen: bool) -> None:
    clock = FixedClock()
    idleness = Idleness(clock)
    assert not served(idleness)
    (clock.freeze if frozen else clock.pass_)(LONG + 1)
    assert [served(idleness), served(idleness)] == [True, False]


def test_a_short_pause_is_none() -> None:
    clock = FixedClock()
    idleness = Idleness(clock)
    clock.pass_(LONG - 1)
    assert not served(idleness)
    clock.pass_(LONG - 1)
    assert not served(idleness)


def test_many_naps_are_a_sleep() -> None:
    clock = FixedClock()
    idleness = Idleness(clock)
    seen: list[bool] = []
    for _ in range(9):
        clock.freeze(7)
        seen.append(served(idleness))
    assert seen == [False, False, True] * 3


def test_nobody_sleeps_while_a_request_runs() -> None:
    clock = FixedClock()
    idleness = Idleness(clock)
    with idleness.running():
        clock.pass_(3600)
        assert not idleness.slept()
    clock.pass_(1)
    assert not idleness.slept()
