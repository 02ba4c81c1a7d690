"""The time by which ages go: it passes while the process is frozen, and is never set back."""

from collections.abc import Sequence
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clock import SystemClock, WallTime

Happened = Literal["passed", "frozen", "set"]


class Host:
    """A machine whose two clocks a test moves."""

    def __init__(self) -> None:
        self.system, self.monotonic = 1_800_000_000.0, 1000.0
        self.wall = WallTime(lambda: self.system, lambda: self.monotonic)

    def move(self, happened: Happened, seconds: float) -> float:
        """Seconds of wall time that this was taken for."""
        before = self.wall()
        self.system += seconds
        self.monotonic += seconds if happened == "passed" else 0
        return self.wall() - before


@pytest.mark.parametrize(
    ("moves", "taken_for"),
    [
        ([("passed", 5)], 5),
        ([("frozen", 3600)], 3600),
        ([("set", -3600)], 0),
        ([("set", -3600), ("passed", 5)], 5),
        ([("set", -3600), ("frozen", 3600)], 3600),
        ([("set", -3600), ("passed", 5), ("frozen", 60), ("passed", 5)], 70),
        ([("set", -0.2), ("passed", 5)], 5),
        ([("set", 60)], 60),  # as if frozen: rather too old than too young
    ],
)
def test_time_passes_as_for_the_world(moves: Sequence[tuple[Happened, float]], taken_for: float) -> None:
    host = Host()
    assert sum(host.move(*move) for move in moves) == pytest.approx(taken_for, abs=1e-3)


def test_it_agrees_with_the_calendar_to_begin_with() -> None:
    assert Host().wall() == 1_800_000_000
    clock = SystemClock()
    assert abs(clock.wall() - clock.now()) < 2


moves = st.tuples(st.sampled_from(["passed", "frozen", "set"]), st.floats(0, 10**5), st.booleans())


@given(st.lists(moves))
def test_it_never_goes_back_and_never_misses_time_that_passed(happened: list[tuple[Happened, float, bool]]) -> None:
    host = Host()
    for what, seconds, back in happened:
        taken_for = host.move(what, -seconds if what == "set" and back else seconds)
        assert taken_for >= -1e-3
        if what == "passed":
            assert taken_for >= seconds - 1e-3
        if what == "frozen":
            assert taken_for >= seconds - 1.001  # a setting back of less than a second is not told apart
