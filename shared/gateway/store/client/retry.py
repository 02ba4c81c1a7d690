"""How often a refused call to DynamoDB is sent again, and after which wait.

A balance is one item, and DynamoDB refuses a transaction that meets another one on the same item. So a crowd of one
user's requests is served by trying again: 200 at once, each transaction taking 20 ms, are all through in six seconds
without one giving up (``tests/gateway/store/client/test_retry.py`` plays it). The wait grows fast to spread a crowd,
and not beyond half a second, so that the last of them do not sleep while the item is idle.
"""

from gateway.errors import LostRace, Throttled

FIRST, LONGEST = 0.01, 0.5  # seconds
RACES = 24  # attempts of a call that lost a race: together some eight seconds
OTHERS = 12  # of one that was throttled or not answered


def pause(number: int, fraction: float) -> float:
    """Seconds to wait after the attempt with this number, from 0; ``fraction`` in [0, 1) is chance."""
    return min(FIRST * 2**number, LONGEST) * (0.1 + 1.4 * fraction)


def attempts(error: Throttled) -> int:
    """How often a call that ends so is tried in all."""
    return RACES if isinstance(error, LostRace) else OTHERS
