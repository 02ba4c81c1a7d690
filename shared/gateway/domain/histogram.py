"""Times in a few fixed steps, so that they can be added up in counters: how many took at most so long. Pure."""

from bisect import bisect_left
from collections.abc import Mapping

# Milliseconds; the last step has no end, and is shown as the one before it.
STEPS = (
    *(100, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500),
    *(10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000),
)


def step(milliseconds: int) -> int:
    """Which step a time belongs to."""
    return bisect_left(STEPS, milliseconds)


def percentile(counts: Mapping[int, int], share: float) -> int:
    """The time within which that share of all were, in milliseconds: the end of its step. 0 where there are none."""
    wanted, seen = share * sum(counts.values()), 0
    for place in sorted(counts):
        seen += counts[place]
        if seen >= wanted and counts[place]:
            return STEPS[min(place, len(STEPS) - 1)]
    return 0
